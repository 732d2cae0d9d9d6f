"""The report as one self-contained HTML page: every name and cell is hostile, and is escaped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from app.learning.records import Estimate, ModelVersion
from app.project.record import Record
from app.resources import resource
from app.text import Text, Words, amount
from app.verification import svg
from app.verification.catalogue import decimals, display, display_axis, shown
from app.verification.records import BarChart, Chart, Confusion, MetricRow, Report

_MOST_LABELS = 10
_MOST_COLUMNS = 40
_LONGEST = 600


@dataclass(frozen=True, kw_only=True)
class MetricView:
    """A metric as a line of the table."""

    name: str
    help: str
    value: str
    interval: str
    reason: str
    strip: Markup
    baseline: str
    chip: str
    chip_kind: str


@dataclass(frozen=True, kw_only=True)
class ChartView:
    """A chart with its title, explanation and legend (name, colour, dashed)."""

    title: str
    help: str
    drawing: Markup
    legend: tuple[tuple[str, str, bool], ...]
    wide: bool


@dataclass(frozen=True, kw_only=True)
class ConfusionView:
    """Counts with the share of their row; ``strength`` 0 to 100 tints the cell."""

    labels: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, str, int, bool], ...]], ...]


def render_html(report: Report, model_version: ModelVersion, record: Record, words: Words) -> str:
    """The whole page in one language.

    Parameters
    ----------
    report, model_version
        What was found, and about what.
    record
        The model version's record: its id and time go into the lineage.
    words
        Language and number format.
    """
    return _template().render(
        report=report,
        version=model_version,
        t=lambda id, **params: clipped(words(id, **params)),
        say=lambda text: clipped(words.text(text)),
        language=words.language,
        light=Markup(svg.variables(svg.LIGHT)),
        dark=Markup(svg.variables(svg.DARK)),
        metrics=[_metric(row, words) for row in report.metrics],
        charts=[_chart(chart, words) for chart in report.charts],
        confusion=_confusion(report.confusion, words) if report.confusion else None,
        baseline_confusion=_confusion(report.baseline_confusion, words) if report.baseline_confusion else None,
        lineage=_lineage(report, model_version, record, words),
        label=svg.shortened(report.model, 80),
        positives=_positives(report, model_version, words),
    )


def _positives(report: Report, version: ModelVersion, words: Words) -> str:
    if report.positives is None or not report.rows:
        return ""
    share = amount(report.positives / report.rows, "percent")
    label = svg.shortened(version.positive, 60)
    return words("verification.report.positives", n=report.positives, label=label, share=share)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(resource("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


def clipped(text: str) -> str:
    """A sentence of bearable length, whatever names stand in it."""
    return svg.shortened(text, _LONGEST)


# Metrics


def _metric(row: MetricRow, words: Words) -> MetricView:
    estimate = display(row.code, row.estimate)
    baseline = display(row.code, row.baseline) if row.baseline else None
    chip, kind = _chip(row.difference)
    return MetricView(
        name=words(f"verification.metric.{row.code}"),
        help=words(f"verification.metric.{row.code}.help"),
        value=_figure(row.code, row.estimate.value, words),
        interval=_interval(row, words),
        reason=clipped(words.text(estimate.reason)) if estimate.reason else "",
        strip=_strip(row, estimate, baseline),
        baseline=_figure(row.code, row.baseline.value if row.baseline else None, words),
        chip=words(f"verification.chip.{chip}") if chip else "",
        chip_kind=kind,
    )


def _figure(code: str, value: float | None, words: Words) -> str:
    return "—" if value is None else words.value(shown(code, value))


def _interval(row: MetricRow, words: Words) -> str:
    estimate = display(row.code, row.estimate)
    if estimate.low is None or estimate.high is None:
        return ""
    low, high = (words.value(amount(end, "metric", decimals(row.code, end))) for end in (estimate.low, estimate.high))
    return f"{low} – {high}"


def _strip(row: MetricRow, estimate: Estimate, baseline: Estimate | None) -> Markup:
    if estimate.value is None:
        return Markup("")
    axis = display_axis(row.code, row.axis)
    usual = baseline.value if baseline else None
    return Markup(svg.interval_svg(estimate.value, estimate.low, estimate.high, axis=axis, baseline=usual))


def _chip(difference: Estimate | None) -> tuple[str, str]:
    if difference is None or difference.low is None or difference.high is None:
        return "", ""
    if difference.low > 0:
        return "better", "good"
    return ("worse", "bad") if difference.high < 0 else ("no_difference", "plain")


# Charts


def _chart(chart: Chart | BarChart, words: Words) -> ChartView:
    bars = isinstance(chart, BarChart)
    drawing = svg.bars_svg(chart, words) if isinstance(chart, BarChart) else svg.chart_svg(chart, words)
    return ChartView(
        title=words(f"verification.chart.{chart.code}"),
        help=words(f"verification.chart.{chart.code}.help"),
        drawing=Markup(drawing),
        legend=() if isinstance(chart, BarChart) else _legend(chart, words),
        wide=bars,
    )


def _legend(chart: Chart, words: Words) -> tuple[tuple[str, str, bool], ...]:
    solid = [curve for curve in chart.curves if not curve.dashed]
    named = [(svg.shortened(words.text(c.label), 60), svg.colour(i), False) for i, c in enumerate(solid)]
    return (*named, *((words.text(c.label), "var(--muted)", True) for c in chart.curves if c.dashed))


# Confusion


def condensed(confusion: Confusion, other: str, limit: int = _MOST_LABELS) -> Confusion:
    """The most frequent labels, the rest together under ``other``."""
    k = len(confusion.labels)
    if k <= limit:
        return confusion
    totals = [sum(row) + sum(r[i] for r in confusion.counts) for i, row in enumerate(confusion.counts)]
    kept = sorted(sorted(range(k), key=lambda i: -totals[i])[: limit - 1])
    groups = [*([i] for i in kept), [i for i in range(k) if i not in set(kept)]]
    counts = tuple(
        tuple(sum(confusion.counts[i][j] for i in rows for j in columns) for columns in groups) for rows in groups
    )
    return Confusion(labels=(*(confusion.labels[i] for i in kept), other), counts=counts)


def _confusion(confusion: Confusion, words: Words) -> ConfusionView:
    small = condensed(confusion, words("verification.report.other_labels"))
    labels = tuple(svg.shortened(label, 40) for label in small.labels)
    rows = []
    for i, counts in enumerate(small.counts):
        total = sum(counts) or 1
        cells = tuple(
            (words.number(n), words.percent(n / total, 0), round(100 * n / total), i == j) for j, n in enumerate(counts)
        )
        rows.append((labels[i], cells))
    return ConfusionView(labels=labels, rows=tuple(rows))


# Lineage


def _lineage(report: Report, version: ModelVersion, record: Record, words: Words) -> list[tuple[str, str]]:
    """Where it comes from: name and value of each line."""
    estimator = f"learning.estimator.{version.estimator}"
    split = Text(
        "verification.report.split",
        {
            "train": amount(version.split.train_rows),
            "holdout": amount(version.split.holdout_rows),
            "seed": amount(version.split.seed, "plain"),
        },
    )
    lines = {
        "model": f"{report.model} · {record.id[:16]}",
        "created": words.value(amount(record.time, "datetime")),
        "dataset": f"{version.dataset} · {version.dataset_id[:16]}",
        "judged_on": report.dataset,
        "target": version.target + (f" = {version.positive}" if version.positive else ""),
        "estimator": words(estimator) if words.has(estimator) else version.estimator,
        "columns": _names([feature.name for feature in version.features], words),
        "excluded": _names([column.name for column in version.excluded], words),
        "split": words.text(split),
        "threshold": "—" if report.threshold is None else words.percent(report.threshold),
        "seconds": words.duration(version.seconds),
        "versions": ", ".join(f"{name} {number}" for name, number in sorted(version.versions.items())),
    }
    return [(words(f"verification.lineage.{key}"), value) for key, value in lines.items() if value not in ("", "—")]


def _names(names: list[str], words: Words) -> str:
    shown_names = ", ".join(svg.shortened(name, 40) for name in names[:_MOST_COLUMNS])
    rest = len(names) - _MOST_COLUMNS
    return shown_names + (" " + words("verification.report.more", n=rest) if rest > 0 else "")

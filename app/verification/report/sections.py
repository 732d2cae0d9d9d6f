"""The sections of a report, each a function that is registered under its name; a further one needs no change elsewhere.

A section is left out where its function returns None."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.learning.records import Estimate
from app.project.record import readable
from app.statistics.interval import LEVEL
from app.text import Text, Words, amount
from app.verification.catalogue import display, display_axis, level_words
from app.verification.points import strengths, warnings
from app.verification.records import BarChart, Chart, Confusion, MetricRow
from app.verification.report.beside import beside
from app.verification.report.blocks import (
    Count,
    Crosstab,
    Crosstabs,
    Document,
    Drawing,
    Drawings,
    Facts,
    Line,
    Lines,
    MetricLine,
    MetricTable,
    Section,
    Statement,
    Strip,
)
from app.verification.report.detail import band, classes
from app.verification.report.money import worth_section, worth_verdict
from app.verification.report.plane import shortened
from app.verification.report.source import Source, chip, figure, interval

_MOST_LABELS = 10
_MOST_COLUMNS = 40
_MOST_FINDINGS = 40
_NAME = 40


def document(source: Source) -> Document:
    """The report in one language."""
    report, say = source.report, source.say
    judged = "verification.report.judged_test" if report.on_test_file else "verification.report.judged"
    lead = [say(judged, n=report.rows, dataset=readable(report.dataset)), _positives(source)]
    if not report.on_test_file:
        lead.append(say("verification.report.openings", n=report.openings))
    return Document(
        language=source.words.language,
        title=shortened(readable(report.model), 80),
        kind_of=say("verification.report.title"),
        lead=" ".join(filter(None, lead)),
        sections=tuple(filter(None, (make(source) for make in SECTIONS.values()))),
        footer=say("verification.report.footer"),
    )


def _positives(source: Source) -> str:
    report = source.report
    if report.positives is None or not report.rows:
        return ""
    share = amount(report.positives / report.rows, "percent")
    label = shortened(source.version.positive, 60)
    return source.say("verification.report.positives", n=report.positives, label=label, share=share)


# The first page


def _verdict(source: Source) -> Section:
    report = source.report
    statement = Statement(
        lead=source.say("verification.report.verdict"),
        headline=source.text(report.headline),
        text=source.text(report.summary),
        tone=report.verdict,
    )
    return Section(id="verdict", title="", blocks=(statement,), half=True)


def _gates(source: Source) -> Section:
    say, lines = source.say, []
    for gate in source.report.gates:
        outcome = say("verification.report.passed" if gate.passed else "verification.report.failed")
        title = f"{say(f'verification.gate.{gate.code}')} — {outcome}"
        lines.append(Line(tone="good" if gate.passed else "bad", title=title, text=source.text(gate.sentence)))
    return Section(
        id="gates",
        title=say("verification.report.gates"),
        help=say("verification.report.gates.help"),
        blocks=(Lines(lines=tuple(lines)),),
        half=True,
    )


def _strengths(source: Source) -> Section | None:
    return _points("strengths", strengths(source.report, source.version), "good", source)


def _warnings(source: Source) -> Section | None:
    return _points("warnings", warnings(source.report), "warning", source)


def _points(name: str, points: Sequence[Text], tone: str, source: Source) -> Section:
    """A few sentences, or that there are none."""
    title = source.say(f"verification.report.{name}")
    if not points:
        return Section(id=name, title=title, help=source.say(f"verification.report.{name}.none"), blocks=(), half=True)
    lines = tuple(Line(tone=tone, text=source.text(text)) for text in points)
    return Section(id=name, title=title, blocks=(Lines(lines=lines),), half=True)


def _findings(source: Source) -> Section | None:
    told = warnings(source.report)  # which stand above, on the first page
    found = [one for one in source.report.findings if one[1] not in told][:_MOST_FINDINGS]
    if not found:
        return None
    lines = tuple(Line(tone=severity, text=source.text(text)) for severity, text in found)
    return Section(id="findings", title=source.say("verification.report.findings"), blocks=(Lines(lines=lines),))


# Metrics


def _metrics(source: Source) -> Section | None:
    if not source.report.rows:
        return None
    say = source.say
    heads = (
        say("verification.report.metric"),
        say("verification.report.value"),
        say("verification.report.interval", level=level_words(source.report.level)),
        say("verification.report.baseline"),
        say("verification.report.against"),
    )
    lines = tuple(_metric(row, source) for row in source.report.metrics)
    return Section(
        id="metrics",
        title=say("verification.report.good_enough"),
        help=" ".join((say("verification.report.interval.help"), *_widened(source))),
        blocks=(MetricTable(head=heads, lines=lines),),
    )


def _widened(source: Source) -> list[str]:
    """That the rows were looked at before, and what that costs."""
    report = source.report
    if report.level <= LEVEL:
        return []
    return [source.say("verification.report.widened", n=report.looks, level=level_words(report.level))]


def _metric(row: MetricRow, source: Source) -> MetricLine:
    estimate = display(row.code, row.estimate)
    outcome, tone = chip(row.difference)
    return MetricLine(
        name=source.say(f"verification.metric.{row.code}"),
        help=source.say(f"verification.metric.{row.code}.help"),
        value=figure(row.code, row.estimate.value, source.words),
        interval=interval(row.code, row.estimate, source.words),
        reason=source.text(estimate.reason) if estimate.reason else "",
        strip=_strip(row, estimate),
        baseline=figure(row.code, row.baseline.value if row.baseline else None, source.words),
        chip=source.say(f"verification.chip.{outcome}") if outcome else "",
        chip_tone=tone,
    )


def _strip(row: MetricRow, estimate: Estimate) -> Strip | None:
    if estimate.value is None:
        return None
    usual = display(row.code, row.baseline).value if row.baseline else None
    axis = display_axis(row.code, row.axis)
    return Strip(value=estimate.value, low=estimate.low, high=estimate.high, axis=axis, baseline=usual)


# Confusion


def _confusions(source: Source) -> Section | None:
    report, say = source.report, source.say
    if report.confusion is None:
        return None
    tables = [_crosstab(report.confusion, say("verification.report.this_model"), source)]
    if report.baseline_confusion is not None and len(tables[0].columns) <= 3:
        tables.append(_crosstab(report.baseline_confusion, say("verification.report.baseline"), source))
    return Section(
        id="confusion",
        title=say("verification.report.confusion"),
        help=say("verification.report.confusion.help"),
        blocks=(Crosstabs(tables=tuple(tables)),),
    )


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


def _crosstab(confusion: Confusion, heading: str, source: Source) -> Crosstab:
    words, say = source.words, source.say
    small = condensed(confusion, say("verification.report.other_labels"))
    labels = [shortened(label, 40) for label in small.labels]
    rows = []
    for i, counts in enumerate(small.counts):
        total = sum(counts) or 1
        cells = tuple(
            Count(
                count=words.number(n), share=words.percent(n / total, 0), strength=round(100 * n / total), right=i == j
            )
            for j, n in enumerate(counts)
        )
        rows.append((say("verification.report.actual", label=labels[i]), cells))
    columns = tuple(say("verification.report.predicted", label=label) for label in labels)
    return Crosstab(heading=heading, columns=columns, rows=tuple(rows))


# Charts


def _charts(source: Source) -> Section | None:
    drawings = tuple(_drawing(chart, source) for chart in source.report.charts)
    return Section(id="charts", title="", blocks=(Drawings(drawings=drawings),), bare=True) if drawings else None


def _drawing(chart: Chart | BarChart, source: Source) -> Drawing:
    return Drawing(
        title=source.say(f"verification.chart.{chart.code}"),
        help=source.say(f"verification.chart.{chart.code}.help"),
        chart=chart,
        legend=() if isinstance(chart, BarChart) else _legend(chart, source.words),
    )


def _legend(chart: Chart, words: Words) -> tuple[tuple[str, bool], ...]:
    solid = [(shortened(words.text(curve.label), 60), False) for curve in chart.curves if not curve.dashed]
    return (*solid, *((words.text(curve.label), True) for curve in chart.curves if curve.dashed))


# Lineage


def _lineage(source: Source) -> Section:
    return Section(
        id="lineage",
        title=source.say("verification.report.lineage"),
        help=source.say("verification.report.lineage.help"),
        blocks=(Facts(facts=tuple(_origin(source))),),
    )


def _origin(source: Source) -> list[tuple[str, str]]:
    """Where it comes from: name and value of each line."""
    report, version, record, words = source.report, source.version, source.record, source.words
    estimator = f"learning.estimator.{version.estimator}"
    counts = {"train": amount(version.split.train_rows), "holdout": amount(version.split.holdout_rows)}
    split = Text("verification.report.split", {**counts, "seed": amount(version.split.seed, "plain")})
    if version.split.test_dataset:
        split = Text("verification.report.split_test", {**counts, "test": readable(version.split.test_dataset)})
    lines = {
        "model": f"{report.model} · {record.id[:16]}",
        "created": words.value(amount(record.time, "datetime")),
        "dataset": f"{version.dataset} · {version.dataset_id[:16]}",
        "judged_on": report.dataset,
        "target": version.target + (f" = {version.positive}" if version.positive else ""),
        "estimator": words(estimator) if words.has(estimator) else version.estimator,
        "columns": _names([feature.name for feature in version.features], source),
        "excluded": _names([column.name for column in version.excluded], source),
        "split": words.text(split),
        "threshold": "—" if report.threshold is None else words.percent(report.threshold),
        "seconds": words.duration(version.seconds),
        "versions": ", ".join(f"{name} {number}" for name, number in sorted(version.versions.items())),
    }
    return [(words(f"verification.lineage.{key}"), value) for key, value in lines.items() if value not in ("", "—")]


def _signature(source: Source) -> Section:
    """Where somebody signs what was printed."""
    facts = tuple((source.say(f"verification.report.sign.{name}"), " ") for name in ("decision", "name", "date"))
    return Section(id="signed", title=source.say("verification.report.signed_here"), blocks=(Facts(facts=facts),))


def _names(names: list[str], source: Source) -> str:
    shown_names = ", ".join(shortened(name, _NAME) for name in names[:_MOST_COLUMNS])
    rest = len(names) - _MOST_COLUMNS
    return shown_names + (" " + source.say("verification.report.more", n=rest) if rest > 0 else "")


SECTIONS: dict[str, Callable[[Source], Section | None]] = {
    "verdict": _verdict,
    "worth-verdict": worth_verdict,
    "gates": _gates,
    "strengths": _strengths,
    "warnings": _warnings,
    "findings": _findings,
    "metrics": _metrics,
    "beside": beside,
    "worth": worth_section,
    "classes": classes,
    "band": band,
    "confusion": _confusions,
    "charts": _charts,
    "lineage": _lineage,
    "signed": _signature,
}

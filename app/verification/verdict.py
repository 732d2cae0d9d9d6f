"""The verdict of a report, its headline and summary, and what the reader should know before trusting it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from app.learning.records import Estimate, ModelVersion
from app.project.record import readable
from app.statistics.interval import LEVEL, MINIMUM
from app.text.listing import listed, quoted
from app.text.message import Text, Value, amount
from app.verification.beside import told
from app.verification.catalogue import shown
from app.verification.observed import Classified, Measured, Observed
from app.verification.records import BarChart, Chart, Comparison, Gate, MetricRow
from app.verification.value.curve import WorthCurve
from app.verification.value.records import Worth
from app.verification.value.words import chance_words, money

FEW_ROWS = 200
FEWEST_FOR_IMPORTANCE = 30
MANY_OPENINGS = 10
CLEARLY = 2.0
"""Standard errors, from which on a difference is no longer luck."""
_BROKEN = 0.1
"""So much worse than training promised, by itself, is said also where no interval tells whether it is luck."""
_ONE_ERROR, _FEWEST_ERRORS = 0.3, 30
_FEW_RIGHT = 0.1
FEW_FOUND = 0.5
_MUCH = 0.25
"""Of the width of the interval of the best threshold's worth: less isn't worth a word."""
"""Of the positive rows: where a model finds fewer, the reader is told."""

_ONE_CLASS = "verification.finding.one_class"

Finding = tuple[str, Text]


def verdict(gates: Sequence[Gate], findings: Sequence[Finding]) -> str:
    """``bad`` where a gate isn't passed or a finding is bad, ``reservations`` where one warns, else ``good``."""
    if any(not gate.passed for gate in gates) or any(severity == "bad" for severity, _text in findings):
        return "bad"
    return "reservations" if any(severity != "note" for severity, _text in findings) else "good"


def headline(judged: str, gates: Sequence[Gate], findings: Sequence[Finding]) -> Text:
    """The verdict in a few words."""
    if judged == "good":
        return Text("verification.headline.good")
    if judged == "reservations":
        return Text("verification.headline.reservations", {"n": sum(s != "note" for s, _text in findings)})
    failed = next((gate for gate in gates if not gate.passed), None)
    if failed is None:
        return Text("verification.headline.bad.finding")
    if failed.value is None and any(text.id == _ONE_CLASS for _severity, text in findings):
        return Text("verification.headline.bad.one_class")
    known = failed.value is not None
    return Text(f"verification.headline.bad.{failed.code}" if known else "verification.headline.bad.unknown")


def summary(version: ModelVersion, observed: Observed, metrics: Sequence[MetricRow]) -> Text:
    """What the model does, in a sentence with its figures and the baseline's."""
    figures = {row.code: row for row in metrics}
    if not isinstance(observed, Classified):
        return _regression_summary(observed, figures)
    if version.positive and observed.positive >= 0:
        return _binary_summary(version, observed, figures)
    return _multiclass_summary(observed, figures)


def _binary_summary(version: ModelVersion, observed: Classified, figures: dict[str, MetricRow]) -> Text:
    recall, precision = figures["recall"].estimate.value, figures["precision"].estimate.value
    rows, label = amount(observed.rows), version.positive
    if recall is None:
        return Text("verification.summary.nothing", {"rows": rows})
    if precision is None:
        return Text("verification.summary.never_warns", {"rows": rows, "label": label})
    shares = {"recall": amount(recall, "percent", 0), "precision": amount(precision, "percent", 0)}
    return Text("verification.summary.binary", {"rows": rows, "label": label, **shares})


def _multiclass_summary(observed: Classified, figures: dict[str, MetricRow]) -> Text:
    row = figures["accuracy"]
    rows = amount(observed.rows)
    if row.estimate.value is None or row.baseline is None or row.baseline.value is None:
        return Text("verification.summary.nothing", {"rows": rows})
    shares = {"share": amount(row.estimate.value, "percent", 0), "baseline": amount(row.baseline.value, "percent", 0)}
    usual = observed.labels[observed.usual]
    return Text("verification.summary.multiclass", {"rows": rows, "usual": usual, **shares})


def _regression_summary(observed: Observed, figures: dict[str, MetricRow]) -> Text:
    row, rows = figures["neg_mean_absolute_error"], amount(observed.rows)
    if row.estimate.value is None or row.baseline is None or row.baseline.value is None:
        return Text("verification.summary.nothing", {"rows": rows})
    errors = {"error": shown(row.code, row.estimate.value), "baseline": shown(row.code, row.baseline.value)}
    return Text("verification.summary.regression", {"rows": rows, **errors})


def evidence_findings(observed: Observed, *, openings: int, on_test_file: bool) -> list[Finding]:
    """What the size of the evidence, and how often it was looked at, say."""
    found: list[Finding] = []
    if 0 < observed.rows < FEW_ROWS:
        found.append(("warning", Text("verification.finding.few_rows", {"n": observed.rows})))
    if isinstance(observed, Classified):
        found += _class_findings(observed)
    if openings > MANY_OPENINGS:
        found.append(("warning", Text("verification.finding.worn_out", {"n": openings})))
    elif openings > 1:
        kind = "reopened_test" if on_test_file else "reopened"
        found.append(("note", Text(f"verification.finding.{kind}", {"n": openings})))
    return found


def comparison_findings(compared: Sequence[Comparison]) -> list[Finding]:
    """What there is to say about what is used today, beyond the gates: where the version isn't clearly better, and
    where little could be compared."""
    found: list[Finding] = []
    for one in compared:
        names: dict[str, Value | Text | str | int | float] = {"model": readable(one.label), "n": one.left_out}
        if one.reason is not None:
            found.append(
                ("note", Text(f"verification.finding.{one.kind}.not_compared", {**names, "reason": one.reason}))
            )
        elif one.kind == "champion" and one.verdict == "no_difference":
            found.append(("warning", Text(f"verification.finding.champion.{told(one)}", names)))
        if one.left_out and one.reason is None:
            found.append(("note", Text(f"verification.finding.{one.kind}.left_out", names)))
    return found


def performance_findings(
    version: ModelVersion, metrics: Sequence[MetricRow], *, level: float, priced: bool, on_test_file: bool = False
) -> list[Finding]:
    """Where the test says something else than the training did, and where most of what is looked for is missed (unless
    prices say what that is worth) or most of what is pointed out is nothing."""
    figures = {row.code: row.estimate for row in metrics}
    found: list[Finding] = []
    own, expected = figures.get(version.metric), version.cv.get(version.metric)
    if own is not None and expected is not None:
        found += _kept_promise(version.metric, own, expected, level=level, on_test_file=on_test_file)
    precision = figures.get("precision")
    if precision is not None and precision.value is not None and precision.value < _FEW_RIGHT:
        share = amount(precision.value, "percent", 1)
        found.append(("warning", Text("verification.finding.few_right", {"precision": share})))
    recall = figures.get("recall")
    if not priced and recall is not None and recall.value is not None and 0 < recall.value < FEW_FOUND:
        params = {"recall": amount(recall.value, "percent", 0)}
        found.append(("warning", Text("verification.finding.few_found", {"label": version.positive, **params})))
    return found


def _kept_promise(code: str, own: Estimate, expected: Estimate, *, level: float, on_test_file: bool) -> list[Finding]:
    """Where new rows say clearly less than training promised, or more, or perhaps less."""
    if own.value is None or expected.value is None:
        return []
    apart = standard_errors_apart(own, expected, level=level)
    said: dict[str, Value | Text | str | int | float] = {
        "metric": Text(f"verification.metric.{code}"),
        "value": shown(code, own.value),
        "cv": shown(code, expected.value),
    }
    if apart < -CLEARLY:
        return [("warning", Text("verification.finding.worse_than_cv", said))]
    if apart > CLEARLY and on_test_file:  # on rows kept apart it is an alarm
        return [("warning", Text("verification.finding.test_too_good", said))]
    if math.isnan(apart) and own.value < expected.value - _BROKEN * abs(expected.value):
        return [("warning", Text("verification.finding.perhaps_worse", said))]
    return []


def error_findings(observed: Observed) -> list[Finding]:
    """Where one amount that was badly predicted decides what the figures say."""
    if not isinstance(observed, Measured) or observed.rows < _FEWEST_ERRORS:
        return []
    squares = np.square(observed.residuals)
    worst, total = int(squares.argmax()), float(squares.sum())
    if not math.isfinite(total) or squares[worst] < _ONE_ERROR * total or not total:
        return []
    code = "neg_root_mean_squared_error"
    without = math.sqrt(max(0.0, total - float(squares[worst])) / (observed.rows - 1))
    said: dict[str, Value | Text | str | int | float] = {
        "share": amount(float(squares[worst]) / total, "percent", 0),
        "predicted": shown(code, -float(observed.predicted[worst])),
        "actual": shown(code, -float(observed.actual[worst])),
        "without": shown(code, -without),
        "rmse": shown(code, -math.sqrt(total / observed.rows)),
    }
    return [("warning", Text("verification.finding.one_error", said))]


def worth_findings(worth: Worth | None, *, positive: int) -> list[Finding]:
    """Where the money that a version brings may be a loss, or could be more with another threshold.

    Parameters
    ----------
    positive
        The position of the positive class; not looked at where there is none.
    """
    if worth is None:
        return []
    found = _other_threshold(worth, positive)
    today = worth.policies[worth.today]
    gain = today.gain
    if gain is None or gain.low is None or gain.value is None or gain.low > 0 or gain.value <= 0:
        return found  # clear, or the gate already says that it brings nothing
    chance = chance_words(today.worse or 0.0)
    return [*found, ("warning", Text("verification.finding.may_lose", {"chance": chance}))]


def _other_threshold(worth: Worth, positive: int) -> list[Finding]:
    """Where the prices call for another threshold than the one in force."""
    if worth.counts is None or worth.threshold is None:
        return []
    curve = WorthCurve(worth.counts, worth.table, positive)
    now, best = curve.at(worth.threshold), curve.best()
    if best.worth - now.worth <= _MUCH * max(1.0, best.high - best.low):
        return []
    said: dict[str, Value | Text | str | int | float] = {
        "now": amount(worth.threshold, "percent", 1),
        "best": amount(best.threshold, "percent", 1),
        "gain": money(best.worth - now.worth, worth.table),
        "period": Text(f"verification.period.{worth.table.period}"),
    }
    return [("warning", Text("verification.finding.other_threshold", said))]


def importance_findings(version: ModelVersion, rows: int, drawn: Sequence[Chart | BarChart]) -> list[Finding]:
    """Where one column tells more than all others together, and where it would take too long to find that out."""
    bars = next((chart for chart in drawn if isinstance(chart, BarChart)), None)
    if bars is not None:
        return _one_column(bars)
    if rows < FEWEST_FOR_IMPORTANCE:
        return []
    return [("note", Text("verification.finding.no_importance", {"columns": amount(len(version.features))}))]


def _one_column(bars: BarChart) -> list[Finding]:
    values = [max(0.0, value) for value in bars.values]
    if len(values) < _FEWEST_COLUMNS or max(values) <= sum(values) / 2:
        return []
    return [("warning", Text("verification.finding.one_column", {"column": bars.names[values.index(max(values))]}))]


_FEWEST_COLUMNS = 3


def standard_errors_apart(own: Estimate, expected: Estimate, *, level: float) -> float:
    """How many standard errors a value of the test lies above what cross-validation expected; NaN where one has no
    interval.

    Parameters
    ----------
    level
        The confidence of our interval; that of cross-validation has the usual one.
    """
    if own.value is None or expected.value is None:
        return math.nan
    error = math.hypot(_standard_error(own, level), _standard_error(expected, LEVEL))
    return (own.value - expected.value) / error if error > 0 else math.nan


def _standard_error(estimate: Estimate, level: float) -> float:
    if estimate.low is None or estimate.high is None:
        return math.nan
    return (estimate.high - estimate.low) / (2 * NormalDist().inv_cdf((1 + level) / 2))


def _class_findings(data: Classified) -> list[Finding]:
    present = int((data.counts > 0).sum())
    if data.rows and present == 1:
        label = data.labels[int(data.counts.argmax())]
        return [("bad", Text(_ONE_CLASS, {"label": label}))]
    if not data.rows:
        return []
    return _never_predicted(data) + _rare_class(data)


def _never_predicted(data: Classified) -> list[Finding]:
    """Classes with enough rows to be found that the model never finds."""
    right = data.actual[data.actual == data.predicted]
    found = np.bincount(right, minlength=len(data.labels)) > 0
    ignored = np.flatnonzero((data.counts >= MINIMUM) & ~found)
    if not len(ignored):
        return []
    labels = listed([quoted(data.labels[i]) for i in ignored], most=len(ignored))
    n = int(data.counts[ignored].sum())
    severity = "bad" if data.positive in ignored else "warning"  # nothing that is looked for is ever found
    return [(severity, Text("verification.finding.never_predicted", {"labels": labels, "n": n}))]


def _rare_class(data: Classified) -> list[Finding]:
    rarest = int(data.counts.argmin())
    if data.counts[rarest] >= MINIMUM:
        return []
    n, label = int(data.counts[rarest]), data.labels[rarest]
    if n == 0:
        return [("warning", Text("verification.finding.absent_class", {"label": label}))]
    return [("warning", Text("verification.finding.few_of_class", {"n": n, "label": label, "minimum": MINIMUM}))]

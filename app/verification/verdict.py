"""The verdict of a report, its headline and summary, and what the reader should know before trusting it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.learning.records import ModelVersion
from app.statistics.interval import MINIMUM
from app.text.message import Text, amount
from app.verification.catalogue import shown
from app.verification.observed import Classified, Observed
from app.verification.records import Gate, MetricRow

FEW_ROWS = 200
MANY_OPENINGS = 10

Finding = tuple[str, Text]


def verdict(gates: Sequence[Gate], findings: Sequence[Finding]) -> str:
    """``bad`` where a gate isn't passed, ``reservations`` where a finding warns, else ``good``."""
    if any(not gate.passed for gate in gates):
        return "bad"
    return "reservations" if any(severity != "note" for severity, _text in findings) else "good"


def headline(judged: str, gates: Sequence[Gate], findings: Sequence[Finding]) -> Text:
    """The verdict in a few words."""
    if judged == "good":
        return Text("verification.headline.good")
    if judged == "reservations":
        return Text("verification.headline.reservations", {"n": sum(s != "note" for s, _text in findings)})
    failed = next(gate for gate in gates if not gate.passed)
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


def _class_findings(data: Classified) -> list[Finding]:
    present = int((data.counts > 0).sum())
    if data.rows and present == 1:
        label = data.labels[int(data.counts.argmax())]
        return [("bad", Text("verification.finding.one_class", {"label": label}))]
    if not data.rows:
        return []
    return _never_predicted(data) + _rare_class(data)


def _never_predicted(data: Classified) -> list[Finding]:
    """Classes with enough rows to be found that the model never names."""
    named = np.bincount(data.predicted, minlength=len(data.labels)) > 0
    ignored = np.flatnonzero((data.counts >= MINIMUM) & ~named)
    if not len(ignored):
        return []
    labels, n = ", ".join(data.labels[i] for i in ignored), int(data.counts[ignored].sum())
    return [("warning", Text("verification.finding.never_predicted", {"labels": labels, "n": n}))]


def _rare_class(data: Classified) -> list[Finding]:
    rarest = int(data.counts.argmin())
    if data.counts[rarest] >= MINIMUM:
        return []
    n, label = int(data.counts[rarest]), data.labels[rarest]
    if n == 0:
        return [("warning", Text("verification.finding.absent_class", {"label": label}))]
    return [("warning", Text("verification.finding.few_of_class", {"n": n, "label": label, "minimum": MINIMUM}))]

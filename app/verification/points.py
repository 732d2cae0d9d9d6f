"""What speaks for a version and what against it: three points each, for the reader who has two minutes. Light."""

from __future__ import annotations

from collections.abc import Iterator

from app.learning.records import ModelVersion
from app.project.record import readable
from app.text.message import Text, amount
from app.verification.beside import difference
from app.verification.catalogue import shown
from app.verification.records import Report
from app.verification.value.words import certainty_words, compared_with, gain_words, policy_name

MOST = 3
_MANY_ROWS = 2_000


def strengths(report: Report, version: ModelVersion) -> tuple[Text, ...]:
    """The best that can be said, the weightiest first."""
    return tuple(found for _, found in zip(range(MOST), _strengths(report, version), strict=False))


def warnings(report: Report) -> tuple[Text, ...]:
    """The worst that must be said: gates that aren't passed, then what the findings warn of."""
    failed = [gate.sentence for gate in report.gates if not gate.passed]
    bad = [text for severity, text in report.findings if severity == "bad"]
    mild = [text for severity, text in report.findings if severity == "warning"]
    found = [*failed, *(text for text in (*bad, *mild) if text not in failed)]
    return tuple(found[:MOST])


def _strengths(report: Report, version: ModelVersion) -> Iterator[Text]:
    worth = report.worth
    if worth is not None:
        gain = compared_with(worth).gain
        if gain is not None and gain.low is not None and gain.low > 0:
            today = policy_name(compared_with(worth))
            yield Text(
                "verification.point.worth", {"gain": gain_words(worth), "today": today, "ends": certainty_words(worth)}
            )
    for one in report.compared:
        if one.verdict == "better" and one.decisive is not None:
            name = Text(f"verification.beside.{one.kind}", {"name": readable(one.label)})
            yield Text("verification.point.better", {"than": name, "by": difference(one.decides, one.decisive)})
    gate = next((gate for gate in report.gates if gate.code == "beats_baseline" and gate.passed), None)
    if gate is not None:
        yield gate.sentence
    yield from _as_trained(report, version)
    if not version.alarms and all(gate.passed for gate in report.gates if gate.code == "no_leakage"):
        yield Text("verification.gate.no_leakage.passed")
    if report.rows >= _MANY_ROWS:
        yield Text("verification.point.rows", {"n": amount(report.rows)})


def _as_trained(report: Report, version: ModelVersion) -> Iterator[Text]:
    """Where the test says what cross-validation had said."""
    own = next((row.estimate for row in report.metrics if row.code == version.metric), None)
    expected = version.cv.get(version.metric)
    if own is None or own.value is None or own.low is None or own.high is None:
        return
    if expected is None or expected.value is None or not own.low <= expected.value <= own.high:
        return
    figures = {"value": shown(version.metric, own.value), "cv": shown(version.metric, expected.value)}
    name = Text(f"verification.metric.{version.metric}")
    yield Text("verification.point.as_trained", {"metric": name, **figures})

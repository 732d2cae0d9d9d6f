"""The conditions for approval. Each is one function in :data:`GATES`; a further one needs no change elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.data.expectations.records import Checked
from app.data.expectations.words import broken_sentence
from app.learning.records import ModelVersion
from app.project.record import readable
from app.text.message import Text, Value, amount
from app.verification.beside import told
from app.verification.catalogue import decimals
from app.verification.limits import FACTS, OPENINGS, ROWS, facts_of, judge_fact, judge_limit
from app.verification.records import Comparison, Gate, GateLimit, MetricRow, Risk
from app.verification.value.records import Worth
from app.verification.value.words import money, policy_name

PREFERRED = ("neg_log_loss", "roc_auc", "neg_mean_absolute_error", "accuracy")
"""What is compared with the baseline where the deciding metric has no interval."""
_LEFT_OUT = {Risk.LOW: ("beats_rule", "champion", "worth")}
"""Where little is at stake, what is used today may be replaced freely; the report says how they compare."""
_HIGH_LIMITS = {ROWS: 500.0, OPENINGS: 5.0}


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What gates look at."""

    version: ModelVersion
    metrics: tuple[MetricRow, ...]
    limits: tuple[GateLimit, ...] = ()
    risk: Risk = Risk.USUAL
    rows: int = 0
    openings: int = 1
    suspicions: tuple[Text, ...] = ()
    compared: tuple[Comparison, ...] = ()
    worth: Worth | None = None
    expected: Checked | None = None

    def beside(self, kind: str) -> Comparison | None:
        """The comparison with the champion, or with the rule; None where there is none that tells anything."""
        return next((c for c in self.compared if c.kind == kind and c.decisive is not None), None)


def judge(evidence: Evidence) -> tuple[Gate, ...]:
    """The outcome of every gate that applies."""
    made = (keeper(evidence) for name, keeper in GATES.items() if name not in _LEFT_OUT.get(evidence.risk, ()))
    return (*(gate for gate in made if gate is not None), *_limits(evidence))


def _limits(evidence: Evidence) -> Iterator[Gate]:
    """Those of the user, and those that a high risk brings unless the user set other ones."""
    own = {limit.metric: limit for limit in evidence.limits}
    usual = _HIGH_LIMITS if evidence.risk is Risk.HIGH else {}
    extra = (GateLimit(model="", metric=code, limit=limit) for code, limit in usual.items() if code not in own)
    facts = facts_of(evidence.version.served, rows=evidence.rows, openings=evidence.openings)
    for limit in (*own.values(), *extra):
        yield judge_fact(limit, facts) if limit.metric in FACTS else judge_limit(limit, evidence.metrics)


def compared(version: ModelVersion, metrics: tuple[MetricRow, ...]) -> MetricRow | None:
    """The metric by which the model is compared with the baseline: the deciding one, if its difference has an
    interval."""
    known = {r.code: r for r in metrics if r.difference is not None and r.difference.low is not None}
    return next((known[code] for code in (version.metric, *PREFERRED) if code in known), None)


def _beats_baseline(evidence: Evidence) -> Gate:
    row = compared(evidence.version, evidence.metrics)
    if row is None or row.difference is None or row.difference.low is None or row.difference.value is None:
        sentence = _unknown(evidence)
        return Gate(code="beats_baseline", passed=False, value=None, limit=0.0, sentence=sentence)
    passed = row.difference.low > 0
    better = row.difference.value > 0
    outcome = "passed" if passed else "unclear" if better else "failed"
    params = {
        name: amount(abs(v) if name != "low" else v, "metric", decimals(row.code, v)) for name, v in _ends(row).items()
    }
    name = Text(f"verification.metric.{row.code}")
    return Gate(
        code="beats_baseline",
        passed=passed,
        value=row.difference.low,
        limit=0.0,
        sentence=Text(f"verification.gate.beats_baseline.{outcome}", {"metric": name, **params}),
        metric=row.code,
    )


def _unknown(evidence: Evidence) -> Text:
    """That it can't be compared with the baseline, and why."""
    deciding = [row for row in evidence.metrics if row.code == evidence.version.metric]
    told = [part for row in (*deciding, *evidence.metrics) for part in (row.difference, row.estimate)]
    reason = next((part.reason for part in told if part is not None and part.reason is not None), None)
    if reason is None:
        return Text("verification.gate.beats_baseline.unknown")
    return Text("verification.gate.beats_baseline.unknown_why", {"reason": reason})


def _ends(row: MetricRow) -> dict[str, float]:
    difference = row.difference
    if difference is None or difference.value is None or difference.low is None:
        return {}
    return {"value": difference.value, "low": difference.low}


def _no_leakage(evidence: Evidence) -> Gate:
    alarms = (*evidence.version.alarms, *evidence.suspicions)
    sentence = Text("verification.gate.no_leakage.passed")
    if alarms:
        sentence = Text("verification.gate.no_leakage.failed", {"n": len(alarms), "alarm": alarms[0]})
    return Gate(code="no_leakage", passed=not alarms, value=float(len(alarms)), limit=0.0, sentence=sentence)


def _beats_rule(evidence: Evidence) -> Gate | None:
    """What decides today is only replaced by what does clearly better; where outcomes have a price, money tells."""
    found = evidence.beside("rule")
    if found is None or evidence.worth is not None:
        return None
    return _beside("beats_rule", found, passed=found.verdict == "better")


def _champion(evidence: Evidence) -> Gate | None:
    """A version in use isn't replaced by what does clearly worse; where nothing is clear, a warning says so, and where
    much is at stake it stays."""
    found = evidence.beside("champion")
    if found is None:
        return None
    passed = found.verdict == "better" if evidence.risk is Risk.HIGH else found.verdict != "worse"
    return _beside("champion", found, passed=passed)


def _beside(code: str, found: Comparison, *, passed: bool) -> Gate:
    value = found.decisive.value if found.decisive is not None else None
    params: dict[str, Value | Text | str | int | float] = {
        "model": readable(found.label),
        "metric": Text(f"verification.metric.{found.decides}"),
        "value": amount(abs(value or 0.0), "metric", decimals(found.decides, value or 0.0)),
        "least": amount(found.least, "metric", decimals(found.decides, found.least)),
    }
    return Gate(
        code=code,
        passed=passed,
        value=found.decisive.low if found.decisive is not None else None,
        limit=found.least,
        sentence=Text(f"verification.gate.{code}.{told(found)}", params),
        metric=found.decides,
    )


def _worth(evidence: Evidence) -> Gate | None:
    """Where outcomes have a price, the version must be worth more than what is done today."""
    found = evidence.worth
    if found is None:
        return None
    today = found.policies[found.today]
    if today.gain is None or today.gain.value is None:
        return None
    said: dict[str, Value | Text | str | int | float] = {
        "gain": money(abs(today.gain.value), found.table),
        "period": Text(f"verification.period.{found.table.period}"),
        "today": policy_name(today),
    }
    certain = today.gain.low is not None and today.gain.low > 0
    passed = certain if evidence.risk is Risk.HIGH else today.gain.value > 0
    value = today.gain.value
    outcome = "passed" if passed else "unclear" if value > 0 else "failed" if value < 0 else "equal"
    return Gate(
        code="worth",
        passed=passed,
        value=today.gain.value,
        limit=0.0,
        sentence=Text(f"verification.gate.worth.{outcome}", said),
    )


def _data_expectations(evidence: Evidence) -> Gate | None:
    """The training data must keep to the contract of its dataset, where there is one."""
    found = evidence.expected
    if found is None:
        return None
    broken, told = len(found.broken), found.met + len(found.broken)
    said: dict[str, Value | Text | str | int | float] = {"dataset": readable(evidence.version.dataset), "n": told}
    sentence = Text("verification.gate.data_expectations.passed", said)
    if broken:
        said |= {"n": broken, "of": told, "first": broken_sentence(found.broken[0])}
        sentence = Text("verification.gate.data_expectations.failed", said)
    return Gate(code="data_expectations", passed=not broken, value=float(broken), limit=0.0, sentence=sentence)


GATES: dict[str, Callable[[Evidence], Gate | None]] = {
    "beats_baseline": _beats_baseline,
    "beats_rule": _beats_rule,
    "champion": _champion,
    "worth": _worth,
    "no_leakage": _no_leakage,
    "data_expectations": _data_expectations,
}

"""What a project asks of its models: limits, what is at stake, and two people where that is much."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.data.expectations.records import Checked, Range, Result, Verdict
from app.errors import CicloError
from app.learning.records import Estimate
from app.learning.search.records import Served
from app.project import Project
from app.text.words import Words
from app.verification import policy, state
from app.verification.beside import grounds, outcome
from app.verification.gates import Evidence, judge
from app.verification.records import DECISION, Comparison, Decision, GateLimit, Report, Risk
from app.verification.state import VersionState
from app.verification.value.records import Policy, ValueTable, Worth
from tests.unit.verification.test_points import report as made_report
from tests.unit.verification.test_points import version as made_version
from tests.unit.verification.test_state import decide, report, version

UNCLEAR = Comparison(
    kind="champion",
    label="churn@1",
    decides="roc_auc",
    verdict="no_difference",
    decisive=Estimate(value=0.01, low=-0.01, high=0.03),
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.setenv("CICLO_HOME", str(tmp_path / "ana"))
    made = Project.create(tmp_path / "p", name="Policy")
    yield made
    made.close()


def worth(low: float, value: float, high: float) -> Worth:
    gain = Estimate(value=value, low=low, high=high)
    today = Policy(code="none", worth=Estimate(value=0.0), gain=gain, worse=0.1)
    return Worth(table=ValueTable(model="churn"), policies=(Policy(code="model", worth=gain), today), today=1)


def evidence(**wishes: object) -> Evidence:
    asked = {"version": made_version(0.8), "metrics": made_report().metrics, "rows": 1_000, "openings": 1, **wishes}
    return Evidence(**asked)  # type: ignore[arg-type]


def outcomes(found: Evidence) -> dict[str, bool]:
    return {gate.code: gate.passed for gate in judge(found)}


def test_that_what_is_at_stake_says_how_strict_the_gates_are() -> None:
    asked = {"compared": (UNCLEAR,), "worth": worth(-10, 50, 110), "rows": 300, "openings": 6}
    low, usual, high = (outcomes(evidence(risk=risk, **asked)) for risk in Risk)
    assert set(low) == {"beats_baseline", "no_leakage"}
    assert usual["champion"]
    assert usual["worth"]
    assert not {"rows_limit", "openings_limit"} & set(usual)
    assert [high[code] for code in ("champion", "worth", "rows_limit", "openings_limit")] == [False] * 4
    certain = outcomes(evidence(risk=Risk.HIGH, worth=worth(10, 50, 90)))
    assert certain["worth"]
    assert certain["rows_limit"]
    assert not outcomes(evidence(worth=worth(-90, -50, 10)))["worth"]


@pytest.mark.parametrize(
    ("metric", "limit", "passed", "said"),
    [
        ("size", 2.0, True, "The model has 1.5 MB, at most 2 are allowed."),
        ("size", 1.0, False, "more than the 1"),
        ("latency", 50.0, False, "slower than the 50"),
        ("rows", 1000.0, True, "Judged on 1,000 rows"),
        ("openings", 0.0, False, "fresh rows"),
    ],
)
def test_that_facts_are_limited_like_metrics(metric: str, limit: float, passed: bool, said: str) -> None:
    served = Served(size_bytes=1_500_000, one_row_ms=3.0, thousand_rows_ms=80.0)
    measured = msgspec.structs.replace(made_version(0.8), served=served)
    limits = (GateLimit(model="churn", metric=metric, limit=limit),)
    gate = next(g for g in judge(evidence(version=measured, limits=limits)) if g.code == f"{metric}_limit")
    assert gate.passed == passed
    assert said in Words("en").text(gate.sentence)
    blank = next(g for g in judge(evidence(limits=limits)) if g.code == f"{metric}_limit")
    assert metric in ("rows", "openings") or not blank.passed, "what wasn't measured proves nothing"


def test_that_several_limits_hold_at_once_and_each_is_taken_away_by_itself(project: Project) -> None:
    report(project, version(project))
    for metric, limit in (("roc_auc", 0.7), ("size", 5.0), ("roc_auc", 0.75)):
        policy.set_gate_limit(project, model="churn", metric=metric, limit=limit)
    assert [(one.metric, one.limit) for one in policy.gate_limits(project, "churn")] == [
        ("roc_auc", 0.75),
        ("size", 5.0),
    ]
    policy.set_gate_limit(project, model="churn", metric="roc_auc", limit=None)
    assert [one.metric for one in policy.gate_limits(project, "churn")] == ["size"]
    assert policy.gate_limits(project, "other") == ()


def test_that_the_smallest_difference_that_matters_holds_for_a_report_that_was_made_before(project: Project) -> None:
    better = msgspec.structs.replace(
        UNCLEAR, rows=900, verdict="better", decisive=Estimate(value=0.02, low=0.01, high=0.03)
    )
    model = version(project)
    body = msgspec.structs.replace(report(project, model).read(Report), compared=(better,))
    for least, verdict in ((None, "better"), (0.005, "better"), (0.015, "no_difference")):
        policy.set_least_difference(project, model="churn", metric="roc_auc", least=least)
        (now,) = policy.compared_now(project, body)
        assert (now.verdict, now.least) == (verdict, least or 0.0)
    assert policy.least_differences(project, "other") == {}
    assert Words("en").text(outcome(now)) == "Better, but maybe by less than matters"
    assert "A difference matters from 0.015 on." in [Words("en").text(text) for text in grounds(now)]
    gate = next(gate for gate in policy.gates_now(project, body) if gate.code == "champion")
    assert gate.limit == 0.015
    assert "less than the 0.015 that matter" in Words("en").text(gate.sentence)
    policy.set_gate_risk(project, model="churn", risk=Risk.HIGH)
    assert not next(gate for gate in policy.gates_now(project, body) if gate.code == "champion").passed


@pytest.mark.parametrize(
    ("metric", "least"), [("nosuch", 0.1), ("rows", 1.0), ("roc_auc", -0.1), ("roc_auc", math.nan)]
)
def test_that_a_difference_that_cannot_matter_is_refused(project: Project, metric: str, least: float) -> None:
    with pytest.raises(CicloError) as caught:
        policy.set_least_difference(project, model="churn", metric=metric, least=least)
    assert caught.value.code in ("verification.unknown_metric", "verification.bad_least")


def test_that_two_people_approve_where_much_is_at_stake(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = version(project)
    report(project, model)
    policy.set_gate_risk(project, model="churn", risk=Risk.HIGH)
    assert policy.gate_risk(project, "churn") is Risk.HIGH
    decide(project, "churn", override="trial")
    assert state.version_state(project, model.id) is VersionState.HALF
    assert state.approvals(project, model) == []
    assert state.champion(project, "churn") == ""
    with pytest.raises(CicloError) as caught:
        decide(project, "churn", by="Also Ana", override="trial")
    assert caught.value.code == "verification.same_key"
    monkeypatch.setenv("CICLO_HOME", str(tmp_path / "luis"))
    decide(project, "churn", by="Luis", override="trial")
    assert state.version_state(project, model.id) is VersionState.APPROVED
    assert [r.read(Decision).by for r in state.approvals(project, model)] == ["Ana", "Luis"]
    assert state.champion(project, "churn") == "churn@1"
    assert state.models(project)[0].state is VersionState.APPROVED
    decide(project, "churn", approved=False, by="Luis")
    assert state.version_state(project, model.id) is VersionState.REJECTED
    assert len(project.records(DECISION)) == 3


def test_that_one_approval_is_enough_again_where_less_is_at_stake(project: Project) -> None:
    model = version(project)
    report(project, model)
    policy.set_gate_risk(project, model="churn", risk=Risk.HIGH)
    decide(project, "churn", override="trial")
    policy.set_gate_risk(project, model="churn", risk=Risk.LOW)
    assert state.version_state(project, model.id) is VersionState.APPROVED


def test_that_data_that_is_not_as_expected_stops_a_version() -> None:
    assert "data_expectations" not in outcomes(evidence())
    kept = Checked(contract="c", met=3)
    assert outcomes(evidence(expected=kept))["data_expectations"]
    gone = Result(expectation=Range(column="age", high=120.0), verdict=Verdict.BROKEN, rows=2, of=9)
    broken = evidence(expected=Checked(contract="c", met=2, broken=(gone,)))
    gate = next(gate for gate in judge(broken) if gate.code == "data_expectations")
    assert (gate.passed, gate.value) == (False, 1.0)
    assert "doesn't meet 1 of 3 expectations. Not met: age is at most 120. 2 of 9 values" in Words("en").text(
        gate.sentence
    )

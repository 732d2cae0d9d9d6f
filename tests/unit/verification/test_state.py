"""Where versions stand, and the decisions that move them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import CicloError, worded
from app.learning.records import MODEL, Candidate, Estimate, ModelVersion, Split, Task, TrainRequest
from app.project import Project, Record, StagedFile, draft
from app.project.bin import bin_entry
from app.project.purge import purge
from app.text import Text, Words
from app.verification import policy, state
from app.verification.catalogue import METRICS, display, display_axis
from app.verification.records import DECISION, REPORT, Decision, Gate, GateLimit, MetricRow, Report
from app.verification.state import VersionState


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "project", name="Churn")


def version(
    project: Project,
    *,
    name: str = "churn",
    key: str = "k",
    estimator: str = "logistic",
    parents: tuple[str, ...] = (),
    objects: dict[str, StagedFile] | None = None,
) -> Record:
    estimate = Estimate(value=0.8, low=0.75, high=0.85, method="cv")
    body = ModelVersion(
        dataset="customers@1",
        dataset_id="d" * 64,
        target="Churn",
        task=Task.BINARY,
        labels=("No", "Yes"),
        positive="Yes",
        features=(),
        excluded=(),
        split=Split(scheme="random", seed=0, fraction=0.2, key=key, train_rows=80, holdout_rows=20),
        request=TrainRequest(project="", dataset="customers@1", target="Churn", model=name),
        metric="roc_auc",
        estimator=estimator,
        candidates=(Candidate(estimator=estimator, params={}, cv={}, seconds=1.0, complexity=1),),
        baseline={"roc_auc": Estimate(value=0.5)},
        cv={"roc_auc": estimate},
        threshold=0.5,
        seconds=2.5,
        peak_memory_mb=100.0,
        versions={},
    )
    return project.commit([draft(MODEL, body, name=name, parents=parents, objects=objects)])[0]


def report(project: Project, model: Record, *, passed: bool = True, key: str = "k") -> Record:
    gate = Gate(code="beats_baseline", passed=passed, value=0.1, limit=0.0, sentence=Text("verification.x"))
    body = Report(
        model=model.label,
        model_id=model.id,
        dataset="customers@1",
        on_test_file=False,
        task=Task.BINARY,
        rows=20,
        positives=10,
        openings=1,
        holdout_key=key,
        verdict="good",
        headline=Text("verification.x"),
        summary=Text("verification.x"),
        gates=(gate,),
        metrics=(MetricRow(code="roc_auc", estimate=Estimate(value=0.82, low=0.78, high=0.86)),),
        charts=(),
    )
    return project.commit([draft(REPORT, body, parents=(model.id,))])[0]


def decide(project: Project, model: str, *, approved: bool = True, by: str = "Ana", override: str = "") -> Record:
    return state.decide(project, model=model, approved=approved, by=by, comment="Read it.", override=override)


def test_that_a_version_goes_from_trained_to_verified_to_approved_and_back(project: Project) -> None:
    model = version(project)
    seen = [state.version_state(project, model.id)]
    report(project, model)
    seen.append(state.version_state(project, model.id))
    decide(project, "churn@1")
    seen.append(state.version_state(project, model.id))
    decide(project, "churn", approved=False)
    seen.append(state.version_state(project, model.id))
    assert seen == [VersionState.TRAINED, VersionState.VERIFIED, VersionState.APPROVED, VersionState.REJECTED]
    assert state.approvals(project, model) == []


def test_that_the_champion_is_the_version_of_the_model_that_was_approved_last(project: Project) -> None:
    first, second, third = (version(project) for _ in range(3))
    assert state.champion(project, "churn") == ""
    for model in (first, second, third):
        report(project, model)
        decide(project, model.id)
    assert state.champion(project, "churn") == "churn@3"
    decide(project, "churn@3", approved=False)
    assert state.champion(project, "churn") == "churn@2"
    decide(project, "churn@1")
    assert state.champion(project, "churn") == "churn@1"
    assert state.champion(project, "other") == ""


def test_that_a_decision_names_its_report_and_what_it_replaces(project: Project) -> None:
    model = version(project)
    made = report(project, model)
    first = decide(project, model.id)
    second = decide(project, model.id, approved=False).read(Decision)
    assert first.parents == (made.id, model.id)
    assert (second.report_id, second.supersedes, second.by) == (made.id, (first.id,), "Ana")


def test_that_nothing_is_approved_without_a_report_but_anything_can_be_rejected(project: Project) -> None:
    model = version(project)
    with pytest.raises(CicloError) as caught:
        decide(project, "churn")
    assert caught.value.code == state.NO_REPORT
    decide(project, "churn", approved=False)
    assert state.version_state(project, model.id) is VersionState.REJECTED


def test_that_a_decision_needs_a_name(project: Project) -> None:
    report(project, version(project))
    with pytest.raises(CicloError) as caught:
        decide(project, "churn", by="  ")
    assert caught.value.code == state.NO_NAME


def test_that_a_failed_gate_stops_an_approval_unless_a_reason_is_written(project: Project) -> None:
    report(project, version(project), passed=False)
    with pytest.raises(CicloError) as caught:
        decide(project, "churn")
    assert (caught.value.code, caught.value.params["gates"]) == (
        state.GATE_FAILED,
        worded("verification.gate.beats_baseline"),
    )
    assert project.records(DECISION) == []
    decided = decide(project, "churn", override="Pilot with 20 customers").read(Decision)
    assert (decided.failed_gates, decided.override) == (("beats_baseline",), "Pilot with 20 customers")


@pytest.mark.parametrize(("limit", "passed"), [(0.77, True), (0.80, False)])
def test_that_the_lower_end_of_the_interval_must_reach_the_limit(project: Project, limit: float, passed: bool) -> None:
    made = report(project, version(project))
    policy.set_gate_limit(project, model="churn", metric="roc_auc", limit=0.99)
    policy.set_gate_limit(project, model="churn", metric="roc_auc", limit=limit)
    gates = policy.gates_now(project, made.read(Report))
    assert [(g.code, g.passed) for g in gates] == [("beats_baseline", True), ("metric_limit", passed)]
    assert "0.780" in Words("en").text(gates[1].sentence)
    assert "0,780" in Words("es").text(gates[1].sentence)


def test_that_a_limit_set_after_the_report_counts_and_can_be_removed(project: Project) -> None:
    report(project, version(project))
    policy.set_gate_limit(project, model="churn", metric="roc_auc", limit=0.9)
    with pytest.raises(CicloError) as caught:
        decide(project, "churn")
    assert caught.value.params["gates"] == worded("verification.gate.metric_limit")
    policy.set_gate_limit(project, model="churn", metric="roc_auc", limit=None)
    assert policy.gate_limit(project, "churn") is None
    decide(project, "churn")


def test_that_an_unknown_metric_is_refused(project: Project) -> None:
    with pytest.raises(CicloError) as caught:
        policy.set_gate_limit(project, model="churn", metric="luck", limit=0.5)
    assert caught.value.code == policy.UNKNOWN_METRIC


def test_that_two_decisions_that_replace_the_same_one_are_a_conflict_until_a_third_settles_it(project: Project) -> None:
    model = version(project)
    report(project, model)
    first = decide(project, "churn")
    body = decide(project, "churn").read(Decision)
    twin = Decision(
        model=body.model, model_id=model.id, report_id="", approved=False, by="Luis", comment="", supersedes=(first.id,)
    )
    project.commit([draft(DECISION, twin)])
    assert state.version_state(project, model.id) is VersionState.CONFLICT
    assert state.approvals(project, model) == []
    decide(project, "churn")
    assert state.version_state(project, model.id) is VersionState.APPROVED


def test_that_two_who_approve_at_once_agree(project: Project) -> None:
    model = version(project)
    report(project, model)
    body = decide(project, "churn").read(Decision)
    project.commit([draft(DECISION, body)])
    assert state.version_state(project, model.id) is VersionState.APPROVED
    assert state.approvals(project, model) != []


def test_that_the_list_shows_the_report_where_there_is_one_and_cross_validation_elsewhere(project: Project) -> None:
    first, second = version(project), version(project)
    made = report(project, first)
    report(project, second, key="other")
    decide(project, first.id)
    third = version(project, key="other")
    rows = state.models(project)
    assert [row.id for row in rows] == [third.id, second.id, first.id]
    assert [row.state for row in rows] == [VersionState.TRAINED, VersionState.VERIFIED, VersionState.APPROVED]
    assert [row.source for row in rows] == ["cv", "holdout", "holdout"]
    assert [row.metrics["roc_auc"].value for row in rows] == [0.8, 0.82, 0.82]
    assert [row.openings for row in rows] == [1, 1, 1]
    assert rows[2].report_id == made.id
    assert state.openings(project, "k") == 1


def test_that_the_list_says_where_the_data_are_in_the_bin_or_were_purged(project: Project) -> None:
    body = GateLimit(model="x", metric="roc_auc", limit=None)  # any body: only the record counts
    data = [project.commit([draft("dataset-version", body, name=f"d{n}")])[0] for n in range(3)]
    for one in data:
        version(project, parents=(one.id,))
    project.commit([bin_entry(data[1], binned=True)])
    purge(project, data[2], by="Eva", reason="request")
    assert [row.data_state for row in state.models(project)] == ["purged", "binned", ""]


def test_that_losses_are_shown_positive_with_their_ends_in_order() -> None:
    shown = display("neg_log_loss", Estimate(value=-0.4, low=-0.5, high=-0.3, method="BCa"))
    assert (shown.value, shown.low, shown.high, shown.method) == (0.4, 0.3, 0.5, "BCa")
    assert display_axis("neg_log_loss", (-1.0, 0.0)) == (0.0, 1.0)
    assert display("r2", shown) == shown


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("code", sorted({code for codes in METRICS.values() for code in codes}))
def test_that_every_metric_has_a_plain_name_and_a_sentence(code: str, language: str) -> None:
    words = Words(language)
    assert words.has(f"verification.metric.{code}")
    assert words(f"verification.metric.{code}.help").endswith(".")


def test_that_the_light_half_loads_nothing_heavy() -> None:
    script = (
        "import sys, app.verification.state, app.verification.records\n"
        "print([m for m in ('numpy', 'pandas', 'sklearn', 'pyarrow', 'scipy', 'babel', 'jinja2') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"

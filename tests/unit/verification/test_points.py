"""The first page: three points that speak for a version, and three against it."""

from __future__ import annotations

import msgspec

from app.data.records import ColumnType
from app.learning.latency import block_ms
from app.learning.records import Candidate, Estimate, Feature, ModelVersion, Split, Task, TrainRequest
from app.text.message import Text
from app.verification.points import MOST, strengths, warnings
from app.verification.records import BarChart, Comparison, Gate, MetricRow, Report
from app.verification.verdict import importance_findings

AUC = "roc_auc"


def report(**wishes: object) -> Report:
    made = Report(
        model="churn@1",
        model_id="0" * 64,
        dataset="customers@1",
        on_test_file=False,
        task=Task.BINARY,
        rows=5_000,
        positives=900,
        openings=1,
        holdout_key="",
        verdict="good",
        headline=Text("verification.headline.good"),
        summary=Text("verification.headline.good"),
        gates=(
            Gate(code="beats_baseline", passed=True, value=0.2, limit=0.0, sentence=Text("beats")),
            Gate(code="no_leakage", passed=True, value=0.0, limit=0.0, sentence=Text("clean")),
        ),
        metrics=(MetricRow(code=AUC, estimate=Estimate(value=0.81, low=0.78, high=0.84)),),
        charts=(),
    )
    return msgspec.structs.replace(made, **wishes)


def version(cv: float) -> ModelVersion:
    return ModelVersion(
        dataset="customers@1",
        dataset_id="d" * 64,
        target="left",
        task=Task.BINARY,
        labels=("no", "yes"),
        positive="yes",
        features=(),
        excluded=(),
        split=Split(scheme="random", seed=0, fraction=0.2, key="", train_rows=20_000, holdout_rows=5_000),
        request=TrainRequest(project="", dataset="customers@1", target="left", model="churn"),
        metric=AUC,
        estimator="logistic",
        candidates=(Candidate(estimator="logistic", params={}, cv={}, seconds=1.0, complexity=1),),
        baseline={},
        cv={AUC: Estimate(value=cv, low=cv - 0.01, high=cv + 0.01)},
        threshold=0.5,
        seconds=1.0,
        peak_memory_mb=1.0,
        versions={},
    )


def test_that_the_weightiest_points_come_first_and_three_at_most() -> None:
    better = Comparison(
        kind="champion",
        label="churn@1",
        decides=AUC,
        verdict="better",
        decisive=Estimate(value=0.02, low=0.01, high=0.03),
    )
    found = strengths(report(compared=(better,)), version(0.80))
    assert [text.id for text in found] == ["verification.point.better", "beats", "verification.point.as_trained"]
    plain = strengths(report(), version(0.95))
    assert [text.id for text in plain] == ["beats", "verification.gate.no_leakage.passed", "verification.point.rows"]


def test_that_failed_gates_and_bad_findings_are_the_first_warnings() -> None:
    failed = Gate(code="champion", passed=False, value=-0.1, limit=0.0, sentence=Text("worse"))
    findings = (("warning", Text("mild")), ("note", Text("aside")), ("bad", Text("leak")), ("warning", Text("more")))
    found = warnings(report(gates=(failed,), findings=findings))
    assert [text.id for text in found] == ["worse", "leak", "mild"]
    assert len(found) == MOST
    assert warnings(report()) == ()


def test_that_missing_importance_is_said_where_there_are_rows_enough() -> None:
    bars = BarChart(code="importance", x_label=Text("x"), names=("a",), values=(0.1,))
    assert importance_findings(version(0.8), 100, (bars,)) == []
    assert importance_findings(version(0.8), 10, ()) == []
    assert [text.id for _, text in importance_findings(version(0.8), 100, ())] == ["verification.finding.no_importance"]


def test_that_what_a_model_takes_is_counted_from_its_parts_and_columns() -> None:
    plain = version(0.8)
    near = msgspec.structs.replace(plain, estimator="neighbors")
    many = msgspec.structs.replace(
        plain, features=tuple(Feature(name=str(n), type=ColumnType.NUMBER) for n in range(500))
    )
    assert block_ms(plain) == block_ms(version(0.9))
    assert block_ms(near) > block_ms(plain)
    assert block_ms(many) > block_ms(plain) + 100

"""Training small datasets of every task from end to end."""

from __future__ import annotations

import datetime
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.data.records import ColumnType as T
from app.errors import CicloError
from app.jobs import forks
from app.jobs.contract import Cancelled
from app.learning.estimators import catalogue
from app.learning.estimators.catalogue import EstimatorKind
from app.learning.matrix import feature_frame
from app.learning.model import Predictions, load_model, predict, signature_of
from app.learning.records import Leaderboard, ModelVersion, Preset, Task, TrainAnswer, TrainRequest
from app.learning.source import open_source, read_table
from app.learning.splits import splitting
from app.learning.training import train
from app.project import Project
from tests.integration.learning.datasets import Columns, Here, store

ROWS = 260


def columns_of(rows: int = ROWS, seed: int = 0) -> Columns:
    """Features of every kind, with missing values, constants and a column of very many levels."""
    random = np.random.default_rng(seed)
    age = random.normal(50, 12, rows).round(1).tolist()
    age[::9] = [None] * len(age[::9])
    start = datetime.date(2024, 1, 1)
    return {
        "key": (T.IDENTIFIER, [f"C{n}" for n in range(rows)]),
        "age": (T.NUMBER, age),
        "visits": (T.INTEGER, random.integers(0, 9, rows).tolist()),
        "town": (T.CATEGORY, random.choice(["Vigo", "Lugo", "Jaca", None], rows).tolist()),
        "street": (T.CATEGORY, [f"street {n % 500}" for n in random.integers(0, 500, rows)]),
        "member": (T.BOOLEAN, random.choice(["Sí", "No"], rows).tolist()),
        "since": (T.DATE, [start + datetime.timedelta(days=int(d)) for d in random.integers(0, 700, rows)]),
        "constant": (T.INTEGER, [7] * rows),
    }


def strength(columns: Columns, seed: int = 1) -> np.ndarray:
    """What the targets depend on."""
    random = np.random.default_rng(seed)
    age = np.array([50.0 if a is None else a for a in columns["age"][1]], dtype=float)
    town = np.array([1.0 if t == "Vigo" else 0.0 for t in columns["town"][1]])
    return (age - 50) / 12 + 1.5 * town + 0.3 * np.array(columns["visits"][1]) + random.normal(0, 0.5, len(age))


def with_target(task: Task, rows: int = ROWS, seed: int = 0) -> Columns:
    columns = columns_of(rows, seed)
    found = strength(columns)
    if task is Task.BINARY:
        return columns | {"y": (T.BOOLEAN, ["Sí" if v > 1.8 else "No" for v in found])}
    if task is Task.MULTICLASS:
        return columns | {"y": (T.INTEGER, (3 + np.digitize(found, [0.5, 1.5, 2.5])).tolist())}
    return columns | {"y": (T.NUMBER, found.tolist())}


class Trained:
    """A training's outcome, committed."""

    def __init__(self, project: Project, context: Here, **request: object) -> None:
        context.staging, lock = project.new_staging()
        given = {"project": str(project.folder), "dataset": "people", "target": "y", "model": "m"} | request
        try:
            outcome = train(context, TrainRequest(**given))  # type: ignore[arg-type]
        finally:
            lock.release()
        self.answer = msgspec.json.decode(outcome.answer, type=TrainAnswer)
        self.record = project.commit(outcome.drafts)[0]
        project.drop_checkpoint(outcome.checkpoint)
        self.version = self.record.read(ModelVersion)
        self.project = project

    def path(self, name: str) -> Path:
        return self.project.object_path(self.record.objects[name].sha256)

    def rows(self, name: str) -> np.ndarray:
        return pq.read_table(self.path(name)).column("row").to_numpy()

    def predict(self, table: pa.Table) -> Predictions:
        model = load_model(self.path("model"), signature=signature_of(self.version))
        return predict(model, feature_frame(table, self.version.features))


def here(tmp_path: Path, processors: int = 1) -> Here:
    return Here(tmp_path, processors)


@pytest.mark.parametrize("task", list(Task))
def test_that_every_family_learns_every_task(project: Project, tmp_path: Path, task: Task) -> None:
    store(project, "people", with_target(task))
    context = here(tmp_path, processors=2)
    trained = Trained(project, context)
    version = trained.version
    tried = {c.estimator for c in version.candidates}
    linear = "ridge" if task is Task.REGRESSION else "logistic"
    assert {"baseline", linear, "tree", "forest", "extra_trees", "boosting", "neighbors"} <= tried
    assert all(c.state == "done" for c in version.candidates)
    assert version.task is task is trained.answer.task
    assert {c.name for c in version.excluded} == {"key", "constant"}
    gain = version.gain[version.metric]
    assert gain.low is not None
    assert gain.low > 0
    assert version.split.train_rows + version.split.holdout_rows == ROWS
    assert set(trained.rows("holdout")).isdisjoint(trained.rows("out_of_fold"))
    assert len(trained.rows("out_of_fold")) == version.split.train_rows
    assert version.alarms == ()
    assert isinstance(context.published[-1], Leaderboard)
    assert context.steps[-1].step.id == "learning.step.checking"


def test_that_the_stored_model_predicts_in_source_words(project: Project, tmp_path: Path, brief: None) -> None:
    record = store(project, "people", with_target(Task.BINARY))
    trained = Trained(project, here(tmp_path))
    table = read_table(open_source(str(project.folder), record.label)).take(trained.rows("holdout"))
    found = trained.predict(table)
    truth = np.array(table.column("y").to_pylist())
    assert trained.version.labels == ("No", "Sí")
    assert (found.labels == truth).mean() > 0.75
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1.0)
    assert ((found.labels == "Sí") == (found.probabilities[:, 1] >= 0.5)).all()


def test_that_integer_classes_keep_their_words(project: Project, tmp_path: Path, brief: None) -> None:
    store(project, "people", with_target(Task.MULTICLASS))
    assert Trained(project, here(tmp_path)).version.labels == ("3", "4", "5", "6")


def test_that_unseen_categories_and_missing_cells_are_predicted(project: Project, tmp_path: Path, brief: None) -> None:
    store(project, "people", with_target(Task.BINARY))
    trained = Trained(project, here(tmp_path))
    nothing = pa.table(
        {
            "age": pa.array([None, 40.0], pa.float64()),
            "visits": pa.array([None, 3], pa.int64()),
            "town": pa.array([None, "Atlantis"]),
            "street": pa.array([None, "unknown street"]),
            "member": pa.array([None, "perhaps"]),
            "since": pa.array([None, datetime.date(2040, 1, 1)], pa.date32()),
        }
    )
    assert np.isfinite(trained.predict(nothing).probabilities).all()


def test_that_one_or_two_processors_give_the_same_model_bytes(project: Project, tmp_path: Path, brief: None) -> None:
    store(project, "people", with_target(Task.BINARY))
    hashes = {
        Trained(project, here(tmp_path, processors)).record.objects[name].sha256
        for processors in (1, 2, 1)
        for name in ("model",)
    }
    assert len(hashes) == 1


def test_that_rows_without_a_target_are_neither_learned_from_nor_judged(
    project: Project, tmp_path: Path, brief: None
) -> None:
    columns = with_target(Task.BINARY)
    columns["y"] = (T.BOOLEAN, [None, None, *columns["y"][1][2:]])
    store(project, "people", columns)
    trained = Trained(project, here(tmp_path))
    assert not {0, 1} & {*trained.rows("holdout").tolist(), *trained.rows("out_of_fold").tolist()}
    assert trained.version.notes[0].id == "learning.note.dropped"


def test_that_another_dataset_can_be_the_test(project: Project, tmp_path: Path, brief: None) -> None:
    store(project, "people", with_target(Task.BINARY))
    test = store(project, "later", with_target(Task.BINARY, rows=90, seed=4))
    trained = Trained(project, here(tmp_path), test="later")
    assert trained.version.split.train_rows == ROWS
    assert trained.version.split.test_dataset == "later@1"
    assert trained.rows("holdout").tolist() == list(range(90))
    assert test.id in trained.record.parents


def test_that_a_test_without_the_columns_is_refused(project: Project, tmp_path: Path, brief: None) -> None:
    store(project, "people", with_target(Task.BINARY))
    store(project, "later", {"y": (T.BOOLEAN, ["Sí", "No"] * 20)})
    with pytest.raises(CicloError, match="test_lacks_column"):
        Trained(project, here(tmp_path), test="later")


def test_that_groups_stay_together(project: Project, tmp_path: Path, brief: None) -> None:
    columns = with_target(Task.BINARY)
    household = [f"house {n % 50}" for n in range(ROWS)]
    store(project, "people", columns | {"household": (T.CATEGORY, household)})
    trained = Trained(project, here(tmp_path), split="group:household")
    held = {household[row] for row in trained.rows("holdout")}
    assert held.isdisjoint({household[row] for row in trained.rows("out_of_fold")})
    assert "household" in {c.name for c in trained.version.excluded}


def test_that_the_last_part_is_judged_with_a_split_by_time(project: Project, tmp_path: Path, brief: None) -> None:
    columns = with_target(Task.BINARY)
    store(project, "people", columns)
    trained = Trained(project, here(tmp_path), split="time:since")
    since = np.array(columns["since"][1], dtype="datetime64[D]")
    assert since[trained.rows("holdout")].min() > since[trained.rows("out_of_fold")].max()


@pytest.mark.parametrize(("task", "alarm"), [(Task.BINARY, "copy"), (Task.REGRESSION, "column_r2")])
def test_that_a_column_that_gives_the_answer_away_is_alarmed(
    project: Project, tmp_path: Path, brief: None, task: Task, alarm: str
) -> None:
    columns = with_target(task)
    told = columns["y"][1]
    noise = np.random.default_rng(3).normal(0, 0.1, ROWS)
    leak = (T.CATEGORY, told) if task is Task.BINARY else (T.NUMBER, (np.array(told) + noise).tolist())
    store(project, "people", columns | {"told": leak})
    alarms = Trained(project, here(tmp_path)).version.alarms
    assert alarms[0].id == f"learning.alarm.{alarm}"
    assert alarms[0].params["column"] == "told"


def test_that_a_candidate_that_fails_costs_only_itself(
    project: Project, tmp_path: Path, brief: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise ValueError("it never works")

    bad = EstimatorKind(id="tree", tasks=frozenset(Task), build=broken, complexity=1, quick=({},))  # type: ignore[arg-type]
    known = catalogue.builtin()
    monkeypatch.setattr(catalogue, "builtin", lambda: (*known, bad))
    store(project, "people", with_target(Task.BINARY))
    version = Trained(project, here(tmp_path)).version
    failed = next(c for c in version.candidates if c.estimator == "tree")
    assert failed.state == "failed"
    assert failed.remark is not None
    assert failed.remark.id == "jobs.fit_error"
    assert version.candidates[-1] == failed


def test_that_a_time_limit_that_lets_nothing_finish_is_said(project: Project, tmp_path: Path) -> None:
    store(project, "people", with_target(Task.BINARY))
    with pytest.raises(CicloError, match="nothing_finished"):
        Trained(project, here(tmp_path), time_limit_s=0.01, preset=Preset.THOROUGH)


def test_that_a_stopped_training_leaves_nothing(project: Project, tmp_path: Path, brief: None) -> None:
    store(project, "people", with_target(Task.BINARY))
    context = here(tmp_path)
    context.cancel_after = 2
    with pytest.raises(Cancelled):
        Trained(project, context)
    assert project.records("model-version") == []


def test_that_no_fit_ever_sees_a_sealed_row(
    project: Project, tmp_path: Path, brief: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[np.ndarray] = []
    check = splitting.Sealed.check

    def watched(self: splitting.Sealed, rows: np.ndarray) -> None:
        seen.append(rows)
        check(self, rows)

    monkeypatch.setattr(splitting.Sealed, "check", watched)
    monkeypatch.setattr(forks, "CAN_FORK", False)  # every fit in this process, where it can be seen
    store(project, "people", with_target(Task.BINARY))
    trained = Trained(project, here(tmp_path))
    held = set(trained.rows("holdout").tolist())
    assert len(seen) > 5
    assert all(held.isdisjoint(rows.tolist()) for rows in seen)


def test_that_only_dates_or_only_constants_say_so_or_train(project: Project, tmp_path: Path, brief: None) -> None:
    columns = with_target(Task.BINARY)
    store(project, "people", {"constant": columns["constant"], "y": columns["y"]})
    with pytest.raises(CicloError, match="no_usable_columns"):
        Trained(project, here(tmp_path))
    store(project, "people", {"since": columns["since"], "y": columns["y"]})
    assert Trained(project, here(tmp_path)).version.features[0].type is T.DATE


def test_that_a_winner_no_better_than_the_baseline_is_told(project: Project, tmp_path: Path, brief: None) -> None:
    columns = with_target(Task.BINARY)
    store(project, "people", {"constant": columns["constant"], "age": columns["age"], "y": columns["y"]})
    nothing_learned = Trained(project, here(tmp_path), include=("constant",), exclude=("age",))
    assert [note.id for note in nothing_learned.version.notes] == ["learning.note.no_gain"]
    store(project, "people", columns)
    assert "learning.note.no_gain" not in [note.id for note in Trained(project, here(tmp_path)).version.notes]


@pytest.mark.parametrize("task", list(Task))
def test_that_a_number_beyond_single_precision_costs_no_family(project: Project, tmp_path: Path, task: Task) -> None:
    columns = with_target(task)
    columns["age"][1][7] = 1e300
    columns["age"][1][8] = -1.7e308
    store(project, "people", columns)
    trained = Trained(project, here(tmp_path, processors=2))
    assert all(c.state == "done" for c in trained.version.candidates)


def test_that_an_amount_too_large_to_be_learned_is_refused_by_its_value(project: Project, tmp_path: Path) -> None:
    columns = with_target(Task.REGRESSION)
    columns["y"][1][3] = -1e300
    store(project, "people", columns)
    with pytest.raises(CicloError) as refused:
        Trained(project, here(tmp_path))
    assert (refused.value.code, refused.value.params["value"]) == ("learning.target_extreme", "-1e+300")


def test_that_too_few_groups_are_said_before_anything_is_fitted(project: Project, tmp_path: Path, brief: None) -> None:
    store(project, "people", with_target(Task.BINARY))
    for split in ("group:member", "group:constant"):
        with pytest.raises(CicloError) as refused:
            Trained(project, here(tmp_path), split=split)
        assert refused.value.code == "learning.too_few_units"


def test_that_the_rows_learned_from_are_no_test(project: Project, tmp_path: Path, brief: None) -> None:
    store(project, "people", with_target(Task.BINARY))
    with pytest.raises(CicloError) as refused:
        Trained(project, here(tmp_path), test="people")
    assert refused.value.code == "learning.test_is_training"


@pytest.mark.parametrize(
    ("task", "rule"),
    [(Task.BINARY, 'age > 50 and visits >= 4 or town is "Vigo"'), (Task.REGRESSION, "0,3 * visits + 1")],
)
def test_that_the_rule_of_today_is_compared_on_the_same_folds_and_changes_no_model(
    project: Project, tmp_path: Path, brief: None, task: Task, rule: str
) -> None:
    store(project, "people", with_target(task))
    plain = Trained(project, here(tmp_path))
    ruled = Trained(project, here(tmp_path), rule=rule, locale="es_ES")
    version = ruled.version
    row = next(c for c in version.candidates if c.estimator == "baseline_rule")
    assert row.state == "done"
    assert row.params == {"rule": rule}
    assert len(row.folds) == version.plan.folds if version.plan else False
    (reference,) = version.references
    assert reference.estimator == "baseline_rule"
    assert reference.gain[version.metric].value == pytest.approx(
        (version.cv[version.metric].value or 0) - (reference.cv[version.metric].value or 0)
    )
    assert version.baseline[version.metric].value != reference.cv[version.metric].value
    assert ruled.path("model").read_bytes() == plain.path("model").read_bytes()
    again = Trained(project, here(tmp_path), rule="street is missing" if task is Task.BINARY else "1e9", locale="en")
    assert again.path("model").read_bytes() == plain.path("model").read_bytes()


def test_that_a_rule_may_look_at_a_column_that_nothing_is_learned_from(
    project: Project, tmp_path: Path, brief: None
) -> None:
    store(project, "people", with_target(Task.BINARY))
    trained = Trained(project, here(tmp_path), rule="visits > 4", locale="en", exclude=("visits",))
    assert [r.estimator for r in trained.version.references] == ["baseline_rule"]
    assert "visits" not in [feature.name for feature in trained.version.features]


def test_that_the_median_is_learned_where_errors_count_by_their_size(project: Project, tmp_path: Path) -> None:
    columns = columns_of()
    random = np.random.default_rng(3)
    tail = random.pareto(1.1, ROWS) * 40 * (random.random(ROWS) < 0.2)
    store(project, "sales", {**columns, "y": (T.NUMBER, (strength(columns) * 3 + 30 + tail).tolist())})
    squared = Trained(project, here(tmp_path), dataset="sales")
    assert "median" not in {c.estimator for c in squared.version.candidates}
    sized = Trained(project, here(tmp_path), dataset="sales", metric="neg_mean_absolute_error")
    scores = {}
    for candidate in sized.version.candidates:
        scores.setdefault(candidate.estimator, candidate.cv["neg_mean_absolute_error"].value or 0.0)
    assert scores["median"] > scores["ridge"]


@pytest.mark.parametrize("task", list(Task))
def test_that_the_champion_is_fitted_again_on_the_same_folds_and_changes_no_model(
    project: Project, tmp_path: Path, brief: None, task: Task
) -> None:
    store(project, "people", with_target(task))
    first = Trained(project, here(tmp_path))
    second = Trained(project, here(tmp_path), champion="m@1")
    metric = first.version.metric
    row = next(c for c in second.version.candidates if c.estimator == "baseline_champion")
    assert row.params == {"version": "m@1"}
    assert row.cv[metric].value == pytest.approx(first.version.cv[metric].value, abs=1e-12)
    (reference,) = second.version.references
    assert reference.gain[metric].value == pytest.approx(0, abs=1e-12)
    assert [n.id for n in second.version.notes] == ["learning.note.no_gain_over.baseline_champion"]
    assert second.path("model").read_bytes() == first.path("model").read_bytes()


def test_that_a_version_that_predicts_something_else_is_no_champion(
    project: Project, tmp_path: Path, brief: None
) -> None:
    store(project, "people", with_target(Task.BINARY))
    Trained(project, here(tmp_path), target="member")
    second = Trained(project, here(tmp_path), champion="m@1")
    assert second.version.references == ()
    assert "learning.note.champion_other" in [note.id for note in second.version.notes]
    with pytest.raises(CicloError) as caught:
        Trained(project, here(tmp_path), champion="m@9")
    assert caught.value.code == "project.no_such_version"

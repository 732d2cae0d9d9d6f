"""The executed plan: resumed where a training was cut off, and replayed to the same bytes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.errors import CicloError
from app.jobs.asking import tell_finish
from app.jobs.contract import Cancelled
from app.learning import reproducing
from app.learning.estimators import catalogue
from app.learning.records import MODEL, ModelVersion, Preset, Reproduced, ReproduceRequest, Taken, Task
from app.learning.reproducing import reproduce
from app.learning.simplest import model_of, take
from app.project import Project, Record, draft
from app.project.folder import CHECKPOINTS
from app.project.record import StagedFile
from tests.integration.learning.datasets import Here, store
from tests.integration.learning.test_training import Trained, here, with_target
from tests.once import once

_FEW = {"baseline", "logistic", "ridge", "additive", "tree", "boosting"}


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quick kinds only; the search still has something to search."""
    kinds = tuple(kind for kind in catalogue.builtin() if kind.id in _FEW)
    monkeypatch.setattr(catalogue, "builtin", lambda: kinds)
    monkeypatch.setattr("app.learning.search.strategy.WORK_S", dict.fromkeys(Preset, 12.0))


@pytest.fixture
def searched(few: None, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project in which version 1 of ``m`` was searched for at length, once in a run."""

    def search(folder: Path) -> None:
        project = Project.create(folder / "project")
        store(project, "people", with_target(Task.BINARY))
        Trained(project, here(folder), preset=Preset.BALANCED)
        project.close()

    made = once(tmp_path_factory, "searched", search) / "project"
    opened = Project.open(shutil.copytree(made, tmp_path / "searched"))
    yield opened
    opened.close()


def first_of(project: Project) -> tuple[Record, ModelVersion]:
    record = project.version(MODEL, "m@1")
    return record, record.read(ModelVersion)


def reproduced(project: Project, tmp_path: Path, model: str = "m") -> Reproduced:
    context = here(tmp_path, processors=2)
    context.staging, lock = project.new_staging()
    try:
        outcome = reproduce(context, ReproduceRequest(project=str(project.folder), model=model))
    finally:
        lock.release()
    return msgspec.json.decode(outcome.answer, type=Reproduced)


def kept(project: Project) -> list[Path]:
    return list((project.folder / ".ciclo" / CHECKPOINTS).glob("*/*.fit"))


@pytest.mark.parametrize("task", list(Task))
def test_that_a_version_trains_again_to_the_same_bytes(
    request: pytest.FixtureRequest, tmp_path: Path, task: Task
) -> None:
    project: Project = request.getfixturevalue("searched" if task is Task.BINARY else "project")
    if task is not Task.BINARY:
        store(project, "people", with_target(task))
        Trained(project, here(tmp_path), preset=Preset.BALANCED)
    plan = first_of(project)[1].plan
    assert plan is not None
    assert plan.stop in {"learning.stop.budget", "learning.stop.no_gain", "learning.stop.nothing_left"}
    assert plan.rounds > 3
    assert plan.members
    assert reproduced(project, tmp_path) == Reproduced(model="m@1", identical=True)


def test_that_the_champion_of_another_search_is_tried_with_its_own_parameters(
    searched: Project, tmp_path: Path
) -> None:
    project, (_, first) = searched, first_of(searched)
    second = Trained(project, here(tmp_path), champion="m@1").version
    assert first.plan is not None
    made_of = [first.plan.tried[member.candidate] for member in first.plan.members]
    tried = [(c.estimator, c.params) for c in second.candidates if c.state == "done"]
    assert all((one.estimator, one.params) in tried for one in made_of)
    champion = next(c for c in second.candidates if c.estimator == "baseline_champion")
    assert champion.folds == pytest.approx(next(c for c in first.candidates).folds)
    assert reproduced(project, tmp_path) == Reproduced(model="m@2", identical=True)


def test_that_a_candidate_taken_by_hand_becomes_the_model_alone(searched: Project, tmp_path: Path) -> None:
    project, (_, first) = searched, first_of(searched)
    row = next(c for c in first.candidates if c.estimator == "logistic" and c.state == "done")
    taken = Taken(version="m@1", estimator="logistic", params=row.params)
    second = Trained(project, here(tmp_path), preset=Preset.BALANCED, champion="m@1", taken=taken).version
    assert (second.estimator, second.cv) == ("logistic", second.cv | row.cv)
    assert "baseline_champion" in [c.estimator for c in second.candidates]
    assert second.plan is not None
    assert second.plan.stop == "learning.stop.taken"
    assert "learning.note.taken" in [note.id for note in second.notes]
    assert reproduced(project, tmp_path) == Reproduced(model="m@2", identical=True)
    strange = msgspec.structs.replace(taken, estimator="acme.nearest")
    with pytest.raises(CicloError) as caught:
        Trained(project, here(tmp_path), taken=strange)
    assert caught.value.code == "learning.unknown_estimator"


def test_that_only_what_stands_alone_can_be_taken(searched: Project) -> None:
    _, version = first_of(searched)
    model = model_of(version)
    assert model == version.candidates[0]
    rows = {c.estimator: n for n, c in reversed(list(enumerate(version.candidates, start=1)))}
    assert take("m@1", version, rows["tree"]).estimator == "tree"
    for row, code in (
        (1, "learning.not_to_take"),
        (rows["baseline"], "learning.not_to_take"),
        (99, "learning.no_such_row"),
    ):
        with pytest.raises(CicloError) as caught:
            take("m@1", version, row)
        assert caught.value.code == code
    alone = msgspec.structs.replace(version, candidates=version.candidates[:1])
    with pytest.raises(CicloError) as caught:
        take("m@1", alone)
    assert caught.value.code == "learning.no_simpler"


def test_that_a_version_with_a_rule_trains_again_to_the_same_bytes(project: Project, tmp_path: Path) -> None:
    store(project, "people", with_target(Task.BINARY))
    trained = Trained(project, here(tmp_path), rule="visits > 4", locale="en")
    assert trained.version.plan is not None
    assert "baseline_rule" in [tried.estimator for tried in trained.version.plan.tried]
    assert reproduced(project, tmp_path) == Reproduced(model="m@1", identical=True)


def test_that_what_a_time_limit_let_through_is_replayed(project: Project, tmp_path: Path) -> None:
    store(project, "people", with_target(Task.BINARY))
    trained = Trained(project, here(tmp_path), preset=Preset.THOROUGH, time_limit_s=4.0)
    assert trained.version.plan is not None
    assert trained.version.plan.stop in {"learning.stop.time", "learning.stop.no_gain"}
    assert reproduced(project, tmp_path).identical


class Content(Here):
    """Is asked to be content once so many live results have come."""

    def publish(self, topic: str, value: object) -> None:
        super().publish(topic, value)
        if len(self.published) == 20:
            tell_finish(self.staging)


def test_that_the_best_so_far_is_taken_when_asked_and_replayed(searched: Project, tmp_path: Path) -> None:
    project, (_, whole) = searched, first_of(searched)
    folder = tmp_path / "asked"
    folder.mkdir()
    asked = Trained(project, Content(folder, 1), preset=Preset.BALANCED, model="asked")
    plan = asked.version.plan
    assert plan is not None
    assert plan.stop == "learning.stop.asked"
    assert len(plan.tried) < len(whole.plan.tried if whole.plan else ())
    assert {tried.left for tried in plan.tried} >= {"learning.remark.asked"}
    assert reproduced(project, tmp_path, "asked").identical


def test_that_a_stopped_training_goes_on_and_gives_the_same_bytes(searched: Project, tmp_path: Path) -> None:
    project, (whole, _) = searched, first_of(searched)
    assert not kept(project)
    context = here(tmp_path)
    context.cancel_after = 40
    with pytest.raises(Cancelled):
        Trained(project, context, preset=Preset.BALANCED)
    assert len(kept(project)) >= 39
    again = Trained(project, here(tmp_path, processors=2), preset=Preset.BALANCED)
    assert again.version.plan is not None
    assert again.version.plan.resumed >= 39
    assert again.record.objects["model"].sha256 == whole.objects["model"].sha256
    assert not kept(project)


def test_that_other_data_start_from_the_beginning(project: Project, tmp_path: Path) -> None:
    store(project, "people", with_target(Task.BINARY))
    context = here(tmp_path)
    context.cancel_after = 10
    with pytest.raises(Cancelled):
        Trained(project, context)
    store(project, "people", with_target(Task.BINARY, seed=1))
    again = Trained(project, here(tmp_path))
    assert again.version.plan is not None
    assert again.version.plan.resumed == 0


def test_that_the_first_difference_is_named(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store(project, "people", with_target(Task.BINARY))
    trained = Trained(project, here(tmp_path))
    monkeypatch.setattr(reproducing, "library_versions", lambda: {**trained.version.versions, "numpy": "1.0"})
    found = reproduced(project, tmp_path)
    assert found.identical
    assert [text.id for text in found.differences] == ["learning.differs.library"]
    monkeypatch.undo()
    worse = msgspec.structs.replace(
        trained.version,
        candidates=tuple(
            msgspec.structs.replace(c, folds=(c.folds[0], c.folds[1] + 0.1, *c.folds[2:]))
            if c.estimator == "logistic"
            else c
            for c in trained.version.candidates
        ),
    )
    objects = {name: object_file(trained, name) for name in trained.record.objects}
    project.commit([draft("model-version", worse, objects=objects, name="other")])
    differences = reproduced(project, tmp_path, "other").differences
    assert differences[0].id == "learning.differs.score"
    assert differences[0].params["fold"] == 2


def object_file(trained: Trained, name: str) -> StagedFile:
    known = trained.record.objects[name]
    return StagedFile(path=trained.path(name), sha256=known.sha256, size=known.size, media=known.media)


def test_that_a_version_without_a_plan_says_so(project: Project, tmp_path: Path) -> None:
    store(project, "people", with_target(Task.BINARY))
    trained = Trained(project, here(tmp_path))
    old = msgspec.structs.replace(trained.version, plan=None)
    objects = {name: object_file(trained, name) for name in trained.record.objects}
    project.commit([draft("model-version", old, objects=objects, name="old")])
    with pytest.raises(CicloError, match="no_plan"):
        reproduced(project, tmp_path, "old")

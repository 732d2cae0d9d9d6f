"""Leaks that stand in the data themselves are said before and after a training, and clean data are left in peace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from app.data.records import ImportRequest
from app.data.versions.arrival import import_source
from app.learning.alarms import leak_alarms
from app.learning.leaks import encoded, leak_hints
from app.learning.planning import plan
from app.learning.preparing import prepare
from app.learning.records import Planned, PlanRequest, TrainRequest
from app.project import Project
from tests.bench.leaky import LEAKS, Builder, clean
from tests.integration.learning.datasets import Here

HINTS = {
    "standardised over all rows": "learning.hint.scaled",
    "standardised, to four decimals": "learning.hint.scaled",
    "standardised by pandas": "learning.hint.scaled",
    "scaled from 0 to 1": "learning.hint.scaled",
    "numbered by the answer": "learning.hint.numbered",
    "numbered almost by the answer": "learning.hint.numbered",
    "mean of the target by region": "learning.alarm.encoded",
    "mean of the amount by plan": "learning.alarm.encoded",
    "copy of the target, 0.5% wrong": "learning.alarm.column_auc",
    "reason filled in for 70%": "learning.alarm.only_filled",
    "closing date for 80%": "learning.alarm.only_filled",
    "reminders counted for 60%": "learning.alarm.only_other",
    "state closed for 60%": "learning.alarm.only_value",
    "oversampled by 20%": "learning.split.repeated",
    "rows almost twice": "learning.split.twins",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.setenv("CICLO_HOME", str(tmp_path / "home"))
    made = Project.create(tmp_path / "p")
    yield made
    made.close()


def said(project: Project, build: Builder, seed: int) -> list[str]:
    """What is said of some data, without a model: nothing is predicted, so no error is made either."""
    file = project.folder.parent / "data.csv"
    build(np.random.default_rng(seed)).to_csv(file, index=False)
    staging, lock = project.new_staging()
    request = ImportRequest(project=str(project.folder), source=str(file), name="data")
    project.commit(import_source(Here(staging), request).drafts)
    lock.release()
    told = prepare(TrainRequest(project=str(project.folder), dataset="data", target="answer", model="m"))
    asked, nothing = told.asked, np.full((len(told.data.rows), max(1, told.data.classes)), 0.5)
    found = [
        *encoded(asked.source, asked.target, asked.columns),
        *leak_alarms(told.data, told.features, nothing, labels=asked.target.labels),
        *leak_hints(asked.source, asked.target, "answer", asked.columns),
        *(note.message for note in told.twins.notes),
    ]
    return [text.id for text in found]


@pytest.mark.parametrize("name", HINTS)
def test_that_a_planted_leak_is_said(project: Project, name: str) -> None:
    assert HINTS[name] in said(project, LEAKS[name], seed=7)


@pytest.mark.parametrize("seed", range(6))
def test_that_clean_data_are_not_accused(project: Project, seed: int) -> None:
    def build(g: np.random.Generator) -> object:
        return clean(g, amounts=seed % 3 == 0)

    assert said(project, build, seed=seed) == []  # type: ignore[arg-type]


def test_that_a_value_far_beyond_all_others_is_pointed_out(project: Project) -> None:
    file = project.folder.parent / "data.csv"
    frame = clean(np.random.default_rng(5))
    frame.loc[17, "spent"] = 1e300
    frame.to_csv(file, index=False)
    staging, lock = project.new_staging()
    request = ImportRequest(project=str(project.folder), source=str(file), name="data")
    project.commit(import_source(Here(staging), request).drafts)
    planned = plan(Here(staging), PlanRequest(project=str(project.folder), dataset="data", target="answer"))
    lock.release()
    problems = msgspec.json.decode(planned.answer, type=Planned).problems
    assert [text.params["column"] for text in problems if text.id == "learning.note.far_off"] == ["spent"]


def test_that_a_name_that_speaks_of_the_target_is_asked_about(project: Project) -> None:
    def build(g: np.random.Generator) -> object:
        return clean(g).rename(columns={"answer": "customer_churn", "spent": "ChurnScore", "calls": "customer_calls"})

    file = project.folder.parent / "data.csv"
    build(np.random.default_rng(0)).to_csv(file, index=False)  # type: ignore[attr-defined]
    staging, lock = project.new_staging()
    request = ImportRequest(project=str(project.folder), source=str(file), name="data")
    project.commit(import_source(Here(staging), request).drafts)
    lock.release()
    told = prepare(TrainRequest(project=str(project.folder), dataset="data", target="customer_churn", model="m"))
    hints = leak_hints(told.asked.source, told.asked.target, "customer_churn", told.asked.columns)
    assert [(text.id, text.params["column"]) for text in hints] == [("learning.hint.named_after", "ChurnScore")]


@pytest.mark.parametrize("harm", ["lost", "damaged"])
def test_that_hints_alone_stop_no_training(project: Project, harm: str) -> None:
    file = project.folder.parent / "data.csv"
    LEAKS["standardised over all rows"](np.random.default_rng(7)).to_csv(file, index=False)
    staging, lock = project.new_staging()
    request = ImportRequest(project=str(project.folder), source=str(file), name="data")
    record = project.commit(import_source(Here(staging), request).drafts)[0]
    lock.release()
    place = project.object_place(record.objects["profile"].sha256)
    place.chmod(0o644)
    if harm == "lost":
        place.unlink()
    else:
        place.write_bytes(b"{")
    told = prepare(TrainRequest(project=str(project.folder), dataset="data", target="answer", model="m"))
    assert leak_hints(told.asked.source, told.asked.target, "answer", told.asked.columns) == ()

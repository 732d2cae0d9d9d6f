"""A project with a trained model of each task, made once in a run and copied for each test."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pypdf import PdfReader

from app.data.records import ColumnType
from app.learning.records import Task, TrainRequest
from app.learning.training import train
from app.project import Project, Record
from app.verification.records import REPORT, Report, VerifyRequest
from app.verification.verifying import verify
from tests.integration.learning.datasets import Columns, Here, store
from tests.once import once

HOSTILE = "<script>alert('x')</script>{0}%s"
EMOJI = '🙂 naïve & "quoted"'
LONG = "long" * 500


def columns(task: Task, *, n: int = 500, seed: int = 0) -> Columns:
    """Data with a number, a word and a noise column that foretell the target so-so; the names are hostile."""
    generator = np.random.default_rng(seed)
    number, noise = generator.normal(size=n), generator.normal(size=n)
    word = generator.choice(["a", "b", "<b>c</b>"], size=n)
    signal = number + (word == "a") + generator.normal(scale=0.8, size=n)
    target: tuple[ColumnType, list[object]]
    if task is Task.REGRESSION:
        target = (ColumnType.NUMBER, (1000 + 500 * signal).tolist())
    elif task is Task.BINARY:
        target = (ColumnType.BOOLEAN, np.where(signal > 0.8, "<i>Yes</i>", "No").tolist())
    else:
        target = (ColumnType.CATEGORY, np.array(["low", "mid", "<u>high</u>"])[np.digitize(signal, [0, 1])].tolist())
    return {
        HOSTILE: (ColumnType.NUMBER, number.tolist()),
        EMOJI: (ColumnType.CATEGORY, word.tolist()),
        LONG: (ColumnType.NUMBER, noise.tolist()),
        "target": target,
    }


Make = Callable[[Task], Path]
Open = Callable[[Task], Project]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """The folder of a project in which ``model@1`` was trained for the task."""
    return lambda task: once(tmp_path_factory, f"trained-{task.value}", lambda made: _train(made, task)) / "project"


@pytest.fixture(scope="session")
def reported(tmp_path_factory: pytest.TempPathFactory, trained: Make) -> Make:
    """The folder of the same project, in which ``model@1`` has its report."""

    def report(made: Path, task: Task) -> None:
        project = Project.open(shutil.copytree(trained(task), made / "project"))
        judge(project)
        project.close()

    return lambda task: once(tmp_path_factory, f"reported-{task.value}", lambda made: report(made, task)) / "project"


def _train(made: Path, task: Task) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CICLO_HOME", str(made / "home"))
        project = Project.create(made / "project", name="Hostile")
        store(project, "data", columns(task))
        staging, lock = project.new_staging()
        request = TrainRequest(
            project=str(project.folder),
            dataset="data",
            target="target",
            model="model",
            time_limit_s=20,
            include=(LONG,),
        )
        project.commit(train(Here(staging), request).drafts)
        lock.release()
        project.close()


@pytest.fixture
def copies(tmp_path: Path) -> Iterator[Callable[[Path, Task], Project]]:
    """Copies of projects, open until the test is over."""
    projects = []

    def copied(folder: Path, task: Task) -> Project:
        projects.append(Project.open(shutil.copytree(folder, tmp_path / task.value)))
        return projects[-1]

    yield copied
    for project in projects:
        project.close()


@pytest.fixture
def opened(trained: Make, copies: Callable[[Path, Task], Project]) -> Open:
    """A copy of a project with a trained version, opened."""
    return lambda task: copies(trained(task), task)


@pytest.fixture
def judged(reported: Make, copies: Callable[[Path, Task], Project]) -> Open:
    """The same, with the first report of that version."""
    return lambda task: copies(reported(task), task)


def told(project: Project) -> tuple[Report, str, str]:
    """The newest report and its two pages."""
    return _pages(project, max(project.records(REPORT), key=lambda r: r.envelope.lamport))


def printed(project: Project, language: str) -> PdfReader:
    """The PDF of the newest report."""
    record = max(project.records(REPORT), key=lambda r: r.envelope.lamport)
    return PdfReader(io.BytesIO(project.object_bytes(record.objects[f"pdf_{language}"].sha256)))


def judge(project: Project, *, test: str = "", model: str = "model") -> tuple[Report, str, str]:
    """Verify and commit; the report and its two pages."""
    staging, lock = project.new_staging()
    try:
        outcome = verify(Here(staging), VerifyRequest(project=str(project.folder), model=model, test=test))
        record = project.commit(outcome.drafts)[0]
    finally:
        lock.release()
    return _pages(project, record)


def _pages(project: Project, record: Record) -> tuple[Report, str, str]:
    pages = [project.object_bytes(record.objects[f"html_{language}"].sha256).decode() for language in ("en", "es")]
    return record.read(Report), pages[0], pages[1]

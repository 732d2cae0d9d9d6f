"""A project with a trained model of each task, made once and copied for each test."""

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
from app.project import Project
from app.verification.records import REPORT, Report, VerifyRequest
from app.verification.verifying import verify
from tests.integration.learning.datasets import Columns, Here, store

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


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Task], Path]:
    """The folder of a project in which ``model@1`` was trained for the task."""
    made: dict[Task, Path] = {}

    def make(task: Task) -> Path:
        if task not in made:
            made[task] = _train(tmp_path_factory.mktemp("trained") / task.value, task)
        return made[task]

    return make


def _train(folder: Path, task: Task) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CICLO_HOME", str(folder.parent / "home"))
        project = Project.create(folder, name="Hostile")
        store(project, "data", columns(task))
        staging, lock = project.new_staging()
        request = TrainRequest(
            project=str(folder), dataset="data", target="target", model="model", time_limit_s=20, include=(LONG,)
        )
        project.commit(train(Here(staging), request).drafts)
        lock.release()
        project.close()
    return folder


@pytest.fixture
def opened(trained: Callable[[Task], Path], tmp_path: Path) -> Iterator[Callable[[Task], Project]]:
    """A copy of such a project, opened."""
    projects = []

    def open_copy(task: Task) -> Project:
        folder = tmp_path / task.value
        shutil.copytree(trained(task), folder)
        projects.append(Project.open(folder))
        return projects[-1]

    yield open_copy
    for project in projects:
        project.close()


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
    pages = [project.object_bytes(record.objects[f"html_{language}"].sha256).decode() for language in ("en", "es")]
    return record.read(Report), pages[0], pages[1]

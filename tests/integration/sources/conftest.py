"""A project with a way to bring any source into it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from app.data.records import (
    DATASET,
    Corrections,
    ImportAnswer,
    ImportRequest,
    Inspected,
    InspectRequest,
    Reading,
)
from app.data.sources.jobs import import_source, inspect_any
from app.data.stored import read_stored
from app.errors import CicloError
from app.jobs.contract import Progress
from app.project import Project, Record
from app.text import Words


class Workbench:
    """A context without a process around it."""

    def __init__(self, staging: Path) -> None:
        self.staging = staging
        self.processors = 1
        self.reports: list[Progress] = []
        self.on_check: Callable[[], None] = lambda: None

    def report(self, progress: Progress) -> None:
        self.reports.append(progress)

    def publish(self, topic: str, value: msgspec.Struct) -> None:
        raise AssertionError(topic)

    def check_cancelled(self) -> None:
        self.on_check()


class Desk:
    """A project, and what a test asks of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = Project.create(folder / "project")
        self.workbench = Workbench(folder / "staging")
        self.workbench.staging.mkdir()

    def bring(self, path: Path, reading: Reading = Reading(), **corrections: object) -> tuple[ImportAnswer, Record]:  # noqa: B008
        request = ImportRequest(
            project=str(self.project.folder),
            source=str(path),
            name="a",
            corrections=msgspec.convert(corrections, Corrections),
            reading=reading,
        )
        outcome = import_source(self.workbench, request)
        (record,) = self.project.commit(outcome.drafts)
        return msgspec.json.decode(outcome.answer, type=ImportAnswer), record

    def look(self, path: Path, reading: Reading = Reading(), **corrections: object) -> Inspected:  # noqa: B008
        request = InspectRequest(
            source=str(path), corrections=msgspec.convert(corrections, Corrections), reading=reading
        )
        return inspect_any(path, request)

    def columns(self, record: Record) -> dict[str, list[object]]:
        return dict(read_stored(self.project.whole_object(record.objects["table"].sha256)).to_pydict())

    def refused(self, path: Path, reading: Reading = Reading(), **corrections: object) -> str:  # noqa: B008
        before = len(self.project.records(DATASET))
        with pytest.raises(CicloError) as error:
            self.bring(path, reading, **corrections)
        for language in ("en", "es"):
            assert Words(language).error(error.value)[0] != error.value.code
        assert len(self.project.records(DATASET)) == before
        return error.value.code

    def said(self, record: Record) -> list[str]:
        from app.data.records import DatasetVersion

        return [Words("en").text(note) for note in record.read(DatasetVersion).notes]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)

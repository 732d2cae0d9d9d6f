"""A project into which tests import text without a window or a process around it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest

from app.data.importing import import_source
from app.data.records import DATASET, Corrections, ImportAnswer, ImportRequest
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
    """A project with a way to import text into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = Project.create(folder / "project")
        self.workbench = Workbench(folder / "staging")
        self.workbench.staging.mkdir()

    def file(self, content: str | bytes, name: str = "a.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def bring(self, content: str | bytes, name: str = "a.csv", **corrections: object) -> tuple[ImportAnswer, Record]:
        request = ImportRequest(
            project=str(self.project.folder),
            source=str(self.file(content, name)),
            name="a",
            corrections=msgspec.convert(corrections, Corrections),
        )
        outcome = import_source(self.workbench, request)
        (record,) = self.project.commit(outcome.drafts)
        return msgspec.json.decode(outcome.answer, type=ImportAnswer), record

    def rows(self, record: Record) -> list[tuple[object, ...]]:
        return [tuple(row.values()) for row in self.table(record).to_pylist()]

    def table(self, record: Record) -> pa.Table:
        return read_stored(self.project.whole_object(record.objects["table"].sha256))

    def refused(self, content: str | bytes, name: str = "a.csv", **corrections: object) -> str:
        with pytest.raises(CicloError) as error:
            self.bring(content, name, **corrections)
        for language in ("en", "es"):
            assert Words(language).error(error.value)[0] != error.value.code
        assert not self.project.records(DATASET)
        return error.value.code


def lines(count: int) -> str:
    """Records of three columns."""
    return "".join(f"{i},n{i},{i * 2}\n" for i in range(count))


HEADER = "id,name,v\n"

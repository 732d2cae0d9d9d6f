"""A project that databases are imported into, and the servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest

from app.data.records import DatasetVersion, ImportAnswer, ImportRequest, Inspected, InspectRequest, Reading
from app.data.sources.jobs import import_source, inspect_source
from app.data.sql.records import Access
from app.data.stored import read_stored
from app.errors import CicloError
from app.jobs.contract import Progress
from app.project import Project, Record
from app.text import Words
from tests import servers


class Workbench:
    """A context without a process around it."""

    processors = 1

    def __init__(self, staging: Path) -> None:
        self.staging = staging

    def report(self, progress: Progress) -> None:
        assert progress.done <= progress.total

    def publish(self, topic: str, value: msgspec.Struct) -> None:
        raise AssertionError(topic)

    def check_cancelled(self) -> None:
        """Nobody stops it."""


class Desk:
    """Imports from one place."""

    def __init__(self, folder: Path) -> None:
        self.project = Project.create(folder / "project")
        self.workbench = Workbench(folder / "staging")
        self.workbench.staging.mkdir()

    def bring(
        self, source: str, query: str | None = None, *, table: str | None = None, access: Access | None = None
    ) -> tuple[ImportAnswer, Record]:
        request = ImportRequest(
            project=str(self.project.folder),
            source=source,
            name="a",
            reading=Reading(query=query, table=table),
            access=access or Access(),
        )
        outcome = import_source(self.workbench, request)
        (record,) = self.project.commit(outcome.drafts)
        return msgspec.json.decode(outcome.answer, type=ImportAnswer), record

    def look(self, source: str, query: str | None = None, *, table: str | None = None) -> Inspected:
        request = InspectRequest(source=source, reading=Reading(query=query, table=table))
        return msgspec.json.decode(inspect_source(self.workbench, request).answer, type=Inspected)

    def refusal(self, source: str, query: str | None = None, **options: object) -> CicloError:
        """Why an import is refused; it leaves nothing."""
        before = self.project.records("dataset-version")
        with pytest.raises(CicloError) as caught:
            self.bring(source, query, **options)  # type: ignore[arg-type]
        assert self.project.records("dataset-version") == before
        message, _hint = Words("en").error(caught.value)
        assert "{" not in message
        return caught.value

    def table(self, record: Record) -> pa.Table:
        return read_stored(self.project.whole_object(record.objects["table"].sha256))

    def version(self, record: Record) -> DatasetVersion:
        return record.read(DatasetVersion)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.project.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Postgres]:
    server = servers.postgres()
    yield server
    server.close()


@pytest.fixture(scope="session")
def maria() -> Iterator[servers.Maria]:
    server = servers.maria()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> str:
    """Found where most servers of continuous integration have it."""
    monkeypatch.setenv("CICLO_PASSWORD", servers.PASSWORD)
    return servers.PASSWORD

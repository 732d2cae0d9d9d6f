"""What a dataset's page reads from the disk, in a thread: the stored profile and the rejected records."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from app.data.expectations.words import findings as broken_findings
from app.data.reader_protocol import StoredTable
from app.data.records import DatasetVersion, Profile, Rejected
from app.errors import CicloError
from app.project.record import Record
from app.project.store import Project
from app.ui.datasets.rejected import MOST_SHOWN


@dataclass(frozen=True)
class Loaded:
    """Profile and rejected records of the version ``id``, what it doesn't meet among the findings; ``error`` where the
    profile can't be read."""

    id: str
    profile: Profile | None
    rejected: tuple[Rejected, ...]
    error: CicloError | None = None


def stored_table(project: Project, record: Record) -> StoredTable | None:
    """The table of a version, as the reader is asked about it; None where it has none.

    Raises
    ------
    CicloError
        ``project.*`` where it isn't there.
    """
    stored = record.objects.get("table")
    if stored is None:
        return None
    types = {column.name: column.type for column in record.read(DatasetVersion).columns}
    return StoredTable(path=str(project.object_path(stored.sha256).resolve()), types=types)


class Load:
    """Reads them; to be called in a thread."""

    def __init__(self, project: Project, record: Record) -> None:
        self._project, self._record = project, record

    def __call__(self) -> Loaded:
        try:
            return Loaded(self._record.id, self._profile(), self._rejected())
        except CicloError as error:
            return Loaded(self._record.id, None, (), error)

    def _profile(self) -> Profile | None:
        stored = self._record.objects.get("profile")
        if stored is None:
            return None
        try:
            profile = msgspec.json.decode(self._project.object_bytes(stored.sha256), type=Profile)
            expected = self._record.read(DatasetVersion).expected
            broken = broken_findings(expected.broken) if expected is not None else ()
            return msgspec.structs.replace(profile, findings=(*broken, *profile.findings))
        except msgspec.MsgspecError as error:
            raise CicloError("project.damaged_object", sha256=stored.sha256[:12]) from error

    def _rejected(self) -> tuple[Rejected, ...]:
        stored = self._record.objects.get("rejected")
        if stored is None:
            return ()
        found: list[Rejected] = []
        decoder = msgspec.json.Decoder(Rejected)
        with self._project.object_path(stored.sha256).open("rb") as file:
            for text in file:
                if len(found) >= MOST_SHOWN:
                    break
                if text.strip():
                    found.append(decoder.decode(text))
        return tuple(found)

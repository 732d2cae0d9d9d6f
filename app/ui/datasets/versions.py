"""The datasets of a project, as the tab shows them: by name, the newest version first to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.data.records import DATASET, DatasetVersion
from app.data.versions.records import NOTE, VersionNote
from app.errors import CicloError
from app.project.record import Record
from app.ui.session import Session


@dataclass(frozen=True)
class Version:
    """A version of a dataset: its record, what it says, and the note that counts."""

    record: Record
    body: DatasetVersion
    note: str = ""

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def number(self) -> int:
        return self.record.number


def versions(session: Session, name: str = "") -> list[Version]:
    """The versions (of one dataset), oldest first; a record that can't be read is left to ``check``."""
    found = []
    later = {subject: note for note in session.records(NOTE) for subject in note.parents}  # the newest comes last
    for record in session.records(DATASET, name):
        try:
            body = record.read(DatasetVersion)
            said = later[record.id].read(VersionNote).note if record.id in later else body.note
            found.append(Version(record, body, said))
        except CicloError:
            continue
    return found


def newest_of_each(all_versions: Sequence[Version]) -> list[Version]:
    """The newest version of every dataset, by name."""
    newest: dict[str, Version] = {}
    for version in all_versions:
        held = newest.get(version.name)
        if held is None or (version.number, version.id) > (held.number, held.id):
            newest[version.name] = version
    return [newest[name] for name in sorted(newest, key=str.casefold)]


def last_from(all_versions: Sequence[Version], source_name: str, dataset: str = "") -> Version | None:
    """The last version made from a file of that name (or of that dataset): what it taught is used again."""
    for version in reversed(all_versions):
        if (version.name == dataset) if dataset else (version.body.source_name == source_name):
            return version
    return None

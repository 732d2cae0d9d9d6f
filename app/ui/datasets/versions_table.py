"""The versions of a dataset as a table, those in the bin among them where that is wanted."""

from __future__ import annotations

from datetime import datetime

from app.data.versions.history import Use, VersionEntry
from app.project.record import Record, readable
from app.text.words import Words
from app.ui.models.records import Column, RecordTableModel
from app.ui.theme import Theme
from app.ui.widgets.cells import ChipCell
from app.ui.widgets.table import Table


def when(moment: str, words: Words) -> str:
    """A stored moment in the reader's language."""
    return words.datetime(datetime.fromisoformat(moment.replace("Z", "+00:00")))


def spoken_version(version: Record | VersionEntry, words: Words) -> str:
    """A version as sentences call it: sales version 2."""
    return f"{version.name} {words('ui_datasets.dataset.version', version=version.number)}"


def spoken_uses(used_by: tuple[Use, ...], words: Words) -> str:
    """What rests on a version: models and later versions by name, the rest by how many of each kind."""
    named = dict.fromkeys(readable(use.label) for use in used_by if use.kind.endswith("-version"))
    others = [use.kind for use in used_by if not use.kind.endswith("-version")]
    counted = [
        words("ui_datasets.versions.kind", kind=words(f"project.kind.{kind.replace('-', '_')}"), n=others.count(kind))
        for kind in dict.fromkeys(others)
    ]
    return words("ui_datasets.list_mark").join([*named, *counted])


class VersionsTable(Table):
    """The table; rows are keyed by the id of the version. ``with_names``: they are of several datasets."""

    def __init__(self, theme: Theme, words: Words) -> None:
        self._words, self.with_names = words, False
        columns = [
            Column[VersionEntry](words("ui_datasets.versions.version"), self._version, tone="strong"),
            Column[VersionEntry](words("ui_datasets.versions.state"), self._state, drawn=self._chip),
            Column[VersionEntry](words("ui_datasets.versions.count"), self._rows, right=True),
            Column[VersionEntry](words("ui_datasets.versions.when"), self._when, tone="muted"),
            Column[VersionEntry](words("ui_datasets.versions.by"), _by),
            Column[VersionEntry](words("ui_datasets.versions.note"), _note, hint=_note),
        ]
        self.entries: RecordTableModel[VersionEntry] = RecordTableModel(theme, columns, key=_id)
        super().__init__(theme, self.entries, name=words("ui_datasets.versions.title"))
        self.entries.setParent(self)
        self.setObjectName("datasets.versions_table")
        self.fit_columns(stretch=5)

    def _version(self, entry: VersionEntry) -> str:
        number = self._words("ui_datasets.dataset.version", version=entry.number)
        return f"{entry.name} {number}" if self.with_names else number

    def _state(self, entry: VersionEntry) -> str:
        if entry.binned is not None:
            return self._words("ui_datasets.versions.binned")
        return self._words("ui_datasets.versions.newest") if entry.newest else ""

    def _chip(self, entry: VersionEntry) -> ChipCell:
        return ChipCell(self._state(entry), "warning" if entry.binned is not None else "good")

    def _rows(self, entry: VersionEntry) -> str:
        return self._words.number(entry.rows)

    def _when(self, entry: VersionEntry) -> str:
        return when(entry.time, self._words)


def _id(entry: VersionEntry) -> str:
    return entry.id


def _by(entry: VersionEntry) -> str:
    return entry.by


def _note(entry: VersionEntry) -> str:
    return entry.note

"""The page of a dataset's versions: a list, the detail of one, the bin, and what was deleted for good."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QSplitter, QWidget

from app.data.records import DATASET
from app.data.versions.history import VersionEntry, history, note_draft, restoring
from app.deployment.purging import PurgePlan, carry_out, plan_purge
from app.errors import CicloError
from app.project import Project, Record
from app.project.bin import bin_entry
from app.project.purge import purged
from app.project.tombstone import Purged, said_of
from app.project.writer import author
from app.ui import theme as tokens
from app.ui.datasets.purge_dialog import PurgeDialog
from app.ui.datasets.version_detail import VersionDetail
from app.ui.datasets.versions_table import VersionsTable, spoken_version
from app.ui.session import Session
from app.ui.widgets.basics import Card, column, label
from app.ui.widgets.messages import Notice
from app.ui.widgets.page import PageHeader

_Listed = tuple[list[VersionEntry], list[Purged]]


def _listed(project: Project, name: str) -> _Listed:
    return history(project, name), [one for one in purged(project) if name in ("", one.stone.name)]


class VersionsView(QWidget):
    """``left()`` goes back, ``shown(id)`` shows a version, ``compare_asked(before, after)`` compares two by id."""

    left = Signal()
    shown = Signal(str)
    compare_asked = Signal(str, str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setProperty("role", "page")
        self._session, self._words = session, session.words
        self._name, self._id, self._undoable = "", "", ""
        self._entries: dict[str, VersionEntry] = {}
        self._make_parts()
        self._lay_out()

    def _make_parts(self) -> None:
        words, theme = self._words, self._session.theme
        self._header = PageHeader()
        self._back = self._header.add(words("ui_datasets.versions.back"), self.left.emit)
        self._back.setObjectName("datasets.versions_back")
        self.notice = Notice(theme, close_name=words("ui_datasets.close"))
        self.notice.setObjectName("datasets.versions_notice")
        self.table = VersionsTable(theme, words)
        self.table.picked.connect(self._on_picked)
        self.table.opened.connect(self.shown)
        self.bin = QCheckBox(words("ui_datasets.versions.show_bin", n=0))
        self.bin.setObjectName("datasets.show_bin")
        self.bin.toggled.connect(self._on_bin_toggled)
        self._gone = label("", "small-muted", selectable=True)
        self.detail = VersionDetail(words)
        self.detail.asked.connect(self._on_asked)
        self.detail.noted.connect(self._on_noted)

    def _lay_out(self) -> None:
        size = self._session.theme.size
        card = Card()
        card.body.addWidget(self.table, 1)
        card.body.addWidget(self.bin)
        card.body.addWidget(self._gone)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(card)
        splitter.addWidget(self.detail)
        self.detail.setMinimumWidth(size(330))
        splitter.setSizes([size(840), size(380)])
        splitter.setStretchFactor(0, 1)
        outer = column(self._header, self.notice, splitter, spacing=tokens.SPACE, margins=tokens.WIDE)
        outer.setStretch(2, 1)
        self.setLayout(outer)

    # What is shown

    def show_versions(self, name: str, id: str) -> None:
        """Show the versions of a dataset, one of them chosen; without a name the bin of all."""
        if name != self._name:
            self.notice.hide()
        self._name, self._id = name, id
        self.reload()

    def reload(self) -> None:
        """Take in new records."""
        if self._session.project is not None:
            self._session.run(partial(_listed, self._session.project, self._name), self._on_listed)

    def _on_listed(self, listed: _Listed) -> None:
        entries, gone = listed
        words = self._words
        self._entries = {entry.id: entry for entry in entries}
        away = sum(entry.binned is not None for entry in entries)
        self.bin.setText(words("ui_datasets.versions.show_bin", n=away))
        self.bin.setVisible(away > 0 and bool(self._name))
        self.table.with_names = not self._name
        title, detail = self._name or words("ui_datasets.versions.bin_title"), words("ui_datasets.versions.title")
        said = words("ui_datasets.versions.subtitle" if self._name else "ui_datasets.versions.bin_subtitle")
        self._header.set(title, detail if self._name else "", said)
        self._gone.setText("\n".join(words("project.check.purged", **said_of(one)) for one in gone))
        self._gone.setVisible(bool(gone))
        self._fill()

    def _fill(self) -> None:
        everything = self.bin.isChecked() or not self._name
        shown = [e for e in reversed(self._entries.values()) if e.binned is None or everything]
        shown = [e for e in shown if self._name or e.binned is not None]
        self.table.entries.set_rows(shown)
        if self._id not in {entry.id for entry in shown}:
            self._id = shown[0].id if shown else ""
        self.detail.setVisible(bool(self._id))
        if self._id:
            self.table.pick(self._id)
            self.detail.show_entry(self._entries[self._id])

    @Slot(str)
    def _on_picked(self, id: str) -> None:
        self._id = id
        self.detail.show_entry(self._entries[id])

    @Slot(bool)
    def _on_bin_toggled(self, _checked: bool) -> None:
        self._fill()

    # What the user does

    @Slot(str)
    def _on_asked(self, what: str) -> None:
        project, entry = self._session.project, self._entries.get(self._id)
        if project is None or entry is None:
            return
        match what:
            case "show":
                self.shown.emit(entry.id)
            case "compare":
                self.compare_asked.emit(self._before(entry), entry.id)
            case "restore":
                self._session.store(partial(_restored, project, entry.id), self._on_restored, self._on_failed)
            case "remove":
                self._move(entry.id, binned=True)
            case "undo":
                self._move(entry.id, binned=False)
            case "purge":
                self._session.run(partial(_planned, project, entry.id), self._on_planned, self._on_failed)

    def _before(self, entry: VersionEntry) -> str:
        """The version before the one that is chosen (of the first one: the next)."""
        others = [e for e in self._entries.values() if e.binned is None and e.id != entry.id]
        earlier = [e for e in others if e.number < entry.number]
        chosen = earlier[-1:] or others[:1]
        return chosen[0].id if chosen else entry.id

    def _move(self, id: str, *, binned: bool) -> None:
        project = self._session.project
        if project is not None:
            done = self._on_binned if binned else self._on_taken_out
            self._undoable = id
            self._session.commit([bin_entry(project.get(id), binned=binned)], done, self._on_failed)

    def _on_binned(self, _records: list[Record]) -> None:
        words, entry = self._words, self._entries[self._undoable]
        uses = words("ui_datasets.versions.still_works") if entry.used_by else ""
        self.notice.say("accent", words("ui_datasets.versions.is_binned", version=spoken_version(entry, words)), uses)
        self.notice.add(words("ui_datasets.versions.undo_now"), self._on_undo_clicked).setObjectName("datasets.undo")
        self._tell()

    def _on_taken_out(self, _records: list[Record]) -> None:
        self.notice.hide()
        self._id = self._undoable
        self._tell()

    @Slot()
    def _on_undo_clicked(self) -> None:
        self._move(self._undoable, binned=False)

    def _on_restored(self, records: list[Record]) -> None:
        self._id = records[0].id
        self.notice.say(
            "good", self._words("ui_datasets.versions.is_restored", version=spoken_version(records[0], self._words))
        )
        self.reload()

    @Slot(str, str)
    def _on_noted(self, note: str, by: str) -> None:
        if self._session.project is not None and self._id:
            made = note_draft(self._session.project.get(self._id), note=note, by=by or author())
            self._session.commit([made], self._on_note_stored, self._on_failed)

    def _on_note_stored(self, _records: list[Record]) -> None:
        self.notice.say("good", self._words("ui_datasets.versions.note_stored"))
        self._tell()

    def _on_planned(self, plans: tuple[PurgePlan, PurgePlan]) -> None:
        dialog = PurgeDialog(self._session, *plans, self.window(), by=author())
        dialog.wanted.connect(self._on_purge_wanted)
        dialog.open()

    @Slot(str, str, bool)
    def _on_purge_wanted(self, by: str, reason: str, spare: bool) -> None:
        project = self._session.project
        if project is not None:
            self._session.reader.release()
            work = partial(_purged, project, self._id, by, reason, spare)
            self._session.store(work, self._on_purged, self._on_failed)

    def _on_purged(self, records: list[Record]) -> None:
        self.notice.say("good", self._words("ui_datasets.versions.is_purged"))
        self._tell()

    def _on_failed(self, error: CicloError) -> None:
        self.notice.say_error(self._words, error)
        self.reload()

    def _tell(self) -> None:
        """What is listed elsewhere is another list now."""
        self._session.changed.emit({DATASET: ()})


def _restored(project: Project, id: str) -> list[Record]:
    return project.commit([restoring(project, project.get(id), by=author())])


def _planned(project: Project, id: str) -> tuple[PurgePlan, PurgePlan]:
    """The whole purge, and the one that spares versions with pseudonyms."""
    record = project.get(id)
    return plan_purge(project, record), plan_purge(project, record, spare=True)


def _purged(project: Project, id: str, by: str, reason: str, spare: bool) -> list[Record]:
    return [carry_out(project, project.get(id), by=by, reason=reason, spare=spare)[1]]

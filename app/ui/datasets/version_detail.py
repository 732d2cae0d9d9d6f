"""The right panel of the versions: what is said of one, what rests on it, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot

from app.data.versions.history import VersionEntry
from app.text.words import Words
from app.ui.datasets.versions_table import spoken_uses, spoken_version, when
from app.ui.widgets.basics import Card, button, column, label, line, row
from app.ui.widgets.form import Field, line_edit, text_edit


class VersionDetail(Card):
    """``asked(what)`` is show, compare, restore, remove, undo or purge; ``noted(note, by)`` a note to be stored."""

    asked = Signal(str)
    noted = Signal(str, str)

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._entry: VersionEntry | None = None
        self._title = label("", "title")
        self._origin = label("", "muted", selectable=True)
        self.note = text_edit(words("ui_datasets.versions.note_hint"), lines=3)
        self.note.setObjectName("datasets.note")
        self.by = line_edit()
        self.by.setObjectName("datasets.note_by")
        self._earlier = label("", "small-muted", selectable=True)
        self._uses = label("", "body", selectable=True)
        self._make_buttons()
        self._lay_out()

    def _make_buttons(self) -> None:
        words = self._words
        self._save = button(words("ui_datasets.versions.save_note"), self._on_save_clicked)
        self._show = button(words("ui_datasets.versions.show"), self._on_show_clicked)
        self._compare = button(words("ui_datasets.versions.compare"), self._on_compare_clicked, "primary")
        self._restore = button(words("ui_datasets.versions.restore"), self._on_restore_clicked)
        self._remove = button(words("ui_datasets.versions.remove"), self._on_remove_clicked)
        self._undo = button(words("ui_datasets.versions.undo"), self._on_undo_clicked)
        self._purge = button(words("ui_datasets.versions.purge"), self._on_purge_clicked, "danger")
        for name in ("save", "show", "compare", "restore", "remove", "undo", "purge"):
            getattr(self, f"_{name}").setObjectName(f"datasets.version_{name}")

    def _lay_out(self) -> None:
        words = self._words
        self.body.addLayout(column(self._title, self._origin, spacing=2))
        self.body.addLayout(row(self._show, self._compare, 1))
        self.body.addWidget(line())
        self.body.addWidget(Field(words("ui_datasets.versions.note"), self.note))
        self.body.addWidget(Field(words("ui_datasets.versions.by"), self.by))
        self.body.addLayout(row(self._save, 1))
        self.body.addWidget(self._earlier)
        self.body.addWidget(line())
        self.body.addWidget(label(words("ui_datasets.versions.used_by"), "strong"))
        self.body.addWidget(self._uses)
        self.body.addStretch(1)
        self.body.addWidget(line())
        self.body.addLayout(row(self._restore, self._remove, self._undo, 1))
        self.body.addLayout(row(self._purge, 1))

    def show_entry(self, entry: VersionEntry) -> None:
        """Show this version."""
        words = self._words
        changed = self._entry is None or (self._entry.id, self._entry.note) != (entry.id, entry.note)
        self._entry = entry
        self._title.setText(spoken_version(entry, words))
        self._origin.setText(self._said_origin(entry))
        if changed:  # what is being typed stays where only something else about it is new
            self.note.setPlainText(entry.note)
            self.by.setText(entry.by)
        earlier = [said for said in entry.notes[1:] if said.note]
        told = [
            words("ui_datasets.versions.earlier", note=s.note, by=s.by or entry.author, when=when(s.time, words))
            for s in earlier
        ]
        self._earlier.setText("\n".join(told))
        self._earlier.setVisible(bool(told))
        self._uses.setText(spoken_uses(entry.used_by, words) or words("ui_datasets.versions.unused"))
        binned = entry.binned is not None
        self._restore.setVisible(not entry.newest and not binned)
        self._remove.setVisible(not binned)
        self._undo.setVisible(binned)
        self._show.setEnabled(not binned)
        self.setAccessibleName(self._title.text())

    def _said_origin(self, entry: VersionEntry) -> str:
        words = self._words
        said = [words("ui_datasets.versions.origin", n=entry.rows, file=entry.source, when=when(entry.time, words))]
        if entry.restored_from:
            said.append(words("ui_datasets.versions.restored", version=entry.restored_from))
        if entry.binned is not None:
            put = entry.binned
            said.append(words("ui_datasets.versions.put_away", by=put.by, when=when(put.time, words)))
        return "\n".join(said)

    @Slot()
    def _on_save_clicked(self) -> None:
        self.noted.emit(self.note.toPlainText().strip(), self.by.text().strip())

    @Slot()
    def _on_show_clicked(self) -> None:
        self.asked.emit("show")

    @Slot()
    def _on_compare_clicked(self) -> None:
        self.asked.emit("compare")

    @Slot()
    def _on_restore_clicked(self) -> None:
        self.asked.emit("restore")

    @Slot()
    def _on_remove_clicked(self) -> None:
        self.asked.emit("remove")

    @Slot()
    def _on_undo_clicked(self) -> None:
        self.asked.emit("undo")

    @Slot()
    def _on_purge_clicked(self) -> None:
        self.asked.emit("purge")

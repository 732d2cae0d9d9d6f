"""The bar that proposes what waits in a watched folder: what changed, Import, Not this one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot

from app.data.watched.records import Examined
from app.errors import CicloError
from app.ui.datasets.folder_watch import FolderWatch
from app.ui.session import Session
from app.ui.widgets.messages import Notice

_MOST_CHANGES = 3


class WaitingBar(Notice):
    """Shows the oldest of what waits. ``import_asked(path, dataset)`` is sent for the user's click."""

    import_asked = Signal(str, str)

    def __init__(self, session: Session, folders: FolderWatch) -> None:
        super().__init__(session.theme, close_name=session.words("ui_datasets.close"))
        self._words, self._folders = session.words, folders
        self.setObjectName("datasets.waiting")
        folders.changed.connect(self._on_changed)
        folders.known.connect(self._on_known)
        folders.gone.connect(self._on_gone)
        folders.lost.connect(self._on_lost)
        folders.found.connect(self._on_found)

    @Slot()
    def _on_changed(self) -> None:
        waiting = self._folders.waiting
        if not waiting:
            if self.property("kind") in ("accent", "warning"):
                self.hide()
            return
        first, words = waiting[0], self._words
        params = {"file": Path(first.candidate.path).name, "dataset": first.candidate.dataset}
        if len(waiting) > 1:
            sentence = words("watched.ui.arrived_more", n=len(waiting) - 1, **params)
        else:
            sentence = words("watched.ui.arrived", **params)
        self.say("warning" if first.problem else "accent", sentence, self._said(first))
        if not first.problem:
            self.add(words("watched.ui.import"), self._on_import_clicked).setObjectName("datasets.waiting_import")
        self.add(words("watched.ui.decline"), self._on_decline_clicked).setObjectName("datasets.waiting_decline")

    def _said(self, examined: Examined) -> str:
        words = self._words
        if examined.problem:
            return " ".join(words.error(CicloError(examined.problem, **examined.params))).strip()
        changes = examined.looked.changes if examined.looked is not None else None
        if not changes:
            return words("watched.same")
        said = [words.text(change.message) for change in changes[:_MOST_CHANGES]]
        rest = len(changes) - len(said)
        return " ".join([*said, words("watched.ui.more", n=rest)] if rest else said)

    @Slot()
    def _on_import_clicked(self) -> None:
        if self._folders.waiting:
            candidate = self._folders.waiting[0].candidate
            self.import_asked.emit(candidate.path, candidate.dataset)

    @Slot()
    def _on_decline_clicked(self) -> None:
        if self._folders.waiting:
            self._folders.decline(self._folders.waiting[0])

    @Slot(str, str)
    def _on_known(self, file: str, version: str) -> None:
        if not self._folders.waiting:
            self.say("neutral", self._words("watched.ui.known", file=file, version=version))

    @Slot(str)
    def _on_gone(self, file: str) -> None:
        self.say("neutral", self._words("watched.ui.gone", file=file))

    @Slot(object)
    def _on_lost(self, error: CicloError) -> None:
        sentence, _hint = self._words.error(error)
        self.say("warning", sentence, self._words("watched.ui.lost"))

    @Slot()
    def _on_found(self) -> None:
        self.hide()
        self._on_changed()

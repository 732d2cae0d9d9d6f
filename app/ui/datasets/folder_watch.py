"""The watched folders of the open project. A thread looks into them, since a folder on a share may take its time; what
is new is examined in a job process; the window only hears what waits."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance, Slot

from app.data.records import DATASET
from app.data.watched.records import EXAMINE, WATCHED_FILE, Candidate, Examined, ExamineRequest, Watch
from app.data.watched.settings import watches
from app.data.watched.watching import FolderWatcher, declining, examination, is_imported, settle
from app.errors import CicloError
from app.project.store import Project
from app.ui.session import Changes, Session

_EVERY_S, _PATIENCE, _LAST_BREATH_S = 2.0, 20.0, 0.5


@dataclass(frozen=True)
class _Round:
    """One round through the folders: what is new, all that is there, and which folders can't be reached."""

    round: int
    wanted: tuple[ExamineRequest, ...]
    present: frozenset[str]
    errors: tuple[CicloError, ...]


class _Looker(threading.Thread):
    """Goes through the folders of a project every few seconds, more slowly where that takes long."""

    def __init__(self, project: Project, hand_over: SignalInstance, number: int) -> None:
        super().__init__(name="ciclo-folders", daemon=True)  # a share that hangs must not keep the program
        self._project, self._hand_over, self._number = project, hand_over, number
        self._done: set[Candidate] = set()
        self._guard = threading.Lock()
        self._ended = threading.Event()
        self._watchers: dict[str, FolderWatcher] = {}

    def end(self) -> None:
        """Look no more."""
        self._ended.set()

    def look_again(self, candidate: Candidate | None = None) -> None:
        """Hand this candidate out again, or all."""
        with self._guard:
            if candidate is None:
                self._done.clear()
            else:
                self._done.discard(candidate)

    def run(self) -> None:
        from time import monotonic

        while not self._ended.is_set():
            began = monotonic()
            try:
                found = self._round()
            except sqlite3.ProgrammingError:  # the project was closed meanwhile
                return
            if self._ended.is_set():
                return
            try:
                self._hand_over.emit(found)
            except RuntimeError:  # the page has gone
                return
            self._ended.wait(max(_EVERY_S, _PATIENCE * (monotonic() - began)))

    def _round(self) -> _Round:
        held = {watch.dataset: watch for watch in watches(self._project)}
        self._watchers = {name: self._watcher(watch) for name, watch in held.items()}
        wanted: list[ExamineRequest] = []
        present: set[str] = set()
        errors = []
        for watcher in self._watchers.values():
            seen = watcher.look()
            if seen.error is not None:
                errors.append(seen.error)
            present |= seen.present
            wanted += self._requests(seen.candidates)
        return _Round(self._number, tuple(wanted), frozenset(present), tuple(errors))

    def _watcher(self, watch: Watch) -> FolderWatcher:
        """The watcher of a folder, which goes on where only what is known of it is more."""
        held = self._watchers.get(watch.dataset)
        if held is None or (held.watch.folder, held.watch.pattern) != (watch.folder, watch.pattern):
            return FolderWatcher(watch)
        held.watch = watch
        return held

    def _requests(self, candidates: tuple[Candidate, ...]) -> list[ExamineRequest]:
        with self._guard:
            new = [candidate for candidate in candidates if candidate not in self._done]
            self._done.update(new)
        if not new:
            return []
        try:
            self._project.refresh()  # another window may have declined it
            return [examination(self._project, candidate) for candidate in new]
        except CicloError:
            self.look_again()
            return []


class FolderWatch(QObject):
    """What waits in the watched folders.

    Signals
    -------
    changed()
        Something else waits.
    known(name, version)
        A new file has the bytes of a version.
    gone(name)
        A file that waited was taken away.
    lost(CicloError)
        A folder can't be reached; said once.
    found()
        All folders can be reached again.
    """

    changed = Signal()
    known = Signal(str, str)
    gone = Signal(str)
    lost = Signal(object)
    found = Signal()
    _came = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.waiting: list[Examined] = []
        self._looker: _Looker | None = None
        self._rounds = 0
        self._asked: deque[ExamineRequest] = deque()
        self._under_way: ExamineRequest | None = None
        self._is_lost = False
        self._came.connect(self._on_came, Qt.ConnectionType.QueuedConnection)
        session.project_changed.connect(self._on_project_changed)
        session.changed.connect(self._on_records_changed)
        session.closing.connect(self._on_closing)
        self._on_project_changed()

    def refresh(self) -> None:
        """Look at everything anew: another folder is watched, or another version is the newest."""
        self._asked.clear()
        self._set_waiting([])
        if self._looker is not None:
            self._looker.look_again()

    def decline(self, examined: Examined) -> None:
        """Not this one: remembered for every window, by its bytes."""
        self._set_waiting([one for one in self.waiting if one is not examined])
        self._session.commit([declining(examined)])

    @Slot()
    def _on_closing(self) -> None:
        looker, self._looker = self._looker, None
        if looker is not None:
            looker.end()
            looker.join(_LAST_BREATH_S)

    @Slot()
    def _on_project_changed(self) -> None:
        if self._looker is not None:
            self._looker.end()
            self._looker = None
        self._session.drop(EXAMINE)
        self._asked.clear()
        self._under_way, self._is_lost = None, False
        self._rounds += 1
        self._set_waiting([])
        if self._session.project is not None:
            self._looker = _Looker(self._session.project, self._came, self._rounds)
            self._looker.start()

    @Slot(object)
    def _on_records_changed(self, changes: Changes) -> None:
        if DATASET in changes or (WATCHED_FILE in changes and not self.waiting):
            self.refresh()

    @Slot(object)
    def _on_came(self, round: _Round) -> None:
        if round.round != self._rounds:
            return
        self._take_errors(round.errors)
        left = [one for one in self.waiting if one.candidate.path in round.present]
        if not round.errors and len(left) < len(self.waiting):
            for one in self.waiting:
                if one not in left:
                    self.gone.emit(Path(one.candidate.path).name)
            self._set_waiting(left)
        self._asked.extend(round.wanted)
        self._ask_next()

    def _take_errors(self, errors: tuple[CicloError, ...]) -> None:
        if errors and not self._is_lost:
            self.lost.emit(errors[0])
        elif self._is_lost and not errors:
            self.found.emit()
        self._is_lost = bool(errors)

    def _ask_next(self) -> None:
        if self._under_way is None and self._asked:
            self._under_way = self._asked.popleft()
            self._session.quick(EXAMINE, self._under_way, Examined, self._on_examined, self._on_failed)

    def _on_examined(self, examined: Examined) -> None:
        self._under_way = None
        project = self._session.project
        if project is None:
            return
        if examined.busy and self._looker is not None:
            self._looker.look_again(examined.candidate)
        elif examined.declined or examined.same_as:
            self._session.run(partial(settle, project, examined))
            if examined.same_as and not is_imported(project, examined):
                self.known.emit(Path(examined.candidate.path).name, examined.same_as)
        elif not examined.gone:
            self._set_waiting([*self.waiting, examined])
        self._ask_next()

    def _on_failed(self, _error: CicloError) -> None:
        """The process died: the file is looked at again in the next round."""
        if self._under_way is not None and self._looker is not None:
            self._looker.look_again(self._under_way.candidate)
        self._under_way = None
        self._ask_next()

    def _set_waiting(self, waiting: list[Examined]) -> None:
        if waiting != self.waiting:
            self.waiting = waiting
            self._session.set_waiting(len(waiting))
            self.changed.emit()

"""The one object that every page knows: the open project, its jobs, the language, and what changed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from app.errors import CicloError
from app.jobs.contract import Ended, Event, JobKind, JobState
from app.project.record import Draft, Record
from app.project.store import Project
from app.text.message import Text
from app.text.words import Words, choose_locale
from app.ui.background import Background, Receiver
from app.ui.clusters import Clusters
from app.ui.job_board import JobBoard, JobView
from app.ui.job_door import JobDoor
from app.ui.reader_client import ReaderClient
from app.ui.settings import Recent, Settings, save_settings
from app.ui.theme import Mode, Theme
from app.ui.turns import Turns

if TYPE_CHECKING:
    from app.jobs.launcher import Launcher
    from app.jobs.ledger import StoredJob

T = TypeVar("T")
Answer = TypeVar("Answer", bound=msgspec.Struct)
Changes = dict[str, tuple[str, ...]]
_log = logging.getLogger("ciclo.ui")


class Session(QObject):
    """What is open, and the only door to jobs and commits.

    Signals
    -------
    changed(Changes)
        Records were added: kind -> ids.
    job_event(Event)
        A job submitted with :meth:`submit` started, progressed, published or ended.
    project_changed()
        Another project is open now, or none.
    failed(CicloError)
        Something failed that no page asked to hear of.
    navigated(tab, record_id)
        Somebody asked to show a record (or, with an empty id, a tab).
    file_offered(path)
        A file was dropped or chosen for import; the import page takes it.
    language_changed()
        Texts must be made again.
    """

    changed = Signal(object)
    job_event = Signal(object)
    project_changed = Signal()
    failed = Signal(object)
    navigated = Signal(str, str)
    file_offered = Signal(str)
    language_changed = Signal()
    opening_changed = Signal(bool)
    closing = Signal()

    def __init__(
        self, *, theme: Theme, settings: Settings, words: Words | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.settings = settings
        self.words = words or Words(choose_locale(settings.language or None))
        self.project: Project | None = None
        self.opening = False
        self.waiting = 0
        self._door = JobDoor(self)
        self.jobs = JobBoard(self._door, self)
        self._offered = ""
        self._door.arrived.connect(self._on_job_arrived)
        self.reader = ReaderClient(self)
        self._background = Background(self)
        self._background.failed.connect(self.failed)
        self.clusters = Clusters(self)
        self.turns = Turns(self)

    # Jobs

    def attach(self, launcher: Launcher) -> None:
        """Give the session its processes; until then (the first moments of the window) jobs wait."""
        self._door.attach(launcher)

    def submit(self, kind: JobKind, request: msgspec.Struct, title: Text, *, stores: bool = True) -> str:
        """Queue a job; returns its id. Its events come as ``job_event``, its records as ``changed``.

        One that ``stores`` nothing writes nothing into the project, not even that it is under way.
        """
        id = self._door.submit(kind, request, title, self.project if stores else None)
        self.jobs.add(JobView(id=id, kind=kind.name, title=title))
        return id

    def quick(
        self,
        kind: JobKind,
        request: msgspec.Struct,
        answer: type[Answer],
        done: Callable[[Answer], None],
        failed: Callable[[CicloError], None] | None = None,
    ) -> None:
        """Ask for a preview: ``done(answer)`` is called on the GUI thread unless a newer question of this kind came.

        ``done`` and ``failed`` are bound methods; a page that is gone gets no call.
        """
        self._door.ask(kind, request, answer, Receiver(done), Receiver(failed or self._fail))

    def drop(self, kind: JobKind) -> None:
        """The answer to the open question of this kind isn't wanted any more."""
        self._door.drop(kind)

    def read_interrupted(self, done: Callable[[list[StoredJob]], None]) -> None:
        """Ask for the jobs of the open project that were cut off when their program ended."""
        from app.jobs.ledger import interrupted

        self._background.run(partial(interrupted, self._need_project()), done, self._fail)

    def submit_again(self, kind: JobKind, stored: StoredJob) -> str:
        """Queue a job that was cut off, with the same request."""
        id = self._door.submit_again(kind, stored, self._need_project())
        self.jobs.add(JobView(id=id, kind=kind.name, title=stored.title))
        self.dismiss(stored)
        return id

    def dismiss(self, stored: StoredJob) -> None:
        """Don't offer that job again."""
        from app.jobs.ledger import dismiss

        if self.project is not None:
            self._background.run(partial(dismiss, self.project, stored.id), None, self._fail)

    @Slot(object)
    def _on_job_arrived(self, event: Event) -> None:
        if not self.jobs.take(event):
            return
        self.job_event.emit(event)
        if isinstance(event, Ended):
            self._take_end(event)

    def _take_end(self, event: Ended) -> None:
        if event.records:
            self.changed.emit(event.records)
        if event.state in (JobState.FAILED, JobState.LOST) and event.failure is not None:
            _log.warning("job %s: %s\n%s", event.job, event.failure.code, event.failure.details)

    # Records

    def records(self, kind: str = "", name: str = "") -> list[Record]:
        """Records of a kind in the open project outside the bin, oldest first; none where no project is open."""
        return self.project.live(kind, name) if self.project is not None else []

    def commit(
        self,
        drafts: Sequence[Draft],
        done: Callable[[list[Record]], None] | None = None,
        failed: Callable[[CicloError], None] | None = None,
    ) -> None:
        """Store small records (a decision, a limit) away from the GUI thread; ``changed`` follows."""
        self.store(partial(self._need_project().commit, tuple(drafts)), done, failed)

    def store(
        self,
        function: Callable[[], list[Record]],
        done: Callable[[list[Record]], None] | None = None,
        failed: Callable[[CicloError], None] | None = None,
    ) -> None:
        """Call a function that commits records itself away from the GUI thread; ``changed`` follows."""
        self._background.run(function, _Committed(self.changed, Receiver(done)), failed or self._fail)

    def run(
        self,
        function: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[CicloError], None] | None = None,
    ) -> None:
        """Call a function that may wait for the disk in a thread; ``done(result)`` is called on the GUI thread."""
        self._background.run(function, done, failed or self._fail)

    def _need_project(self) -> Project:
        if self.project is None:
            raise CicloError("ui.no_project")
        return self.project

    # Projects

    def open_project(self, path: str) -> None:
        """Open a project folder; ``project_changed`` follows, or ``failed``."""
        self._set_opening(True)
        self._background.run(partial(Project.open, Path(path)), self._on_opened, self._on_open_failed)

    def create_project(self, path: str, name: str) -> None:
        """Make a project in ``path`` and open it."""
        self._set_opening(True)
        self._background.run(partial(Project.create, Path(path), name=name), self._on_opened, self._on_open_failed)

    def close_project(self) -> None:
        """Go back to the welcome page. Jobs of the project go on."""
        self._replace(None)

    def forget_recent(self, path: str) -> None:
        """Take a project off the list; the folder stays as it is."""
        self.change_settings(self.settings.without_recent(path))

    @Slot(object)
    def _on_opened(self, project: Project) -> None:
        self._set_opening(False)
        self.change_settings(self.settings.with_recent(Recent(path=str(project.folder.resolve()), name=project.name)))
        self._replace(project)

    def _on_open_failed(self, error: CicloError) -> None:
        self._offered = ""
        self._set_opening(False)
        self.failed.emit(error)

    def _set_opening(self, opening: bool) -> None:
        self.opening = opening
        self.opening_changed.emit(opening)

    def _replace(self, project: Project | None) -> None:
        self.project = project
        self.jobs.forget()
        self.project_changed.emit()
        if project is not None and self._offered:
            path, self._offered = self._offered, ""
            self.offer_file(path)

    # The rest

    def set_waiting(self, n: int) -> None:
        """So many files wait in watched folders: the badge of the Datasets tab says so."""
        if n != self.waiting:
            self.waiting = n
            self.changed.emit({})

    def offer_file(self, path: str) -> None:
        """Take a file to the import page; where no project is open, as soon as one is."""
        if self.project is None:
            self._offered = path
            return
        self.navigated.emit("datasets", "")
        self.file_offered.emit(path)

    def withdraw_file(self) -> None:
        """Forget a file that was offered while no project was open."""
        self._offered = ""

    def show(self, tab: str, record_id: str = "") -> None:
        """Go to a tab (datasets, training, verification, deployment, results) and show a record there."""
        self.navigated.emit(tab, record_id)

    def set_language(self, language: str) -> None:
        """Speak another language from now on (empty: the system's)."""
        self.change_settings(self.settings._replace(language=language))
        self.words = Words(choose_locale(language or None))
        self.language_changed.emit()

    def set_mode(self, mode: Mode) -> None:
        """Light, dark or as the system has it."""
        self.change_settings(self.settings._replace(mode=mode))
        self.theme.set_mode(mode)

    def set_scale(self, scale: float) -> None:
        """Text size, 1.0 to 2.0."""
        self.change_settings(self.settings._replace(scale=scale))
        self.theme.set_scale(scale)

    def change_settings(self, settings: Settings) -> None:
        """Remember other settings."""
        self.settings = settings
        save_settings(settings)

    def close(self, *, finish: bool = False) -> None:
        """End what this session started, with its jobs or (``finish``) after them; commits are finished in any case."""
        self.closing.emit()
        self._door.close(finish=finish)
        self.reader.close()
        self._background.close()
        self.clusters.close()
        self.turns.close()
        if self.project is not None:
            self.project.close()
            self.project = None

    def _fail(self, error: CicloError) -> None:
        self.failed.emit(error)


class _Committed:
    def __init__(self, changed: object, done: Receiver) -> None:
        self._changed, self._done = changed, done

    def __call__(self, records: list[Record]) -> None:
        self._changed.emit(changes_of(records))  # type: ignore[attr-defined]
        self._done(records)


def changes_of(records: Iterable[Record]) -> Changes:
    """Records as ``changed`` tells them: their ids by kind."""
    changes: Changes = {}
    for record in records:
        changes[record.kind] = (*changes.get(record.kind, ()), record.id)
    return changes

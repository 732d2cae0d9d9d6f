"""Several jobs in order, each supervised by a thread of its own; and quick calls, which don't wait in that order."""

from __future__ import annotations

import threading
from collections.abc import Callable

import msgspec

from app.errors import CicloError
from app.jobs.asking import Wishes
from app.jobs.contract import Ended, Event, Failure, JobKind, JobState
from app.jobs.launcher import Launcher
from app.jobs.ledger import Entry
from app.jobs.runner import Job, OnEvent, run_job, run_quick
from app.project import Project


class _Ticket:
    """A job that isn't over."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.cancel = threading.Event()
        self.wishes = Wishes()
        self.closing = False
        self.state = JobState.QUEUED


class JobQueue:
    """Runs jobs in the order in which they came unless told otherwise, ``slots`` at a time.

    Parameters
    ----------
    launcher
        Where processes come from; the queue neither starts nor closes it.
    on_event
        Gets the events of every job, each job's from its own thread: it must not block, and mustn't call
        :meth:`close`.
    """

    def __init__(self, *, launcher: Launcher, on_event: OnEvent, slots: int = 2) -> None:
        self._launcher, self._on_event, self._slots = launcher, on_event, slots
        self._change = threading.Condition()
        self._tickets: dict[str, _Ticket] = {}  # in the order of their turns
        self._threads: set[threading.Thread] = set()
        self._closed = False

    def submit(self, job: Job, project: Project | None) -> str:
        """Queue a job and return its id at once; everything slow happens in its thread."""
        ticket = _Ticket(job)
        thread = threading.Thread(target=self._supervise, args=(ticket, project), name=f"job {job.kind.name}")
        with self._change:
            if self._closed:
                raise CicloError("jobs.closed")
            self._tickets[job.id] = ticket
            self._threads = {t for t in self._threads if t.is_alive() or t.ident is None} | {thread}
            thread.start()
        return job.id

    def cancel(self, id: str) -> None:
        """Take a queued job out of the queue, kill a running one. Returns at once; unknown ids are over already."""
        with self._change:
            ticket = self._tickets.get(id)
            if ticket:
                ticket.cancel.set()
                self._change.notify_all()

    def halt(self, id: str, halted: bool) -> None:
        """Have a job stand still, or go on; one that waits does so as soon as it is its turn."""
        with self._change:
            ticket = self._tickets.get(id)
            if ticket and halted:
                ticket.wishes.halt.set()
            elif ticket:
                ticket.wishes.halt.clear()

    def finish(self, id: str) -> None:
        """Have a job be content with the best that it has found so far."""
        with self._change:
            ticket = self._tickets.get(id)
            if ticket:
                ticket.wishes.finish.set()

    def promote(self, id: str) -> None:
        """Let a job that waits be the next; what runs goes on."""
        with self._change:
            ticket = self._tickets.get(id)
            if ticket and ticket.state is JobState.QUEUED:
                running = {i: t for i, t in self._tickets.items() if t.state is JobState.RUNNING}
                self._tickets = {**running, id: ticket, **self._tickets}
                self._change.notify_all()

    def states(self) -> dict[str, JobState]:
        """State of each job that isn't over, in the order of their turns."""
        with self._change:
            return {id: ticket.state for id, ticket in self._tickets.items()}

    def close(self, *, finish: bool) -> None:
        """Wait for every job (``finish``), or cut them off: those are offered again at the next opening.

        Blocks until no thread and no process is left; in a second where it doesn't finish.
        """
        with self._change:
            self._closed = True
            for ticket in self._tickets.values() if finish else ():
                ticket.wishes.halt.clear()  # nobody could have it go on any more
            for ticket in () if finish else self._tickets.values():
                ticket.closing = True
                ticket.cancel.set()
            self._change.notify_all()
            threads = list(self._threads)
        for thread in threads:
            thread.join()

    def _supervise(self, ticket: _Ticket, project: Project | None) -> None:
        """Life of a job's thread."""
        try:
            entry = Entry(project, ticket.job) if project else None
        except CicloError as error:
            self._deliver(ticket, _refused(ticket.job, error))
            return
        ended: Ended | None = None
        try:
            ended = self._pass_through(ticket, project, entry)
        except CicloError as error:  # the project can't even hold the job's file
            ended = _refused(ticket.job, error)
        finally:
            if entry:
                _conclude(entry, ended)
        self._deliver(ticket, ended)

    def _pass_through(self, ticket: _Ticket, project: Project | None, entry: Entry | None) -> Ended:
        if entry:
            entry.write(JobState.QUEUED)
        if not self._await_turn(ticket):
            return _name_end(ticket, Ended(job=ticket.job.id, state=JobState.CANCELLED))
        if entry:
            entry.write(JobState.RUNNING)
        ended = run_job(
            launcher=self._launcher,
            job=ticket.job,
            project=project,
            on_event=self._relay,
            cancel=ticket.cancel,
            wishes=ticket.wishes,
        )
        return _name_end(ticket, ended)

    def _await_turn(self, ticket: _Ticket) -> bool:
        """Wait until the job is among the first; False where it was cancelled before."""
        with self._change:
            while not ticket.cancel.is_set():
                if list(self._tickets).index(ticket.job.id) < self._slots:
                    ticket.state = JobState.RUNNING
                    return True
                self._change.wait()
            return False

    def _relay(self, event: Event) -> None:
        """Everything but the end, which comes once the job's file is written and its slot is free."""
        if not isinstance(event, Ended):
            self._on_event(event)

    def _deliver(self, ticket: _Ticket, ended: Ended) -> None:
        with self._change:
            del self._tickets[ticket.job.id]
            self._change.notify_all()
        self._on_event(ended)


def _refused(job: Job, error: CicloError) -> Ended:
    return Ended(job=job.id, state=JobState.FAILED, failure=Failure(code=error.code, params=error.params))


def _name_end(ticket: _Ticket, ended: Ended) -> Ended:
    """A job that is cut off by closing was not cancelled by its user."""
    if ticket.closing and ended.state is JobState.CANCELLED:
        return msgspec.structs.replace(ended, state=JobState.LOST, failure=Failure(code="jobs.interrupted"))
    return ended


def _conclude(entry: Entry, ended: Ended | None) -> None:
    """Store the end. Where even that fails (a full disk) the job is offered again, which loses nothing."""
    try:
        if ended:
            failure = ended.failure and msgspec.structs.replace(ended.failure, details="")
            entry.write(ended.state, failure)
    except CicloError:
        pass
    finally:
        entry.close()


class QuickCalls:
    """Answers for previews and plans: no queue, no file, and a newer question on a topic cancels the older one.

    Parameters
    ----------
    on_ended
        Gets the topic, the id of the question and its one :class:`Ended`, from the question's own thread.
    """

    def __init__(self, *, launcher: Launcher, on_ended: Callable[[str, int, Ended], None]) -> None:
        self._launcher, self._on_ended = launcher, on_ended
        self._guard = threading.Lock()
        self._newest: dict[str, threading.Event] = {}
        self._threads: set[threading.Thread] = set()
        self._count = 0

    def ask(self, topic: str, kind: JobKind, request: msgspec.Struct) -> int:
        """Ask at once and return the question's id; its answer comes to ``on_ended``."""
        with self._guard:
            self._cancel(topic)
            cancel = self._newest[topic] = threading.Event()
            self._count += 1
            arguments = (topic, self._count, kind, request, cancel)
            thread = threading.Thread(target=self._answer, args=arguments, name=f"quick {kind.name}")
            self._threads = {t for t in self._threads if t.is_alive()} | {thread}
            thread.start()
            return self._count

    def cancel(self, topic: str) -> None:
        """The answer on ``topic`` isn't wanted any more."""
        with self._guard:
            self._cancel(topic)

    def close(self) -> None:
        """Cancel every question and wait for the threads."""
        with self._guard:
            for topic in list(self._newest):
                self._cancel(topic)
            threads = list(self._threads)
        for thread in threads:
            thread.join()

    def _cancel(self, topic: str) -> None:
        if topic in self._newest:
            self._newest.pop(topic).set()

    def _answer(self, topic: str, id: int, kind: JobKind, request: msgspec.Struct, cancel: threading.Event) -> None:
        ended = run_quick(launcher=self._launcher, kind=kind, request=request, cancel=cancel)
        self._on_ended(topic, id, ended)

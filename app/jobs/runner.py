"""Run one job in a process of its own, and tell what happens: the same for the window and the command line."""

from __future__ import annotations

import secrets
import signal
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.errors import CicloError
from app.jobs.asking import Clock, Wishes, tell_finish, tell_halted
from app.jobs.channel import ChannelError
from app.jobs.contract import (
    Ended,
    Event,
    Failure,
    Halted,
    JobKind,
    JobState,
    Outcome,
    Progress,
    Progressed,
    Published,
    Started,
    Used,
)
from app.jobs.inbox import Closed, open_inbox
from app.jobs.launcher import Launcher, RunningChild
from app.jobs.messages import Began, Finished, Handed, Refused, Report, Reported, Stopped, Work
from app.jobs.nursery import Exit
from app.jobs.system import out_of_memory_kills, usable_processors
from app.jobs.workspace import Workspace, workspace
from app.project import Project
from app.text import Text

if TYPE_CHECKING:  # psutil takes a while to import, and only a job that has begun needs it
    from app.jobs.usage import Meter

OnEvent = Callable[[Event], None]
_TICK_S = 0.05
_LAST_BREATH_S = 2.0
_ESTIMATE_AFTER_S = 0.5


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of work. ``processors`` 0 leaves one of several to the window; ``timeout_s`` None means no limit."""

    kind: JobKind
    request: msgspec.Raw
    title: Text
    project: Path | None = None
    id: str = msgspec.field(default_factory=lambda: secrets.token_hex(8))
    processors: int = 0
    timeout_s: float | None = None


def new_job(
    kind: JobKind,
    request: msgspec.Struct,
    *,
    title: Text,
    project: Path | None = None,
    processors: int = 0,
    timeout_s: float | None = None,
    id: str = "",
) -> Job:
    """A job around a request struct; ``id`` where the caller has already named it."""
    return Job(
        id=id or secrets.token_hex(8),
        kind=kind,
        request=msgspec.Raw(msgspec.json.encode(request)),
        title=title,
        project=project,
        processors=processors,
        timeout_s=timeout_s,
    )


def run_job(
    *,
    launcher: Launcher,
    job: Job,
    project: Project | None,
    on_event: OnEvent,
    cancel: threading.Event,
    wishes: Wishes | None = None,
) -> Ended:
    """Run ``job`` to its end and commit what it drafted.

    Parameters
    ----------
    launcher
        Where its process comes from.
    project
        Where its drafts are committed; None for work that only answers.
    on_event
        Gets every event, in the calling thread; :class:`Ended` is the last one, and comes once.
    cancel
        Set it from any thread to kill the job; until the commit begins, nothing of it stays.
    wishes
        What else may be asked of it. Its time doesn't count while it is halted.

    Returns
    -------
    Ended
        What was sent last.
    """
    clock = Clock()
    began = clock.now()
    try:
        with workspace(project, job=job.id) as place:
            ended = _Supervision(launcher, job, project, on_event, cancel, place, wishes or Wishes(), clock).run()
    except CicloError as error:
        ended = _failed(job, error.code, error.params)
    except Exception:  # noqa: BLE001 - an error of the supervisor itself must end the job too, as any other
        ended = _failed(job, "jobs.error", {}, traceback.format_exc())
    ended = msgspec.structs.replace(ended, elapsed_s=clock.now() - began)
    on_event(ended)
    return ended


def run_quick(
    *,
    launcher: Launcher,
    kind: JobKind,
    request: msgspec.Struct,
    cancel: threading.Event,
    timeout_s: float | None = None,
) -> Ended:
    """Ask for an answer (a preview, a plan): nothing is committed, nobody hears of its progress."""
    job = new_job(kind, request, title=Text(f"jobs.{kind.name}"), timeout_s=timeout_s)
    return run_job(launcher=launcher, job=job, project=None, on_event=lambda event: None, cancel=cancel)


def default_processors() -> int:
    """All but one where there are more than two: that one is the window's."""
    usable = usable_processors()
    return usable - 1 if usable > 2 else usable


def _failed(job: Job, code: str, params: dict[str, str | int | float], details: str = "") -> Ended:
    failure = Failure(code=code, params=params, details=details)
    return Ended(job=job.id, state=JobState.FAILED, failure=failure)


def _ends_soon(child: RunningChild) -> bool:
    """Whether a process that closed its channel ends by itself: the kernel closes that a moment before the end."""
    deadline = time.monotonic() + _LAST_BREATH_S
    while not child.ended():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)
    return True


class _Supervision:
    """One run of one job, from the start of its process to the commit."""

    def __init__(
        self,
        launcher: Launcher,
        job: Job,
        project: Project | None,
        on_event: OnEvent,
        cancel: threading.Event,
        place: Workspace,
        wishes: Wishes,
        clock: Clock,
    ) -> None:
        self._launcher, self._job, self._project = launcher, job, project
        self._on_event, self._cancel, self._place = on_event, cancel, place
        self._wishes, self._clock = wishes, clock
        self._began = clock.now()
        self._told_finish = False
        self._meter: Meter | None = None
        self._estimate = _Estimate(clock)
        self._kills = out_of_memory_kills()

    def run(self) -> Ended:
        if self._cancel.is_set():
            return self._cancelled(0.0)
        child = self._launcher.launch(self._work())
        inbox = open_inbox(child)
        last: Finished | Refused | Stopped | Ended | None = None
        details, by_itself = "", False
        try:
            while last is None:
                message = inbox.get(_TICK_S)
                last = self._judge() or self._relay(message)
                self._grant(child)
                self._measure()
        except Closed:
            by_itself = _ends_soon(child)
        except ChannelError as error:
            details = f"not a message: {error}"
        finally:
            exit = child.wait()
            inbox.close()
        if last is not None:
            return self._conclude(last, exit)
        # a process that had to be killed, because it closed or broke its channel, did not crash
        return self._died(exit if by_itself else Exit(peak_memory_mb=exit.peak_memory_mb), details)

    def _work(self) -> Work:
        return Work(
            function=self._job.kind.function,
            request=self._job.request,
            staging=str(self._place.staging.resolve()),
            log=str(self._place.log.resolve()),
            processors=self._job.processors or default_processors(),
        )

    def _judge(self) -> Ended | None:
        """Whether it has to stop now."""
        if self._cancel.is_set():
            return self._cancelled(0.0)
        limit_s = self._job.timeout_s
        if limit_s is not None and self._clock.now() - self._began > limit_s:
            return _failed(self._job, "jobs.timed_out", {"seconds": limit_s})
        return None

    def _grant(self, child: RunningChild) -> None:
        """Halt the job, have it go on or be content, as it is wished. Who is to finish has to go on first."""
        if self._wishes.finish.is_set() and not self._told_finish:
            tell_finish(self._place.staging)
            self._told_finish = True
            self._wishes.halt.clear()
        halt = self._wishes.halt.is_set()
        if halt == self._clock.stands:
            return
        if halt:
            child.halt(True)
            self._clock.stop()
        else:
            self._clock.go_on()
            tell_halted(self._place.staging, self._clock.halted_s)
            child.halt(False)
        self._on_event(Halted(job=self._job.id, halted=halt))

    def _measure(self) -> None:
        usage = self._meter.look() if self._meter else None
        if usage is not None:
            self._on_event(Used(job=self._job.id, memory_mb=usage.memory_mb, processors=usage.processors))

    def _relay(self, message: Report | None) -> Finished | Refused | Stopped | None:
        match message:
            case Began(process=process):
                from app.jobs.usage import Meter

                self._meter = Meter(process)
                self._on_event(Started(job=self._job.id))
            case Reported(progress=progress):
                elapsed_s = self._clock.now() - self._began
                event = Progressed(job=self._job.id, progress=self._estimate(progress), elapsed_s=elapsed_s)
                self._on_event(event)
            case Handed(topic=topic, value=value):
                self._on_event(Published(job=self._job.id, topic=topic, value=value))
            case None:
                pass
            case last:
                return last
        return None

    def _conclude(self, last: Finished | Refused | Stopped | Ended, exit: Exit) -> Ended:
        match last:
            case Ended():
                return msgspec.structs.replace(last, peak_memory_mb=exit.peak_memory_mb)
            case Stopped():
                return self._cancelled(last.peak_memory_mb)
            case Refused(failure=failure):
                return Ended(
                    job=self._job.id, state=JobState.FAILED, failure=failure, peak_memory_mb=last.peak_memory_mb
                )
            case Finished(outcome=outcome):
                if self._cancel.is_set():
                    return self._cancelled(last.peak_memory_mb)
                return self._commit(outcome, last.peak_memory_mb)

    def _commit(self, outcome: Outcome, peak_memory_mb: float) -> Ended:
        """Store the drafts; what the disk refuses is the job's failure."""
        records = defaultdict(list)
        if self._project is not None:
            for record in self._project.commit(outcome.drafts):
                records[record.kind].append(record.id)
            if outcome.checkpoint:
                self._project.drop_checkpoint(outcome.checkpoint)
        return Ended(
            job=self._job.id,
            state=JobState.DONE,
            answer=outcome.answer,
            records={kind: tuple(ids) for kind, ids in records.items()},
            peak_memory_mb=peak_memory_mb,
        )

    def _cancelled(self, peak_memory_mb: float) -> Ended:
        return Ended(job=self._job.id, state=JobState.CANCELLED, peak_memory_mb=peak_memory_mb)

    def _died(self, exit: Exit, details: str) -> Ended:
        details = "\n".join(filter(None, (details, self._place.log_tail())))
        state, failure = cause_of_death(exit, out_of_memory=out_of_memory_kills() > self._kills, details=details)
        return Ended(job=self._job.id, state=state, failure=failure, peak_memory_mb=exit.peak_memory_mb)


def cause_of_death(exit: Exit, *, out_of_memory: bool, details: str) -> tuple[JobState, Failure]:
    """Why a process ended without a last word, and nobody here killed it.

    Parameters
    ----------
    out_of_memory
        Whether the kernel killed a process for want of memory while it ran.
    """
    status = exit.status
    if status == -9 and out_of_memory:
        return JobState.FAILED, Failure(code="jobs.out_of_memory", details=details)
    if status is not None and (status < 0 or status >= 0xC0000000):  # the latter are Windows' exceptions
        return JobState.FAILED, Failure(code="jobs.crashed", params={"signal": signal_name(status)}, details=details)
    ending = "" if status is None else f"exit status {status}"
    return JobState.LOST, Failure(code="jobs.lost", details="\n".join(filter(None, (ending, details))))


def signal_name(status: int) -> str:
    """``SIGSEGV`` of -11; Windows' exceptions by number."""
    try:
        return signal.Signals(-status).name
    except ValueError:
        return hex(status) if status >= 0 else f"signal {-status}"


class _Estimate:
    """Remaining time of the present step, from its own pace, where the work doesn't know better."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._step: Text | None = None
        self._since = 0.0
        self._done = 0.0

    def __call__(self, progress: Progress) -> Progress:
        now = self._clock.now()
        if self._step is None or progress.step.id != self._step.id or progress.done < self._done:
            self._step, self._since, self._done = progress.step, now, progress.done
        advanced, elapsed_s = progress.done - self._done, now - self._since
        if progress.remaining_s is not None or advanced <= 0 or progress.total <= 0 or elapsed_s < _ESTIMATE_AFTER_S:
            return progress
        remaining_s = max(0.0, progress.total - progress.done) * elapsed_s / advanced
        return msgspec.structs.replace(progress, remaining_s=remaining_s)

"""How a command does its work: in the supervised child that the window uses, stopped by Ctrl-C."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import msgspec

from app.cli.interrupts import Cancelled, interrupt_cancels
from app.cli.terminal import Terminal
from app.data.records import DATASET
from app.errors import CicloError
from app.jobs.contract import Ended, Event, JobKind, JobState, Outcome, Progress, Progressed
from app.project import Project, Record
from app.project.durable import check_place, sync_folder, writing
from app.project.record import is_series_name
from app.text import Text

_log = logging.getLogger("ciclo.cli")


def absolute(path: str) -> str:
    """A path that a process with another working folder understands."""
    return str(Path(path).absolute())


def series_name(option: str, name: str) -> str:
    """A name that may be given to a dataset or a model.

    Raises
    ------
    CicloError
        ``cli.bad_name``.
    """
    if not is_series_name(name):
        raise CicloError("cli.bad_name", option=option, name=name)
    return name.strip()


@contextmanager
def opened(terminal: Terminal, folder: str) -> Iterator[Project]:
    """The project in ``folder``, for a block; damaged records are mentioned, since they count for nothing."""
    project = Project.open(Path(folder))
    try:
        if project.damaged:
            terminal.warn(CicloError("project.damaged_records", n=len(project.damaged)))
        yield project
    finally:
        project.close()


def dataset_version(terminal: Terminal, project: Project, label: str) -> Record:
    """The dataset version that ``label`` names; one that lies in the bin can be used, and is said to lie there."""
    record = project.version(DATASET, label)
    warn_binned(terminal, project, (record.id,))
    return record


def warn_binned(terminal: Terminal, project: Project, ids: Iterable[str]) -> None:
    """Say which of these records lie in the bin."""
    away = project.binned()
    for id in ids:
        if id in away:
            terminal.warn(CicloError("data.in_bin", label=project.get(id).label))


def project_job(
    terminal: Terminal, kind: JobKind, request: msgspec.Struct, project: Project | None, *, processors: int = 0
) -> Ended:
    """Run a job to its end and commit what it drafted.

    Raises
    ------
    CicloError
        Why it failed.
    Cancelled
        Where Ctrl-C stopped it; nothing of it stays.
    """
    from app.jobs.launcher import default_launcher
    from app.jobs.runner import new_job, run_job

    job = new_job(
        kind,
        request,
        title=Text(f"cli.command.{terminal.command}"),
        project=project.folder if project else None,
        processors=processors,
    )
    launcher = default_launcher(warm=False)
    try:
        with interrupt_cancels() as cancel:
            ended = run_job(
                launcher=launcher, job=job, project=project, on_event=_Listener(terminal).hear, cancel=cancel
            )
    finally:
        launcher.close()
        terminal.end_progress()
    return _good(ended)


class _Listener:
    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def hear(self, event: Event) -> None:
        if isinstance(event, Progressed):
            self._terminal.progress(event.progress)


def _good(ended: Ended) -> Ended:
    if ended.state is JobState.CANCELLED:
        raise Cancelled
    if ended.failure is not None:
        if ended.failure.code.startswith("jobs."):
            _log.error("%s\n%s", ended.failure.code, ended.failure.details)
        raise CicloError(ended.failure.code, **ended.failure.params)
    return ended


def committed(project: Project, ended: Ended, kind: str) -> Record:
    """The record of ``kind`` that a job left."""
    return project.get(ended.records[kind][0])


def local_job(terminal: Terminal, kind: JobKind, request: msgspec.Struct) -> Outcome:
    """Do a piece of work in this process: for what is over before another process would have started."""
    module, _, name = kind.function.partition(":")
    work = getattr(import_module(module), name)
    with tempfile.TemporaryDirectory(prefix="ciclo-") as folder:
        outcome: Outcome = work(_Here(terminal, Path(folder)), request)
    terminal.end_progress()
    return outcome


class _Here:
    """The surroundings of work in this process (see :class:`app.jobs.contract.Context`)."""

    processors = 1

    def __init__(self, terminal: Terminal, staging: Path) -> None:
        self._terminal = terminal
        self.staging = staging

    def report(self, progress: Progress) -> None:
        self._terminal.progress(progress)

    def publish(self, topic: str, value: msgspec.Struct) -> None:
        """Nobody watches."""

    def check_cancelled(self) -> None:
        """Ctrl-C raises by itself here."""


@contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """A place to write ``out``: what is there stays until the block ends well, and is then replaced at once.

    A link stays: what it points to is written.
    """
    out = out.resolve()
    check_place(out)
    partial = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with writing(out):
            yield partial
            with partial.open("rb+") as file:
                os.fsync(file.fileno())
            partial.replace(out)
            sync_folder(out.absolute().parent)
    except CicloError as error:  # what wrote it knows only the place beside it
        named = {name: str(out) if value == str(partial) else value for name, value in error.params.items()}
        raise CicloError(error.code, **named) from error
    finally:
        partial.unlink(missing_ok=True)


def save(out: Path, data: bytes) -> Path:
    """Write a file whole or not at all."""
    with replacing(out) as partial:
        partial.write_bytes(data)
    return out.absolute()

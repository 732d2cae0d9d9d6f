"""``ciclo watch``: the folder whose new files are proposed as the next version of a dataset, and what waits there."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import msgspec

from app.cli.parser import Parser
from app.cli.rules import SpokenChange, spoken_changes
from app.cli.terminal import Terminal
from app.cli.work import local_job, opened, series_name
from app.data.watched.records import EXAMINE, Examined, ExamineRequest, Watch
from app.data.watched.settings import begin_watch, stop_watch, watch_of
from app.data.watched.watching import declining, waiting
from app.errors import CicloError
from app.project import Project
from app.text import Words


class _Waiting(msgspec.Struct, frozen=True, kw_only=True):
    file: str
    path: str
    rows: int | None
    changes: tuple[SpokenChange, ...] | None
    problem: str


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    dataset: str
    folder: str
    pattern: str
    waiting: tuple[_Waiting, ...]
    declined: tuple[str, ...]


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("dataset", metavar="DATASET")
    parser.place("folder", metavar="FOLDER", optional=True)
    parser.option("--pattern", metavar="P", default="*")
    parser.option("--decline", metavar="FILE", several=True)
    parser.switch("--existing")
    parser.switch("--stop")


def run(terminal: Terminal, options: Namespace) -> int:
    """Watch a folder, stop, or say what waits."""
    dataset = series_name("DATASET", options.dataset)
    with opened(terminal, options.project) as project:
        if options.stop:
            stop_watch(project, dataset)
        elif options.folder:
            folder = Path(options.folder).absolute()
            begin_watch(project, dataset=dataset, folder=folder, pattern=options.pattern, existing=options.existing)
        watch = watch_of(project, dataset)
        found = _waiting(terminal, project, watch) if watch is not None else []
        declined = [one for one in found if Path(one.candidate.path).name in _names(options.decline)]
        project.commit([declining(one) for one in declined])
        left = [one for one in found if one not in declined]
        answer = _answer(dataset, watch, left, declined, terminal.words)
    terminal.answer(answer, _lines(answer, terminal.words))
    return 0


def _names(files: list[str]) -> set[str]:
    return {Path(file).name for file in files}


def _waiting(terminal: Terminal, project: Project, watch: Watch) -> list[Examined]:
    def examine(request: ExamineRequest) -> Examined:
        return msgspec.json.decode(local_job(terminal, EXAMINE, request).answer, type=Examined)

    found, errors = waiting(project, examine, dataset=watch.dataset)
    for error in errors:
        terminal.warn(error)
    return found


def _answer(dataset: str, watch: Watch | None, left: list[Examined], declined: list[Examined], words: Words) -> _Answer:
    return _Answer(
        dataset=dataset,
        folder=watch.folder if watch is not None else "",
        pattern=watch.pattern if watch is not None else "",
        waiting=tuple(_spoken(one, words) for one in left),
        declined=tuple(Path(one.candidate.path).name for one in declined),
    )


def _spoken(one: Examined, words: Words) -> _Waiting:
    found = one.looked.inspected if one.looked is not None else None
    problem = " ".join(words.error(CicloError(one.problem, **one.params))).strip() if one.problem else ""
    return _Waiting(
        file=Path(one.candidate.path).name,
        path=one.candidate.path,
        rows=max(0, found.records - len(found.rejected)) if found is not None and found.complete else None,
        changes=spoken_changes(one.looked.changes if one.looked is not None else None, words),
        problem=problem,
    )


def _lines(answer: _Answer, words: Words) -> list[str]:
    if not answer.folder:
        return [words("watched.none", dataset=answer.dataset)]
    lines = [words("watched.watching", folder=answer.folder, pattern=answer.pattern, dataset=answer.dataset)]
    lines += [words("watched.declined", file=file) for file in answer.declined]
    if not answer.waiting:
        return [*lines, words("watched.nothing")]
    for one in answer.waiting:
        lines.append(words("watched.waits", file=one.file))
        said = [one.problem] if one.problem else [change.message for change in one.changes or ()]
        lines += [f"  {sentence}" for sentence in said or [words("watched.same")]]
    return lines

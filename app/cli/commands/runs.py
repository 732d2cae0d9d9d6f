"""``ciclo runs``: runs that other systems logged; with ``--url`` they are imported first."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal, table
from app.cli.work import absolute, opened, project_job
from app.deployment.runs.records import EXPERIMENT, FETCH, FetchRequest, Run, newest, stored_runs
from app.text import Words
from app.text.message import amount

_METRICS = 4
"""Columns of the table; the document has all of them."""


class _Experiment(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    server: str
    software: str
    fetched: str
    complete: bool
    runs: tuple[Run, ...]


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    experiments: tuple[_Experiment, ...]


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.option("--url", metavar="U", default="")
    parser.option("--experiment", metavar="NAME", default="")
    parser.option("--user", metavar="NAME", default="")


def run(terminal: Terminal, options: Namespace) -> int:
    """Import where a server is named; list."""
    with opened(terminal, options.project) as project:
        if options.url:
            given = {"url": options.url, "experiment": options.experiment, "user": options.user}
            settings = {name: value for name, value in given.items() if value}
            project_job(terminal, FETCH, FetchRequest(project=absolute(options.project), settings=settings), project)
        listed = tuple(
            _Experiment(
                name=body.name,
                server=body.server,
                software=body.software,
                fetched=record.time,
                complete=body.complete,
                runs=stored_runs(project, record),
            )
            for record, body in newest(project.live(EXPERIMENT))
            if options.experiment in ("", body.name)
        )
    terminal.answer(_Answer(experiments=listed), _lines(listed, terminal.words))
    return 0


def _lines(listed: tuple[_Experiment, ...], words: Words) -> list[str]:
    if not listed:
        return [words("cli.runs.none")]
    lines = []
    for one in listed:
        date = words.value(amount(one.fetched, "date"))
        lines.append(words("cli.runs.one", name=one.name, n=len(one.runs), server=one.server, date=date))
        shown = sorted({name for run in one.runs for name in run.metrics})[:_METRICS]
        rows = [
            (run.name, run.status.lower(), *(words.number(run.metrics[m]) if m in run.metrics else "-" for m in shown))
            for run in one.runs
        ]
        lines += [*table([("", "", *shown), *rows]), ""]
    return lines[:-1]

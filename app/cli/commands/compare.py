"""``ciclo compare``: two versions side by side, on the rows that both were judged on. Nothing is opened anew."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from app.cli.compared import ComparisonAnswer, comparison_answer, comparison_lines
from app.cli.parser import Parser
from app.cli.terminal import Terminal, table
from app.cli.work import absolute, opened, project_job
from app.errors import CicloError
from app.text import Words
from app.verification.records import SIDES, SideBySide, SidesRequest
from app.verification.state import model_record


class _Setting(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    first: str
    second: str


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    first: str
    second: str
    settings: tuple[_Setting, ...]
    comparison: ComparisonAnswer


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("model", metavar="MODEL")
    parser.place("other", metavar="MODEL")


def run(terminal: Terminal, options: Namespace) -> int:
    """Compare."""
    with opened(terminal, options.project) as project:
        first, second = (model_record(project, name) for name in (options.model, options.other))
        if first.id == second.id:
            raise CicloError("verification.compared.same", model=first.label)
        request = SidesRequest(project=absolute(options.project), first=options.model, second=options.other)
        ended = project_job(terminal, SIDES, request, project)
    found = msgspec.json.decode(ended.answer, type=SideBySide)
    terminal.answer(_answer(found, terminal.words), _lines(found, terminal.words))
    return 0


def _answer(found: SideBySide, words: Words) -> _Answer:
    return _Answer(
        first=found.first,
        second=found.second,
        settings=tuple(
            _Setting(code=one.code, first=words.parameter(one.ours), second=words.parameter(one.theirs))
            for one in found.settings
        ),
        comparison=comparison_answer(found.comparison, words),
    )


def _lines(found: SideBySide, words: Words) -> list[str]:
    rows = [("", found.first, found.second)]
    rows += [
        (words(f"verification.setting.{one.code}"), words.parameter(one.ours), words.parameter(one.theirs))
        for one in found.settings
    ]
    return [*table(rows), "", *comparison_lines(found.comparison, words)]

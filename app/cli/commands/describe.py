"""``ciclo describe``: what only people know about a model, for its papers; without ``--about`` what was written."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.cli.work import opened
from app.errors import CicloError
from app.text import Words
from app.verification.papers.statements import TOPICS, Statement, state, statements
from app.verification.state import model_record


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    model: str
    statements: dict[str, str]
    open: tuple[str, ...]


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("model", metavar="MODEL")
    parser.option("--about", metavar="TOPIC=TEXT", several=True)


def run(terminal: Terminal, options: Namespace) -> int:
    """Keep what is given, and show what is known."""
    with opened(terminal, options.project) as project:
        name = model_record(project, options.model).name
        given = dict(_read(text) for text in options.about)
        state(project, model=name, answers=given)
        known = {topic: record.read(Statement).text for topic, record in statements(project, name).items()}
    answer = _Answer(model=name, statements=known, open=tuple(topic for topic in TOPICS if topic not in known))
    terminal.answer(answer, _lines(answer, terminal.words))
    return 0


def _read(text: str) -> tuple[str, str]:
    topic, equals, said = text.partition("=")
    if not equals:
        raise CicloError("cli.describe.no_text", text=text)
    return topic.strip(), said


def _lines(answer: _Answer, words: Words) -> list[str]:
    lines = [f"{words(f'papers.topic.{topic}')}: {text}" for topic, text in answer.statements.items()]
    if answer.open:
        lines += ["", words("cli.describe.open", n=len(answer.open))]
    return [*lines, *(f"  {topic:<12} {words(f'papers.ask.{topic}')}" for topic in answer.open)]

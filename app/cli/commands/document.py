"""``ciclo document``: the model card of a version, and the draft of its technical documentation."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.cli.work import opened, save
from app.errors import CicloError
from app.project.durable import check_place
from app.text import Words
from app.verification.papers.gathered import gather
from app.verification.papers.paper import ENDINGS, written
from app.verification.state import model_record

_PAPERS = ("card", "annex")


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    model: str
    card: str
    annex: str
    open: int


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("model", metavar="MODEL")
    parser.option("--card", metavar="F.md", default="")
    parser.option("--annex", metavar="F.html|F.pdf", default="")


def run(terminal: Terminal, options: Namespace) -> int:
    """Write what is asked for, and say how much is still to be written by people."""
    wanted = {paper: getattr(options, paper) for paper in _PAPERS if getattr(options, paper)}
    with opened(terminal, options.project) as project:
        known = gather(project, model_record(project, options.model))
        for paper, out in wanted.items():
            endings = ENDINGS[paper]
            if Path(out).suffix.lower() not in endings:
                raise CicloError("cli.document.bad_ending", path=out, endings=", ".join(endings))
            check_place(Path(out))
        saved = {
            paper: str(save(Path(out), written(paper, known, terminal.words, Path(out).suffix.lower())))
            for paper, out in wanted.items()
        }
        label = known.record.label
    answer = _Answer(model=label, card=saved.get("card", ""), annex=saved.get("annex", ""), open=known.open_questions)
    terminal.answer(answer, _lines(answer, saved, terminal.words))
    return 0


def _lines(answer: _Answer, saved: dict[str, str], words: Words) -> list[str]:
    lines = [words("cli.document.saved", path=path) for path in saved.values()]
    if not saved:
        lines.append(words("cli.document.nothing", model=answer.model))
    return [*lines, words("papers.annex.missing", n=answer.open)] if answer.open else lines

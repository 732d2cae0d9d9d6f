"""``ciclo reproduce``: a model version trained again and compared bit by bit; status 1 where it differs."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.cli.work import absolute, opened, project_job
from app.learning.records import MODEL, REPRODUCE, Reproduced, ReproduceRequest


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    model: str
    identical: bool
    differences: tuple[str, ...]


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("model", metavar="MODEL")
    parser.option("--jobs", metavar="N", number=int, default=0, low=1, high=4096)


def run(terminal: Terminal, options: Namespace) -> int:
    """Train again and compare."""
    with opened(terminal, options.project) as project:
        project.version(MODEL, options.model)  # refused at once, before a process is started for it
        request = ReproduceRequest(project=absolute(options.project), model=options.model, processors=options.jobs)
        ended = project_job(terminal, REPRODUCE, request, project, processors=options.jobs)
    found = msgspec.json.decode(ended.answer, type=Reproduced)
    words = terminal.words
    differences = tuple(words.text(text) for text in found.differences)
    answer = _Answer(model=found.model, identical=found.identical, differences=differences)
    said = "cli.reproduce.same" if found.identical else "cli.reproduce.differs"
    terminal.answer(answer, [words(said, model=found.model), *differences])
    return 0 if found.identical else 1

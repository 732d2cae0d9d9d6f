"""``ciclo rules``: what was corrected for a source and is proposed for its next file."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from app.cli.parser import Parser
from app.cli.rules import spoken_corrections
from app.cli.terminal import Terminal, table
from app.cli.work import opened
from app.data.rules.matching import find_rule, forgetting, known_rules
from app.data.rules.records import KnownRule
from app.text import Words


class _Rule(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    dataset: str
    pattern: str
    file: str
    corrections: tuple[str, ...]


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    rules: tuple[_Rule, ...]
    forgotten: tuple[str, ...]


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.option("--forget", metavar="ID", several=True)


def run(terminal: Terminal, options: Namespace) -> int:
    """List the rules that hold, or forget some."""
    words = terminal.words
    with opened(terminal, options.project) as project:
        rules = known_rules(project)
        gone = [find_rule(rules, wanted) for wanted in options.forget]
        project.commit([forgetting(known) for known in gone])
        left = known_rules(project)
    answer = _Answer(rules=tuple(_spoken(k, words) for k in left), forgotten=tuple(k.id for k in gone))
    said = [words("rules.forgotten", file=known.rule.file) for known in gone]
    terminal.answer(answer, said or _lines(answer, words))
    return 0


def _spoken(known: KnownRule, words: Words) -> _Rule:
    rule = known.rule
    return _Rule(
        id=known.id,
        dataset=rule.dataset,
        pattern=rule.pattern,
        file=rule.file,
        corrections=spoken_corrections(rule.corrections, words),
    )


def _lines(answer: _Answer, words: Words) -> list[str]:
    if not answer.rules:
        return [words("rules.none")]
    head = tuple(words(f"rules.list.{name}") for name in ("id", "dataset", "pattern", "file", "corrections"))
    rows = [(r.id[:8], r.dataset, r.pattern, r.file, "; ".join(r.corrections)) for r in answer.rules]
    return table([head, *rows])

"""``ciclo diff``: what changed between two versions, of one dataset or of two."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal, table
from app.cli.work import absolute, dataset_version, opened, project_job
from app.data.versions.records import DIFF, ColumnChange, Difference, DiffRequest, RowChange, SchemaChange, Side
from app.text import Words

_SHOWN = 10
_MISSING = "∅"


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    before: Side
    after: Side
    identical: bool
    schema: SchemaChange
    rows: RowChange
    columns: tuple[ColumnChange, ...]
    sentences: tuple[str, ...]
    seconds: float


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("before", metavar="DATASET")
    parser.place("after", metavar="DATASET")
    parser.option("--key", metavar="COL", several=True)
    parser.switch("--whole-rows")
    parser.option("--examples", metavar="N", number=int, default=100, low=0, high=10_000)


def run(terminal: Terminal, options: Namespace) -> int:
    """Compare them."""
    with opened(terminal, options.project) as project:
        sides = [dataset_version(terminal, project, label) for label in (options.before, options.after)]
        request = DiffRequest(
            project=absolute(options.project),
            before=sides[0].id,
            after=sides[1].id,
            key=tuple(options.key),
            whole_rows=options.whole_rows,
            examples=options.examples,
        )
        ended = project_job(terminal, DIFF, request, None)
    found = msgspec.json.decode(ended.answer, type=Difference)
    words = terminal.words
    said = tuple(words.text(sentence) for sentence in found.sentences)
    answer = _Answer(
        before=found.before,
        after=found.after,
        identical=found.identical,
        schema=found.schema,
        rows=found.rows,
        columns=found.columns,
        sentences=said,
        seconds=found.seconds,
    )
    terminal.answer(answer, [*said, *_columns(found, words), *_examples(found, words)])
    return 0


def _columns(found: Difference, words: Words) -> list[str]:
    changed = sorted((c for c in found.columns if c.differs), key=lambda c: -c.shift.effect if c.shift else 0.0)
    if not changed:
        return []
    heads = [words(f"cli.diff.{name}") for name in ("column", "cells", "shift", "size")]
    rows = [heads, *(_column(one, words) for one in changed)]
    return ["", *table(rows, right=frozenset({1, 2}))]


def _column(one: ColumnChange, words: Words) -> list[str]:
    cells = "–" if one.cells is None else words.number(one.cells)
    if one.shift is None:
        return [one.name, cells, "–", ""]
    size = words(f"data.size.{one.shift.size}")
    chance = f" ({words('cli.diff.chance')})" if one.shift.perhaps_chance and one.shift.size != "none" else ""
    return [one.name, cells, words.number(one.shift.effect, digits=3, fixed=True), size + chance]


def _examples(found: Difference, words: Words) -> Iterator[str]:
    rows = found.rows
    if rows.changed_examples:
        yield from ("", words("cli.diff.changed_rows", n=rows.changed))
        for row in rows.changed_examples[:_SHOWN]:
            cells = "; ".join(f"{c.column}: {_value(c.before)} → {_value(c.after)}" for c in row.cells)
            yield f"  {', '.join(map(_value, row.key)) or row.after_row}: {cells}"
    for id, examples, count in (
        ("cli.diff.added_rows", rows.added_examples, rows.added),
        ("cli.diff.removed_rows", rows.removed_examples, rows.removed),
    ):
        if examples:
            yield from ("", words(id, n=count))
            yield from (f"  {' | '.join(map(_value, row.values))[:160]}" for row in examples[:_SHOWN])


def _value(text: str | None) -> str:
    return _MISSING if text is None else text

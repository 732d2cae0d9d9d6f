"""A file stored while it is counted: by the types that a look at it leads to expect, which all of its rows confirm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import pyarrow as pa

from app.data.delimited.counting import Count, Examined, Survey
from app.data.delimited.encoding import to_utf8, uncounted
from app.data.delimited.parts import Part, Piece, extent, joined
from app.data.delimited.plan import Plan, pieces_in, read_pieces
from app.data.delimited.spaced import respaced
from app.data.delimited.typist import Decision, Typed, Typist
from app.data.records import ColumnType
from app.data.source import Blocks, reading
from app.data.storing import TableWriter
from app.data.values.inference import is_key
from app.data.values.tally import Tally

_HEAD_BYTES = 8 << 20
_PLACES = 24
_PLACE_BYTES = 128 << 10
_ALIGNED = ("utf-16", "utf-32")


class Store:
    """Stores parts by a decision, as long as they fit it; a context, entered once."""

    def __init__(self, decision: Decision, table: Path, rejected: Path) -> None:
        self.writer = TableWriter(decision.names, decision.types, decision.coded, table, rejected)
        self.records = 0
        self._decision = decision
        self._typist = Typist(decision, self.writer.schema)
        self._words: list[frozenset[str]] = [frozenset()] * len(decision.names)
        self._spoilt = False

    def __enter__(self) -> None:
        self.writer.__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self.writer.__exit__(kind, error, trace)

    def convert(self, seen: Examined) -> Typed | None:
        """The typed rows of a part; None where nothing is stored any more."""
        return None if self._spoilt else self._typist.typed(seen.part, seen.table, seen.glances)

    def take(self, seen: Examined, typed: Typed | None) -> None:
        """Store the rows of the next part, or find out that the decision doesn't fit it."""
        self._spoilt = self._spoilt or typed is None or typed.doubtful
        if self._spoilt or typed is None:
            return
        self._words = [known | new for known, new in zip(self._words, typed.words, strict=True)]
        self.records += seen.part.records
        self.writer.add(typed.rows, typed.rejected, typed.hashes)

    def give_up(self) -> None:
        """What was stored is of no use."""
        self._spoilt = True

    def holds(self, decision: Decision) -> bool:
        """Whether everything was stored as the decision wants it."""
        return not self._spoilt and self._decision.stores_alike(decision, self._words)


def expectation(plan: Plan) -> Decision:
    """What the beginning of a file and a few places in it lead to expect of the whole."""
    count, head = Count(plan), []
    blocks = Blocks(plan.source, block_bytes=plan.block_bytes)
    for found in read_pieces(plan, blocks):
        head.append(found)
        if blocks.position > _HEAD_BYTES and not plan.head_complete:
            break
    else:
        _add_all(count, head)
        return Decision.of(count.survey(complete=True, bytes_read=plan.source.size))
    tables = _add_all(count, [*head, *_elsewhere(plan, _end(head, plan, blocks))])
    expected = count.survey(complete=False, bytes_read=blocks.position)
    return Decision.of(_with_keys(expected, tables, sum(_records(found, plan) for found in head)))


def _add_all(count: Count, found: Iterable[Piece | Part]) -> list[pa.Table]:
    """Take in pieces and parts; their cells."""
    tables = []
    for one in joined(found):
        seen = count.examine(one)
        count.add(seen)
        tables.append(seen.table)
    return tables


def _records(found: Piece | Part, plan: Plan) -> int:
    return extent(found, plan.layout.width).records if isinstance(found, Piece) else found.good


def _with_keys(found: Survey, tables: Sequence[pa.Table], rows: int) -> Survey:
    """Numbers that count the rows of the beginning, the first of those in the tables, count those of the file, as far
    as can be seen."""
    types = list(found.types)
    for place, (type, name, tally) in enumerate(zip(found.types, found.plan.names, found.tallies, strict=True)):
        if type is not ColumnType.INTEGER or name in found.plan.corrections.types or not tally.all_distinct:
            continue
        first, left = Tally(), rows
        for table in tables:
            first.add(table.column(place).slice(0, left).combine_chunks().cast(pa.string()))
            left = max(0, left - table.num_rows)
        if is_key(first, name):
            types[place] = ColumnType.IDENTIFIER
    return msgspec.structs.replace(found, types=tuple(types))


def _end(head: Sequence[Piece | Part], plan: Plan, blocks: Blocks) -> int:
    """Where the beginning ends in the file, or not long after that."""
    pieces = [found for found in head if isinstance(found, Piece)]
    if len(pieces) < len(head):
        return blocks.position  # what was looked at record by record isn't there byte by byte any more
    return min(blocks.position, plan.layout.offset + sum(len(piece.data) for piece in pieces))


def _elsewhere(plan: Plan, after: int) -> Iterator[Piece | Part]:
    """Records from places all over the rest of a file: a key that is seen twice is none. Where one begins inside
    quotes, what comes out is wrong, and harmless."""
    source, encoding = plan.source, msgspec.structs.replace(plan.encoding, mark=0)
    if source.compression or encoding.name.startswith(_ALIGNED):
        return
    found, step = [], (source.size - after) // (_PLACES + 1)
    with reading(source.path), source.path.open("rb") as file:
        for place in range(1, _PLACES + 1):
            file.seek(after + step * place)
            data = file.read(min(_PLACE_BYTES, step))
            found.append(data[data.find(b"\n") + 1 : data.rfind(b"\n") + 1])
    yield from pieces_in(plan, respaced(to_utf8([b"".join(found)], encoding, mended=uncounted), plan.grammar))

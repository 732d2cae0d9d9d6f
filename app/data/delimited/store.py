"""A file stored while it is counted: by the types that a look at it leads to expect, which all of its rows confirm."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import msgspec

from app.data.delimited.counting import Count, Examined, Survey
from app.data.delimited.encoding import to_utf8, uncounted
from app.data.delimited.parts import Part, Piece
from app.data.delimited.plan import Plan, pieces_in, read_pieces
from app.data.delimited.spaced import respaced
from app.data.delimited.typist import Decision, Typed, Typist
from app.data.records import ColumnType
from app.data.source import Blocks, reading
from app.data.storing import TableWriter

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
    count = Count(plan)
    blocks = Blocks(plan.source, block_bytes=plan.block_bytes)
    for found in read_pieces(plan, blocks):
        count.add(count.examine(found))
        if blocks.position > _HEAD_BYTES and not plan.head_complete:
            break
    else:
        return Decision.of(count.survey(complete=True, bytes_read=plan.source.size))
    kept = copy.deepcopy(count) if plan.layout.spare else count  # else deciding takes nothing from what was counted
    head = kept.survey(complete=False, bytes_read=blocks.position)
    for part in _elsewhere(plan):
        count.add(count.examine(part))
    return Decision.of(_with_keys(count.survey(complete=False, bytes_read=blocks.position), head))


def _with_keys(found: Survey, head: Survey) -> Survey:
    """Numbers that count the rows of the beginning count those of the file, as far as can be seen."""
    if found.plan.names != head.plan.names:
        return found
    types = tuple(
        before if before is ColumnType.IDENTIFIER and now is ColumnType.INTEGER and tally.all_distinct else now
        for now, before, tally in zip(found.types, head.types, found.tallies, strict=True)
    )
    return msgspec.structs.replace(found, types=types)


def _elsewhere(plan: Plan) -> Iterator[Piece | Part]:
    """Records from places all over a file. Where one begins inside quotes, what comes out is wrong, and harmless."""
    source, encoding = plan.source, msgspec.structs.replace(plan.encoding, mark=0)
    if source.compression or encoding.name.startswith(_ALIGNED):
        return
    found = []
    with reading(source.path), source.path.open("rb") as file:
        for place in range(1, _PLACES + 1):
            file.seek(source.size * place // (_PLACES + 1))
            data = file.read(_PLACE_BYTES)
            found.append(data[data.find(b"\n") + 1 : data.rfind(b"\n") + 1])
    yield from pieces_in(plan, respaced(to_utf8([b"".join(found)], encoding, mended=uncounted), plan.grammar))

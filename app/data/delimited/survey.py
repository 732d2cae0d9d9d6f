"""The first pass over a file: dialect, layout, every record counted, types decided on all rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Protocol

from app.data.delimited.counting import Count, Examined, Survey
from app.data.delimited.parts import Part, Piece
from app.data.delimited.plan import Plan, Watch, make_plan, read_pieces
from app.data.delimited.typist import Typed
from app.data.pipeline import in_order
from app.data.records import Corrections
from app.data.source import Blocks, Digest, Source

_RESAMPLE_BYTES = 1 << 20
_BEYOND_ASCII = re.compile(rb"[^\r\n]{0,200}[\x80-\xff][^\r\n]{0,200}")


class Taker(Protocol):
    """Who stores parts while they are counted, by the types that are expected."""

    def convert(self, seen: Examined) -> Typed | None:
        """The typed rows of a part, in any thread; None where nothing is stored any more."""

    def take(self, seen: Examined, typed: Typed | None) -> None:
        """Store them, in the order of the file."""

    def give_up(self) -> None:
        """What was stored is of no use: the file is read again from its beginning, in another way."""


def survey(
    source: Source,
    corrections: Corrections,
    *,
    byte_limit: int | None = None,
    watch: Watch | None = None,
    digest: Callable[[], Digest] | None = None,
    taker: Taker | None = None,
    threads: int = 1,
    plan: Plan | None = None,
    proven: bool = False,
) -> Survey:
    """Read a file once (up to ``byte_limit`` bytes of it) and decide on everything; its parts go to ``taker``. The
    ``plan`` may be made already; ``proven`` says that it was right for all of the file."""
    plan = plan or make_plan(source, corrections)
    look = _Look(byte_limit, watch, digest, taker, threads)
    try:
        return look.at(plan, certain=proven or plan.head_complete or corrections.encoding is not None)
    except _NotUtf8:
        if taker is not None:
            taker.give_up()
        return look.at(make_plan(source, corrections, sample=_resample(source)), certain=True)


class _NotUtf8(Exception):
    """A later part of the file isn't in the encoding of its beginning."""


def _resample(source: Source) -> bytes:
    """Lines with letters beyond ASCII, from anywhere in the file."""
    found, size = [], 0
    for block in Blocks(source):
        if block.isascii():
            continue
        for match in _BEYOND_ASCII.findall(block):
            found.append(match)
            size += len(match)
            if size > _RESAMPLE_BYTES:
                return b"\n".join(found)
    return b"\n".join(found)


class _Look:
    """One reading of a file from its beginning."""

    def __init__(
        self,
        byte_limit: int | None,
        watch: Watch | None,
        digest: Callable[[], Digest] | None,
        taker: Taker | None,
        threads: int,
    ) -> None:
        self._byte_limit, self._watch, self._digest, self._taker = byte_limit, watch, digest, taker
        self._threads = threads
        self._position = self._mended = 0
        self._complete = True

    def at(self, plan: Plan, *, certain: bool) -> Survey:
        """Count the records of a file by a plan; ``certain`` where its encoding is settled."""
        count = Count(plan)
        self._complete, self._mended = True, 0
        examine = self._examining(count)
        for seen, typed in in_order(self._limited(plan), examine, threads=self._threads):
            count.add(seen)
            if self._taker is not None:
                self._taker.take(seen, typed)
            if not certain and plan.encoding.name == "utf-8" and _has_undecodable(seen.part):
                raise _NotUtf8
        return count.survey(complete=self._complete, bytes_read=self._position, mended=self._mended)

    def _examining(self, count: Count) -> Callable[[Piece | Part], tuple[Examined, Typed | None]]:
        def examine(found: Piece | Part) -> tuple[Examined, Typed | None]:
            seen = count.examine(found)
            return seen, self._taker.convert(seen) if self._taker is not None else None

        return examine

    def _limited(self, plan: Plan) -> Iterator[Piece | Part]:
        """The pieces and parts of the file, or of as much of it as is wanted."""
        blocks = Blocks(plan.source, digest=self._digest() if self._digest else None, block_bytes=plan.block_bytes)
        for found in read_pieces(plan, blocks):
            self._position, self._mended = blocks.position, blocks.mended
            if self._watch is not None:
                self._watch(blocks)
            yield found
            if self._byte_limit is not None and self._position > self._byte_limit and not plan.head_complete:
                self._complete = False
                return


def _has_undecodable(part: Part) -> bool:
    return any(r.reason.id == "data.rejected.undecodable" for r in part.rejected)

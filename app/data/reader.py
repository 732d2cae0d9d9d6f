"""The reader: a long-lived process that answers small questions about stored tables in milliseconds (Arrow only)."""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from app.data import lean  # noqa: F401 - before the first conversion
from app.data.reader_protocol import (
    Answer,
    Associations,
    Cell,
    Failed,
    Pair,
    Preview,
    RejectedAnswer,
    RejectedRows,
    Request,
    Rows,
    RowsAnswer,
)
from app.data.records import Rejected
from app.data.stored import damage_said
from app.errors import CicloError
from app.jobs.channel import ChannelError, Decoder, write_message
from app.jobs.system import die_with_parent
from app.project.durable import reading

if TYPE_CHECKING:
    from app.data.pairs.answering import Pairs
    from app.data.recipe.previewing import Previews

_OPEN_FILES = 8
_CACHE_BYTES = 96 << 20
_MOST_ROWS = 5_000
_REQUESTS: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
Kept = TypeVar("Kept")


class _Cache(Generic[Kept]):
    """What was used last, up to a number of bytes."""

    def __init__(self, limit: int, size: Callable[[Kept], int], drop: Callable[[Kept], None] | None = None) -> None:
        self._limit, self._size, self._drop = limit, size, drop
        self._held: OrderedDict[object, Kept] = OrderedDict()
        self._bytes = 0

    def get(self, key: object, make: Callable[[], Kept]) -> Kept:
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key]
        new = self._held[key] = make()
        self._bytes += self._size(new)
        while self._bytes > self._limit and len(self._held) > 1:
            _key, old = self._held.popitem(last=False)
            self._bytes -= self._size(old)
            if self._drop is not None:
                self._drop(old)
        return new


class _Table:
    """An open Parquet file with the first row of each of its groups."""

    def __init__(self, path: str) -> None:
        self.file = pq.ParquetFile(path, memory_map=True, page_checksum_verification=True)
        meta = self.file.metadata
        sizes = [meta.row_group(g).num_rows for g in range(meta.num_row_groups)]
        self.starts = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
        self.names = self.file.schema_arrow.names


class _Lines:
    """The JSON lines of rejected records, with the place of each."""

    def __init__(self, path: str) -> None:
        self.path = path
        ends, position = [np.zeros(1, np.int64)], 0
        with Path(path).open("rb") as file:
            while block := file.read(1 << 20):
                ends.append(np.flatnonzero(np.frombuffer(block, np.uint8) == 10) + position + 1)
                position += len(block)
        self.places = np.concatenate(ends)

    def read(self, start: int, stop: int) -> tuple[Rejected, ...]:
        start, stop = max(0, start), min(stop, len(self.places) - 1)
        if start >= stop:
            return ()
        with Path(self.path).open("rb") as file:
            file.seek(int(self.places[start]))
            data = file.read(int(self.places[stop] - self.places[start]))
        return tuple(msgspec.json.decode(line, type=Rejected) for line in data.splitlines())


class Reader:
    """Answers requests."""

    def __init__(self) -> None:
        self._tables: _Cache[_Table] = _Cache(_OPEN_FILES, lambda _t: 1, lambda t: t.file.close())
        self._lines: _Cache[_Lines] = _Cache(_OPEN_FILES, lambda _l: 1)
        self._groups: _Cache[pa.Table] = _Cache(_CACHE_BYTES, lambda t: int(t.nbytes))

    def answer(self, request: Request) -> Answer:
        """The answer to one request."""
        path = Path(request.path)
        try:
            with reading(path), damage_said(path):
                if isinstance(request, Preview):
                    return self._previews.answer(request)
                if isinstance(request, Associations | Pair):
                    return self._pairs.answer(request)
                return self._rows(request) if isinstance(request, Rows) else self._rejected(request)
        except CicloError as error:
            return Failed(view=request.view, generation=request.generation, code=error.code, params=error.params)

    @cached_property
    def _previews(self) -> Previews:
        """Made for the first one: most people only look at rows."""
        from app.data.recipe.previewing import Previews

        return Previews()

    @cached_property
    def _pairs(self) -> Pairs:
        """Made for the first one, as well."""
        from app.data.pairs.answering import Pairs

        return Pairs()

    def _rows(self, request: Rows) -> RowsAnswer:
        table = self._tables.get(request.path, lambda: _Table(request.path))
        total = int(table.starts[-1])
        start = min(max(0, request.start), total)
        stop = min(request.stop, total, start + _MOST_ROWS)
        rows: list[tuple[Cell, ...]] = []
        position = start
        while position < stop:
            group = int(np.searchsorted(table.starts, position, side="right")) - 1
            begin, end = int(table.starts[group]), int(table.starts[group + 1])
            part = self._group(table, request, group).slice(position - begin, min(stop, end) - position)
            rows += zip(*(_cells(column) for column in part.columns), strict=True)
            position = min(stop, end)
        return RowsAnswer(view=request.view, generation=request.generation, start=start, total=total, rows=tuple(rows))

    def _group(self, table: _Table, request: Rows, group: int) -> pa.Table:
        wanted = None if request.columns is None else [table.names[i] for i in request.columns]
        key = (request.path, group, request.columns)
        return self._groups.get(key, lambda: table.file.read_row_group(group, columns=wanted, use_threads=False))

    def _rejected(self, request: RejectedRows) -> RejectedAnswer:
        lines = self._lines.get(request.path, lambda: _Lines(request.path))
        return RejectedAnswer(
            view=request.view,
            generation=request.generation,
            start=max(0, request.start),
            total=len(lines.places) - 1,
            rejected=lines.read(request.start, min(request.stop, request.start + _MOST_ROWS)),
        )


def _cells(column: pa.ChunkedArray) -> list[Cell]:
    if pa.types.is_temporal(column.type):
        return [None if v is None else v.isoformat() for v in column.to_pylist()]
    return list(column.to_pylist())


def serve(source: int, sink: int) -> None:
    """Answer requests from one descriptor on another until it is closed."""
    reader = Reader()
    arrived: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(source, arrived), daemon=True).start()
    waiting: OrderedDict[int, Request] = OrderedDict()
    while True:
        for request in _new(arrived, wait=not waiting):
            if request is None:
                return
            waiting.pop(request.view, None)
            waiting[request.view] = request
        if waiting:
            _view, oldest = waiting.popitem(last=False)
            write_message(sink, reader.answer(oldest))


def _listen(source: int, arrived: queue.SimpleQueue[Request | None]) -> None:
    """Read requests as they come; None at the end. A thread, since Windows can't wait for several pipes at once."""
    decoder = Decoder()
    try:
        while (payloads := decoder.read_from(source)) is not None:
            for payload in payloads:
                arrived.put(_REQUESTS.decode(payload))
    except (ChannelError, OSError, msgspec.MsgspecError):
        pass  # the other side is broken: this one ends
    arrived.put(None)


def _new(arrived: queue.SimpleQueue[Request | None], *, wait: bool) -> Iterator[Request | None]:
    if wait:
        yield arrived.get()
    while not arrived.empty():
        yield arrived.get()


def main(arguments: list[str] | None = None) -> int:
    """The process. Whatever a library prints must not get between the answers."""
    die_with_parent(os.getppid())
    sink = os.dup(1)
    os.dup2(2, 1)
    with suppress(BrokenPipeError, KeyboardInterrupt):
        serve(0, sink)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The cells of a file, kept on the disk from the pass that decides on types to the one that stores them.

A file is read once: what is stored are the very bytes that were counted and hashed, and the table engine's work isn't
done twice. Compressed with LZ4 the cells take less than a third of the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.data.delimited.parts import Part
from app.data.records import Rejected

_WRITE = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
_READ = pa.ipc.IpcReadOptions(use_threads=False)


class Spilled(msgspec.Struct, frozen=True, kw_only=True):
    """The cells of a part as text, with the physical line on which each row begins; and the records without a row.

    ``position`` is how much of the file was read when the part was.
    """

    table: pa.Table
    lines: NDArray[np.int64]
    rejected: list[Rejected]
    records: int
    position: int


class _Place(msgspec.Struct, frozen=True):
    """Where a part lies: lengths of its cells, of its rejected records, and of its lines (0: one after the other)."""

    cells: int
    rejected: int
    lines: int
    first_line: int
    records: int
    position: int


class Spill:
    """Parts of one file in the order of the file. Written whole, then read once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places: list[_Place] = []
        self._file = path.open("wb")

    def restart(self) -> None:
        """Forget everything: the file is read again from its beginning."""
        self._places.clear()
        self._file.seek(0)
        self._file.truncate()

    def add(self, part: Part, cells: pa.Buffer, *, position: int) -> None:
        """Append a part and its cells, made ready by :func:`packed`."""
        starts = part.starts if part.starts is not None else np.empty(0, np.int64)
        in_a_row = not len(starts) or int(starts[-1] - starts[0]) == len(starts) - 1
        self._places.append(
            _Place(
                cells=self._write(cells),
                rejected=self._write(msgspec.json.encode(part.rejected) if part.rejected else b""),
                lines=0 if in_a_row else self._write(starts.tobytes()),
                first_line=int(starts[0]) if len(starts) else part.first_line,
                records=part.records,
                position=position,
            )
        )

    def _write(self, data: bytes | pa.Buffer) -> int:
        return self._file.write(data)

    def parts(self) -> Iterator[Spilled]:
        """What was added, in order."""
        self._file.close()
        with self._path.open("rb") as file:
            for place in self._places:
                table = pa.ipc.open_stream(pa.py_buffer(file.read(place.cells)), options=_READ).read_all()
                rejected = file.read(place.rejected)
                lines = np.frombuffer(file.read(place.lines), np.int64)
                yield Spilled(
                    table=table,
                    lines=lines if place.lines else np.arange(place.first_line, place.first_line + table.num_rows),
                    rejected=msgspec.json.decode(rejected, type=list[Rejected]) if rejected else [],
                    records=place.records,
                    position=place.position,
                )

    def close(self) -> None:
        """Remove the file."""
        self._file.close()
        self._path.unlink(missing_ok=True)


def packed(table: pa.Table) -> pa.Buffer:
    """The cells of a part as they are kept: a stream of its own, since each part has dictionaries of its own."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_WRITE) as stream:
        stream.write_table(table)
    return sink.getvalue()

"""Batches kept on the disk from the pass that decides on types to the one that stores: a source is read once only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.data.records import Rejected

_WRITE = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
_READ = pa.ipc.IpcReadOptions(use_threads=False)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The cells of a batch, as its columns keep them."""

    cells: pa.RecordBatch
    places: NDArray[np.int64]
    rejected: tuple[Rejected, ...]
    file: str = ""


class _Place(msgspec.Struct, frozen=True):
    cells: int
    rejected: int
    places: int
    first: int
    file: str


class Keeping:
    """Batches in their order: written whole, then read once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places: list[_Place] = []
        self._file = path.open("wb")

    def add(self, kept: Kept) -> None:
        """Append a batch."""
        numbers = kept.places
        in_a_row = len(numbers) and int(numbers[-1] - numbers[0]) == len(numbers) - 1
        self._places.append(
            _Place(
                cells=self._file.write(_serialised(kept.cells)),
                rejected=self._file.write(msgspec.json.encode(kept.rejected) if kept.rejected else b""),
                places=0 if in_a_row else self._file.write(numbers.tobytes()),
                first=int(numbers[0]) if len(numbers) else 0,
                file=kept.file,
            )
        )

    def __len__(self) -> int:
        return len(self._places)

    def batches(self) -> Iterator[Kept]:
        """What was added, in order."""
        self._file.close()
        with self._path.open("rb") as file:
            for place in self._places:
                stream = pa.ipc.open_stream(pa.py_buffer(file.read(place.cells)), options=_READ)
                cells = stream.read_next_batch()
                rejected = file.read(place.rejected)
                numbers = np.frombuffer(file.read(place.places), np.int64)
                yield Kept(
                    cells=cells,
                    places=numbers if place.places else np.arange(place.first, place.first + cells.num_rows),
                    rejected=msgspec.json.decode(rejected, type=tuple[Rejected, ...]) if rejected else (),
                    file=place.file,
                )

    def close(self) -> None:
        """Remove the file."""
        self._file.close()
        self._path.unlink(missing_ok=True)


def _serialised(cells: pa.RecordBatch) -> pa.Buffer:
    """A stream of its own for each batch, since each has dictionaries of its own."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, cells.schema, options=_WRITE) as stream:
        stream.write_batch(cells)
    return sink.getvalue()

"""Arrow arrays as NumPy arrays, by their buffers: ``to_numpy`` would import pandas (see :mod:`app.data.lean`)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.data import lean  # noqa: F401 - before the first conversion


def mask_of(array: pa.Array) -> NDArray[np.bool_]:
    """A boolean array; null counts as false."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    found = _bits(array.buffers()[1], array.offset, len(array))
    valid = array.buffers()[0]
    return found if valid is None else found & _bits(valid, array.offset, len(array))


def valid_of(array: pa.Array) -> NDArray[np.bool_]:
    """Which cells aren't null."""
    valid = array.buffers()[0]
    return np.ones(len(array), bool) if valid is None else _bits(valid, array.offset, len(array))


def _bits(buffer: pa.Buffer, offset: int, length: int) -> NDArray[np.bool_]:
    bits = np.unpackbits(np.frombuffer(buffer, np.uint8), bitorder="little")
    return bits[offset : offset + length].astype(bool)


def numbers_of(array: pa.Array) -> NDArray[np.int64]:
    """Whole numbers of any width without nulls (also the days and microseconds of dates and timestamps)."""
    return raw_numbers(array).astype(np.int64)


def raw_numbers(array: pa.Array) -> NDArray[np.number]:
    """The values of a primitive array as they lie in memory; what stands at a null is undefined."""
    kind = _KINDS[str(array.type)]
    if not len(array):
        return np.empty(0, kind)
    return np.frombuffer(array.buffers()[1], kind, len(array), array.offset * kind.itemsize)


def rises(values: pa.Array) -> bool:
    """Whether each number, day or moment is larger than the one in the row before, as in a column that numbers rows;
    nothing is missing then."""
    cells = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return len(cells) > 1 and not cells.null_count and bool((np.diff(raw_numbers(cells)) > 0).all())


_KINDS: dict[str, np.dtype[np.number]] = {
    "int8": np.dtype(np.int8),
    "int16": np.dtype(np.int16),
    "int32": np.dtype(np.int32),
    "int64": np.dtype(np.int64),
    "double": np.dtype(np.float64),
    "date32[day]": np.dtype(np.int32),
    "timestamp[us]": np.dtype(np.int64),
}

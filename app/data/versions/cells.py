"""The cells of one stored column as hashes, and what its distribution is made from: one column in memory at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import Enum, auto
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.records import ColumnType
from app.data.stored import open_stored, stored_groups
from app.data.values.buffers import numbers_of, raw_numbers, valid_of
from app.data.values.distinct import hash_text, mixed

Hashes = NDArray[np.uint64]
MISSING = np.uint64(0x6D697373696E6721)
_MOST_WORDS = 5_000
_NUMBERS = {ColumnType.INTEGER, ColumnType.NUMBER}
_MOMENTS = {ColumnType.DATE, ColumnType.DATETIME}


class Kind(Enum):
    """How the cells of two columns are compared: as whole numbers, numbers, microseconds, or words."""

    WHOLE = auto()
    NUMBER = auto()
    MOMENT = auto()
    WORD = auto()


def kind_of(before: ColumnType, after: ColumnType) -> Kind:
    """How columns of these types compare; those that have nothing in common compare as the text that they are written
    as."""
    both = {before, after}
    if both <= _NUMBERS:
        return Kind.WHOLE if both == {ColumnType.INTEGER} else Kind.NUMBER
    return Kind.MOMENT if both <= _MOMENTS else Kind.WORD


class Cells(msgspec.Struct, kw_only=True):
    """A column: a hash for each cell, in order; the filled numbers (seconds or days for moments); how often each word
    is there, None where there are too many; the lengths of words where they are asked for."""

    hashes: Hashes
    missing: int
    numbers: NDArray[np.float64] | None = None
    words: Counter[str] | None = None
    lengths: NDArray[np.float64] | None = None

    @property
    def fingerprint(self) -> int:
        """Equal for columns that hold the same cells, in any order."""
        with np.errstate(over="ignore"):
            return int(mixed(self.hashes).sum())


def read_cells(path: Path, name: str, type: ColumnType, kind: Kind, *, lengths: bool = False) -> Cells:
    """The column ``name`` of a stored table."""
    if kind is Kind.WORD:
        return _words(path, name, type, lengths=lengths)
    hashes, numbers, missing = [], [], 0
    for chunk in _chunks(path, name, encoded=False):
        values, valid = _comparable(raw_numbers(chunk), type, kind), valid_of(chunk)
        hashes.append(np.where(valid, mixed(values.view(np.uint64)), MISSING))
        missing += len(chunk) - int(valid.sum())
        numbers.append(values[valid].astype(np.float64))
    found = np.concatenate(numbers) if numbers else np.empty(0)
    return Cells(hashes=_joined(hashes), missing=missing, numbers=found / 1e6 if kind is Kind.MOMENT else found)


def _comparable(raw: NDArray[np.number], type: ColumnType, kind: Kind) -> NDArray[np.int64] | NDArray[np.float64]:
    if kind is Kind.NUMBER:
        return raw.astype(np.float64) + 0.0  # -0.0 is 0.0
    whole = raw.astype(np.int64)
    return whole * 86_400_000_000 if kind is Kind.MOMENT and type is ColumnType.DATE else whole


def _joined(parts: list[Hashes]) -> Hashes:
    return np.concatenate(parts) if parts else np.empty(0, np.uint64)


def _chunks(path: Path, name: str, *, encoded: bool) -> Iterator[pa.Array]:
    for group in stored_groups(path, [name], dictionaries=[name] if encoded else []):
        yield from group.column(0).chunks


def _words(path: Path, name: str, type: ColumnType, *, lengths: bool) -> Cells:
    hashes, counted, long, missing = [], Counter[str](), [], 0
    many = type is ColumnType.IDENTIFIER
    for chunk in _chunks(path, name, encoded=type not in _NUMBERS | _MOMENTS):
        coded = chunk if pa.types.is_dictionary(chunk.type) else written(chunk).dictionary_encode()
        valid = valid_of(coded.indices)
        places = np.where(valid, numbers_of(coded.indices), len(coded.dictionary))
        hashes.append(np.append(hash_text(coded.dictionary), MISSING)[places])
        missing += len(chunk) - int(valid.sum())
        if not many:
            counts = np.bincount(places, minlength=len(coded.dictionary) + 1)[:-1]
            counted.update(dict(zip(coded.dictionary.to_pylist(), counts.tolist(), strict=True)))
            many = len(counted) > _MOST_WORDS
        if lengths:
            sizes = numbers_of(pc.utf8_length(coded.dictionary).cast(pa.int64())).astype(np.float64)
            long.append(sizes[places[valid]])
    return Cells(
        hashes=_joined(hashes),
        missing=missing,
        words=None if many else +counted,
        lengths=np.concatenate(long) if long else None,
    )


def written(values: pa.Array) -> pa.Array:
    """Cells as ``ciclo data`` writes them: decimal point, ISO dates, words as they were."""
    if pa.types.is_string(values.type):
        return values
    if pa.types.is_dictionary(values.type):
        return values.dictionary_decode()
    if pa.types.is_timestamp(values.type):
        text = pc.strftime(values, format="%Y-%m-%dT%H:%M:%S")
        return pc.replace_substring_regex(text, r"\.000000$", "")
    return pc.cast(values, pa.string())


def pick(path: Path, rows: NDArray[np.int64], names: list[str]) -> dict[str, dict[int, str | None]]:
    """Some rows of a stored table as text: for each column, the cell of each row. Only their row groups are read."""
    found: dict[str, dict[int, str | None]] = {name: {} for name in names}
    wanted = np.unique(rows)
    for start, table in _groups_with(path, wanted, names):
        inside = wanted[(wanted >= start) & (wanted < start + table.num_rows)]
        places = pa.array((inside - start).tolist(), pa.int64())
        for name in names:
            cells = written(table.column(name).take(places).combine_chunks()).to_pylist()
            found[name].update(zip(inside.tolist(), cells, strict=True))
    return found


def _groups_with(path: Path, wanted: NDArray[np.int64], names: list[str]) -> Iterator[tuple[int, pa.Table]]:
    with open_stored(path) as file:
        start = 0
        for group in range(file.num_row_groups):
            size = file.metadata.row_group(group).num_rows
            if ((wanted >= start) & (wanted < start + size)).any():
                yield start, file.read_row_group(group, columns=names, use_threads=False)
            start += size

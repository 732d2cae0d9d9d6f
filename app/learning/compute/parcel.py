"""The rows that are learned from, as a file of Arrow streams: it goes to each machine once and is mapped there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from app.learning.matrix import FrameColumn
from app.learning.records import Balance, Task
from app.learning.search.data import LearningData
from app.learning.splits.splitting import Sealed

_HEADER = b"ciclo"
Objects = NDArray[np.object_]


class _Header(msgspec.Struct, frozen=True, kw_only=True):
    task: Task
    classes: int
    seed: int
    levels: int
    folds: int
    columns: tuple[FrameColumn, ...]
    directions: tuple[int, ...]
    balance: Balance


def write_parcel(data: LearningData, path: Path) -> None:
    """Write everything that a fit needs: the frame, a table with a line for each row, the sealed rows, the folds."""
    header = _Header(
        task=data.task,
        classes=data.classes,
        seed=data.seed,
        levels=data.levels,
        folds=len(data.folds),
        columns=data.columns,
        directions=data.directions,
        balance=data.balance,
    )
    frame = {str(n): _packed(data.frame.iloc[:, n].to_numpy()) for n in range(len(data.columns))}
    lines = {"value": data.values, "row": data.rows, "unit": data.units}
    with path.open("wb") as file:
        _write(file, pa.table(frame).replace_schema_metadata({_HEADER: msgspec.json.encode(header)}))
        _write(file, pa.table({name: pa.array(column) for name, column in lines.items()}))
        for positions in (data.sealed.rows, *(side for fold in data.folds for side in fold)):
            _write(file, pa.table({"row": pa.array(positions)}))


def read_parcel(path: Path) -> LearningData:
    """The same data again, bit for bit and in the same layout in memory, so that fits give the same bytes."""
    with pa.memory_map(str(path)) as file:
        frame, lines, sealed = _read(file), _read(file), _read(file)
        header = msgspec.json.decode(frame.schema.metadata[_HEADER], type=_Header)
        folds = tuple((_numbers(_read(file), "row"), _numbers(_read(file), "row")) for _ in range(header.folds))
    return LearningData(
        task=header.task,
        classes=header.classes,
        frame=_frame(frame, lines.num_rows, header.columns),
        columns=header.columns,
        values=_numbers(lines, "value"),
        rows=_numbers(lines, "row"),
        units=_numbers(lines, "unit"),
        folds=folds,
        sealed=Sealed(_numbers(sealed, "row")),
        seed=header.seed,
        levels=header.levels,
        directions=header.directions,
        balance=header.balance,
    )


def _write(file: object, table: pa.Table) -> None:
    with pa.ipc.new_stream(file, table.schema) as stream:
        stream.write_table(table.combine_chunks(), max_chunksize=max(1, table.num_rows))


def _read(file: pa.MemoryMappedFile) -> pa.Table:
    with pa.ipc.open_stream(file) as stream:
        return stream.read_all()


def _numbers(table: pa.Table, name: str) -> NDArray[Any]:
    found: NDArray[Any] = table.column(name).to_numpy()
    return found


def _packed(column: NDArray[np.generic]) -> pa.Array:
    """Words by their place in a dictionary: most columns have few, and each is made once where they are read."""
    if column.dtype != np.object_:
        return pa.array(column)
    return pa.array(column.tolist(), type=pa.large_string()).dictionary_encode()


def _unpacked(table: pa.Table, name: str) -> NDArray[np.float64] | Objects:
    column = table.column(name)
    if not pa.types.is_dictionary(column.type):
        return _numbers(table, name)
    if not len(column):
        return np.empty(0, dtype=object)
    whole = column.combine_chunks()
    words = np.array([*whole.dictionary.to_pylist(), None], dtype=object)
    found: Objects = words[whole.indices.fill_null(len(words) - 1).to_numpy()]
    return found


def _frame(table: pa.Table, rows: int, columns: tuple[FrameColumn, ...]) -> pd.DataFrame:
    series = {
        n: pd.Series(_unpacked(table, str(n)), dtype=np.float64 if column.numeric else object)
        for n, column in enumerate(columns)
    }
    frame = pd.DataFrame(series, index=pd.RangeIndex(rows))
    frame.columns = pd.Index([column.name for column in columns], dtype=object)
    return frame

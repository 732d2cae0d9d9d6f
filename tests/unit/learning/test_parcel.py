"""The rows that travel to other machines are the same there, bit for bit."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import CicloError
from app.learning.compute.parcel import read_parcel, write_parcel
from app.learning.matrix import FrameColumn
from app.learning.records import Task
from app.learning.search.data import LearningData
from app.learning.splits.splitting import Sealed

NUMBERS = st.floats(width=64)  # with missing ones, both zeros and the infinite
WORDS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
Cells = list[list[float | None]] | list[list[str | None]]


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Some columns of numbers and some of words, with the same number of rows; names may be the same."""
    rows = draw(st.integers(0, 12))
    kinds = draw(st.lists(st.booleans(), min_size=1, max_size=5))
    series = {
        n: pd.Series(
            draw(st.lists(NUMBERS if numeric else WORDS, min_size=rows, max_size=rows)),
            dtype=np.float64 if numeric else object,
        )
        for n, numeric in enumerate(kinds)
    }
    frame = pd.DataFrame(series, index=pd.RangeIndex(rows))
    frame.columns = pd.Index(
        draw(st.lists(st.text(max_size=3), min_size=len(kinds), max_size=len(kinds))), dtype=object
    )
    return frame


def data_of(frame: pd.DataFrame) -> LearningData:
    rows = len(frame)
    numeric = [frame.iloc[:, n].dtype == np.float64 for n in range(frame.shape[1])]
    columns = tuple(
        FrameColumn(name=name, feature=name, numeric=number)
        for name, number in zip(frame.columns, numeric, strict=True)
    )
    halves = np.arange(rows, dtype=np.int64)[: rows // 2], np.arange(rows, dtype=np.int64)[rows // 2 :]
    return LearningData(
        task=Task.BINARY,
        classes=2,
        frame=frame,
        columns=columns,
        values=np.linspace(0.0, 1.0, rows),
        rows=np.arange(rows, dtype=np.int64) * 3,
        units=np.arange(rows, dtype=np.uint64) * np.uint64(2**60),
        folds=(halves, halves[::-1]),
        sealed=Sealed(np.array([1, 4], dtype=np.int64)),
        seed=7,
        levels=11,
    )


def there(data: LearningData) -> LearningData:
    """What the other machine reads."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.arrow"
        write_parcel(data, path)
        return read_parcel(path)


@settings(deadline=None)
@given(frame=frames())
def test_that_any_frame_is_the_same_there_bit_for_bit(frame: pd.DataFrame) -> None:
    read = there(data_of(frame)).frame
    assert list(read.columns) == list(frame.columns)
    assert list(read.dtypes) == list(frame.dtypes)
    for n in range(frame.shape[1]):
        mine, theirs = frame.iloc[:, n].to_numpy(), read.iloc[:, n].to_numpy()
        if mine.dtype == np.float64:
            assert theirs.tobytes() == mine.tobytes()
        else:
            assert [type(cell) for cell in theirs] == [type(cell) for cell in mine]
            assert theirs.tolist() == mine.tolist()


def test_that_everything_else_is_the_same_there() -> None:
    data = data_of(pd.DataFrame({"a": [0.5, np.nan, -0.0, 2.0], "b": pd.Series(["x", None, "", "x"], dtype=object)}))
    read = there(data)
    assert (read.task, read.classes, read.seed, read.levels) == (data.task, data.classes, data.seed, data.levels)
    assert read.columns == data.columns
    for name in ("values", "rows", "units"):
        mine, theirs = getattr(data, name), getattr(read, name)
        assert (theirs.dtype, theirs.tobytes()) == (mine.dtype, mine.tobytes())
    for mine, theirs in zip(data.folds, read.folds, strict=True):
        assert [side.tolist() for side in theirs] == [side.tolist() for side in mine]


def test_that_the_rows_set_aside_are_guarded_there_too() -> None:
    sealed = there(data_of(pd.DataFrame({"a": [1.0, 2.0]}))).sealed
    with pytest.raises(CicloError, match="sealed_rows"):
        sealed.check(np.array([0, 4]))


def test_that_frames_lie_in_memory_as_they_do_here() -> None:
    """Sums depend on the order in which numbers lie, and so do the last bits of what is learned."""
    data = data_of(pd.DataFrame({str(n): np.arange(5.0) + n for n in range(3)}))
    mine, theirs = data.frame.to_numpy(), there(data).frame.to_numpy()
    assert (theirs.flags.c_contiguous, theirs.flags.f_contiguous) == (mine.flags.c_contiguous, mine.flags.f_contiguous)

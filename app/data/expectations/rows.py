"""Which rows break an expectation that each row keeps or breaks alone."""

from __future__ import annotations

from datetime import date, datetime, time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.expectations.records import Categories, Filled, Limit, OfRows, Range
from app.data.values.buffers import mask_of, numbers_of, valid_of

Mask = NDArray[np.bool_]
_DAY = len("2020-12-31")


def broken_rows(expectation: OfRows, cells: pa.Array) -> Mask:
    """Shape (n,): the rows of a typed column that break it. A missing value breaks no range and no list of words."""
    match expectation:
        case Filled():
            return ~valid_of(cells)
        case Categories(words=words):
            return _strange(cells, pa.array(words, pa.string()))
        case Range(low=low, high=high):
            beyond = np.zeros(len(cells), bool)
            if low is not None:
                beyond |= mask_of(pc.less(cells, _end(low, cells.type, last=False)))
            if high is not None:
                beyond |= mask_of(pc.greater(cells, _end(high, cells.type, last=True)))
            return beyond


def _strange(cells: pa.Array, known: pa.Array) -> Mask:
    if not pa.types.is_dictionary(cells.type):
        return ~mask_of(pc.is_in(cells, value_set=known)) & valid_of(cells)
    if not len(cells.dictionary):
        return np.zeros(len(cells), bool)
    strange = ~mask_of(pc.is_in(cells.dictionary, value_set=known))
    return strange[numbers_of(cells.indices.fill_null(0))] & valid_of(cells)


def _end(limit: Limit, type: pa.DataType, *, last: bool) -> pa.Scalar:
    """A limit as a value of the column; a day among moments means all of it."""
    if not isinstance(limit, str):
        return pa.scalar(limit, pa.float64())
    if pa.types.is_date(type):
        return pa.scalar(date.fromisoformat(limit[:_DAY]), type)
    moment = datetime.fromisoformat(limit)
    whole = last and len(limit) == _DAY
    return pa.scalar(datetime.combine(moment.date(), time.max) if whole else moment.replace(tzinfo=None), type)

"""How a file that is scored keeps to what is expected of the model's data: counted, and said in a sentence each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.data.expectations.records import OfRows, Verdict, column_of
from app.data.expectations.tallies import RowTally
from app.data.expectations.words import broken_sentence
from app.text import Text


class Expected:
    """Takes in the rows of a file batch by batch."""

    def __init__(self, expectations: Sequence[OfRows]) -> None:
        self._tallies = [RowTally(one) for one in expectations]
        self._rows = 0

    def take(self, table: pa.Table, rejected: NDArray[np.bool_]) -> None:
        """The next rows, a typed column for each feature; those that are rejected are said to be elsewhere."""
        for tally in self._tallies:
            cells = table.column(column_of(tally.expectation)).combine_chunks()
            tally.take(cells.chunk(0) if isinstance(cells, pa.ChunkedArray) else cells, self._rows, rejected)
        self._rows += table.num_rows

    def notes(self) -> tuple[Text, ...]:
        """What the file doesn't keep to."""
        results = (tally.result() for tally in self._tallies)
        return tuple(broken_sentence(one) for one in results if one.verdict is Verdict.BROKEN)

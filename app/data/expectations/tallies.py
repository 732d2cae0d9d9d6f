"""What a check keeps in mind of each expectation while the rows go by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.expectations.records import Example, Expectation, Filled, Fresh, OfRows, Result, Rows, Unique, Verdict
from app.data.expectations.rows import broken_rows
from app.data.values.buffers import raw_numbers, valid_of
from app.data.values.distinct import hash_text

_EXAMPLES = 5
_LONGEST = 80
_MOST = 20_000_000
"""Values; of more it can't be told whether they are unique."""


class Tally:
    """An expectation of a column; it takes in the cells of the column, one part after the other."""

    def __init__(self, expectation: Expectation) -> None:
        self.expectation = expectation

    def take(self, cells: pa.Array, first: int) -> None:
        """The next cells; ``first`` rows stand before them."""
        raise NotImplementedError

    def result(self) -> Result:
        """What became of it."""
        raise NotImplementedError


class RowTally(Tally):
    """Ranges, words, missing values: how many rows break it."""

    def __init__(self, expectation: OfRows) -> None:
        super().__init__(expectation)
        self._own = expectation
        self._broken = self._of = 0
        self._examples: list[Example] = []

    def take(self, cells: pa.Array, first: int, without: NDArray[np.bool_] | None = None) -> None:
        """The next cells; those of the rows ``without`` aren't counted."""
        counts = np.ones(len(cells), bool) if isinstance(self._own, Filled) else valid_of(cells)
        broken = broken_rows(self._own, cells)
        if without is not None:
            counts, broken = counts & ~without, broken & ~without
        self._of += int(np.count_nonzero(counts))
        self._broken += int(np.count_nonzero(broken))
        wanted = _EXAMPLES - len(self._examples)
        if wanted:
            self._examples += examples(cells, np.flatnonzero(broken)[:wanted].tolist(), first)

    def result(self) -> Result:
        kept = self._broken <= tolerated(self._own) * self._of
        return Result(
            expectation=self._own,
            verdict=Verdict.MET if kept else Verdict.BROKEN,
            rows=self._broken,
            of=self._of,
            examples=() if kept else tuple(self._examples),
        )


def tolerated(expectation: OfRows) -> float:
    """The share of the rows that may break it."""
    return expectation.share if isinstance(expectation, Filled) else getattr(expectation, "others", 0.0)


def examples(cells: pa.Array, places: Iterable[int], first: int) -> list[Example]:
    """What stands in some rows."""
    return [Example(row=first + place + 1, value=_shown(cells[place].as_py())) for place in places]


def _shown(value: object) -> str:
    text = "" if value is None else value.isoformat() if isinstance(value, date) else str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


class UniqueTally(Tally):
    """How many values stand in an earlier row already: by a hash of each."""

    def __init__(self, expectation: Unique) -> None:
        super().__init__(expectation)
        self._hashes: list[NDArray[np.uint64]] = []
        self._of = 0
        self._repeated = np.empty(0, np.uint64)
        self._seen: set[int] = set()
        self._examples: list[Example] = []

    def take(self, cells: pa.Array, first: int) -> None:
        self._of += len(cells) - cells.null_count
        if self._of > _MOST:
            self._hashes.clear()
        else:
            self._hashes.append(_hashed(cells)[valid_of(cells)])

    def close(self) -> bool:
        """Count; whether there is something to look for in a second reading."""
        if self._hashes:
            ordered = np.concatenate(self._hashes)
            self._hashes.clear()
            ordered.sort()
            self._repeated = ordered[1:][ordered[1:] == ordered[:-1]]
        return bool(len(self._repeated))

    def look(self, cells: pa.Array, first: int) -> bool:
        """Cells of a second reading, for examples; whether that is enough."""
        hashes = _hashed(cells)
        at = np.minimum(np.searchsorted(self._repeated, hashes), len(self._repeated) - 1)
        for place in np.flatnonzero((self._repeated[at] == hashes) & valid_of(cells)).tolist():
            if len(self._examples) == _EXAMPLES:
                break
            if int(hashes[place]) in self._seen:
                self._examples += examples(cells, [place], first)
            self._seen.add(int(hashes[place]))
        return len(self._examples) == _EXAMPLES

    def result(self) -> Result:
        known = self._of <= _MOST
        verdict = Verdict.UNCHECKED if not known else Verdict.BROKEN if len(self._repeated) else Verdict.MET
        return Result(
            expectation=self.expectation,
            verdict=verdict,
            rows=len(self._repeated),
            of=self._of,
            examples=tuple(self._examples),
        )


def _hashed(cells: pa.Array) -> NDArray[np.uint64]:
    """Of each cell; what stands at a missing one is undefined."""
    if pa.types.is_dictionary(cells.type):
        known = hash_text(cells.dictionary)
        return known[raw_numbers(cells.indices.fill_null(0))] if len(known) else np.zeros(len(cells), np.uint64)
    if pa.types.is_string(cells.type):
        return hash_text(cells)
    values = raw_numbers(cells)
    if values.dtype == np.float64:
        return (values + 0.0).view(np.uint64)  # both zeros are one value
    return values.astype(np.int64).view(np.uint64)


class FreshTally(Tally):
    """The newest date."""

    def __init__(self, expectation: Fresh, moment: datetime) -> None:
        super().__init__(expectation)
        self._days = expectation.days
        self._moment = moment
        self._newest: date | None = None

    def take(self, cells: pa.Array, first: int) -> None:
        newest = pc.max(cells).as_py()
        if newest is not None:
            day = newest.date() if isinstance(newest, datetime) else newest
            self._newest = day if self._newest is None else max(self._newest, day)

    def result(self) -> Result:
        newest = self._newest
        today = self._moment.astimezone(UTC).date()
        kept = newest is not None and (today - newest).days <= self._days
        return Result(
            expectation=self.expectation,
            verdict=Verdict.MET if kept else Verdict.BROKEN,
            found=newest.isoformat() if newest is not None else "",
        )


def judge_rows(expectation: Rows, rows: int) -> Result:
    """Whether there are as many rows as expected."""
    low = rows if expectation.low is None else expectation.low
    high = rows if expectation.high is None else expectation.high
    verdict = Verdict.MET if low <= rows <= high else Verdict.BROKEN
    return Result(expectation=expectation, verdict=verdict, found=str(rows))

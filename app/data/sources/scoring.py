"""Sources of typed records read for scoring: every record in its place, its cells as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.records import Corrections, Reading
from app.data.sources.columns import Moments, Words
from app.data.sources.intake import Decided, Intake
from app.data.sources.jobs import typed_source
from app.data.sources.keeping import Kept
from app.data.sources.typed import TypedSource
from app.data.tables import ScoringFile, TextBatch, TypedName
from app.data.tables import read_for_scoring as read_text
from app.data.values.conversion import Notation
from app.data.values.dates import Orders
from app.data.values.inference import decide_day_first
from app.text.message import Text


class TypedFile:
    """A file opened for scoring. ``done`` of ``total`` were read."""

    def __init__(self, path: Path, corrections: Corrections, decided: Decided, *, day_first: bool | None) -> None:
        self._path = path
        self._corrections = corrections
        self._decided = decided
        self.header: tuple[str, ...] = decided.plan.names
        self._day_first = day_first
        self.done, self.total = 0.0, 1.0

    def notation_of(self, place: int) -> Notation:
        """How the values of a column are written."""
        notation, column = self._decided.notations[place], self._decided.columns[place]
        if not isinstance(column, Words):
            return notation
        words = tuple(column.tally.disguised())
        return msgspec.structs.replace(notation, day_first=self._day_first is not False, value_words=words)

    def batches(self) -> Iterator[TextBatch]:
        """All records of the file, in order."""
        source = _opened(self._path, self._corrections)
        assert source is not None
        with closing(source):
            intake = Intake(source.schema, Corrections())
            for batch in source.batches():
                self.done = max(0.0, source.progress)
                yield self._placed(intake.take(batch))

    def _placed(self, kept: Kept) -> TextBatch:
        """The cells in their order, those of rejected records empty."""
        lost = [rejected.line for rejected in kept.rejected]
        order = np.argsort(np.concatenate([kept.places, np.array(lost, np.int64)]), kind="stable")
        rejected = order >= len(kept.places)
        decided = self._decided
        texts = (self._text(place, kept.cells.column(at)) for place, at in enumerate(decided.places))
        columns = [_spread(text, order, rejected) for text in texts]
        reasons: list[Text] = [one.reason for one in kept.rejected]
        faults = {row: reasons[int(order[row]) - len(kept.places)] for row in np.flatnonzero(rejected).tolist()}
        return TextBatch(columns=columns, rejected=rejected, faults=faults)

    def _text(self, place: int, kept: pa.Array) -> pa.Array:
        column = self._decided.columns[place]
        text = pc.fill_null(pc.cast(kept, pa.string()) if isinstance(column, Words) else column.text(kept), "")
        return pc.replace_substring_regex(text, r"T00:00:00$", "") if isinstance(column, Moments) else text


def _spread(cells: pa.Array, order: NDArray[np.int64], rejected: NDArray[np.bool_]) -> pa.Array:
    if not rejected.any():
        return cells
    return pc.fill_null(cells.take(pa.array(order, mask=rejected)), "")


@contextmanager
def read_for_scoring(
    path: Path,
    features: Sequence[TypedName],
    *,
    corrections: Corrections | None = None,
    decimal: str = "",
    day_first: bool | None = None,
) -> Iterator[ScoringFile | TypedFile]:
    """Open any file for scoring; see :func:`app.data.tables.read_for_scoring`.

    Raises
    ------
    CicloError
        What an import would refuse.
    """
    corrections = corrections or Corrections()
    source = _opened(path, corrections)
    if source is None:
        with read_text(path, features, corrections=corrections, decimal=decimal, day_first=day_first) as file:
            yield file
        return
    with closing(source):
        intake = Intake(source.schema, corrections)
        for batch in source.batches():
            intake.take(batch)
    decided = intake.decide()
    if corrections.decimal is None and decimal and not decided.numerals.votes and not decided.numerals.against:
        decided = intake.decide(decimal=decimal)
    orders = sum((tally.orders for tally in decided.tallies), Orders())
    told = corrections.day_first if orders.day_first or orders.month_first or day_first is None else day_first
    yield TypedFile(path, corrections, decided, day_first=decide_day_first(decided.tallies, wanted=told))


def _opened(path: Path, corrections: Corrections) -> TypedSource | None:
    return typed_source(path, Reading(), corrections) if path.is_file() else None

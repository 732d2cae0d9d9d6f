"""What the reader answers about two columns. The rows of few tables are kept, so that one more column comes at once."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from app.data.pairs.associations import association, associations_of
from app.data.pairs.charts import chart_of
from app.data.pairs.coded import Sample, sample_of
from app.data.quality.looked import MOST_ROWS
from app.data.reader_protocol import Associations, AssociationsAnswer, Pair, PairAnswer

_KEPT = 2
_MOST_CELLS = 20_000_000


class Pairs:
    """Answers both requests."""

    def __init__(self) -> None:
        self._whole: OrderedDict[str, Sample] = OrderedDict()
        self._two: OrderedDict[tuple[str, ...], Sample] = OrderedDict()

    def answer(self, request: Associations | Pair) -> AssociationsAnswer | PairAnswer:
        """The answer to a request."""
        return self._of_one(request) if isinstance(request, Associations) else self._of_two(request)

    def _of_one(self, request: Associations) -> AssociationsAnswer:
        sample = self._all(request)
        return AssociationsAnswer(
            view=request.view,
            generation=request.generation,
            column=request.column,
            looked=sample.rows,
            whole=sample.whole,
            told=request.column in sample.columns,
            associations=tuple(associations_of(sample, request.column)),
        )

    def _all(self, request: Associations) -> Sample:
        """The table's columns, of as many rows as memory has room for."""
        found = self._whole.get(request.path)
        if found is None:
            most = min(MOST_ROWS, max(1_000, _MOST_CELLS // max(1, len(request.types))))
            found = self._whole[request.path] = sample_of(Path(request.path), request.types, most=most)
            if len(self._whole) > _KEPT:
                self._whole.popitem(last=False)
        self._whole.move_to_end(request.path)
        return found

    def _of_two(self, request: Pair) -> PairAnswer:
        sample = self._both(request)
        x, y = sample.columns.get(request.x), sample.columns.get(request.y)
        untold = tuple(name for name in dict.fromkeys((request.x, request.y)) if name not in sample.columns)
        return PairAnswer(
            view=request.view,
            generation=request.generation,
            looked=sample.rows,
            whole=sample.whole,
            association=association(x, y) if x is not None and y is not None else None,
            chart=chart_of(x, y) if x is not None and y is not None else None,
            untold=untold,
        )

    def _both(self, request: Pair) -> Sample:
        key = (request.path, *sorted((request.x, request.y)))
        found = self._two.get(key)
        if found is None:
            found = self._two[key] = sample_of(Path(request.path), request.types, (request.x, request.y))
            if len(self._two) > 4 * _KEPT:
                self._two.popitem(last=False)
        self._two.move_to_end(key)
        return found

"""Parts of text converted to the types that were decided on, or are expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.data.delimited.counting import Survey
from app.data.delimited.parts import Part
from app.data.records import ColumnType, Rejected
from app.data.types import WORDS
from app.data.values.conversion import Notation, convert_column, in_code, without_empty
from app.data.values.rows import hash_rows
from app.data.values.shapes import Shape
from app.data.values.tally import Glance, disguised_in
from app.text.message import Text, Value

_SHOWN = 60
_CELLS_SHOWN = 20


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """How the columns of a file are stored: their names, types and notations, which hold words that recur, and which
    types somebody chose. ``proposed``: words for "missing" in columns of values count as such."""

    names: tuple[str, ...]
    types: tuple[ColumnType, ...]
    notations: tuple[Notation, ...]
    coded: tuple[bool, ...]
    chosen: frozenset[str]
    proposed: bool
    delimiter: str

    @classmethod
    def of(cls, found: Survey) -> Decision:
        """What a survey comes to."""
        corrections = found.plan.corrections
        return cls(
            names=found.plan.names,
            types=found.types,
            notations=found.notations,
            coded=tuple(t.recurring for t in found.tallies),
            chosen=frozenset(corrections.types),
            proposed=corrections.missing_words is None,
            delimiter=found.dialect.delimiter,
        )

    def stores_alike(self, other: Decision, words: Sequence[frozenset[str]]) -> bool:
        """Whether cells converted by this decision, with these words found for "missing" in each column, are what the
        other would have made of them."""
        if self.names != other.names or self.chosen != other.chosen:
            return False
        columns = zip(self.types, other.types, self.notations, other.notations, words, strict=True)
        return all(_alike(*column) for column in columns)


def _alike(expected: ColumnType, decided: ColumnType, before: Notation, now: Notation, words: frozenset[str]) -> bool:
    if expected in WORDS and decided in WORDS:
        return before.missing_words == now.missing_words
    plain = msgspec.structs.replace(before, value_words=now.value_words)
    return expected is decided and plain == now and words == frozenset(now.value_words)


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """The typed rows of a part with their hashes, and its rejected records. ``words`` stood for "missing" in each
    column; ``doubtful`` where a cell isn't of a type that nobody chose, so that the decision can't be right."""

    rows: pa.Table
    hashes: NDArray[np.uint64]
    rejected: list[Rejected]
    words: tuple[frozenset[str], ...]
    doubtful: bool


class Typist:
    """Converts parts; changes nothing, so that threads may share the work. ``schema`` is that of the result."""

    def __init__(self, decision: Decision, schema: pa.Schema) -> None:
        self._decision = decision
        self._schema = schema
        self._coded = [pa.types.is_dictionary(type) for type in schema.types]

    def typed(self, part: Part, table: pa.Table, glances: Sequence[Glance]) -> Typed:
        """The rows of a part whose columns look as in ``glances``."""
        decision = self._decision
        width = len(decision.names)
        text = table.select(list(range(width)))  # without a spare column at the end
        words = tuple(self._words(i, glance) for i, glance in enumerate(glances[:width]))
        columns, failures = [], []
        for i, values in enumerate(text.columns):
            notation = msgspec.structs.replace(decision.notations[i], value_words=tuple(sorted(words[i])))
            proven = decision.names[i] not in decision.chosen
            cells = without_empty(values) if glances[i].counts[Shape.EMPTY] else values
            column, failed = convert_column(cells, decision.types[i], notation, proven=proven)
            columns.append(in_code(column, wanted=self._coded[i]))
            failures.append(failed)
        rows = pa.Table.from_arrays(columns, schema=self._schema)
        failed = np.array(failures)
        if not failed.any():
            return Typed(rows=rows, hashes=hash_rows(rows), rejected=part.rejected, words=words, doubtful=False)
        chosen = np.array([name in decision.chosen for name in decision.names])
        assert part.starts is not None
        rejected = sorted([*part.rejected, *self._failures(part.starts, text, failed)], key=lambda r: r.line)
        good = rows.filter(pa.array(~failed.any(axis=0)))
        return Typed(
            rows=good,
            hashes=hash_rows(good),
            rejected=rejected,
            words=words,
            doubtful=bool(failed[~chosen].any()),
        )

    def _words(self, column: int, glance: Glance) -> frozenset[str]:
        """The words of a part that stand for "missing" in a column of values."""
        valued = self._decision.types[column] not in WORDS
        return frozenset(disguised_in(glance.odd or {})) if valued and self._decision.proposed else frozenset()

    def _failures(self, lines: NDArray[np.int64], text: pa.Table, failed: NDArray[np.bool_]) -> Iterator[Rejected]:
        decision = self._decision
        for row in np.flatnonzero(failed.any(axis=0)).tolist():
            column = int(np.flatnonzero(failed[:, row])[0])
            value = str(text.column(column)[row].as_py())
            cells = [str(c[row].as_py() or "") for c in text.columns[:_CELLS_SHOWN]]
            params: dict[str, Value | Text | str | int | float] = {
                "column": decision.names[column],
                "value": value[:_SHOWN],
                "type": Text(f"data.type.{decision.types[column]}"),
            }
            yield Rejected(
                line=int(lines[row]),
                reason=Text("data.rejected.unconvertible", params),
                raw=decision.delimiter.join(cells)[:300],
            )

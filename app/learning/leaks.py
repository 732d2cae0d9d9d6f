"""Signs in the table itself that an answer, or rows that are set aside, had a say in what is learned from.

Unlike the alarms after a training these look at the whole table, since what they look for was made from all of it: a
column of means of the target (S. Kaufman et al., Leakage in Data Mining, ACM TKDD 6, 2012, "no time machine"), columns
that were scaled before the split, numbers that were given out after the answer was known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import stats

from app.data.records import ColumnProfile, ColumnType
from app.learning.matrix import numbers
from app.learning.records import PlannedColumn, Task
from app.learning.source import Source, read_in_parts
from app.learning.splits.advice import SOMEBODY, name_words
from app.learning.target import Target
from app.statistics.auc import placements
from app.text.message import Text, amount

Floats = NDArray[np.float64]

_SAME = 1e-4
"""How far a mean or a deviation may lie from a round value that it was made to have."""
_MANY_VALUES = 20
_FEWEST_SCALED = 3
_FEWEST_ROWS = 50
_COVERED = 0.9
"""Of the rows in groups of a value, so many must have the group's mean."""
_BY_NUMBER = 0.9
"""AUC from which numbers given out tell the answer."""
_LEAST_WORD = 4
_NO_NAME = frozenset({
    "amount", "answer", "attr", "attribute", "class", "clase", "code", "col", "column", "columna", "count", "data",
    "date", "fecha", "feature", "field", "group", "label", "level", "name", "nombre", "number", "output", "rate",
    "respuesta", "result", "resultado", "score", "status", "target", "tipo", "total", "type", "valor", "value", "year",
})  # fmt: skip
"""Words of a target's name that say nothing."""
_SHARE_NAMED = 0.34


def leak_hints(
    source: Source, target: Target, target_name: str, columns: tuple[PlannedColumn, ...]
) -> tuple[Text, ...]:
    """What is worth a question before a training; nothing of it is sure enough for an alarm."""
    used = [column for column in columns if column.used]
    return (*_named_after(target_name, used), *_scaled(source, used), *_numbered(source, target, columns))


def encoded(source: Source, target: Target, columns: tuple[PlannedColumn, ...]) -> tuple[Text, ...]:
    """Alarms about columns whose values are the mean of the target over the rows that have them."""
    if target.task is Task.MULTICLASS or len(target.rows) < _FEWEST_ROWS:
        return ()
    values = target.values
    spread = float(np.std(values))
    few = {c.name for c in source.version.columns if 3 <= c.distinct <= len(target.rows) / 3}
    wanted = [c.name for c in columns if c.used and c.type is ColumnType.NUMBER and c.name in few]
    return tuple(
        Text("learning.alarm.encoded", {"column": name})
        for name, cells in _read(source, wanted)
        if spread and _is_mean_of(numbers(cells)[target.rows], values, spread)
    )


def _read(source: Source, names: list[str]) -> Iterator[tuple[str, pa.ChunkedArray]]:
    return ((name, table.column(name)) for some, table in read_in_parts(source, names) for name in some)


def _is_mean_of(given: Floats, values: Floats, spread: float) -> bool:
    known = ~np.isnan(given)
    if known.sum() < _FEWEST_ROWS:
        return False
    distinct, places, counts = np.unique(given[known], return_inverse=True, return_counts=True)
    means = np.bincount(places, weights=values[known]) / counts
    several = counts > 1
    same = several & (np.abs(means - distinct) <= _SAME * spread)
    return bool(same.sum() >= 3 and counts[same].sum() >= _COVERED * counts[several].sum())


def _named_after(target: str, used: list[PlannedColumn]) -> Iterable[Text]:
    """Columns whose name holds the target's, where not a third of all do."""
    telling = {word for word in name_words(target) if len(word) >= _LEAST_WORD} - _NO_NAME - SOMEBODY
    found = [column.name for column in used if telling and telling <= name_words(column.name)]
    if len(found) <= max(1.0, _SHARE_NAMED * len(used)):
        yield from (Text("learning.hint.named_after", {"column": name, "target": target}) for name in found)


def _scaled(source: Source, used: list[PlannedColumn]) -> Iterable[Text]:
    """Columns that have mean 0 and deviation 1, or that all reach from 0 to 1: they were scaled before the split."""
    if source.version.rows < _FEWEST_ROWS:
        return
    names = {column.name for column in used if column.type is ColumnType.NUMBER}
    amounts = [column for column in source.profiles(names) if column.distinct >= _MANY_VALUES]
    found = [column.name for column in amounts if _is_standard(column)]
    if not found:
        from_0_to_1 = [column.name for column in amounts if column.quantiles and _is_unit(column)]
        found = from_0_to_1 if len(from_0_to_1) >= max(_FEWEST_SCALED, len(amounts) / 2) else []
    if found:
        yield Text("learning.hint.scaled", {"columns": ", ".join(found[:5]), "n": len(found)})


def _is_standard(column: ColumnProfile) -> bool:
    if column.mean is None or column.deviation is None or abs(column.mean) > _SAME:
        return False
    n = column.rows - column.missing
    return any(abs(column.deviation * factor - 1) <= _SAME for factor in (1.0, np.sqrt((n - 1) / n)))


def _is_unit(column: ColumnProfile) -> bool:
    return abs(column.quantiles[0]) <= 1e-9 and abs(column.quantiles[-1] - 1) <= 1e-9


def _numbered(source: Source, target: Target, columns: tuple[PlannedColumn, ...]) -> Iterable[Text]:
    """Numbers of rows that are left out, since they name rows, and yet tell the answer."""
    if len(target.rows) < _FEWEST_ROWS:
        return
    step = 1 + len(target.rows) // _SAMPLE
    sample = slice(None, None, step)
    for name, cells in _read(source, [c.name for c in columns if c.reason and c.reason.id in _IDENTIFIERS]):
        power = _power(_as_numbers(cells.take(pa.array(target.rows[sample]))), target.values[sample], target.task)
        if power > _BY_NUMBER:
            yield Text("learning.hint.numbered", {"column": name, "value": amount(power, "metric")})


_SAMPLE = 50_000
_DIGITS = r"^\D*(?P<number>\d{1,15})\D*$"
_IDENTIFIERS = ("learning.column.identifier", "learning.column.recurring")


def _as_numbers(cells: pa.ChunkedArray) -> Floats:
    """What stands in the cells, without the letters around it (``K0012`` is 12); NaN where it isn't one number."""
    if not pa.types.is_string(cells.type):
        return numbers(cells)
    digits = pc.struct_field(pc.extract_regex(cells, _DIGITS), "number")
    return numbers(digits.cast(pa.float64()))


def _power(given: Floats, values: Floats, task: Task) -> float:
    """AUC of a class by the numbers, the largest over the classes; of amounts the size of the rank correlation."""
    known = ~np.isnan(given)
    given, values = given[known], values[known]
    if len(given) < _FEWEST_ROWS or np.ptp(given) == 0 or np.ptp(values) == 0:
        return 0.0
    if task is Task.REGRESSION:
        return abs(float(stats.spearmanr(given, values).statistic))
    codes = values.astype(np.int64)
    aucs = [placements(codes == code, given)[0] for code in np.unique(codes)]
    return max(max(auc, 1 - auc) for auc in aucs)

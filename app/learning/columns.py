"""Which columns are worth learning from, and why the others are left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from app.data.records import Column, ColumnType
from app.data.values.buffers import rises
from app.errors import CicloError, worded
from app.learning.matrix import MOMENTS, NUMBERS, cast_column
from app.learning.nearly import FEW_KINDS, nearly_values
from app.learning.records import PlannedColumn, Task
from app.learning.source import Source, read_in_parts
from app.text.message import Text, plain

_FEW_WORDS, _SHARE_OF_WORDS = 50, 0.1
"""Up to so many distinct words, or such a share of the rows, are categories."""
_SAMPLE, _WORDS_A_ROW, _AGAIN = 2_000, 4, 5
_TEXTS = ("learning.column.distinct_text", "learning.column.text")
PROSE = "learning.column.prose"


def propose_columns(
    source: Source, *, target: str, group: str = "", afterwards: Collection[str] = ()
) -> tuple[PlannedColumn, ...]:
    """Every column but the target, with what is proposed for it and why; those known only ``afterwards`` are out."""
    columns = [column for column in source.version.columns if column.name != target]
    wanted = [column.name for column in columns if _is_looked_into(column, source.version.rows)]
    cells = ((name, table.column(name)) for names, table in read_in_parts(source, wanted) for name in names)
    ahead, found = next(cells, None), []
    for column in columns:
        values = None
        if ahead is not None and ahead[0] == column.name:
            values, ahead = ahead[1], next(cells, None)
        late = column.name in afterwards
        found.append(_late(column) if late else _propose(column, values, source.version.rows, group))
    return tuple(found)


def _late(column: Column) -> PlannedColumn:
    return PlannedColumn(name=column.name, type=column.type, used=False, reason=Text("learning.column.afterwards"))


def _is_looked_into(column: Column, rows: int) -> bool:
    """Whether its values have to be read: words of many kinds, or numbers that may count the rows."""
    if column.type is ColumnType.INTEGER:
        return column.distinct >= max(rows, _FEW_WORDS)
    return column.type in {ColumnType.TEXT, ColumnType.CATEGORY} and column.distinct > FEW_KINDS


def _propose(column: Column, values: pa.ChunkedArray | None, rows: int, group: str) -> PlannedColumn:
    reason = _reason_against(column, values, rows, group)
    used = reason is None
    if used and column.type in MOMENTS:
        reason = Text("learning.column.moment")
    if values is not None and reason is not None and reason.id in _TEXTS and is_prose(values):
        used, reason = True, Text(PROSE)
    elif values is not None and (reason is None or reason.id in _TEXTS):
        reason = nearly_values(column, values) or reason
    return PlannedColumn(name=column.name, type=column.type, used=used, reason=reason)


def holds_prose(column: PlannedColumn) -> bool:
    """Whether a column holds sentences, which are learned from by their words."""
    return column.reason is not None and column.reason.id == PROSE


def is_prose(values: pa.ChunkedArray) -> bool:
    """Whether texts that are hardly ever the same are sentences rather than names: they have several words each, and
    most of these come back in other rows. A sample of rows decides."""
    known = values.drop_null()
    sample = known.take(pa.array(np.linspace(0, len(known) - 1, min(len(known), _SAMPLE)).astype(np.int64)))
    rows = [text.casefold().split() for text in cast_column(sample, ColumnType.TEXT).to_pylist()]
    seen = Counter(word for row in rows for word in set(row))
    total = sum(map(len, rows))
    again = sum(seen[word] >= _AGAIN for row in rows for word in row)
    return total >= _WORDS_A_ROW * max(1, len(rows)) and again >= total / 2


def choose_columns(
    proposed: tuple[PlannedColumn, ...], *, exclude: Collection[str], include: Collection[str], target: str
) -> tuple[PlannedColumn, ...]:
    """The proposal with the user's own choice: what is excluded by hand is out, what is included by hand is in.

    Raises
    ------
    CicloError
        ``learning.unknown_column``, ``learning.include_target``, ``learning.exclude_and_include``,
        ``learning.no_usable_columns`` or ``learning.no_columns``.
    """
    known = {column.name for column in proposed}
    for name in (*exclude, *include):
        if name == target and name in include:
            raise CicloError("learning.include_target", column=name)
        if name in include and name in exclude:
            raise CicloError("learning.exclude_and_include", column=name)
        if name not in known and name != target:
            raise CicloError("learning.unknown_column", column=name, known=", ".join(sorted(known)))
    chosen = tuple(_choose(column, exclude, include) for column in proposed)
    if not any(column.used for column in chosen):
        raise _no_usable(chosen, target)
    return chosen


def _no_usable(chosen: tuple[PlannedColumn, ...], target: str) -> CicloError:
    """With the reason against the first column, as an example."""
    first = next((column for column in chosen if column.reason), None)
    if first is None or first.reason is None:
        return CicloError("learning.no_columns", target=target)
    params = {name: plain(value) for name, value in first.reason.params.items()}
    told = {"target": target, "column": first.name, "reason": worded(first.reason.id)}
    return CicloError("learning.no_usable_columns", **{**params, **told})


def _choose(column: PlannedColumn, exclude: Collection[str], include: Collection[str]) -> PlannedColumn:
    if column.name in exclude:
        reason = Text("learning.column.by_hand")
        return PlannedColumn(name=column.name, type=column.type, used=False, reason=reason)
    if column.name in include and not column.used:
        return PlannedColumn(name=column.name, type=column.type, used=True, reason=column.reason)
    return column


def _reason_against(column: Column, values: pa.ChunkedArray | None, rows: int, group: str) -> Text | None:
    if column.missing >= rows or column.distinct == 0:
        return Text("learning.column.empty")
    if column.distinct == 1 and not column.missing:
        return Text("learning.column.constant")
    recurring = column.type is ColumnType.IDENTIFIER and column.distinct < rows - column.missing
    if (column.type is ColumnType.IDENTIFIER and not recurring) or (values is not None and _counts_up(column, values)):
        return Text("learning.column.identifier")
    if column.name == group:
        return Text("learning.column.group")
    if recurring:
        return Text("learning.column.recurring")
    if column.type in {ColumnType.TEXT, ColumnType.CATEGORY} and column.distinct >= rows - column.missing > _FEW_WORDS:
        return Text("learning.column.distinct_text")
    if column.type is ColumnType.TEXT and column.distinct > max(_FEW_WORDS, _SHARE_OF_WORDS * rows):
        return Text("learning.column.text", {"n": column.distinct})
    return None


def _counts_up(column: Column, values: pa.ChunkedArray) -> bool:
    """Whether it numbers the rows: whole numbers without repetition, and without gap or in the order of the rows."""
    if column.type is not ColumnType.INTEGER:
        return False
    ends = pc.min_max(values)
    return bool(ends["max"].as_py() - ends["min"].as_py() + 1 == column.distinct) or rises(values)


def check_directions(
    columns: tuple[PlannedColumn, ...], task: Task, *, increasing: Collection[str], decreasing: Collection[str]
) -> dict[str, int]:
    """In which direction each named column may work: 1 where the answer may never fall when it rises, -1 where it may
    never rise.

    Raises
    ------
    CicloError
        ``learning.direction_classes``, ``learning.unknown_column``, ``learning.direction_both``,
        ``learning.direction_unused`` or ``learning.direction_words``.
    """
    if (increasing or decreasing) and task is Task.MULTICLASS:
        raise CicloError("learning.direction_classes")
    known = {column.name: column for column in columns}
    for name in (*increasing, *decreasing):
        if name not in known:
            raise CicloError("learning.unknown_column", column=name, known=", ".join(sorted(known)))
        if name in increasing and name in decreasing:
            raise CicloError("learning.direction_both", column=name)
        if not known[name].used:
            raise CicloError("learning.direction_unused", column=name)
        if known[name].type not in NUMBERS:
            raise CicloError("learning.direction_words", column=name)
    return {**dict.fromkeys(increasing, 1), **dict.fromkeys(decreasing, -1)}

"""The steps that need the whole table: equal rows, order, samples, aggregates, joins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import singledispatch

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.recipe.frame import Frame, literal, one_zero
from app.data.recipe.steps import (
    Aggregate,
    Deduplicate,
    Function,
    Join,
    Measure,
    Relabel,
    Sample,
    Sort,
    TableStep,
    Touched,
)
from app.data.records import ColumnType
from app.data.types import NUMBERS, TIMES, WORDS, Types
from app.data.values.conversion import ARROW_TYPES
from app.errors import CicloError

Other = Callable[[str], Frame]
"""Another dataset, by its label."""

_PLACE, _COUNT, _THERE = "ciclo.place", "ciclo.count", "ciclo.there."
_US_A_DAY = 86_400_000_000
_MOST_ROWS, _MOST_TIMES = 200_000_000, 10
"""More rows than the larger side times this: a join by a column that isn't a key."""
_DONE = {
    Function.COUNT: ("count", pc.CountOptions(mode="only_valid")),
    Function.DISTINCT: ("count_distinct", pc.CountOptions(mode="only_valid")),
    Function.SUM: ("sum", pc.ScalarAggregateOptions(min_count=1)),
    Function.MEAN: ("mean", None),
    Function.LEAST: ("min", None),
    Function.MOST: ("max", None),
    Function.FIRST: ("first", pc.ScalarAggregateOptions(skip_nulls=True)),
    Function.LAST: ("last", pc.ScalarAggregateOptions(skip_nulls=True)),
}


@singledispatch
def apply_whole(step: TableStep, frame: Frame, other: Other) -> tuple[Frame, Touched]:
    """The rows after a step that was checked, and what a join found."""
    raise NotImplementedError(type(step).__name__)


def _with_places(table: pa.Table) -> pa.Table:
    return table.append_column(_PLACE, pa.array(np.arange(table.num_rows)))


def _said(frame: Frame, *, unmatched: int = 0, several: int = 0) -> tuple[Frame, Touched]:
    told = Touched(rows=frame.table.num_rows, columns=len(frame.types), unmatched=unmatched, several=several)
    return frame, told


def _comparable(table: pa.Table) -> pa.Table:
    """A table whose words stand in the cells, since Arrow groups and joins no dictionaries that differ from part to
    part, and in which there is one zero."""
    fields = [f.with_type(pa.string()) if pa.types.is_dictionary(f.type) else f for f in table.schema]
    plain = table.cast(pa.schema(fields))
    return pa.table([one_zero(cells) for cells in plain.columns], names=plain.column_names)


@apply_whole.register
def _deduplicate(step: Deduplicate, frame: Frame, other: Other) -> tuple[Frame, Touched]:
    names = list(step.columns or frame.types)
    keyed = _with_places(_comparable(frame.table.select(names)))
    found = keyed.group_by(names, use_threads=False).aggregate([(_PLACE, "max" if step.last else "min")])
    places = np.sort(found.column(f"{_PLACE}_{'max' if step.last else 'min'}").to_numpy())
    return _said(frame.rows(frame.table.take(pa.array(places))))


@apply_whole.register
def _sort(step: Sort, frame: Frame, other: Other) -> tuple[Frame, Touched]:
    order = "descending" if step.descending else "ascending"
    keys = [(name, order) for name in step.columns]
    keyed = _with_places(_comparable(frame.table.select(list(step.columns))))
    places = pc.sort_indices(keyed, sort_keys=[*keys, (_PLACE, "ascending")])
    return _said(frame.rows(frame.table.take(places)))


@apply_whole.register
def _sample(step: Sample, frame: Frame, other: Other) -> tuple[Frame, Touched]:
    rows = frame.table.num_rows
    if step.rows >= rows:
        return _said(frame)
    places = np.sort(np.random.default_rng(step.seed).choice(rows, step.rows, replace=False))
    return _said(frame.rows(frame.table.take(pa.array(places))))


@apply_whole.register
def _relabel(step: Relabel, frame: Frame, other: Other) -> tuple[Frame, Touched]:
    type, rows = frame.types[step.column], frame.table.num_rows
    decided = sorted(step.rows, key=lambda one: one.row)
    places = np.array([one.row for one in decided], dtype=np.int64) - 1
    if places[-1] >= rows:
        raise CicloError("data.recipe.no_such_row", row=decided[-1].row, rows=rows)
    cells = (frame.words(step.column) if type in WORDS else frame.column(step.column)).combine_chunks()
    was, to = (_literals([getattr(one, side) for one in decided], type) for side in ("was", "to"))
    same = pc.fill_null(pc.equal(cells.take(pa.array(places)), was), False).to_numpy(zero_copy_only=False)
    if not same.all():
        first = decided[int(np.argmin(same))]
        raise CicloError("data.recipe.other_label", row=first.row, column=step.column, label=first.was)
    kept = np.ones(rows, dtype=bool)
    kept[places] = to.is_valid().to_numpy(zero_copy_only=False)
    at = np.zeros(rows, dtype=bool)
    at[places] = kept[places]
    made = frame.put(step.column, pc.replace_with_mask(cells, pa.array(at), to.drop_null()), type)
    made = made.rows(made.table.filter(pa.array(kept)))
    changed = sum(one.to is not None and one.to != one.was for one in decided)
    return made, Touched(rows=made.table.num_rows, columns=len(made.types), cells=changed)


def _literals(words: Sequence[str | None], type: ColumnType) -> pa.Array:
    """Values of a step as cells; None stays missing."""
    kind = pa.string() if type in WORDS else ARROW_TYPES[type]
    return pa.array([None if word is None else literal(word, type).as_py() for word in words], kind)


# Aggregates


@apply_whole.register
def _aggregate(step: Aggregate, frame: Frame, other: Other) -> tuple[Frame, Touched]:
    needed = dict.fromkeys(name for name in (*step.by, *(one.column for one in step.measures), step.time) if name)
    table = _comparable(frame.table.select(list(needed)))
    firsts, ranks = _groups(table, step.by)
    found = table.select(list(step.by)).take(pa.array(firsts))
    types: Types = {name: frame.types[name] for name in step.by}
    for one in step.measures:
        cells, type = _measured(one, table, pa.array(ranks), len(firsts), frame.types, step.time)
        found, types[one.into] = found.append_column(one.into, cells), type
    return _said(Frame(table=found, types=types))


def _groups(table: pa.Table, by: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first row of each group, in order, and for each row the place of its group; what is missing is a value of
    its own."""
    ids = np.zeros(table.num_rows, np.int64)
    for name in by:
        coded = pc.dictionary_encode(table.column(name), null_encoding="encode")
        codes = np.concatenate([np.empty(0, np.int64), *(chunk.indices.to_numpy() for chunk in coded.chunks)])
        ids = np.unique(ids * (codes.max(initial=0) + 1) + codes, return_inverse=True)[1]
    _, first, inverse = np.unique(ids, return_index=True, return_inverse=True)
    order = np.argsort(first)
    places = np.empty(len(first), np.int64)
    places[order] = np.arange(len(first))
    return first[order], places[inverse]


def _measured(
    one: Measure, table: pa.Table, ranks: pa.Array, groups: int, types: Types, time: str
) -> tuple[pa.ChunkedArray, ColumnType]:
    cells = table.column(one.column) if one.column else pa.chunked_array([pa.array(np.ones(table.num_rows))])
    taken = pa.table({"rank": ranks, "value": cells})
    if one.days:
        taken = taken.filter(_recent(table.column(time), one.days), null_selection_behavior="drop")
    if one.function is Function.ROWS:
        name, options = "count", pc.CountOptions(mode="all")
    else:
        name, options = _DONE[one.function]
    done = taken.group_by("rank", use_threads=False).aggregate([("value", name, options)])
    places = pc.index_in(pa.array(np.arange(groups)), value_set=done.column("rank").combine_chunks())
    found = done.column(f"value_{name}").combine_chunks().take(places)
    counts = one.function in (Function.ROWS, Function.COUNT, Function.DISTINCT)
    type = ColumnType.INTEGER if counts else _type_of(one.function, types[one.column])
    cast = found.cast(ARROW_TYPES[type])
    return pa.chunked_array([cast.fill_null(0) if counts else cast]), type


def _type_of(function: Function, type: ColumnType) -> ColumnType:
    return ColumnType.NUMBER if function in (Function.SUM, Function.MEAN) else type


def _recent(time: pa.ChunkedArray, days: int) -> pa.ChunkedArray:
    """The rows of the last days that there are."""
    moments = time.cast(pa.timestamp("us")).cast(pa.int64())
    last = pc.max(moments).as_py()
    return pc.greater(moments, (last or 0) - days * _US_A_DAY)


# Joins


@apply_whole.register
def _join(step: Join, frame: Frame, other: Other) -> tuple[Frame, Touched]:
    there = other(step.dataset)
    taken = list(step.columns or [name for name in there.types if name not in step.on.values()])
    partners = _renamed(_comparable(there.table.select(list(dict.fromkeys([*step.on.values(), *taken])))), step, taken)
    here = _with_places(_comparable(frame.table))
    keys = {name: f"{_THERE}{name}" for name in step.on}
    here, partners = _same_kind(here, partners, keys, frame.types)
    unmatched, several = _matches(here, partners, keys, step)
    kind = "inner" if step.inner else "left outer"
    joined = here.join(partners, keys=list(keys), right_keys=list(keys.values()), join_type=kind, use_threads=False)
    joined = joined.sort_by([(_PLACE, "ascending"), (f"{_THERE}{_PLACE}", "ascending")])
    types = {**frame.types, **{name: there.types[name] for name in taken}}
    columns = [_as_before(joined.column(name), types[name]) for name in types]
    result = Frame(table=pa.table(dict(zip(types, columns, strict=True))), types=types)
    return _said(result, unmatched=unmatched, several=several)


def _as_before(cells: pa.ChunkedArray, type: ColumnType) -> pa.ChunkedArray:
    return cells if type in WORDS else cells.cast(ARROW_TYPES[type])


def _renamed(table: pa.Table, step: Join, taken: list[str]) -> pa.Table:
    """The other side: its keys under the names of this side, so that a key may be taken as a column too."""
    columns = {f"{_THERE}{here}": table.column(name) for here, name in step.on.items()}
    columns |= {name: table.column(name) for name in taken}
    columns[f"{_THERE}{_PLACE}"] = pa.chunked_array([pa.array(np.arange(table.num_rows))])
    return pa.table(columns)


def _same_kind(here: pa.Table, there: pa.Table, keys: dict[str, str], types: Types) -> tuple[pa.Table, pa.Table]:
    """Keys in one Arrow type on both sides."""
    for name, partner in keys.items():
        kind = pa.string()
        if types[name] in NUMBERS:
            kind = here.column(name).type if here.column(name).type == there.column(partner).type else pa.float64()
        elif types[name] in TIMES:
            kind = pa.timestamp("us")
        here = here.set_column(here.column_names.index(name), name, here.column(name).cast(kind))
        there = there.set_column(there.column_names.index(partner), partner, there.column(partner).cast(kind))
    return here, there


def _matches(here: pa.Table, there: pa.Table, keys: dict[str, str], step: Join) -> tuple[int, int]:
    """How many rows have no partner, and how many have several.

    Raises
    ------
    CicloError
        ``data.recipe.several_partners``, ``data.recipe.join_explodes``.
    """
    counted = there.group_by(list(keys.values()), use_threads=False).aggregate([([], "count_all")])
    counted = counted.rename_columns([*keys.values(), _COUNT])  # a column may be called as Arrow calls it
    found = here.select([*keys, _PLACE]).join(
        counted, keys=list(keys), right_keys=list(keys.values()), join_type="left outer", use_threads=False
    )
    many = found.column(_COUNT).fill_null(0).to_numpy()
    unmatched, several = int((many == 0).sum()), int((many > 1).sum())
    if several and not step.several:
        raise CicloError("data.recipe.several_partners", dataset=step.dataset, n=several)
    rows = int(np.maximum(many, 0 if step.inner else 1).sum())
    if rows > _MOST_TIMES * max(here.num_rows, there.num_rows) or rows > _MOST_ROWS:
        raise CicloError("data.recipe.join_explodes", dataset=step.dataset, n=rows)
    return unmatched, several

"""Rows that are judged and have one like them among those learned from: counted, weighed, shown."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.data.records import ColumnType
from app.learning.matrix import MOMENTS, NUMBERS
from app.learning.records import Task
from app.learning.splits.notes import notes_on_twins
from app.learning.splits.records import SplitNote, TwinCell, TwinFigures, TwinPair, TwinsFound
from app.learning.splits.testset import joint_table
from app.learning.splits.twins import EXACT, Twins, find_twins
from app.learning.splits.work import Divided

Integers = NDArray[np.int64]
_EXAMPLES = 6
_CELLS = 6


def twins_of(divided: Divided) -> TwinsFound:
    """Rows on both sides that are alike: how many, whether their answers agree, and some to look at."""
    table = joint_table(divided.source, divided.test, divided.columns)
    first = divided.source.version.rows
    holdout = divided.rows.holdout
    if divided.test is not None:
        holdout = first + np.flatnonzero(~np.isnan(divided.answers)).astype(np.int64)
    found = find_twins(table, divided.columns, train=divided.rows.train, holdout=holdout)
    exact = found.kinds == EXACT
    same, expected = _answers(divided, found, first)
    figures = TwinFigures(
        rows=len(holdout),
        exact=int(exact.sum()),
        near=int((~exact).sum()),
        chance=int((exact & ~found.telling).sum()),
        same_answer=same,
        expected=round(expected, 4),
        repeated=found.repeated,
        pairs=_pairs(table, divided, found, first),
    )
    return TwinsFound(figures=figures, notes=_said(figures, divided))


def _said(figures: TwinFigures, divided: Divided) -> tuple[SplitNote, ...]:
    amounts = divided.target.task is Task.REGRESSION
    return notes_on_twins(figures, together=divided.rows.scheme.together, amounts=amounts)


def _answers(divided: Divided, found: Twins, first: int) -> tuple[int, float]:
    """How many of the rows alike beyond chance have their twin's answer, and the share that would by chance."""
    tail = divided.answers if divided.test is not None else np.zeros(0)
    answers = np.concatenate([np.full(first, np.nan), tail])
    answers[divided.target.rows] = divided.target.values
    judged, learned = answers[found.rows[found.telling]], answers[found.partners[found.telling]]
    if not len(judged):
        return 0, 0.0
    known, counts = np.unique(divided.learned, return_counts=True)
    place = np.minimum(np.searchsorted(known, judged), len(known) - 1)
    share = np.where(known[place] == judged, counts[place] / counts.sum(), 0.0)
    return int((judged == learned).sum()), float(share.mean())


def _pairs(table: pa.Table, divided: Divided, found: Twins, first: int) -> tuple[TwinPair, ...]:
    """Some of the pairs, of every way of being alike, those beyond chance first."""
    order = np.argsort(~found.telling, kind="stable")
    turn = dict.fromkeys(found.kinds.tolist(), 0)
    ranks = []
    for position in order:
        kind = found.kinds[position]
        ranks.append((turn[kind], not found.telling[position], int(position)))
        turn[kind] += 1
        if min(turn.values()) >= _EXAMPLES:
            break
    chosen = [position for _, _, position in sorted(ranks)[:_EXAMPLES]]
    return tuple(_pair(table, divided, found, position, first) for position in chosen)


def _pair(table: pa.Table, divided: Divided, found: Twins, position: int, first: int) -> TwinPair:
    learned, judged = int(found.partners[position]), int(found.rows[position])
    cells = [
        TwinCell(column=name, learned=_cell(table, name, type_, learned), judged=_cell(table, name, type_, judged))
        for name, type_ in divided.columns
    ]
    differing = sorted(cells, key=lambda cell: cell.learned == cell.judged)
    return TwinPair(
        kind=str(found.kinds[position]),
        column=str(found.columns[position]),
        learned_row=learned + 1,
        judged_row=judged + 1 - (first if divided.test is not None else 0),
        cells=tuple(differing[:_CELLS]),
    )


def _cell(table: pa.Table, name: str, type_: ColumnType, row: int) -> str | float | None:
    value = table.column(name)[row].as_py()
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if type_ in NUMBERS:
        return float(value)
    return str(value.isoformat(sep=" ")) if type_ in MOMENTS else str(value)

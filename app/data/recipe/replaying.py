"""Row steps on rows that are to keep their places: those that a filter takes away are told instead."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.recipe.frame import Frame
from app.data.recipe.rows import apply_row, kept
from app.data.recipe.steps import AnyRowStep, Drop, Filter
from app.data.recipe.travelling import without_namesake
from app.data.types import Types


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """Rows after the steps.

    Attributes
    ----------
    table
        As many rows as there were before.
    excluded
        Shape (n,): the place of the first filter that takes a row away, from 1; 0 where none does.
    """

    table: pa.Table
    excluded: NDArray[np.int64]


def replay(
    steps: Sequence[AnyRowStep], table: pa.Table, types: Types, *, seen: Mapping[int, Collection[str]] | None = None
) -> Replayed:
    """Do row steps to a table with a column for each of ``types``.

    Parameters
    ----------
    seen
        After how many steps which columns are wanted as they are then; the result has those only.
    """
    frame = Frame(table=table.select(list(types)), types=types)
    excluded = np.zeros(table.num_rows, dtype=np.int64)
    found: dict[str, pa.ChunkedArray] = {}
    for place, step in enumerate(steps):
        found |= _columns(frame, (seen or {}).get(place, ()))
        if isinstance(step, Filter):
            stays = pc.fill_null(kept(step, frame), False).to_numpy()
            excluded[(excluded == 0) & ~np.asarray(stays, dtype=bool)] = place + 1
        else:
            frame = apply_row(step, _without_namesake(step, frame))
    found |= _columns(frame, (seen or {}).get(len(steps), () if seen is not None else list(frame.types)))
    return Replayed(table=pa.table(found), excluded=excluded)


def _columns(frame: Frame, names: Collection[str]) -> dict[str, pa.ChunkedArray]:
    return {name: frame.column(name) for name in names}


def _without_namesake(step: AnyRowStep, frame: Frame) -> Frame:
    gone = frame.types.keys() - without_namesake(step, frame.types).keys()
    return apply_row(Drop(columns=tuple(gone)), frame) if gone else frame

"""Whether classes can be balanced as it is asked for, before anything is fitted."""

from __future__ import annotations

import numpy as np

from app.errors import CicloError
from app.learning.balance.rows import MOST_TIMES, NEIGHBOURS
from app.learning.columns import holds_prose
from app.learning.records import Balance, PlannedColumn, Task
from app.learning.splits.work import Divided

_MOST_ROWS = 20_000
"""Of a class between which SMOTE looks for neighbours, again in each fit."""


def check_balance(how: Balance, divided: Divided, columns: tuple[PlannedColumn, ...]) -> None:
    """Refuse what can't be balanced.

    Raises
    ------
    CicloError
        ``learning.balance.amounts``, ``learning.balance.prose``, ``learning.balance.few_rows`` or
        ``learning.balance.many_rows``.
    """
    if how is Balance.NONE:
        return
    if divided.target.task is Task.REGRESSION:
        raise CicloError("learning.balance.amounts")
    if how is Balance.SMOTE:
        prose = next((column.name for column in columns if column.used and holds_prose(column)), None)
        if prose is not None:
            raise CicloError("learning.balance.prose", column=prose)
        _check_rows(divided)


def _check_rows(divided: Divided) -> None:
    codes, labels = divided.learned.astype(np.int64), divided.target.labels
    counts = np.array([np.bincount(codes[fitted], minlength=len(labels)) for fitted, _ in divided.folds])
    least, largest = counts.min(axis=0), counts.max(axis=0)
    rarer = [code for code in range(len(labels)) if code != int(counts.sum(axis=0).argmax())]
    rarest = min(rarer, key=lambda code: int(least[code]))
    if least[rarest] <= NEIGHBOURS:
        raise CicloError(
            "learning.balance.few_rows", label=labels[rarest], n=int(least[rarest]), minimum=NEIGHBOURS + 1
        )
    widest = max(rarer, key=lambda code: int(largest[code]))
    if largest[widest] > _MOST_ROWS:
        raise CicloError("learning.balance.many_rows", label=labels[widest], n=int(largest[widest]), most=_MOST_ROWS)


def rows_at_most(how: Balance, rows: int, *, classes: int) -> int:
    """How many rows a fit may get of so many, for what is foretold."""
    return min(classes, MOST_TIMES) * rows if how in (Balance.OVER, Balance.SMOTE) else rows

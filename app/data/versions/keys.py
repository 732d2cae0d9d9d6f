"""A key that names each row in both versions, where there is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from app.data.records import Column, ColumnType
from app.data.versions.cells import Hashes
from app.data.versions.matching import distinct
from app.data.versions.sides import Pair, Table

_MOST_TRIED = 4
_KEYS = (ColumnType.IDENTIFIER, ColumnType.TEXT, ColumnType.CATEGORY, ColumnType.INTEGER)


def choose_key(
    before: Table, after: Table, common: Sequence[Pair], hashes: Callable[[Pair], tuple[Hashes, Hashes]]
) -> tuple[str, ...]:
    """The column whose values name each row in both and of which most are in both; none where there is no such column.

    Identifiers come first; numbers with a fraction and moments are never taken: that their values are all different is
    mostly chance.
    """
    fit = [p for p in common if _names_rows(p.before, before.rows) and _names_rows(p.after, after.rows)]
    fit.sort(key=lambda p: ColumnType.IDENTIFIER not in (p.before.type, p.after.type))
    best, most = "", -1.0
    for pair in fit[:_MOST_TRIED]:
        old, new = hashes(pair)
        if distinct(old) < len(old) or distinct(new) < len(new):
            continue
        share = len(np.intersect1d(old, new, assume_unique=True)) / max(1, min(len(old), len(new)))
        if share > most:
            best, most = pair.after.name, share
        if share > 0.5:
            break
    return (best,) if best else ()


def _names_rows(column: Column, rows: int) -> bool:
    return column.type in _KEYS and not column.missing and column.distinct >= rows > 0

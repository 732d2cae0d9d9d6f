"""Some of the rows and cells that changed, as text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.data.versions.cells import pick
from app.data.versions.matching import Pairs, Places
from app.data.versions.records import Cell, RowExample

_LONGEST, _CELLS_SHOWN = 300, 5
_Picked = dict[str, dict[int, str | None]]


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What to show: the two tables with their names, the key, the columns of both, how many rows of each sort."""

    before: Path
    after: Path
    names: tuple[tuple[str, ...], tuple[str, ...]]
    key: tuple[str, ...]
    both: tuple[tuple[str, str], ...]
    most: int


class Examples(msgspec.Struct, frozen=True, kw_only=True):
    """Rows added, removed and changed; for each changed column some of its cells."""

    added: tuple[RowExample, ...]
    removed: tuple[RowExample, ...]
    changed: tuple[RowExample, ...]
    cells: dict[str, tuple[Cell, ...]]


def show_examples(shown: Shown, pairs: Pairs, changed: Places, bits: Mapping[str, NDArray[np.uint8]]) -> Examples:
    """The first rows and cells of each sort.

    Parameters
    ----------
    changed
        Places in ``pairs`` of the rows that changed.
    bits
        For each changed column, which of the ``pairs`` changed (packed).
    """
    rows = changed[: shown.most]
    cells = {name: _first(packed, changed) for name, packed in bits.items()}
    wanted = np.unique(np.concatenate([rows, *cells.values()])).astype(np.int64)
    gone, new = pairs.removed[: shown.most], pairs.added[: shown.most]
    old = pick(shown.before, np.concatenate([pairs.before[wanted], gone]), list(shown.names[0]))
    now = pick(shown.after, np.concatenate([pairs.after[wanted], new]), list(shown.names[1]))
    look = _Look(shown, pairs, old, now, bits)
    return Examples(
        added=tuple(_whole(now, int(row), shown.names[1], shown.key, after=True) for row in new),
        removed=tuple(_whole(old, int(row), shown.names[0], shown.key, after=False) for row in gone),
        changed=tuple(look.row(int(place)) for place in rows),
        cells={name: tuple(look.cell(int(place), name) for place in places) for name, places in cells.items()},
    )


def _is_set(packed: NDArray[np.uint8], places: Places) -> NDArray[np.bool_]:
    bits = packed[places >> 3] >> (7 - (places & 7)).astype(np.uint8)
    found: NDArray[np.bool_] = (bits & 1).astype(bool)
    return found


def _first(packed: NDArray[np.uint8], changed: Places) -> Places:
    return changed[_is_set(packed, changed)][:_CELLS_SHOWN]


def _whole(picked: _Picked, row: int, names: tuple[str, ...], key: tuple[str, ...], *, after: bool) -> RowExample:
    values = tuple(_short(picked[name][row]) for name in names)
    named = tuple(_short(picked[name][row]) for name in key)
    return RowExample(key=named, values=values, before_row=0 if after else row + 1, after_row=row + 1 if after else 0)


class _Look:
    """Reads changed cells out of the rows that were picked."""

    def __init__(
        self, shown: Shown, pairs: Pairs, old: _Picked, now: _Picked, bits: Mapping[str, NDArray[np.uint8]]
    ) -> None:
        self._shown, self._pairs, self._old, self._now, self._bits = shown, pairs, old, now, bits
        self._names = {after: before for before, after in shown.both}

    def cell(self, place: int, name: str) -> Cell:
        before, after = int(self._pairs.before[place]), int(self._pairs.after[place])
        old, new = self._old[self._names[name]][before], self._now[name][after]
        return Cell(column=name, before=_short(old), after=_short(new))

    def row(self, place: int) -> RowExample:
        before, after = int(self._pairs.before[place]), int(self._pairs.after[place])
        here = np.array([place])
        names = [name for _old, name in self._shown.both if name in self._bits]
        return RowExample(
            key=tuple(_short(self._now[name][after]) for name in self._shown.key),
            before_row=before + 1,
            after_row=after + 1,
            cells=tuple(self.cell(place, name) for name in names if _is_set(self._bits[name], here)[0]),
        )


def _short(text: str | None) -> str | None:
    return None if text is None else text[:_LONGEST]

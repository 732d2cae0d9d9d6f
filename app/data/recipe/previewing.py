"""What a recipe makes of the first rows of a table, for the eye: each step once, and what it touches first."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.pseudonyms import needs_key, right_key
from app.data.reader_protocol import Cell, Preview, PreviewAnswer, PreviewRow, StoredTable
from app.data.recipe.checking import types_after
from app.data.recipe.frame import Frame, touched_by, which_changed
from app.data.recipe.keyed import apply_keyed
from app.data.recipe.rows import apply_row, kept
from app.data.recipe.steps import AnyStep, Filter, KeyedStep, RowStep, TableStep, Touched
from app.data.recipe.whole import apply_whole
from app.data.stored import open_stored
from app.data.types import WORDS, Types
from app.errors import CicloError
from app.project.pseudonym_key import PseudonymKey

MOST_CELLS = 600_000
"""Looked at: as many rows as hold these."""
_LEAST_ROWS = 1_000
_MOST_OTHER = 2_000_000
_SHOWN = 60
_KEPT, _KEPT_TABLES = 24, 4

Booleans = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class _Made:
    """A table after some steps; ``gone``: of the rows before the last one, those that it took away."""

    frame: Frame
    touched: Touched
    gone: Booleans | None = None


class Previews:
    """Keeps what the steps so far made, so that one more step is all that is worked out."""

    def __init__(self) -> None:
        self._kept: OrderedDict[object, _Made] = OrderedDict()
        self._tables: OrderedDict[tuple[str, int], tuple[Frame, bool]] = OrderedDict()
        self._example = PseudonymKey(secret=secrets.token_bytes(32))

    def answer(self, request: Preview) -> PreviewAnswer:
        """The answer to a request.

        Raises
        ------
        CicloError
            ``data.recipe.*`` with the place of the first step that doesn't fit; why pseudonyms can't be made here.
        """
        table = StoredTable(path=request.path, types=request.types)
        start, whole = self._table(table, max(_LEAST_ROWS, MOST_CELLS // max(1, len(request.types))))
        types_after(request.recipe, request.types, lambda label: _other(request, label).types)
        pseudonyms = self._key(request)
        made = [_Made(frame=start, touched=_untouched(start))]
        for place, one in enumerate(request.recipe.steps):
            steps, others = repr(request.recipe.steps[: place + 1]), repr(sorted(request.others.items()))
            key = (request.path, steps, others, pseudonyms.fingerprint)
            made.append(self._step(key, one, made[-1].frame, request, pseudonyms))
        shown = min(request.place, len(request.recipe.steps) - 1)
        before, after = made[max(0, shown)], made[shown + 1]
        step = request.recipe.steps[shown] if shown >= 0 else None
        return PreviewAnswer(
            view=request.view,
            generation=request.generation,
            looked=start.table.num_rows,
            whole=whole,
            types=after.frame.types,
            made=tuple(name for name in after.frame.types if name not in before.frame.types),
            touched=tuple(one.touched for one in made[1:]),
            rows=tuple(_rows(step, before.frame, after)),
            examples=needs_key(request.recipe) and pseudonyms is self._example,
        )

    def _key(self, request: Preview) -> PseudonymKey:
        """The key for pseudonyms. Looking makes none that stays: where there is none yet, one for examples."""
        if request.pseudonyms is None or not needs_key(request.recipe):
            return self._example
        return right_key(request.pseudonyms) or self._example

    def _table(self, table: StoredTable, most: int) -> tuple[Frame, bool]:
        """The first rows of a stored table, and whether these are all."""
        key = (table.path, most)
        if key not in self._tables:
            self._tables[key] = _first(table, most)
            if len(self._tables) > _KEPT_TABLES:
                self._tables.popitem(last=False)
        self._tables.move_to_end(key)
        return self._tables[key]

    def _step(self, key: object, step: AnyStep, before: Frame, request: Preview, pseudonyms: PseudonymKey) -> _Made:
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._applied(step, before, request, pseudonyms)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return found

    def _applied(self, step: AnyStep, before: Frame, request: Preview, pseudonyms: PseudonymKey) -> _Made:
        if isinstance(step, Filter):
            return _filtered(step, before)
        if isinstance(step, RowStep):
            after = apply_row(step, before)
            return _Made(frame=after, touched=touched_by(step, before, after))
        if isinstance(step, KeyedStep):
            frame, touched = apply_keyed(step, before, pseudonyms.secret)
            return _Made(frame=frame, touched=touched)
        if isinstance(step, TableStep):
            frame, touched = apply_whole(
                step, before, lambda label: self._table(_other(request, label), _MOST_OTHER)[0]
            )
            return _Made(frame=frame, touched=touched)
        raise NotImplementedError(type(step).__name__)


def _other(request: Preview, label: str) -> StoredTable:
    found = request.others.get(label)
    if found is None:
        raise CicloError("project.no_such_version", label=label, known=", ".join(request.others))
    return found


def _untouched(frame: Frame) -> Touched:
    return Touched(rows=frame.table.num_rows, columns=len(frame.types))


def _first(table: StoredTable, most: int) -> tuple[Frame, bool]:
    types: Types = dict(table.types)
    parts, held = [], 0
    with open_stored(Path(table.path)) as file:
        rows = file.metadata.num_rows
        for group in range(file.num_row_groups):
            if held >= most:
                break
            parts.append(file.read_row_group(group, use_threads=False).slice(0, most - held))
            held += parts[-1].num_rows
    found = pa.concat_tables(parts) if parts else pa.table({name: [] for name in types})
    for place, (name, type) in enumerate(types.items()):
        if type in WORDS and pa.types.is_string(found.schema.field(place).type):
            found = found.set_column(place, name, found.column(place).dictionary_encode().unify_dictionaries())
    return Frame(table=found, types=types), held == rows


def _filtered(step: Filter, before: Frame) -> _Made:
    stays = pc.fill_null(kept(step, before), False)
    frame = before.rows(before.table.filter(stays))
    return _Made(frame=frame, touched=_untouched(frame), gone=~np.asarray(stays, dtype=np.bool_))


# Rows for the eye


def _rows(step: AnyStep | None, before: Frame, after: _Made) -> Iterable[PreviewRow]:
    if after.gone is not None:
        return _with_gone(before, after.gone)
    if isinstance(step, KeyedStep):
        return _with_changes(before, after.frame, {n: before.column(n).is_valid().to_numpy() for n in step.columns})
    if isinstance(step, RowStep):
        return _with_changes(before, after.frame, _changes(before, after.frame))
    return [PreviewRow(cells=cells) for cells in _cells(after.frame.table.slice(0, _SHOWN))]


def _changes(before: Frame, after: Frame) -> dict[str, Booleans]:
    """Of each column that was there before, which cells are other ones now."""
    both = [name for name in after.types if name in before.types and before.column(name) is not after.column(name)]
    return {name: which_changed(before.column(name), after.column(name)).to_numpy() for name in both}


def _with_gone(before: Frame, gone: Booleans) -> Iterable[PreviewRow]:
    """Rows that go, and as many that stay, as they lie in the table."""
    goes, stays = np.flatnonzero(gone)[: _SHOWN // 2], np.flatnonzero(~gone)
    chosen = np.sort(np.concatenate([goes, stays[: _SHOWN - len(goes)]]))
    taken = _cells(before.table.take(pa.array(chosen)))
    return [PreviewRow(cells=cells, gone=bool(gone[at])) for at, cells in zip(chosen, taken, strict=True)]


def _with_changes(before: Frame, after: Frame, marks: dict[str, Booleans]) -> Iterable[PreviewRow]:
    """Rows with cells that are marked, which are other ones than before; where none is, the first ones."""
    names, both = list(after.types), list(marks)
    touched = np.logical_or.reduce([np.asarray(mark, dtype=bool) for mark in marks.values()]) if marks else None
    chosen = np.flatnonzero(touched)[:_SHOWN] if touched is not None else np.arange(0)
    if not len(chosen):
        chosen = np.arange(min(_SHOWN, after.table.num_rows))
    taken = pa.array(chosen)
    was = dict(zip(both, _columns(before.table.select(both).take(taken)), strict=True))
    for at, cells in enumerate(_cells(after.table.take(taken))):
        other = {names.index(name): was[name][at] for name in both if marks[name][chosen[at]]}
        yield PreviewRow(cells=cells, before=other)


def _columns(table: pa.Table) -> list[list[Cell]]:
    found: list[list[Cell]] = []
    for column in table.columns:
        timed = pa.types.is_temporal(column.type)
        cells = column.to_pylist()
        found.append([None if cell is None else cell.isoformat() if timed else cell for cell in cells])
    return found


def _cells(table: pa.Table) -> list[tuple[Cell, ...]]:
    return list(zip(*_columns(table), strict=True))

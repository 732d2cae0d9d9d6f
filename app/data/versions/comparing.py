"""Compare two versions: columns, rows by key, cells, distributions. One column of each is in memory at a time, beside
one hash for each row; no row is touched by Python."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.data.pipeline import in_order
from app.data.records import ColumnType
from app.data.versions.cells import Cells, Hashes, read_cells
from app.data.versions.examples import Shown, show_examples
from app.data.versions.keys import choose_key
from app.data.versions.matching import Pairs, combined, match, salted
from app.data.versions.records import (
    ColumnChange,
    Difference,
    DiffRequest,
    Renaming,
    RowChange,
    SchemaChange,
    TypeChange,
)
from app.data.versions.renaming import guess_renamings
from app.data.versions.shifts import column_shift
from app.data.versions.sides import Pair, Table, common_pairs, open_side
from app.data.versions.summary import sentences
from app.errors import CicloError
from app.jobs.contract import Context, Outcome, Progress
from app.project import Project
from app.project.record import encode
from app.text.message import Text

_LARGE = 2_000_000


def compare(context: Context, request: DiffRequest) -> Outcome:
    """What changed between two versions.

    Raises
    ------
    CicloError
        ``project.no_such_version`` and the like; ``data.no_such_key`` for a key that one of them lacks.
    """
    began = time.perf_counter()
    with closing(Project.open(Path(request.project))) as project:
        before, after = (open_side(project, label) for label in (request.before, request.after))
    found = compare_tables(context, request, before, after)
    found = msgspec.structs.replace(found, sentences=sentences(found), seconds=time.perf_counter() - began)
    return Outcome(answer=msgspec.Raw(encode(found)))


def compare_tables(context: Context, request: DiffRequest, before: Table, after: Table) -> Difference:
    """What changed between two stored tables, without sentences."""
    return _Comparison(context, request, before, after).run()


class _Comparison:
    """One comparison."""

    def __init__(self, context: Context, request: DiffRequest, before: Table, after: Table) -> None:
        self._context, self._request = context, request
        self._before, self._after = before, after
        self._guard = threading.Lock()
        self._changed = np.empty(0, bool)
        self._bits: dict[str, NDArray[np.uint8]] = {}

    def run(self) -> Difference:
        common = common_pairs(self._before, self._after)
        key, proposed = self._key(common)
        pairs = self._match_key(key) if key else None
        renamed = guess_renamings(self._before, self._after, pairs, self._hashes)
        both = self._pairs(common, renamed)
        if pairs is None:
            pairs = match(*self._whole_rows(both))
        self._changed = np.zeros(len(pairs.before), bool)
        columns = self._columns(both, pairs, by_key=bool(key))
        return self._difference(pairs, key, proposed, both, renamed, columns)

    # Rows

    def _key(self, common: Sequence[Pair]) -> tuple[tuple[str, ...], bool]:
        wanted = self._request.key
        for name in wanted:
            lacking = [t for t in (self._before, self._after) if name not in t.columns]
            if lacking:
                known = ", ".join(pair.after.name for pair in common)
                raise CicloError("data.no_such_key", column=name, dataset=lacking[0].label, known=known)
        if wanted or self._request.whole_rows:
            return tuple(dict.fromkeys(wanted)), False
        key = choose_key(self._before, self._after, common, self._hashes)
        return key, bool(key)

    def _match_key(self, key: Sequence[str]) -> Pairs:
        columns = [Pair(before=self._before.columns[name], after=self._after.columns[name]) for name in key]
        hashes = [self._hashes(pair) for pair in columns]
        return match(combined([h[0] for h in hashes]), combined([h[1] for h in hashes]))

    def _hashes(self, pair: Pair) -> tuple[Hashes, Hashes]:
        before, after = self._read(pair)
        return before.hashes, after.hashes

    def _read(self, pair: Pair, *, lengths: bool = False) -> tuple[Cells, Cells]:
        self._context.check_cancelled()
        kind, old, new = pair.kind, pair.before, pair.after
        before = read_cells(self._before.path, old.name, old.type, kind, lengths=lengths)
        return before, read_cells(self._after.path, new.name, new.type, kind, lengths=lengths)

    def _whole_rows(self, both: Sequence[Pair]) -> tuple[Hashes, Hashes]:
        """A hash for each row over the columns that both have."""
        totals = np.zeros(self._before.rows, np.uint64), np.zeros(self._after.rows, np.uint64)
        threads = self._threads
        for place, hashes in enumerate(in_order(both, self._hashes, threads=threads)):
            self._step("data.step.matching", place, len(both))
            with np.errstate(over="ignore"):
                for total, one in zip(totals, hashes, strict=True):
                    total += salted(one, place)
        return totals

    @property
    def _threads(self) -> int:
        """One at a time where the columns are long: each takes some hundred bytes a row."""
        return 1 if max(self._before.rows, self._after.rows) > _LARGE else max(1, self._context.processors)

    # Columns

    def _pairs(self, common: Sequence[Pair], renamed: Sequence[Renaming]) -> list[Pair]:
        new_names = {one.after: one.before for one in renamed}
        known = {pair.after.name for pair in common}
        return [
            Pair(before=self._before.columns[new_names.get(name, name)], after=column)
            for name, column in self._after.columns.items()
            if name in known or name in new_names
        ]

    def _columns(self, both: Sequence[Pair], pairs: Pairs, *, by_key: bool) -> tuple[ColumnChange, ...]:
        found = []

        def work(pair: Pair) -> ColumnChange:
            return self._column(pair, pairs, by_key=by_key)

        for column in in_order(both, work, threads=self._threads):
            found.append(column)
            self._step("data.step.comparing", len(found), len(both))
        return tuple(found)

    def _column(self, pair: Pair, pairs: Pairs, *, by_key: bool) -> ColumnChange:
        texts = {pair.before.type, pair.after.type} <= {ColumnType.TEXT}
        before, after = self._read(pair, lengths=texts)
        changed = pairs.unequal(before.hashes, after.hashes)
        cells = int(changed.sum())
        if cells:
            with self._guard:
                self._changed |= changed
                self._bits[pair.after.name] = np.packbits(changed)
        differs = bool(cells) or before.fingerprint != after.fingerprint
        return ColumnChange(
            name=pair.after.name,
            type=pair.after.type,
            differs=differs,
            cells=cells if by_key else None,
            renamed_from=pair.before.name if pair.is_renamed else "",
            shift=column_shift(before, after) if differs else None,
        )

    # The answer

    def _difference(
        self,
        pairs: Pairs,
        key: tuple[str, ...],
        proposed: bool,
        both: Sequence[Pair],
        renamed: tuple[Renaming, ...],
        columns: tuple[ColumnChange, ...],
    ) -> Difference:
        self._step("data.step.examples", 0, 0)
        changed = np.flatnonzero(self._changed)
        shown = show_examples(self._shown(key, both), pairs, changed, self._bits)
        rows = RowChange(
            key=key,
            proposed=proposed,
            added=len(pairs.added),
            removed=len(pairs.removed),
            changed=len(changed),
            unchanged=len(pairs.before) - len(changed),
            repeated=pairs.repeated if key else 0,
            moved=pairs.moved,
            added_examples=shown.added,
            removed_examples=shown.removed,
            changed_examples=shown.changed,
        )
        schema = self._schema(both, renamed)
        return Difference(
            before=self._before.side,
            after=self._after.side,
            identical=schema == SchemaChange() and not (rows.added or rows.removed or rows.changed or rows.moved),
            schema=schema,
            rows=rows,
            columns=tuple(msgspec.structs.replace(c, examples=shown.cells.get(c.name, ())) for c in columns),
            names=(self._before.names, self._after.names),
        )

    def _shown(self, key: tuple[str, ...], both: Sequence[Pair]) -> Shown:
        return Shown(
            before=self._before.path,
            after=self._after.path,
            names=(self._before.names, self._after.names),
            key=key,
            both=tuple((pair.before.name, pair.after.name) for pair in both),
            most=self._request.examples,
        )

    def _schema(self, both: Sequence[Pair], renamed: tuple[Renaming, ...]) -> SchemaChange:
        old, new = {pair.before.name for pair in both}, {pair.after.name for pair in both}
        order = [self._before.names.index(pair.before.name) for pair in both]
        return SchemaChange(
            added=tuple(name for name in self._after.columns if name not in new),
            removed=tuple(name for name in self._before.columns if name not in old),
            retyped=tuple(
                TypeChange(column=pair.after.name, before=pair.before.type, after=pair.after.type)
                for pair in both
                if pair.before.type != pair.after.type
            ),
            renamed=renamed,
            reordered=order != sorted(order),
        )

    def _step(self, id: str, done: int, total: int) -> None:
        self._context.check_cancelled()
        self._context.report(Progress(step=Text(id), done=done, total=total))

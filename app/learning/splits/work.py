"""The split of a request, made: what planning shows before the click is what training does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.learning.records import PlannedColumn, PlanRequest, TrainRequest
from app.learning.source import Source
from app.learning.splits import splitting
from app.learning.splits.advice import advise, entities, proposed_split, rows_across
from app.learning.splits.division import Rows, asked_scheme, divide, make_folds
from app.learning.splits.figures import Judged, describe_split
from app.learning.splits.notes import notes_on_split
from app.learning.splits.records import SplitFigures, SplitNote
from app.learning.splits.scheme import Scheme
from app.learning.splits.splitting import Hashes, Keyed
from app.learning.splits.testset import Columns, joint_table, judged_values, match_test, notes_on_labels
from app.learning.splits.timeline import Fold
from app.learning.splits.twins import alike
from app.learning.target import MINIMUM_ROWS, Target
from app.text.message import Text, amount

Floats = NDArray[np.float64]
AUTO = "auto"
_RECURRING = 0.01
"""Of the rows of a test, from which on they are no accident."""


@dataclass(frozen=True, kw_only=True)
class Divided:
    """A split with everything that it was made from.

    Attributes
    ----------
    folds
        Pairs of positions among the rows learned from.
    answers
        Shape (rows judged,): their target as codes or amounts; NaN where a test has none, or one never learned.
    matched
        What is to be known about a test dataset's columns and answers.
    """

    source: Source
    test: Source | None
    target: Target
    columns: Columns
    rows: Rows
    folds: tuple[Fold, ...]
    answers: Floats
    matched: tuple[SplitNote, ...]

    @property
    def judged(self) -> Floats:
        """The target of the rows judged, where it is known."""
        return self.answers[~np.isnan(self.answers)]

    @property
    def learned(self) -> Floats:
        """The target of the rows learned from."""
        found: Floats = self.target.values[np.searchsorted(self.target.rows, self.rows.train)]
        return found


def choose_scheme(source: Source, target: Target, request: PlanRequest | TrainRequest) -> Scheme:
    """The split that a request asks for; ``auto`` is the proposed one."""
    split = request.split
    if split == AUTO:
        split = "random" if request.test else proposed_split(advise(source, target, request.target))
    return asked_scheme(source, split, gap=request.gap, keep_together=request.keep_together, target=request.target)


def make_split(
    source: Source,
    test: Source | None,
    target: Target,
    scheme: Scheme,
    columns: Sequence[PlannedColumn],
    request: PlanRequest | TrainRequest,
) -> Divided:
    """Set rows aside, and deal the others into folds.

    Raises
    ------
    CicloError
        What :func:`app.learning.splits.division.divide` and :func:`app.learning.splits.testset.match_test` refuse.
    """
    used = tuple((column.name, column.type) for column in columns if column.used)
    matched = match_test(test, source, target=request.target, columns=used) if test is not None else ()
    own, other = _alike(source, test, used) if scheme.together else (None, None)
    if test is not None and other is None:
        other = np.zeros(0, dtype=np.uint64)
    rows = divide(
        source,
        target,
        target_name=request.target,
        scheme=scheme,
        fraction=request.holdout,
        seed=request.seed,
        alike=own,
        other=other,
    )
    answers: Floats = target.values[np.searchsorted(target.rows, rows.holdout)]
    if test is not None and scheme.plain and _recur(source, test, used):
        rows = replace(rows, units=splitting.apart(rows.units, rows.train))
    if test is not None:
        answers = judged_values(test, target, request.target)
        matched = (*matched, *notes_on_labels(test, answers, request.target, target.labels))
    learned = np.searchsorted(target.rows, rows.train)
    return Divided(
        source=source,
        test=test,
        target=target,
        columns=used,
        rows=rows,
        folds=make_folds(rows, target.codes[learned]),
        answers=answers,
        matched=matched,
    )


def _recur(source: Source, test: Source, columns: Columns) -> bool:
    """Whether rows of the test occur among those learned from: then equal rows come back in practice, and a fold may
    hold a row out that it has seen the like of."""
    table = joint_table(source, test, columns)
    hashes = splitting.row_hashes(table, [Keyed(name, type_) for name, type_ in columns], seed=0)
    known, judged = hashes[: source.version.rows], hashes[source.version.rows :]
    return bool(np.isin(judged, known).mean() > _RECURRING) if len(judged) else False


def _alike(source: Source, test: Source | None, columns: Columns) -> tuple[Hashes, Hashes | None]:
    """Numbers that are equal for rows that are alike: of the source's rows, and of the test's."""
    found = alike(joint_table(source, test, columns), columns).astype(np.uint64)
    rows = source.version.rows
    return found[:rows], found[rows:] if test is not None else None


# What is said about it


def figures_of(divided: Divided, request: PlanRequest | TrainRequest, more: Sequence[SplitNote] = ()) -> SplitFigures:
    """The split in figures, with what is to be known about it, warnings first.

    Parameters
    ----------
    more
        Notes that were found elsewhere.
    """
    test = Judged(values=divided.judged) if divided.test is not None else None
    figures = describe_split(
        divided.source, divided.target, divided.rows, divided.folds, asked=request.holdout, test=test
    )
    own = notes_on_split(divided.target, figures, divided.learned, divided.judged)
    notes = (*more, *divided.matched, *_across(divided, request.target), *_repeated(divided), *own)
    return msgspec.structs.replace(figures, notes=tuple(sorted(notes, key=_mildness)))


def _repeated(divided: Divided) -> list[SplitNote]:
    """Whether the rows are the same few again and again."""
    rows = divided.rows
    different = splitting.count_units(rows.units)
    if rows.scheme.kind not in {"random", "stratified"} or different >= MINIMUM_ROWS or different == len(rows.train):
        return []
    message = Text("learning.split.few_different", {"n": different, "rows": amount(len(rows.train))})
    return [SplitNote(severity="warning", message=message)]


def _mildness(note: SplitNote) -> bool:
    return note.severity != "warning"


def _across(divided: Divided, target: str) -> list[SplitNote]:
    """Whether somebody's rows stand on both sides; in time that is as it will be, and only noted."""
    kind = divided.rows.scheme.kind
    if divided.test is not None or kind == "group":
        return []
    found = entities(divided.source, target)
    if not found or found[0].rank > 1:
        return []
    n = rows_across(divided.source, found[0], train=divided.rows.train, holdout=divided.rows.holdout)
    if not n:
        return []
    params: dict[str, str | int] = {"n": n, "rows": len(divided.rows.holdout), "column": found[0].column}
    severity = "note" if kind == "time" else "warning"
    message = Text("learning.split.across", {**params})
    return [SplitNote(severity=severity, message=message, remedy=f"group:{found[0].column}")]

"""How the rows of a training were split, as the command line tells it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from app.learning.records import PlannedColumn, Split
from app.learning.splits.records import Part, SplitFigures, TwinPair
from app.text import Words
from app.text.message import amount

_LISTED = 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PartAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the rows; ``start`` and ``end`` are ISO dates, or the numbers that the rows are ordered by."""

    rows: int
    target: float | None
    start: str | float | None = None
    end: str | float | None = None
    groups: int | None = None


class FoldAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A fold: learned from, left out, scored."""

    fitted: PartAnswer
    gap: int
    scored: PartAnswer


class NoteAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Something to know; ``remedy`` is the option that would help."""

    code: str
    severity: str
    message: str
    remedy: str


class DuplicatesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Rows judged that have one like them among those learned from."""

    judged: int
    exact: int
    near: int
    by_chance: int
    same_answer: int
    examples: tuple[TwinPair, ...]


class SplitAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The whole split."""

    scheme: str
    gap: str
    keep_together: str
    seed: int
    asked: float
    got: float
    target_of: str
    parts: dict[str, PartAnswer]
    folds: tuple[FoldAnswer, ...]
    groups: int | None
    largest_group: tuple[str, int] | None
    duplicates_across: DuplicatesAnswer | None
    train_sha256: str
    holdout_sha256: str
    notes: tuple[NoteAnswer, ...]


def split_answer(split: Split, words: Words) -> SplitAnswer:
    """The split of a model version."""
    figures = split.figures or SplitFigures(kind="", column="", parts=(), folds=(), asked=0.0, got=0.0)
    return SplitAnswer(
        scheme=split.scheme,
        gap=split.gap,
        keep_together=split.keep_together,
        seed=split.seed,
        asked=figures.asked,
        got=round(figures.got, 6),
        target_of=figures.label,
        parts={part.role: _part(part, figures) for part in figures.parts},
        folds=tuple(
            FoldAnswer(fitted=_part(f.fitted, figures), gap=f.gap, scored=_part(f.scored, figures))
            for f in figures.folds
        ),
        groups=figures.groups or None,
        largest_group=figures.largest,
        duplicates_across=_duplicates(split),
        train_sha256=split.train_sha256,
        holdout_sha256=split.holdout_sha256,
        notes=tuple(
            NoteAnswer(
                code=n.message.id, severity=n.severity, message=words.text(n.message), remedy=option_of(n.remedy)
            )
            for n in figures.notes
        ),
    )


def _part(part: Part, figures: SplitFigures) -> PartAnswer:
    return PartAnswer(
        rows=part.rows,
        target=part.target,
        start=_moment(part.start, figures.axis),
        end=_moment(part.end, figures.axis),
        groups=part.groups or None,
    )


def _moment(value: float | None, axis: str) -> str | float | None:
    if value is None or axis not in {"date", "datetime"}:
        return value
    found = _EPOCH + timedelta(seconds=value)
    return found.date().isoformat() if axis == "date" else found.replace(tzinfo=None).isoformat()


def _duplicates(split: Split) -> DuplicatesAnswer | None:
    twins = split.twins
    if twins is None:
        return None
    return DuplicatesAnswer(
        judged=twins.rows,
        exact=twins.exact,
        near=twins.near,
        by_chance=twins.chance,
        same_answer=twins.same_answer,
        examples=twins.pairs,
    )


def option_of(remedy: str) -> str:
    """What would help, as an option of the command."""
    kind, _, value = remedy.partition(":")
    return "" if not remedy else f"--keep-together {value}" if kind == "keep" else f"--split {remedy}"


def split_lines(split: Split, words: Words) -> list[str]:
    """The split in a few lines."""
    figures = split.figures
    if figures is None:
        return []
    lines = [words("cli.train.split", scheme=split.scheme, train=split.train_rows, holdout=split.holdout_rows)]
    holdout, axis = figures.part("holdout"), figures.axis
    if axis in {"date", "datetime"} and holdout.start is not None and holdout.end is not None:
        ends = [amount(str(_moment(at, "date")), "date") for at in (holdout.start, holdout.end)]
        lines.append(words("cli.train.split_dates", start=ends[0], end=ends[1]))
    return lines + note_lines(figures, words)


def note_lines(figures: SplitFigures | None, words: Words) -> list[str]:
    """What is to be known about a split, each with the option that would help."""
    options = [(note, option_of(note.remedy)) for note in figures.notes] if figures is not None else []
    return [words.text(note.message) + (f" ({option})" if option else "") for note, option in options]


def left_out_lines(columns: Sequence[PlannedColumn], words: Words) -> list[str]:
    """The columns that aren't learned from, with the reasons."""
    out = [column for column in columns if not column.used]
    if not out:
        return []
    named = [f"  {c.name}: {words.text(c.reason)}" if c.reason else f"  {c.name}" for c in out[:_LISTED]]
    return [words("cli.train.left_out", n=len(out)), *named]

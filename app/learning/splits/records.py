"""The light half of the split: where the rows of a training go, in figures, and what is to be known about that."""

from __future__ import annotations

import msgspec

from app.jobs.contract import JobKind
from app.text.message import Text

TWINS = JobKind("learning.twins", "app.learning.planning:look_for_twins")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the rows. ``role`` is train, gap, holdout, undated or recurring (the same as a row that is judged).

    ``target`` is the share of the label that the figures are about, or the mean of the amounts. ``start`` and ``end``
    are the first and last moment: seconds since 1970, the number in the column, or the place in the file from 0."""

    role: str
    rows: int
    target: float | None = None
    positives: int = 0
    start: float | None = None
    end: float | None = None
    groups: int = 0


class Fold(msgspec.Struct, frozen=True, kw_only=True):
    """A fold: what is learned from, how many rows are left out in between, and what is scored."""

    fitted: Part
    scored: Part
    gap: int = 0


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """A split that is offered, with the reason; the ``proposed`` one is what the data calls for."""

    split: str
    reason: Text
    proposed: bool = False


class SplitNote(msgspec.Struct, frozen=True, kw_only=True):
    """Something to know about a split. ``severity`` is warning or note; ``remedy`` what would help: a split such as
    ``group:customer``, ``keep:duplicates``, or nothing."""

    severity: str
    message: Text
    remedy: str = ""


class TwinCell(msgspec.Struct, frozen=True, kw_only=True):
    """A cell of two rows that are alike."""

    column: str
    learned: str | float | None
    judged: str | float | None


class TwinPair(msgspec.Struct, frozen=True, kw_only=True):
    """Two rows that are alike, by their number in the dataset from 1. ``kind`` is exact, spelling, rounded or
    one_column; ``column`` the one in which they differ."""

    kind: str
    learned_row: int
    judged_row: int
    cells: tuple[TwinCell, ...]
    column: str = ""


class TwinFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Rows kept aside that have one like them among those learned from: of ``rows``, ``exact`` are the same in every
    column that is learned from, ``near`` almost. ``chance`` of the exact ones tell too little to be more than that.

    ``same_answer`` of those beyond chance have the target of their twin, where ``expected`` would by chance.
    ``repeated`` rows of all are the same as an earlier one, beyond chance, on whichever side."""

    rows: int = 0
    exact: int = 0
    near: int = 0
    chance: int = 0
    same_answer: int = 0
    expected: float = 0.0
    repeated: int = 0
    pairs: tuple[TwinPair, ...] = ()

    @property
    def beyond_chance(self) -> int:
        return self.exact - self.chance + self.near


class TwinsFound(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of the look for twins."""

    figures: TwinFigures
    notes: tuple[SplitNote, ...] = ()


class SplitFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A split in figures. ``label`` is the class that the shares are about (empty: the target is an amount).

    ``axis`` says what the moments are: date, datetime, number, row, or nothing. ``largest`` is the biggest group, with
    its rows; ``asked`` and ``got`` the shares of rows set aside."""

    kind: str
    column: str
    parts: tuple[Part, ...]
    folds: tuple[Fold, ...]
    asked: float
    got: float
    label: str = ""
    axis: str = ""
    groups: int = 0
    largest: tuple[str, int] | None = None
    notes: tuple[SplitNote, ...] = ()
    advice: tuple[Advice, ...] = ()

    def part(self, role: str) -> Part:
        """The part of that role; one without rows where there is none."""
        return next((part for part in self.parts if part.role == role), Part(role=role, rows=0))

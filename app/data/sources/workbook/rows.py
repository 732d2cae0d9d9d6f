"""What every reader of workbooks gives: sheets, rows, cells as text with what they were; and places in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from enum import IntEnum
from typing import Protocol

import msgspec

from app.data.records import Sheet
from app.errors import CicloError

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384


class Kind(IntEnum):
    """What a cell held before it was written as text."""

    TEXT = 0
    NUMBER = 1
    TRUTH = 2
    TIME = 3
    PERCENT = 4


Cell = tuple[str, Kind]


class Row(msgspec.Struct):
    """A row with its number, from 1; cells by column, from 0; empty ones are absent."""

    number: int
    cells: dict[int, Cell]
    hidden: bool = False


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A rectangle of cells: rows from 1, columns from 0, both ends included."""

    top: int = 1
    left: int = 0
    bottom: int = LAST_ROW
    right: int = LAST_COLUMN - 1

    def meets(self, other: Area) -> bool:
        """Whether two areas have a cell in common."""
        apart = other.top > self.bottom or other.bottom < self.top or other.left > self.right or other.right < self.left
        return not apart


class Hazards(msgspec.Struct):
    """What was met while reading a sheet; complete after the last row."""

    errors: Counter[str] = msgspec.field(default_factory=Counter)
    uncalculated: int = 0
    merged: list[Area] = msgspec.field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = msgspec.field(default_factory=list)
    impossible_dates: int = 0


class Reader(Protocol):
    """A workbook that is open."""

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """Its sheets with cells, in order."""

    @property
    def macros(self) -> bool:
        """Whether it holds macros."""

    @property
    def since_1904(self) -> bool:
        """Whether its days count from 1904."""

    @property
    def tells_all(self) -> bool:
        """Whether errors, formulas and hidden rows can be told."""

    def rows(self, sheet: str, hazards: Hazards) -> Iterator[Row]:
        """The rows of a sheet that hold something, in order; what is doubtful goes to ``hazards``."""

    def counted(self) -> int | None:
        """How many rows with cells the sheet has, counted by other means; after the last row."""

    def progress(self) -> float:
        """The share of the sheet that was read."""

    def close(self) -> None:
        """Close the file."""


_PLACE = r"\$?([A-Za-z]{0,3})\$?([0-9]{0,7})"
_RANGE = re.compile(rf"\s*{_PLACE}\s*(?::\s*{_PLACE}\s*)?")


def column_index(letters: str) -> int:
    """A is 0, Z 25, AA 26."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def column_letters(index: int) -> str:
    """0 is A."""
    letters, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def parse_area(text: str) -> Area:
    """A range such as ``A3:F200``; open where a row or a column isn't named (``A3``, ``A:F``, ``B2:F``).

    Raises
    ------
    CicloError
        ``data.bad_range``.
    """
    found = _RANGE.fullmatch(text)
    if found is None or not text.strip().strip(":"):
        raise CicloError("data.bad_range", range=text)
    left, top, right, bottom = (part or "" for part in found.groups())
    area = Area(
        top=int(top or 1),
        left=column_index(left) if left else 0,
        bottom=int(bottom or LAST_ROW),
        right=column_index(right) if right else LAST_COLUMN - 1,
    )
    if not (1 <= area.top <= area.bottom <= LAST_ROW and 0 <= area.left <= area.right < LAST_COLUMN):
        raise CicloError("data.bad_range", range=text)
    return area


def area_name(area: Area) -> str:
    """An area as it is written: ``A3:F200``."""
    return f"{column_letters(area.left)}{area.top}:{column_letters(area.right)}{area.bottom}"

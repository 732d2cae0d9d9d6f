"""How rows are to be set aside, as it is asked for: ``random``, ``stratified[:COL]``, ``group:COL``, ``time[:COL]``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.errors import CicloError

DUPLICATES = "duplicates"
"""What ``keep_together`` may be, besides nothing."""

_SECONDS = {"s": 1, "h": 3_600, "d": 86_400, "w": 604_800}
_GAP = re.compile(r"(\d{1,9})\s*([shdw]?)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What is left out between the rows learned from and those judged: so many seconds, or so many rows."""

    seconds: float = 0.0
    rows: int = 0

    def __bool__(self) -> bool:
        return bool(self.seconds or self.rows)


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """How rows are set aside. ``time`` without a column is the order of the rows in the file.

    ``together``: rows that are the same but for their identifier never stand on both sides.
    """

    kind: str
    column: str = ""
    gap: Gap = Gap()
    together: bool = False

    def __str__(self) -> str:
        return f"{self.kind}:{self.column}" if self.column else self.kind

    @property
    def plain(self) -> bool:
        """Whether it is the simplest of all: at random, and nothing else asked for."""
        return self.kind == "random" and not self.together


def read_scheme(text: str, *, gap: str = "", keep_together: str = "") -> Scheme:
    """A split as it is written, with what goes with it.

    Raises
    ------
    CicloError
        ``learning.unknown_split``, ``learning.bad_gap``, ``learning.gap_without_time``,
        ``learning.unknown_together``.
    """
    kind, colon, column = text.partition(":")
    known = (kind == "random" and not colon) or (kind == "group" and bool(column))
    if not known and not (kind in {"stratified", "time"} and bool(colon) == bool(column)):
        raise CicloError("learning.unknown_split", split=text)
    if keep_together not in {"", DUPLICATES}:
        raise CicloError("learning.unknown_together", what=keep_together)
    left_out = read_gap(gap)
    if left_out and kind != "time":
        raise CicloError("learning.gap_without_time", gap=gap)
    return Scheme(kind=kind, column=column, gap=left_out, together=bool(keep_together))


def read_gap(text: str) -> Gap:
    """``30d``, ``4w`` or ``12h``, or a number of rows; empty is none.

    Raises
    ------
    CicloError
        ``learning.bad_gap``.
    """
    if not text.strip():
        return Gap()
    found = _GAP.fullmatch(text.strip())
    if found is None:
        raise CicloError("learning.bad_gap", gap=text)
    number, unit = int(found[1]), found[2].lower()
    return Gap(seconds=float(number * _SECONDS[unit])) if unit else Gap(rows=number)

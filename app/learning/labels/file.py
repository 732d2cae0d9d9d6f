"""The queue as a file that a person fills in: one row a doubt, with an empty cell for the decision."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path

from app.data.recipe.steps import Decided
from app.errors import CicloError
from app.learning.labels.records import LabelsAnswer
from app.project.durable import reading

HEADER = ("row", "given", "likely", "confidence", "decision")
_DIGITS = 4


class Decision(StrEnum):
    """What a person says of a label."""

    KEEP = "keep"
    CHANGE = "change"
    LEAVE_OUT = "leave_out"


def decided(row: int, given: str, likely: str, decision: Decision) -> Decided:
    """A decision as the step of a recipe has it."""
    to = {Decision.KEEP: given, Decision.CHANGE: likely, Decision.LEAVE_OUT: None}[decision]
    return Decided(row=row, was=given, to=to)


def write_queue(answer: LabelsAnswer) -> bytes:
    """The queue as CSV (RFC 4180, UTF-8): the five columns of :data:`HEADER`, then the row's own cells."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*HEADER, *answer.columns])
    for one in answer.doubts:
        cells = ("" if cell is None else cell for cell in one.cells)
        writer.writerow([one.row, one.given, one.likely, f"{one.confidence:.{_DIGITS}f}", "", *cells])
    return out.getvalue().encode()


def read_decisions(path: Path) -> tuple[tuple[Decided, ...], int]:
    """What was decided in such a file, and how many rows are still open. Spreadsheets may have saved it with
    semicolons.

    Raises
    ------
    CicloError
        ``learning.labels.unreadable``, ``learning.labels.bad_row``, ``learning.labels.bad_decision``,
        ``learning.labels.undecided``.
    """
    with reading(path):
        data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CicloError("learning.labels.unreadable", path=str(path)) from error
    for delimiter in (",", ";", "\t"):
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        if rows and _names(rows[0]) == HEADER:
            return _decisions(rows[1:])
    raise CicloError("learning.labels.unreadable", path=str(path))


def _names(row: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.strip().lower() for name in row[: len(HEADER)])


def _decisions(rows: Iterable[Sequence[str]]) -> tuple[tuple[Decided, ...], int]:
    found, open_rows = [], 0
    for line, row in enumerate(rows, 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) < len(HEADER) or not row[0].strip().isdecimal():
            raise CicloError("learning.labels.bad_row", line=line)
        number, given, likely, _confidence, said = row[: len(HEADER)]
        if not said.strip():
            open_rows += 1
            continue
        if said.strip().lower() not in set(Decision):
            raise CicloError("learning.labels.bad_decision", line=line, decision=said, known=", ".join(Decision))
        found.append(decided(int(number), given, likely, Decision(said.strip().lower())))
    if not found:
        raise CicloError("learning.labels.undecided", known=", ".join(Decision))
    return tuple(found), open_rows

"""Where the table lies in a sheet: below a preamble, with one header row or several, as in a text file."""

from __future__ import annotations

import csv
import io
from itertools import pairwise

import msgspec

from app.data import limits
from app.data.delimited.careful import Grammar
from app.data.delimited.edges import Body, Sketch
from app.data.delimited.header import find_layout
from app.data.records import Evidence, Problem
from app.data.sources.files import distinct_names
from app.data.sources.workbook.rows import Area, Kind, Row
from app.errors import CicloError
from app.text.message import Text

HEAD_ROWS = 250
NOTE_ROWS = 50
"""A sheet with more rows than these is no cover."""
_TABLE_ROWS, _TABLE_COLUMNS = 3, 3
_GAP = 100
_SPARE = 50
_CSV = Grammar(delimiter=b",")


class SheetLayout(msgspec.Struct, frozen=True, kw_only=True):
    """The table's columns from ``left`` on, its header, and the row where its data begin. ``named`` says which columns
    have a name of their own; the others count only where they hold something. ``units_row`` holds units (0: none), and
    ``columns`` is what the first rows look like, up to the column ``right``."""

    left: int
    names: tuple[str, ...]
    named: tuple[bool, ...]
    header_row: int
    header_lines: int
    first_row: int
    right: int
    units_row: int
    columns: tuple[Sketch, ...]
    problems: tuple[Problem, ...]
    evidence: Evidence


def sheet_layout(head: list[Row], area: Area, *, width: int, header: bool | None, name: str) -> SheetLayout:
    """Find the table by the first rows of a sheet. ``width`` is how many columns the sheet says that it has.

    Raises
    ------
    CicloError
        ``data.too_many_columns``.
    """
    used = [column for row in head for column in row.cells]
    left, right = min(used), max(used)
    rows = _without_gap(head)
    found = find_layout(_as_csv(rows, left, right), _CSV, complete=True, header=header)
    given = [*found.names[: right - left + 1]]
    last = max(right, min(width - 1, right + _SPARE, area.right))
    if last - left >= limits.COLUMNS:
        raise CicloError("data.too_many_columns", n=last - left + 1, limit=limits.COLUMNS, path=name)
    named = [bool(found.header_lines) and _is_given(text, i) for i, text in enumerate(given, 1)]
    given += [f"column_{i}" for i in range(len(given) + 1, last - left + 2)]
    header_row = rows[0].number + found.skip_lines
    reason = Text(_reason(found.header_lines, header), {"n": found.header_lines, "row": header_row})
    return SheetLayout(
        left=left,
        names=distinct_names(given)[0],
        named=(*named, *(False,) * (len(given) - len(named))),
        header_row=header_row,
        header_lines=found.header_lines,
        first_row=rows[0].number + found.line - 1,
        right=right,
        units_row=rows[0].number + found.units.line - 1 if found.units is not None else 0,
        columns=found.columns,
        problems=tuple(p for p in found.problems if p.code == "data.problem.duplicate_names"),
        evidence=Evidence(aspect="header", choice=str(found.header_lines), reason=reason, sure=found.sure),
    )


def only_notes(head: list[Row]) -> bool:
    """Whether the first rows of a sheet look like a cover: few, hardly any with more than a name and its value, and
    hardly a number."""
    numbers = sum(kind in (Kind.NUMBER, Kind.PERCENT) for row in head for _text, kind in row.cells.values())
    return len(head) <= NOTE_ROWS and not holds_table(head) and numbers < _TABLE_ROWS


def holds_table(head: list[Row]) -> bool:
    """Whether the first rows of a sheet certainly hold a table: several with several cells."""
    return sum(len(row.cells) >= _TABLE_COLUMNS for row in head) >= _TABLE_ROWS


def footer_rows(rows: list[Row], layout: SheetLayout) -> int:
    """How many of the last rows of a sheet are notes and totals, as at the end of a text file."""
    body = Body([_as_csv(rows, layout.left, layout.right)], grammar=_CSV, columns=layout.columns)
    for _block in body:
        pass
    return sum(bool(line.strip(b"\r\n")) for line in body.footer)


def _is_given(name: str, number: int) -> bool:
    return name != f"column_{number}"


def _reason(lines: int, header: bool | None) -> str:
    if header is not None:
        return "data.header.chosen"
    return "data.header.found_row" if lines else "data.header.no_row"


def _without_gap(head: list[Row]) -> list[Row]:
    """The rows up to a gap that no header has."""
    for before, row in pairwise(head):
        if row.number - before.number > _GAP:
            return head[: head.index(row)]
    return head


def _as_csv(rows: list[Row], left: int, right: int) -> bytes:
    """The rows as lines of a text file, one a row, so that its header is found as any other is."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    number = rows[0].number
    for row in rows:
        sink.write("\n" * (row.number - number))
        writer.writerow(_on_one_line(row.cells[i][0]) if i in row.cells else "" for i in range(left, right + 1))
        number = row.number + 1
    return sink.getvalue().encode("utf-8", "replace")


def _on_one_line(text: str) -> str:
    return " ".join(text.replace("\0", " ").splitlines()) if text else text

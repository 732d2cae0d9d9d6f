"""Reads workbooks of other formats (xls, xlsb, ods) through calamine, which tells values but not what is around."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from app.data.records import Sheet
from app.data.source import reading
from app.data.sources.workbook.formats import elapsed, moment
from app.data.sources.workbook.rows import Cell, Hazards, Kind, Row
from app.errors import CicloError

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

    _Value = int | float | str | bool | time | date | datetime | timedelta


class LegacyReader:
    """An open workbook."""

    macros = False
    since_1904 = False
    tells_all = False

    def __init__(self, path: Path) -> None:
        from python_calamine import SheetTypeEnum, SheetVisibleEnum, load_workbook

        self._path = path
        with _refusals(path):
            self._book = load_workbook(path)
            known = [s for s in self._book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
            self.sheets = tuple(
                _entry(self._book.get_sheet_by_name(s.name), hidden=s.visible != SheetVisibleEnum.Visible)
                for s in known
            )
        self._done = 0
        self._total = 1

    def rows(self, sheet: str, hazards: Hazards) -> Iterator[Row]:
        """The rows of a sheet that hold something."""
        with _refusals(self._path):
            found = self._book.get_sheet_by_name(sheet)
            left = found.start[1] if found.start else 0
            self._total = max(1, found.total_height + 1)
            for number, values in enumerate(found.iter_rows(), 1):
                self._done = number
                cells = {left + i: cell for i, value in enumerate(values) if (cell := _cell(value)) is not None}
                if cells:
                    yield Row(number, cells)

    def counted(self) -> int | None:
        """Nothing else can tell."""
        return None

    def progress(self) -> float:
        """The share of the sheet's rows."""
        return min(1.0, self._done / self._total)

    def close(self) -> None:
        """Close the file."""
        self._book.close()


def _entry(sheet: CalamineSheet, *, hidden: bool) -> Sheet:
    rows, columns = (sheet.end[0] + 1, sheet.end[1] + 1) if sheet.end else (0, 0)
    return Sheet(name=sheet.name, hidden=hidden, rows=rows, columns=columns)


def _cell(value: _Value) -> Cell | None:
    """A value as text; None where the cell is empty."""
    if isinstance(value, str):
        return (value, Kind.TEXT) if value else None
    if isinstance(value, bool):
        return ("true" if value else "false"), Kind.TRUTH
    if isinstance(value, datetime):
        return moment(value), Kind.TIME
    if isinstance(value, date | time):
        return value.isoformat(), Kind.TIME
    if isinstance(value, timedelta):
        return elapsed(value), Kind.TIME
    whole = isinstance(value, int) or (value.is_integer() and abs(value) < 1e15)
    return (str(int(value)) if whole else repr(value)), Kind.NUMBER


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """Turn what calamine says of a file into the house's sentences; it may panic over a damaged one."""
    from python_calamine import CalamineError, PasswordError

    try:
        with reading(path):
            yield
    except PasswordError as error:
        raise CicloError("data.encrypted_workbook", path=path.name) from error
    except CalamineError as error:
        raise CicloError("data.damaged_workbook", path=path.name) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise CicloError("data.damaged_workbook", path=path.name) from error
        raise

"""Cells of a table in the reader's language. Babel takes 40 µs a number, a table paints hundreds at once: so its marks
are asked for once, and days are remembered."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from app.data.records import ColumnType
from app.text.words import Words

NUMERIC = frozenset({ColumnType.INTEGER, ColumnType.NUMBER})
TEMPORAL = frozenset({ColumnType.DATE, ColumnType.DATETIME})
_MOST_DECIMALS = 6
_YEARS = range(1000, 3000)
_REMEMBERED = 20_000
_CODES = re.compile(
    r"(?:^|[\s_.\-])(?:ids?|code|c[oó]d|c[oó]digo|zip|postcode|postal|cp|plz|sku|ean|ref)(?:$|[\s_.\-])"
    r"|[\s_.\-](?:no|nr|nº|num|number)$",
    re.IGNORECASE,
)
_CODE_ENDS = re.compile(r"[a-z](?:ID|Id|No|Nr|Code|Number)$")


class Marks:
    """The decimal and grouping marks of a locale, as the house's formatter writes them."""

    def __init__(self, words: Words) -> None:
        sample = words.number(1234567.5, digits=1)
        self.decimal = sample[-2]
        self.group = sample[1] if not sample[1].isdigit() else ""
        self._table = str.maketrans({",": self.group, ".": self.decimal})

    def write(self, value: float | int, *, decimals: int = 0, grouped: bool = True) -> str:
        """A number with exactly ``decimals`` decimals."""
        form = "d" if isinstance(value, int) and not decimals else f".{decimals}f"
        text = format(value, f",{form}" if grouped else form)
        return text.translate(self._table)


def decimals_of(texts: Iterable[str | None]) -> int:
    """How many decimals a column of numbers (decimal point) needs to show each of ``texts``; at most six."""
    most = 0
    for text in texts:
        if text and "e" not in text.lower():
            most = max(most, len(text.partition(".")[2].rstrip("0")))
    return min(most, _MOST_DECIMALS)


def looks_like_years(lowest: float, highest: float) -> bool:
    """Whether a column of integers reads as years, which nobody writes with a grouping mark."""
    return int(lowest) in _YEARS and int(highest) in _YEARS


def reads_as_code(name: str) -> bool:
    """Whether a column's name says that its numbers name things, such as CustomerID: nobody groups those either."""
    return _CODES.search(name) is not None or _CODE_ENDS.search(name) is not None


class CellFormat:
    """Writes the stored cells of one column: ISO dates, decimal points.

    Parameters
    ----------
    decimals
        Of a number column; None: as many as the cell has.
    grouped
        Whether digits are grouped; not for years and codes.
    """

    def __init__(
        self, words: Words, marks: Marks, type: ColumnType, *, decimals: int | None = None, grouped: bool = True
    ) -> None:
        self._words, self._marks, self.type = words, marks, type
        self._decimals, self._grouped = decimals, grouped
        self._days: dict[str, str] = {}

    def learn(self, cells: Iterable[object]) -> bool:
        """Take in more cells of a column of numbers: all are written with the decimals of the one that needs most.

        Returns
        -------
        bool
            Whether those are more than before.
        """
        before = self._decimals or 0
        if self.type is not ColumnType.NUMBER or before == _MOST_DECIMALS:
            return False
        self._decimals = max(before, decimals_of(repr(cell) for cell in cells if isinstance(cell, float)))
        return self._decimals > before

    @property
    def right(self) -> bool:
        """Whether the column is aligned at the right."""
        return self.type in NUMERIC

    def __call__(self, cell: str) -> str:
        """A cell in words; what can't be read as its type stays as it is."""
        if self.type in NUMERIC:
            return self._number(cell)
        if self.type in TEMPORAL:
            return self._moment(cell)
        return cell

    def _number(self, cell: str) -> str:
        try:
            value = float(cell)
        except ValueError:
            return cell
        if not math.isfinite(value):
            return cell
        if self.type is ColumnType.INTEGER:
            return self._marks.write(int(cell) if cell.lstrip("+-").isdigit() else value, grouped=self._grouped)
        if value and not 1e-6 <= abs(value) < 1e15:
            return cell.replace(".", self._marks.decimal)
        decimals = decimals_of([cell]) if self._decimals is None else self._decimals
        return self._marks.write(value, decimals=decimals, grouped=self._grouped)

    def _moment(self, cell: str) -> str:
        known = self._days.get(cell)
        if known is None:
            if len(self._days) > _REMEMBERED:
                self._days.clear()
            known = self._days[cell] = self._written_moment(cell)
        return known

    def _written_moment(self, cell: str) -> str:
        try:
            if self.type is ColumnType.DATE:
                return self._words.date(date.fromisoformat(cell[:10]))
            return self._words.datetime(datetime.fromisoformat(cell))
        except ValueError:
            return cell


def formats_of(
    words: Words,
    types: Iterable[ColumnType],
    rows: tuple[tuple[str | None, ...], ...],
    decimals: tuple[int, ...] = (),
    names: Sequence[str] = (),
) -> list[CellFormat]:
    """A format for each column, judged by the rows at hand, and with the decimals of the file and the names of columns
    where they are known."""
    marks = Marks(words)
    made = []
    for index, type in enumerate(types):
        cells = [row[index] for row in rows if index < len(row) and row[index]]
        written = decimals[index] if index < len(decimals) else 0
        code = index < len(names) and reads_as_code(names[index])
        made.append(_format_of(words, marks, type, cells, written, code=code))
    return made


def _format_of(
    words: Words, marks: Marks, type: ColumnType, cells: list[str | None], written: int, *, code: bool
) -> CellFormat:
    if type not in NUMERIC:
        return CellFormat(words, marks, type)
    values = [float(cell) for cell in cells if cell and _is_number(cell)]
    years = bool(values) and type is ColumnType.INTEGER and looks_like_years(min(values), max(values))
    shown = min(_MOST_DECIMALS, max(written, decimals_of(cells)))
    return CellFormat(words, marks, type, decimals=shown, grouped=not (years or code))


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False

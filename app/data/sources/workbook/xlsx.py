"""Reads the rows of a sheet of an xlsx file as a stream: each value as it is stored, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from app.data.records import Sheet
from app.data.sources.workbook.formats import Format, number_cell
from app.data.sources.workbook.package import Package, SheetPart, local, parser_for, workbook_refusals
from app.data.sources.workbook.rows import Cell, Hazards, Kind, Row, column_index, parse_area
from app.errors import CicloError

_ROW = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?row[\s/>]")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_OVERLAP = 64


class XlsxReader:
    """An open xlsx or xlsm file."""

    tells_all = True

    def __init__(self, path: Path) -> None:
        self._path = path
        self._package = Package(path)
        self.macros = self._package.macros
        self.since_1904 = self._package.since_1904
        self.sheets: tuple[Sheet, ...] = tuple(part.entry for part in self._package.sheets)
        self._counted: int | None = None
        self._share = 0.0

    def rows(self, sheet: str, hazards: Hazards) -> Iterator[Row]:
        """The rows of a sheet that hold something."""
        part = next(p for p in self._package.sheets if p.entry.name == sheet)
        parsing = _SheetParsing(
            self._path, self._package.strings(), self._package.formats(), hazards, since_1904=self.since_1904
        )
        with workbook_refusals(self._path):
            yield from self._stream(part, parsing)

    def _stream(self, part: SheetPart, parsing: _SheetParsing) -> Iterator[Row]:
        size = max(1, self._package.size(part.part))
        counted, tail = 0, b""
        for block, total in self._package.blocks(part.part):
            window = tail + block
            counted += len(_ROW.findall(window)) - len(_ROW.findall(tail))
            tail = window[-_OVERLAP:]
            self._share = min(1.0, total / size)
            parsing.parser.Parse(block, False)
            yield from parsing.taken()
        parsing.parser.Parse(b"", True)
        yield from parsing.taken()
        self._counted = counted - parsing.bare

    def counted(self) -> int | None:
        """Rows with cells, by their tags in the bytes."""
        return self._counted

    def progress(self) -> float:
        """The share of the sheet's bytes."""
        return self._share

    def close(self) -> None:
        """Close the file."""
        self._package.close()


class _SheetParsing:
    """The state of a parser inside a sheet."""

    def __init__(
        self, path: Path, strings: list[str], formats: list[Format], hazards: Hazards, *, since_1904: bool
    ) -> None:
        self._path, self._strings, self._formats, self._hazards = path, strings, formats, hazards
        self._since_1904 = since_1904
        self._rows: list[Row] = []
        self._columns: dict[str, int] = {}
        self._row = Row(0, {})
        self._place = -1
        self._type = "n"
        self._style = 0
        self._formula = self._collecting = self._guide = False
        self._pieces: list[str] = []
        self._names: dict[str, str] = {}
        self.bare = 0
        self.parser = parser_for(path, start=self._on_start, end=self._on_end, data=self._on_data)

    def taken(self) -> list[Row]:
        """The rows that are complete, each handed out once."""
        done, self._rows = self._rows, []
        return done

    def _name(self, tag: str) -> str:
        found = self._names.get(tag)
        if found is None:
            found = self._names[tag] = local(tag)
        return found

    def _on_start(self, tag: str, attributes: dict[str, str]) -> None:
        name = self._name(tag)
        if name == "c":
            self._begin_cell(attributes)
        elif name in ("v", "t"):
            self._collecting = not self._guide
        elif name == "f":
            self._formula = True
        elif name == "row":
            number = attributes.get("r", "")
            self._row = Row(int(number) if number else self._row.number + 1, {}, _is_true(attributes.get("hidden")))
            self._place = -1
        elif name == "rPh":
            self._guide = True
        elif name == "mergeCell":
            self._hazards.merged.append(parse_area(attributes.get("ref", "")))
        elif name == "col" and _is_true(attributes.get("hidden")):
            self._hazards.hidden_columns.append((int(attributes["min"]) - 1, int(attributes["max"]) - 1))

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        if place is None:
            self._place += 1
        else:
            letters = place.rstrip("0123456789")
            if letters not in self._columns:
                self._columns[letters] = column_index(letters)
            self._place = self._columns[letters]
        self._type = attributes.get("t", "n")
        self._style = int(attributes.get("s", "0"))
        self._formula = False
        self._pieces = []

    def _on_data(self, text: str) -> None:
        if self._collecting:
            self._pieces.append(text)

    def _on_end(self, tag: str) -> None:
        name = self._name(tag)
        if name == "c":
            self._end_cell()
        elif name == "row":
            if self._row.cells:
                self._rows.append(self._row)
            else:
                self.bare += 1
        elif name == "rPh":
            self._guide = False
        elif name in ("v", "t"):
            self._collecting = False

    def _end_cell(self) -> None:
        text = "".join(self._pieces)
        if not text:
            self._hazards.uncalculated += self._formula and self._type != "str"
            return
        cell = self._cell(text)
        if cell is not None and cell[0]:
            self._row.cells[self._place] = cell

    def _cell(self, text: str) -> Cell | None:
        match self._type:
            case "n":
                return self._number(text)
            case "s":
                return unescaped(self._strings[int(text)]) if text.isdigit() else self._broken(), Kind.TEXT
            case "b":
                return ("true" if text.strip() == "1" else "false"), Kind.TRUTH
            case "e":
                self._hazards.errors[text] += 1
                return None
            case "d":
                return text.removesuffix("T00:00:00").removesuffix("Z"), Kind.TIME
            case _:
                return unescaped(text), Kind.TEXT

    def _number(self, text: str) -> Cell | None:
        format = self._formats[self._style] if self._style < len(self._formats) else Format.PLAIN
        cell = number_cell(text.strip(), format, since_1904=self._since_1904)
        self._hazards.impossible_dates += cell is None
        return cell

    def _broken(self) -> str:
        raise CicloError("data.damaged_workbook", path=self._path.name)


def unescaped(text: str) -> str:
    """A text with its control characters, which XML can't hold, as characters again."""
    return _ESCAPE.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if 0xD800 <= code <= 0xDFFF else chr(code)  # half a character is none


def _is_true(text: str | None) -> bool:
    return text in ("1", "true", "on")

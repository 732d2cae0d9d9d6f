"""A random table and the file that holds it, with what was done to it on purpose."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import zipfile
from dataclasses import dataclass

from tests.faults.data.grammar.values import KINDS, MISSING, NUMBERS, Value, style, value, written

ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "iso8859-15", "cp850", "mac_roman")
FAULTS = ("more", "fewer", "undecodable", "nul", "unclosed")
_PREAMBLES = (("Informe de prueba", ""), ("Banco Ejemplo, S.A.",), ("Listado", "Generado ayer", ""))
_FOOTERS = (("Fuente: elaboración propia",), ("", "Total de filas: {n}"), ("* datos provisionales",))


@dataclass(frozen=True)
class Line:
    """A record as it stands in the file: the physical line where it begins, and its cells. ``row`` is its place in the
    table, -1 for what isn't part of it; ``fault`` what was done to it."""

    line: int
    cells: tuple[str, ...]
    row: int = -1
    fault: str = ""


class Table:
    """A table with the way in which it is written."""

    def __init__(self, seed: int) -> None:
        self.random = chance = random.Random(seed)
        self.delimiter = chance.choice((",", ";", "\t", "|"))
        self.style = style(chance, comma=self.delimiter != ",")
        self.kinds = ["word", *chance.choices(KINDS, k=chance.randint(1, 6))]
        self.end = chance.choice(("\n", "\n", "\r\n", "\r"))
        self.encoding = chance.choice(ENCODINGS)
        self.packing = chance.choice(("",) * 12 + (".gz", ".xz", ".bz2", ".zip"))
        self.quoted = chance.random() < 0.3
        self.escaped = chance.random() < 0.05
        self.header = chance.random() < 0.95
        self.names = self._names()
        self.fault = chance.choice(FAULTS) if chance.random() < 0.15 else ""
        if self.fault == "undecodable" and self.encoding not in ("utf-8", "utf-8-sig"):
            self.fault = ""
        if self.fault in ("nul", "undecodable") and self.encoding.startswith("utf-16"):
            self.fault = ""
        self.damaged = "mal\x00o"
        self.rows = self._rows(chance.randint(8, 40))
        self.lines: list[Line] = []
        self.content = self._content()

    def _names(self) -> list[str]:
        names = [f"{kind}_{i}" for i, kind in enumerate(self.kinds)]
        odd = self.random.random()
        if odd < 0.05 and len(names) > 2:
            names[-1] = names[1]
        elif odd < 0.1 and len(names) > 2:
            names[1] = ""
        return names

    def _rows(self, count: int) -> list[list[Value]]:
        """The values; in some columns, some are missing, by an empty cell or a word that says so."""
        chance = self.random
        gaps = [chance.choice(("", *MISSING)) if chance.random() < 0.15 else None for _ in self.kinds]
        rows = []
        for number in range(count):
            row = [value(kind, chance, self.style) for kind in self.kinds]
            for place, gap in enumerate(gaps[1:], 1):
                if gap is not None and number > 2 and chance.random() < 0.2:
                    row[place] = gap or None
            rows.append(row)
        if chance.random() < 0.05:
            rows[chance.randrange(count)][0] = "uno\ndos"
        if chance.random() < 0.1:
            rows[chance.randrange(count)][0] = 'dice "hola"'
        if chance.random() < 0.1:
            rows[chance.randrange(count)][0] = f"antes{self.delimiter}después"
        return rows

    def text(self, row: int, place: int) -> str:
        """A cell as it stands in the file, without quotes."""
        return written(self.kinds[place], self.rows[row][place], self.style)

    def is_missing(self, row: int, place: int) -> bool:
        """Whether a cell says by a word that there is no value."""
        return self.kinds[place] != "word" and self.rows[row][place] in MISSING

    def is_number(self, place: int) -> bool:
        return self.kinds[place] in NUMBERS

    def _field(self, text: str) -> str:
        special = any(c in text for c in (self.delimiter, '"', "\n", "\r"))
        if not special and not self.quoted:
            return text
        return '"' + text.replace('"', '\\"' if self.escaped else '""') + '"'

    def _content(self) -> bytes:
        chance = self.random
        parts: list[str] = []
        preamble = chance.choice(_PREAMBLES)
        # One as wide as the table could be its header; and a comma in every line, of a name and amounts, a delimiter.
        wide = preamble[0].count(self.delimiter) + 1 == len(self.kinds)
        torn = "," in preamble[0] and len(self.kinds) == 2
        if chance.random() < 0.2 and not wide and not torn:
            parts += preamble
        if self.header:
            parts.append(self.delimiter.join(map(self._field, self.names)))
        faulty = chance.randrange(2, len(self.rows) - 2) if self.fault else -1
        line = len(parts) + 1
        for number in range(len(self.rows)):
            cells = tuple(self.text(number, place) for place in range(len(self.kinds)))
            record = self._record(cells, self.fault if number == faulty else "")
            self.lines.append(Line(line, cells, number, self.fault if number == faulty else ""))
            parts.append(record)
            line += 1 + record.count("\n")
        if chance.random() < 0.1 and len(self.kinds) > 1:
            for text in chance.choice(_FOOTERS):
                parts.append(text.format(n=len(self.rows)))
                self.lines.append(Line(line, (text.format(n=len(self.rows)),)))
                line += 1
        last = self.end if chance.random() < 0.8 else ""
        text = self.end.join(parts) + last
        try:
            return self._packed(text.encode(self.encoding, "surrogateescape"))
        except UnicodeEncodeError:  # no sign for the euro
            self.encoding = "utf-8"
            return self._packed(text.encode("utf-8", "surrogateescape"))

    def _record(self, cells: tuple[str, ...], fault: str) -> str:
        fields = list(map(self._field, cells))
        match fault:
            case "more":
                fields.append("sobra")
            case "fewer":
                fields.pop()
            case "undecodable":
                fields[0] = "mal\udcff"
            case "nul":
                fields[0] = self.damaged
            case "unclosed":
                fields[0] = '"abierta'
        return self.delimiter.join(fields)

    def _packed(self, data: bytes) -> bytes:
        match self.packing:
            case ".gz":
                return gzip.compress(data)
            case ".bz2":
                return bz2.compress(data)
            case ".xz":
                return lzma.compress(data)
            case ".zip":
                sink = io.BytesIO()
                with zipfile.ZipFile(sink, "w") as archive:
                    archive.writestr("table.csv", data)
                return sink.getvalue()
            case _:
                return data

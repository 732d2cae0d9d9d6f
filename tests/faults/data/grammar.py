"""Tables written in random dialects, imported, and compared with what was written.

    python -m tests.faults.data.grammar --files 20000

Every cell must come back as it was, or its record must be listed with its line, or the file refused in words.
"""

from __future__ import annotations

import argparse
import datetime
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from app.data.importing import inspect_file
from app.data.records import Corrections, Inspected, InspectRequest
from app.errors import CicloError

WORDS = ("Ana", "José Núñez", "Cádiz", "Ávila norte", "piso 3", "a-b", "O'Neil", "x", "Müller", "largo texto con tilde")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "cp850")
KINDS = ("word", "whole", "decimal", "day", "code")


class Table:
    """A table with the way in which it is written."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        chance = self.random
        self.kinds = ["word", *chance.choices(KINDS, k=chance.randint(1, 6))]
        self.delimiter = chance.choice((",", ";", "\t", "|"))
        self.decimal = chance.choice((".", ",")) if self.delimiter != "," else "."
        self.day = chance.choice(("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"))
        self.end = chance.choice(("\n", "\r\n"))
        self.encoding = chance.choice(ENCODINGS)
        self.quoted = chance.random() < 0.3
        self.preamble = chance.random() < 0.2
        self.names = [f"{kind}_{i}" for i, kind in enumerate(self.kinds)]
        self.rows = [[self._value(kind) for kind in self.kinds] for _ in range(chance.randint(8, 40))]

    def _value(self, kind: str) -> object:
        chance = self.random
        match kind:
            case "word":
                return chance.choice(WORDS)
            case "whole":
                return chance.randint(-5000, 99999)
            case "decimal":
                return chance.randint(-99999, 99999) / 100
            case "day":
                return datetime.date(2020, 1, 1) + datetime.timedelta(days=chance.randint(0, 1500))
            case _:
                return f"{chance.randint(0, 999):05}"

    def text(self, value: object) -> str:
        """A value as it stands in the file."""
        if isinstance(value, float):
            return f"{value:.2f}".replace(".", self.decimal)
        return value.strftime(self.day) if isinstance(value, datetime.date) else str(value)

    def _field(self, text: str) -> str:
        special = any(c in text for c in (self.delimiter, '"', "\n"))
        return '"' + text.replace('"', '""') + '"' if special or self.quoted else text

    def data(self) -> bytes:
        """The file."""
        lines = [self.names, *([self.text(v) for v in row] for row in self.rows)]
        written = [self.delimiter.join(map(self._field, line)) for line in lines]
        if self.preamble:
            written = ["Informe de prueba", "", *written]
        return (self.end.join(written) + self.end).encode(self.encoding, "replace")


def verdict(table: Table, folder: Path) -> str:
    """``same``, ``listed``, ``refused``; or what went wrong."""
    path = folder / "table.csv"
    path.write_bytes(table.data())
    try:
        plain = inspect_file(path, InspectRequest(source=str(path), corrections=Corrections(all_text=True)))
        typed = inspect_file(path, InspectRequest(source=str(path)))
    except CicloError:
        return "refused"
    expected = [[table.text(v) for v in row] for row in table.rows]
    if plain.records != len(expected) or len(plain.rows) + len(plain.rejected) != plain.records:
        return f"loss: {plain.records} records of {len(expected)}"
    if plain.rejected:
        return "listed"
    if [[cell or "" for cell in row] for row in plain.rows] != expected:
        return "changed cells"
    return _typed(table, typed)


def _typed(table: Table, found: Inspected) -> str:
    for column, kind in zip(found.columns, table.kinds, strict=True):
        place = found.columns.index(column)
        for row, values in zip(found.rows, table.rows, strict=True):
            cell, value = row[place], values[place]
            if column.type in ("integer", "number"):
                if kind not in ("whole", "decimal") or float(cell or "nan") != float(str(value)):
                    return f"changed {value!r} to {cell}"
            elif column.type == "date":
                if cell != str(value):
                    return f"changed {value!r} to {cell}"
            elif cell != table.text(value):
                return f"changed {value!r} to {cell!r}"
    return "same"


def run(files: int, first: int = 0) -> Counter[str]:
    """Verdicts on so many files."""
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + files):
            answer = verdict(Table(seed), Path(folder))
            if answer not in ("same", "listed", "refused"):
                print(f"seed {seed}: {answer}", file=sys.stderr)
                answer = answer.split(maxsplit=1)[0].rstrip(":")
            found[answer] += 1
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    verdicts = run(options.files, options.first)
    print(", ".join(f"{name}: {count}" for name, count in verdicts.most_common()))
    sys.exit(1 if set(verdicts) - {"same", "listed", "refused"} else 0)

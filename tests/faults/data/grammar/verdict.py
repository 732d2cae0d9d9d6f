"""A table imported, and what came of each of its cells."""

from __future__ import annotations

import datetime
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import cast

import msgspec

from app.data.importing import import_source, inspect_file
from app.data.records import ColumnType, ImportAnswer, ImportRequest, InspectRequest
from app.data.stored import read_stored
from app.errors import CicloError
from tests.faults.data.grammar.table import Line, Table
from tests.integration.data.desk import Workbench

GOOD = ("same", "listed", "refused", "said")
_TEMPORAL = (ColumnType.DATE, ColumnType.DATETIME)
_NUMERIC = (ColumnType.INTEGER, ColumnType.NUMBER)
_WHOLE = frozenset({"delimiter", "header"})
"""Where one of these is a guess, rows may be cut or counted in another way."""


class Wrong(Exception):
    """What went wrong, in words; ``aspect`` is what the import would have had to call a guess."""

    def __init__(self, said: str, aspect: str = "") -> None:
        super().__init__(said)
        self.aspect = aspect


def verdict(table: Table, folder: Path) -> str:
    """``same``; ``listed``, where faulty records were; ``refused``, where the file was faulty; ``said``, where cells
    are read in another of two possible ways and the import warned of just that; or what went wrong."""
    path = folder / f"table.csv{table.packing}"
    path.write_bytes(table.content)
    staging = folder / "staging"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    try:
        request = ImportRequest(project="", source=str(path), name="t")
        answer = msgspec.json.decode(import_source(Workbench(staging), request).answer, type=ImportAnswer)
    except CicloError as error:
        return "refused" if table.fault else f"refused though sound: {error.code}"
    except Exception as error:  # noqa: BLE001 - the campaign goes on, and names the file
        return f"crash: {error!r}"
    columns = read_stored(staging / "table.parquet").columns
    found = list(zip(*(column.to_pylist() for column in columns), strict=True))
    try:
        _compare(table, answer, found)
    except Wrong as wrong:
        return "said" if wrong.aspect and _guessed(path) & {*_WHOLE, wrong.aspect} else str(wrong)
    return "listed" if answer.rejected else "same"


def _guessed(path: Path) -> set[str]:
    """What the inspection calls a guess."""
    seen = inspect_file(path, InspectRequest(source=str(path)))
    return {evidence.aspect for evidence in seen.evidence if not evidence.sure}


def _compare(table: Table, answer: ImportAnswer, found: list[tuple[object, ...]]) -> None:
    listed = [record.line for record in answer.rejected_rows]
    if answer.rows != len(found) or answer.rejected != len(listed):
        raise Wrong(f"count: {answer.rows} rows and {answer.rejected} rejected said")
    filled = [line for line in table.lines if any(line.cells)]
    sound = [line.line for line in filled if line.row >= 0 and not line.fault]
    if wrongly := sorted(set(sound).intersection(listed)):
        raise Wrong(f"rejected: the sound records on the lines {wrongly[:5]}", "header")
    if strange := sorted(set(listed).difference(line.line for line in filled)):
        raise Wrong(f"lines: no record begins on {strange[:5]}", "header")
    kept = [line for line in filled if line.line not in listed]
    if bad := [line for line in kept if line.fault not in ("", "nul")]:
        aspect = "encoding" if bad[0].fault == "undecodable" else ""
        raise Wrong(f"silent: a record with the fault {bad[0].fault!r} became a row", aspect)
    if len(found) != len(kept):
        raise Wrong(f"loss: {len(found)} rows of {len(kept)} records that aren't listed", "header")
    types = [column.type for column in answer.columns]
    for line, row in zip(kept, found, strict=True):
        _compare_row(table, line, row, types)


def _compare_row(table: Table, line: Line, row: tuple[object, ...], types: list[ColumnType]) -> None:
    if line.row < 0:  # a note below the table that stands there as a row, as it was written
        if row[0] != line.cells[0] or any(cell is not None for cell in row[1:]):
            raise Wrong(f"changed the note {line.cells[0]!r} to {row!r}", "encoding")
        return
    for place, cell in enumerate(row):
        if line.fault and place == 0:
            if cell != table.damaged:
                raise Wrong(f"changed the damaged {table.damaged!r} to {cell!r}")
        elif not _alike(table, line.row, place, cell, types[place]):
            written = table.text(line.row, place)
            raise Wrong(f"changed {written!r} to {cell!r} ({types[place]})", _aspect(table.kinds[place]))


def _aspect(kind: str) -> str:
    """On which guess the reading of a kind of cells depends."""
    if kind in ("day", "moment"):
        return "dates"
    return "decimal" if kind in ("whole", "decimal", "share", "grouped", "negative") else "encoding"


def _alike(table: Table, row: int, place: int, cell: object, type: ColumnType) -> bool:
    """Whether a stored cell is what was written."""
    value = table.rows[row][place]
    if type in _TEMPORAL or type in _NUMERIC:
        if value is None or table.is_missing(row, place):
            return cell is None
        if type in _TEMPORAL:
            return _moment(cell) == _moment(value)
        return table.is_number(place) and float(cast(float, cell)) == float(cast(float, value))
    return cell == (table.text(row, place) or None)


def _moment(value: object) -> object:
    """A day as its midnight."""
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return datetime.datetime.combine(value, datetime.time())
    return value


def run(files: int, first: int, folder: Path, tell: Callable[[str], object]) -> Counter[str]:
    """Verdicts on so many files; ``tell(line)`` for each that isn't good."""
    found: Counter[str] = Counter()
    for seed in range(first, first + files):
        answer = verdict(Table(seed), folder)
        if answer not in GOOD:
            tell(f"seed {seed}: {answer}")
            answer = answer.split(maxsplit=1)[0].rstrip(":")
        found[answer] += 1
    return found

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
from app.data.records import ColumnType, ImportAnswer, ImportRequest, Inspected, InspectRequest
from app.data.stored import read_stored
from app.errors import CicloError
from tests.faults.data.grammar.table import Line, Table
from tests.integration.data.desk import Workbench

GOOD = ("same", "listed", "refused", "said")
_TEMPORAL = (ColumnType.DATE, ColumnType.DATETIME)


def verdict(table: Table, folder: Path) -> str:
    """``same``; ``listed``, where records were; ``refused``; ``said``, where cells are read in another of two possible
    ways and the import warned of it; or what went wrong."""
    path = folder / f"table.csv{table.packing}"
    path.write_bytes(table.content)
    staging = folder / "staging"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    try:
        request = ImportRequest(project="", source=str(path), name="t")
        answer = msgspec.json.decode(import_source(Workbench(staging), request).answer, type=ImportAnswer)
        seen = inspect_file(path, InspectRequest(source=str(path)))
    except CicloError:
        return "refused"
    stored = read_stored(staging / "table.parquet")
    found = [tuple(row) for row in zip(*(c.to_pylist() for c in stored.columns), strict=True)]
    wrong = _counts(table, answer, found) or _cells(table, answer, found)
    if not wrong:
        return "listed" if answer.rejected else "same"
    return "said" if _doubtful(seen) else wrong


def _doubtful(seen: Inspected) -> bool:
    """Whether the inspection says that something is a guess."""
    return any(not evidence.sure for evidence in seen.evidence if evidence.aspect != "missing")


def _kept(table: Table, answer: ImportAnswer) -> list[Line]:
    """The records that aren't listed as rejected, and so must be rows. A header that was taken for a row, where there
    is none, is one."""
    listed = {record.line for record in answer.rejected_rows}
    return [line for line in table.lines if line.line not in listed and any(line.cells)]


def _counts(table: Table, answer: ImportAnswer, found: list[tuple[object, ...]]) -> str:
    kept = _kept(table, answer)
    if answer.rows != len(found):
        return f"loss: {answer.rows} rows said, {len(found)} stored"
    if any(line.fault not in ("", "nul") for line in kept):
        return f"silent: a record with the fault {table.fault!r} became a row"
    if len(found) != len(kept):
        return f"loss: {len(found)} rows of {len(kept)} records that aren't listed"
    return ""


def _cells(table: Table, answer: ImportAnswer, found: list[tuple[object, ...]]) -> str:
    types = [column.type for column in answer.columns]
    for line, row in zip(_kept(table, answer), found, strict=True):
        if line.row < 0:  # a note below the table that stands there as a row, as it was written
            if row[0] != line.cells[0]:
                return f"changed the note {line.cells[0]!r} to {row[0]!r}"
            continue
        for place, cell in enumerate(row):
            if line.fault and place == 0:
                continue
            if not _alike(table, line.row, place, cell, types[place]):
                return f"changed {table.text(line.row, place)!r} to {cell!r} ({types[place]})"
    return ""


def _alike(table: Table, row: int, place: int, cell: object, type: ColumnType) -> bool:
    """Whether a stored cell is what was written."""
    value = table.rows[row][place]
    if type in _TEMPORAL or type in (ColumnType.INTEGER, ColumnType.NUMBER):
        if value is None or table.is_missing(row, place):
            return cell is None
        if type in _TEMPORAL:
            return _moment(cell) == _moment(value)
        return table.is_number(place) and float(cast(float, cell)) == float(cast(float, value))
    return cell == (table.text(row, place) or None)


def _moment(value: object) -> object:
    """A day as its midnight; without seconds where they are none."""
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

"""One sheet of a workbook, or a range of it, as a source of records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from pathlib import Path

import numpy as np
import pyarrow as pa

from app.data.records import Corrections, Evidence, Origin, Problem, Reading, Rejected, Sheet, SourceKind
from app.data.source import Stamp
from app.data.sources.files import OneFile
from app.data.sources.marks import like_marked_number, like_number
from app.data.sources.typed import SPARE, Batch, Fingerprint
from app.data.sources.workbook.hazards import hazard_problems
from app.data.sources.workbook.layout import (
    HEAD_ROWS,
    NOTE_ROWS,
    footer_rows,
    holds_table,
    only_notes,
    sheet_layout,
)
from app.data.sources.workbook.legacy import LegacyReader
from app.data.sources.workbook.rows import Area, Hazards, Kind, Reader, Row, parse_area
from app.data.sources.workbook.xlsx import XlsxReader
from app.errors import CicloError
from app.text.message import Text

_CELLS = 400_000


class WorkbookSource:
    """The records of a sheet.

    Raises
    ------
    CicloError
        ``data.no_such_sheet``, ``data.bad_range``, ``data.empty_sheet``, ``data.damaged_workbook``,
        ``data.encrypted_workbook``, ``data.inflation`` and what any file is refused for.
    """

    def __init__(self, path: Path, wanted: Reading, corrections: Corrections, *, legacy: bool) -> None:
        self._file = OneFile(path)
        self._area = parse_area(wanted.range) if wanted.range else Area()
        self._reader: Reader = LegacyReader(path) if legacy else XlsxReader(path)
        try:
            self._open(wanted, corrections)
        except BaseException:
            self._reader.close()
            raise

    def _open(self, wanted: Reading, corrections: Corrections) -> None:
        self.sheets: tuple[Sheet, ...] = self._reader.sheets
        self._hazards = Hazards()
        self._sheet, rows = self._chosen(wanted.sheet)
        head = list(islice(rows, HEAD_ROWS))
        if not head:
            raise CicloError("data.empty_sheet", path=self.name, sheet=self._sheet.name)
        self._layout = sheet_layout(
            head, self._area, width=self._sheet.columns, header=corrections.header, name=self.name
        )
        self._rows = chain(head, rows)
        layout = self._layout
        self.schema = pa.schema(
            [
                pa.field(name, pa.string(), metadata=None if named else {SPARE: b"1"})
                for name, named in zip(layout.names, layout.named, strict=True)
            ]
        )
        self.origin = Origin(
            kind=SourceKind.EXCEL,
            sheet=self._sheet.name,
            sheet_chosen=wanted.sheet is not None,
            range=(wanted.range or "").strip().upper(),
            header_lines=layout.header_lines,
            skip_lines=layout.header_row - 1,
        )
        self.expected: int | None = None
        self._above = self._blank = self._hidden = 0
        self._percent: Counter[int] = Counter()
        self._numbers: Counter[int] = Counter()
        self._written: Counter[int] = Counter()

    def _chosen(self, wanted: str | None) -> tuple[Sheet, Iterator[Row]]:
        """The sheet that was asked for, or the first in sight that holds something; and its rows. A sheet of notes
        gives way to one with a table, as long as no range was asked for."""
        if wanted is not None:
            sheet = self._named(wanted)
            return sheet, self._rows_in(sheet)
        notes: Sheet | None = None
        for sheet in sorted(self.sheets, key=lambda s: s.hidden):
            if notes is not None and sheet.hidden:
                break
            head = list(islice(self._rows_in(sheet), NOTE_ROWS + 1))
            if holds_table(head) or (notes is None and self._may_be_table(head)):
                return self._again(sheet)
            if notes is None and head:
                notes = sheet
        if notes is None:
            raise CicloError("data.empty_workbook", path=self.name)
        return self._again(notes)

    def _may_be_table(self, head: list[Row]) -> bool:
        return bool(head) and (self._area != Area() or not only_notes(head))

    def _again(self, sheet: Sheet) -> tuple[Sheet, Iterator[Row]]:
        """A sheet from its first row, without what was met in others."""
        self._hazards = Hazards()
        return sheet, self._rows_in(sheet)

    def _named(self, wanted: str) -> Sheet:
        same = [s for s in self.sheets if s.name == wanted] or [
            s for s in self.sheets if s.name.strip().casefold() == wanted.strip().casefold()
        ]
        if not same:
            known = ", ".join(s.name for s in self.sheets[:20])
            raise CicloError("data.no_such_sheet", path=self.name, sheet=wanted, known=known)
        return same[0]

    def _rows_in(self, sheet: Sheet) -> Iterator[Row]:
        """The rows of a sheet that have cells in the area, with these only."""
        area, whole = self._area, self._area == Area()
        self._outside = 0
        for row in self._reader.rows(sheet.name, self._hazards):
            if row.number > area.bottom:
                self._outside += 1
                continue
            if not whole:
                row.cells = {c: cell for c, cell in row.cells.items() if area.left <= c <= area.right}
            if row.number < area.top or not row.cells:
                self._outside += 1
            else:
                yield row

    # What the import asks

    @property
    def name(self) -> str:
        return self._file.path.name

    @property
    def stamp(self) -> Stamp:
        return self._file.stamp

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        return (self._layout.evidence,)

    @property
    def progress(self) -> float:
        return self._reader.progress()

    def batches(self) -> Iterator[Batch]:
        """All records; places are rows of the sheet."""
        size = max(256, min(8192, _CELLS // len(self.schema)))
        last = 0
        pending: list[Row] = []
        for row in self._rows:
            if row.number < self._layout.first_row:
                if row.number == self._layout.units_row:
                    yield self._batch([], (_rejected(row, "units"),))
                else:
                    self._above += 1
                continue
            self._blank += max(0, row.number - last - 1) if last else 0
            last = row.number
            pending.append(row)
            if len(pending) >= size:
                yield self._batch(pending)
                pending = []
        if pending:
            end = len(pending) - footer_rows(pending, self._layout)
            yield self._batch(pending[:end], tuple(_rejected(row, "footer") for row in pending[end:]))
        counted = self._reader.counted()
        self.expected = None if counted is None else counted - self._outside - self._above

    def _batch(self, rows: list[Row], left_out: tuple[Rejected, ...] = ()) -> Batch:
        left, width = self._layout.left, len(self.schema)
        beyond = [min(row.cells) < left or max(row.cells) >= left + width for row in rows]
        good = [row for row, out in zip(rows, beyond, strict=True) if not out]
        rejected = tuple(_rejected(row, "beyond_columns") for row, out in zip(rows, beyond, strict=True) if out)
        self._hidden += sum(row.hidden for row in good)
        pointed, literal = self._look(good)
        columns = [
            pa.array([row.cells[place][0] if place in row.cells else None for row in good], pa.string())
            for place in range(left, left + width)
        ]
        return Batch(
            rows=pa.RecordBatch.from_arrays(columns, schema=self.schema),
            places=np.array([row.number for row in good], np.int64),
            rejected=(*rejected, *left_out),
            pointed=pointed,
            literal=literal,
        )

    def _look(self, rows: list[Row]) -> tuple[frozenset[int], frozenset[int]]:
        """Columns with numbers, and with words that look like numbers with marks; both counted."""
        left = self._layout.left
        pointed, literal = set(), set()
        for row in rows:
            for place, (text, kind) in row.cells.items():
                if kind is Kind.NUMBER or kind is Kind.PERCENT:
                    pointed.add(place - left)
                    self._percent[place - left] += kind is Kind.PERCENT
                    self._numbers[place - left] += 1
                elif kind is Kind.TEXT and like_number(text):
                    self._written[place - left] += 1
                    if like_marked_number(text):
                        literal.add(place - left)
        return frozenset(pointed), frozenset(literal)

    @property
    def notes(self) -> Mapping[str, Text]:
        found = {}
        for place, name in enumerate(self.schema.names):
            if self._percent[place] and 2 * self._percent[place] >= self._numbers[place]:
                found[name] = Text("data.note.percent", {"n": self._percent[place]})
            elif self._written[place]:
                found[name] = Text("data.note.numbers_as_text", {"n": self._written[place]})
        return found

    @property
    def problems(self) -> tuple[Problem, ...]:
        layout = self._layout
        area = Area(top=layout.first_row, left=layout.left, right=layout.left + len(layout.names) - 1)
        return hazard_problems(
            self._reader,
            self._hazards,
            self._sheet,
            area,
            names=layout.names,
            before=layout.problems,
            hidden=self._hidden,
            blank=self._blank,
        )

    def fingerprint(self) -> Fingerprint:
        """The bytes of the file."""
        return self._file.fingerprint()

    def close(self) -> None:
        """Close the file."""
        self._reader.close()


def _rejected(row: Row, reason: str) -> Rejected:
    return Rejected(
        line=row.number,
        reason=Text(f"data.rejected.{reason}"),
        raw="\t".join(text for _place, (text, _kind) in sorted(row.cells.items())[:20])[:300],
    )

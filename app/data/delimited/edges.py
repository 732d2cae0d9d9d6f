"""What stands around the rows of a table without being one: units under the header, notes and totals at the end.

They are left out of the rows, and listed as rejected with their line, since nothing of a file may vanish unnoticed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from app.data.delimited.careful import LINE_END, Careful, Grammar, read_carefully

_TAIL = 64 << 10
_LINES = 40
_CHECKED = 1 << 20
_ALWAYS = 0.95
_MOSTLY = 0.7
_LONG = 30
_ROUNDING = 0.005
_NOTE = re.compile(
    r"\s*(?:[*†‡§(]|\d?\)|(?:source|sources|fuente|fuentes|note|notes|nota|notas|footnote|quelle|fonte|updated|"
    r"last updated|actualizado|elaboraci[oó]n|copyright|©|disclaimer|generated|generado|end of|fin de|ndlr|n\.b\.)\b)",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"\s*(?:grand |sub|overall |gran )?(?:total|totals|totales|totali|sum|suma|somme|summe|gesamt|insgesamt)\b"
    r"(?: general| generale| gesamt| global)?\s*:?\s*",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"""\s*(?:[(\[<].{1,15}[)\]>]|[%‰€$£¥#]|°[CFK]?|-|–|—
      | (?:[kKmµucMGTdhn]?(?:g|m|s|l|L|W|Wh|V|A|Hz|Pa|J|N|K|B|b|bar|cal|mol|eq|VA)|t|h|ha|min|hr|hrs|sec|yrs?|years?
      |   day|days|d[ií]as?|años?|mph|km|ft|in|lb|lbs|oz|psi|ppm|ppb|deg|rad|EUR|USD|GBP|euros?|dollars?|count|n
      |   units?|unidades|personas|people|[mcdk]?m[23²³])
      (?:\s?[/·*^.\-]?\s?(?:[kKmµucMGTdhn]?(?:g|m|s|l|L|W|h|A|K|mol|m[23²³])|ha|min|day|yr|año|[\d²³⁻¹-]+)){0,3}
      | (?:int|integer|float|double|string|str|text|date|datetime|number|numeric|char|varchar|bool|boolean)
    )\s*""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"\s*\(?[-+−]?[€$£]?\s?\d[\d.,\s'’]*\s?[%€$£]?\)?-?\s*")


class Sketch(msgspec.Struct, frozen=True):
    """A column by its first rows: the share of its cells that are filled, and of those the share that are values."""

    filled: float
    valued: float


def may_be_units(row: Sequence[str]) -> bool:
    """Whether a row holds units, or nothing, and no other words."""
    return all(not text or (_UNIT.fullmatch(text) and text.upper() != "NA") for text in map(str.strip, row))


def is_units(row: Sequence[str], columns: Sequence[Sketch]) -> bool:
    """Whether the row under a header says in what the columns are measured: units above most columns of values, and no
    other words."""
    given = [(text.strip(), column) for text, column in zip(row, columns, strict=False)]
    if not may_be_units([text for text, _ in given]):
        return False
    valued = [text for text, column in given if column.valued > _MOSTLY and column.filled]
    units = [text for text in valued if text.strip("-–—")]
    return bool(units) and len(units) >= 0.6 * len(valued)


class Body:
    """The bytes of a table without the notes and totals at its end, which are in ``footer`` when all was read."""

    def __init__(self, blocks: Iterable[bytes], *, grammar: Grammar, columns: Sequence[Sketch]) -> None:
        self._blocks, self._grammar, self._columns = blocks, grammar, columns
        self.footer: list[bytes] = []

    def __iter__(self) -> Iterator[bytes]:
        held, whole = b"", True
        for block in self._blocks:
            if len(block) < _TAIL or not held:
                held += block
            else:
                yield held
                held, whole = block, False
        kept = len(held) - len(self._split(held, whole=whole))
        if kept:
            yield held[:kept]

    def _split(self, data: bytes, *, whole: bool) -> bytes:
        """The part of the last block that is a footer."""
        lines = _last_lines(data, whole=whole)
        found = 0
        for number, line in enumerate(reversed(lines), 1):
            kind = self._kind(line)
            if kind == "total" and not self._proven(line, data, lines, number, whole=whole):
                break
            if not kind:
                break
            if kind != "blank" or found:
                found = number
        self.footer = lines[len(lines) - found :] if found else []
        return b"".join(self.footer)

    def _record(self, line: bytes) -> list[str] | None:
        """The cells of a line, if it is a record by itself."""
        found = list(read_carefully(line.rstrip(b"\r\n"), self._grammar, final=True))
        if len(found) != 1 or found[0].fields is None or found[0].stray:
            return None
        return [field.decode("utf-8", "replace").strip() for field in found[0].fields]

    def _kind(self, line: bytes) -> str:
        """What a line at the end is: blank, note, total, or (empty) a row."""
        if not line.strip(b"\r\n"):
            return "blank"
        cells = self._record(line)
        if cells is None or len(self._columns) < 2:
            return ""
        filled = [cell for cell in cells if cell]
        if not filled:
            return "blank"
        if len(cells) not in (1, len(self._columns)):
            return ""
        if len(filled) == 1:
            expected = sum(column.filled >= _ALWAYS for column in self._columns)
            return "note" if (len(cells) == 1 or expected > 1) and _is_note(filled[0], alone=len(cells) == 1) else ""
        values = [cell for cell in filled[1:] if not _NUMBER.fullmatch(cell)]
        return "total" if _TOTAL.fullmatch(filled[0]) and not values else ""

    def _proven(self, line: bytes, data: bytes, lines: Sequence[bytes], number: int, *, whole: bool) -> bool:
        """Whether a row called total is one: a word among numbers, a gap where none is, or the sum."""
        cells = self._record(line) or []
        first = next(i for i, cell in enumerate(cells) if cell)
        if self._columns[first].valued > _MOSTLY:
            return True
        if any(not cell and column.filled >= _ALWAYS for cell, column in zip(cells, self._columns, strict=True)):
            return True
        rest = sum(map(len, lines[len(lines) - number :]))
        return whole and len(data) <= _CHECKED and self._adds_up(cells, data[: len(data) - rest])

    def _adds_up(self, total: Sequence[str], above: bytes) -> bool:
        records = list(read_carefully(above, self._grammar, final=True))
        rows = [_cells(r) for r in records if r.fields is not None and len(r.fields) == len(total)]
        sums = [
            (_amount(cell), sum(_amount(row[i]) for row in rows))
            for i, cell in enumerate(total)
            if _NUMBER.fullmatch(cell)
        ]
        close = [abs(said - found) <= max(_ROUNDING * abs(found), 0.01) for said, found in sums]
        return len(rows) > 1 and bool(close) and all(close)


def _last_lines(data: bytes, *, whole: bool) -> list[bytes]:
    """The last lines with their ends; the first of a part that is cut off isn't one."""
    tail = data[-_TAIL:]
    lines, begin = [], 0
    for found in LINE_END.finditer(tail):
        lines.append(tail[begin : found.end()])
        begin = found.end()
    if begin < len(tail):
        lines.append(tail[begin:])
    complete = lines if whole and len(data) <= _TAIL else lines[1:]
    return complete[-_LINES:]


def _is_note(text: str, *, alone: bool) -> bool:
    if _NUMBER.fullmatch(text):
        return False
    return bool(_NOTE.match(text) or _TOTAL.match(text)) or len(text) > _LONG or (alone and " " in text)


def _cells(record: Careful) -> list[str]:
    return [field.decode("utf-8", "replace").strip() for field in record.fields or ()]


def _amount(text: str) -> float:
    """A number in any notation, near enough to compare sums."""
    if not _NUMBER.fullmatch(text):
        return 0.0
    digits = re.sub(r"[^\d.,]", "", text)
    last = max(digits.rfind("."), digits.rfind(","))
    decimal = last >= 0 and (len(digits) - last - 1 != 3 or (digits.count(digits[last]) == 1 and digits[0] == "0"))
    whole = re.sub(r"[.,]", "", digits[:last] if decimal else digits)
    value = float(f"{whole or 0}.{digits[last + 1 :] or 0}" if decimal else whole or 0)
    return -value if re.search(r"[-−(]", text) else value

"""Where the table begins: preamble, header rows or none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

import msgspec

from app.data import limits
from app.data.delimited.careful import Careful, Grammar, read_carefully
from app.data.delimited.edges import Sketch, is_units, may_be_units
from app.data.delimited.naming import column_names, headings, spread
from app.data.records import Problem
from app.text.message import Text, Value

_LOOKED_AT = 200
_PREAMBLE_RECORDS = 60
_ALIKE = 0.7
_MAYBE_FOOTER = 3
_UNIT = r"(?:[$€£¥%]|EUR|USD|GBP)"
_NUMBER = re.compile(rf"\s*\(?[-+]?(?:{_UNIT}\s?)?[-+]?(?:\d[\d.,\s]*|[.,]\d+)(?:[eE][-+]?\d+)?(?:\s?{_UNIT})?-?\)?\s*")
_DATE = re.compile(r"\s*\d{1,4}[-/.:]\d{1,2}(?:[-/.:]\d{1,4})?(?:[T ].*)?\s*")
_YEAR = re.compile(r"\s*(?:19|20)\d\d\s*")
_TRUTH = {"true", "false", "yes", "no", "sí", "si", "null", "nan", "n/a", "na", "none"}


class Units(msgspec.Struct, frozen=True):
    """A row of units: its physical line, and where it begins and ends in the sample."""

    line: int
    start: int
    end: int


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """``skip_lines`` physical lines before the header, ``header_lines`` records of header, then the table of ``width``
    columns. ``offset`` is the byte of the sample where the first record of data begins, ``line`` its physical line.
    ``headings`` are the names as the header has them, one for each of ``names``; empty without a header.
    ``units`` is the record between header and data that holds units, and ``columns`` what the first rows look like.
    ``spare`` says that every record has one field more than the header, which may be only a delimiter at its end."""

    skip_lines: int
    header_lines: int
    names: tuple[str, ...]
    headings: tuple[str, ...] = ()
    offset: int
    line: int
    sure: bool
    width: int
    spare: bool = False
    units: Units | None = None
    columns: tuple[Sketch, ...] = ()
    problems: tuple[Problem, ...] = ()

    def without_spare(self) -> Layout:
        """The same without the last column, which turned out to be empty throughout."""
        kept = [p for p in self.problems if p.code != "data.problem.header_narrow"]
        message = Text("data.problem.trailing", {"n": self.width - 1})
        problems = (*kept, Problem(code="data.problem.trailing", message=message))
        names, headings = self.names[:-1], self.headings[: len(self.names) - 1]
        return msgspec.structs.replace(self, names=names, headings=headings, problems=problems)


def find_layout(sample: bytes, grammar: Grammar, *, complete: bool, header: bool | None = None) -> Layout:
    """Find the header in the beginning of a file (UTF-8)."""
    records = _records(sample, grammar, complete=complete)
    if not any(map(_filled, records)):
        return Layout(skip_lines=0, header_lines=0, names=("column_1",), offset=0, line=1, sure=False, width=1)
    lines = _lines(records)
    width = _usual_width(records)
    if width > limits.COLUMNS:  # will be refused: naming them all would take long
        return Layout(skip_lines=0, header_lines=0, names=(), offset=0, line=1, sure=False, width=width)
    first, count, sure = _found_header(records, width, header)
    given = _given(records[first : first + count], width)
    wide = width if _all_narrower(records[first + count :], given) else max(width, given)
    named = max(wide, _last_named(records[first : first + count]))
    rows = [_texts(r) for r in records[first : first + count]]
    names, problems = column_names(rows, named)
    problems += _of_width(names, given, width, wide) if count else []
    if first:
        message = Text("data.problem.preamble", {"n": lines[first] - 1})
        problems.insert(0, Problem(code="data.problem.preamble", message=message, line=1))
    units, last = _units(records, lines, first + count, wide) if count else (None, first)
    ended = last >= len(records)
    return Layout(
        skip_lines=lines[first] - 1,
        header_lines=count,
        names=tuple(names),
        headings=headings(rows, named),
        offset=len(sample) if ended else records[last].start,
        line=lines[-1] + records[-1].lines if ended else lines[last],
        sure=sure,
        width=wide,
        spare=bool(count) and given == width - 1,
        units=units,
        columns=_sketched(records[last:], wide, complete=complete),
        problems=tuple(problems),
    )


def _found_header(records: list[Careful], width: int, wanted: bool | None) -> tuple[int, int, bool]:
    """The first record of the table, how many of header there are, and whether that is sure."""
    filled = [i for i, r in enumerate(records) if _filled(r)]
    first = _first_of_table(records, filled, width)
    count, sure = _header_rows(records, first, width, wanted=wanted)
    if wanted is None and count and _is_grouped(records, first, width):
        return first - 1, count + 1, sure
    return first, count, sure


def _given(header: list[Careful], width: int) -> int:
    """How many columns a header gives; a delimiter at its end makes none where the rows don't have it too."""
    given = _width(header[0]) if header else 0
    return width if _last_named(header) <= width < given else given


def _all_narrower(body: list[Careful], given: int) -> bool:
    """Whether all rows have one width that is less than the header's: what is last in the header has no cells."""
    widths = {_width(r) for r in body if _filled(r)}
    return len(widths) == 1 and 1 < widths.pop() < given


def _last_named(header: list[Careful]) -> int:
    """The place of the last name in a header."""
    return max((i for r in header for i, text in enumerate(_texts(r), 1) if text.strip()), default=0)


def _of_width(names: list[str], given: int, width: int, wide: int) -> list[Problem]:
    """What is to be said of a header that is narrower or wider than its rows."""
    params: dict[str, Value | Text | str | int | float]
    if given < width:
        params = {"n": given, "wanted": width, "first": names[given]}
        return [Problem(code="data.problem.header_narrow", message=Text("data.problem.header_narrow", params))]
    if wide < len(names):
        params = {"n": len(names) - wide, "names": ", ".join(names[wide:][:5])}
        return [Problem(code="data.problem.header_wide", message=Text("data.problem.header_wide", params))]
    return []


def _units(records: list[Careful], lines: list[int], below: int, width: int) -> tuple[Units | None, int]:
    """The row of units under a header, if there is one, and the first record of data."""
    if below + 1 < len(records) and records[below].fields is not None:
        row = _texts(records[below])
        # few first rows look like units: the columns are sketched for those alone
        if may_be_units(row[:width]) and is_units(row, _sketched(records[below + 1 :], width, complete=False)):
            return Units(lines[below], records[below].start, records[below].end), below + 1
    return None, below


def _sketched(records: list[Careful], width: int, *, complete: bool) -> tuple[Sketch, ...]:
    """The columns by the first rows; at the end of a file, without those that may be notes and totals."""
    rows = [_texts(r) for r in records if _width(r) == width and _filled(r)]
    if complete and len(records) < _LOOKED_AT:
        rows = rows[: len(rows) - min(_MAYBE_FOOTER, len(rows) // 2)]
    columns = []
    for cells in zip(*rows, strict=True) if rows else [()] * width:
        filled = [cell for cell in cells if cell.strip()]
        valued = sum(map(_valued, filled)) / len(filled) if filled else 0.0
        columns.append(Sketch(len(filled) / max(1, len(rows)), valued))
    return tuple(columns)


def _records(sample: bytes, grammar: Grammar, *, complete: bool) -> list[Careful]:
    found = []
    for record in read_carefully(sample, grammar, final=complete):
        found.append(record)
        if len(found) >= _LOOKED_AT:
            break
    if not found and not complete and sample:
        return _records(sample, grammar, complete=True)  # a quote that never closes, or a line that never ends
    return found


def _lines(records: list[Careful]) -> list[int]:
    lines, line = [], 1
    for record in records:
        lines.append(line)
        line += record.lines
    return lines


def _filled(record: Careful) -> bool:
    return bool(record.fault) or any(field.strip() for field in record.fields or ())


def _texts(record: Careful) -> list[str]:
    return [field.decode("utf-8", "replace") for field in record.fields or ()]


def _width(record: Careful) -> int:
    return len(record.fields or ())


def _usual_width(records: list[Careful]) -> int:
    """The width of most records; at a tie, the wider."""
    widths = Counter(_width(r) for r in records if r.fields and r.end > r.start)
    return max(widths.items(), key=lambda item: (item[1], item[0]))[0] if widths else 1


def _first_of_table(records: list[Careful], filled: list[int], width: int) -> int:
    """The first record that belongs to the table: what stands before it is narrower, or a title in one cell."""
    usual = median([_cells_filled(records[i]) for i in filled if _width(records[i]) == width] or [1])
    for order, place in enumerate(filled[:_PREAMBLE_RECORDS]):
        record = records[place]
        if _width(record) != width or _cells_filled(record) < min(usual, 0.5 * width, max(2, 0.5 * usual)):
            continue
        if not _is_title(record, [records[i] for i in filled[order + 1 : order + 4]], width):
            return _back_over_header(records, filled, place, width)
    for place in filled[:_PREAMBLE_RECORDS]:
        if _width(records[place]) == width:
            return place
    return filled[0]


def _is_title(record: Careful, following: list[Careful], width: int) -> bool:
    """Whether a record is one cell of words in front, and soon a row of several names comes."""
    texts = _texts(record)
    if width < 2 or _cells_filled(record) != 1 or not _wordy(texts[0]):
        return False
    fuller = next((r for r in following if _cells_filled(r) > 1), None)
    return fuller is not None and _width(fuller) == width and all(_wordy(t) for t in _texts(fuller) if t.strip())


def _back_over_header(records: list[Careful], filled: list[int], place: int, width: int) -> int:
    """A header may be wider or a little narrower than its rows: take the record just before, if it is one."""
    if place == 0 or place - 1 not in filled:
        return place
    before = records[place - 1]
    named = [t for t in _texts(before) if t.strip()]
    wordy = len(named) > max(1, width - 2) and all(map(_wordy, named))
    near = _width(before) != width and _width(before) >= max(2, width - 2)
    return place - 1 if wordy and near and any(_valued(t) for t in _texts(records[place]) if t.strip()) else place


def _cells_filled(record: Careful) -> int:
    return sum(map(bool, map(bytes.strip, record.fields or [])))


def _wordy(text: str) -> bool:
    """Whether a cell could be a name: not empty, not a number, not a date, not a truth value."""
    return bool(text.strip()) and not _valued(text)


def _valued(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text) or _DATE.fullmatch(text)) or text.strip().lower() in _TRUTH


def _header_rows(records: list[Careful], first: int, width: int, *, wanted: bool | None) -> tuple[int, bool]:
    if wanted is not None:
        return (1 if wanted else 0), True
    top = _texts(records[first])
    body = [_texts(r) for r in records[first + 1 : first + 60] if r.fields and _width(r) == width and _filled(r)]
    score = _header_score(top, body, width)
    if score < 0:
        return 0, abs(score) > 0.3
    below = [_texts(r) for r in records[first + 1 : first + 6]]
    return _more_header_rows(top, below, recurs=_recurs(top, body)), score > 0.3


def _header_score(top: list[str], body: list[list[str]], width: int) -> float:
    """Above zero for a header: its cells are words where the column has values, or occur nowhere below."""
    cells = [t for t in top if t.strip()]
    if not cells:
        return -1.0
    if _years(cells) and not all(_years(["x", *(t for t in row[1:] if t.strip())]) for row in body[:5]):
        return 0.4
    share = sum(_valued(t) for t in cells) / len(cells)
    if share > 0.2 or (share and width < 4):
        return -share
    if not body:
        return 0.2
    if _recurs(top, body):
        return 0.5
    columns = zip(top, zip(*body, strict=True), strict=False)  # as many as both have
    votes = [v for name, below in columns if (v := _column_vote(name, below)) is not None]
    repeated = len({t.strip().lower() for t in cells}) < len(cells)
    bias = 0.15 - (0.1 if repeated else 0.0)
    return sum(votes) / len(votes) + bias if votes else bias


def _years(cells: list[str]) -> bool:
    """Whether these are names and at least two years, as above a table of a value for each year."""
    valued = [t for t in cells if _valued(t)]
    return len(valued) > 1 and all(_YEAR.fullmatch(t) for t in valued) and any(map(_wordy, cells))


def _column_vote(top: str, below: Sequence[str]) -> float | None:
    filled = [t for t in below if t.strip()]
    if not filled:
        return None
    if not top.strip():
        return -0.05
    valued = sum(map(_valued, filled)) / len(filled)
    if valued > 0.7:
        return -1.0 if _valued(top) else 1.0
    if top.strip() in {t.strip() for t in filled}:
        return -0.6
    lengths = {len(t) for t in filled}
    if len(lengths) == 1 and len(filled) > 3 and len(top) not in lengths:
        return 0.6
    return 0.1


def _recurs(top: list[str], body: list[list[str]]) -> bool:
    """Whether the header comes again below (several tables under one another): its words occur there and only there."""
    named = [(i, text) for i, text in enumerate(top) if text.strip()]
    alike = [row for row in body if sum(row[i : i + 1] == [text] for i, text in named) >= _ALIKE * len(named)]
    if len(named) < 2 or not alike or len(alike) > 0.5 * len(body):
        return False
    return all(sum(row[i : i + 1] == [text] for row in body) <= len(alike) for i, text in named)


def _more_header_rows(top: list[str], below: list[list[str]], *, recurs: bool) -> int:
    """Rows that repeat the header or fill its gaps in words (with at most one blank row between) belong to it."""
    count = 1
    for index, row in enumerate(below[:4], 1):
        if not any(t.strip() for t in row):
            continue
        if index > count + 1 or not ((recurs and _repeats(top, row)) or _completes(top, row)):
            break
        count = index + 1
    return count


def _repeats(top: list[str], row: list[str]) -> bool:
    return [t.strip() for t in row] == [t.strip() for t in top]


def _completes(top: list[str], row: list[str]) -> bool:
    filled = [i for i, t in enumerate(row) if t.strip()]
    gaps = [i for i in filled if i < len(top) and not top[i].strip()]
    return not row[0].strip() and len(gaps) >= max(1, len(filled) - 2) and all(_wordy(row[i]) for i in filled)


def _is_grouped(records: list[Careful], first: int, width: int) -> bool:
    """Whether the record above a header names groups of its columns, whose names are told apart by that only."""
    if not first or _width(records[first]) != width or _width(records[first - 1]) != width:
        return False
    above, names = _texts(records[first - 1]), [t.strip() for t in _texts(records[first])]
    if sum(bool(t.strip()) for t in above) < 2 or len(set(names)) == len(names):
        return False
    joined = list(zip(spread(above, [names]), names, strict=True))
    return len(set(joined)) == len(joined)

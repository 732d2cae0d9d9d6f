"""What an import would do, put together for eyes: evidence, problems, notes of columns, the first rows."""

from __future__ import annotations

from typing import Protocol

import pyarrow as pa

from app.data.delimited.counting import Survey
from app.data.records import ColumnType, Corrections, Dialect, Evidence, Inspected, InspectedColumn, Problem
from app.data.values.conversion import Notation, convert_column
from app.data.values.decorated import BEHIND, BRACKETS, gap_of
from app.data.values.inference import Numerals
from app.data.values.shapes import Shape
from app.data.values.tally import Tally
from app.text.message import Text, Value, amount

_VALUES = (ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.DATE, ColumnType.DATETIME)
_RAW_LINES = 40
_RAW_LENGTH = 400
_SHOWN = 60
_NEARLY = 0.9


def inspected(survey: Survey, *, preview_rows: int) -> Inspected:
    """The answer of an inspection."""
    plan = survey.plan
    size = plan.source.size
    share = 1.0 if survey.complete or not survey.bytes_read else max(1.0, size / survey.bytes_read)
    return Inspected(
        source=str(plan.source.path),
        size=size,
        modified_ns=plan.source.stamp.modified_ns,
        dialect=survey.dialect,
        evidence=evidence(survey),
        columns=tuple(
            InspectedColumn(
                name=name,
                heading=plan.layout.headings[i] if plan.layout.headings else name,
                type=survey.types[i],
                note=column_note(survey, i),
                missing=_missing(survey, i),
            )
            for i, name in enumerate(plan.names)
        ),
        problems=problems(survey),
        rejected=survey.listed,
        records=round(survey.records * share),
        complete=survey.complete,
        raw_lines=_raw_lines(plan.head),
        rows=_preview(survey, preview_rows),
    )


def _raw_lines(head: bytes) -> tuple[str, ...]:
    text = head[: _RAW_LINES * _RAW_LENGTH * 4].decode("utf-8", "replace")
    return tuple(line[:_RAW_LENGTH] for line in text.splitlines()[:_RAW_LINES])


def _missing(survey: Survey, index: int) -> int:
    tally, notation = survey.tallies[index], survey.notations[index]
    words = {*notation.missing_words, *notation.value_words}
    return tally.count(Shape.EMPTY) + sum(n for word, n in tally.odd.items() if word in words)


def _preview(survey: Survey, rows: int) -> tuple[tuple[str | None, ...], ...]:
    if survey.head_rows is None:
        return ()
    head = survey.head_rows.slice(0, rows)
    columns = [
        cells(convert_column(column, type, notation)[0])
        for column, type, notation in zip(head.columns, survey.types, survey.notations, strict=True)
    ]
    return tuple(zip(*columns, strict=True))


def cells(values: pa.Array) -> list[str | None]:
    """Typed cells as text: decimal point, ISO dates, None where missing."""
    return [_cell(value) for value in values.to_pylist()]


def _cell(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return repr(value)


class Asked(Protocol):
    """The names of the columns, and what was said of them."""

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def corrections(self) -> Corrections: ...


class Typed(Protocol):
    """Columns whose types were decided by their cells."""

    @property
    def plan(self) -> Asked: ...

    @property
    def tallies(self) -> list[Tally]: ...

    @property
    def types(self) -> tuple[ColumnType, ...]: ...

    @property
    def notations(self) -> tuple[Notation, ...]: ...

    @property
    def numerals(self) -> Numerals: ...

    @property
    def dialect(self) -> Dialect: ...


# Evidence


def evidence(survey: Survey) -> tuple[Evidence, ...]:
    """Why the file is read as it is."""
    found = [survey.plan.encoding.evidence, _delimiter(survey), _header(survey)]
    return (*found, *value_evidence(survey))


def value_evidence(found: Typed) -> list[Evidence]:
    """Why numbers, dates and missing words are read as they are."""
    return [e for e in (_decimal(found), _dates(found), _words(found)) if e is not None]


def _delimiter(survey: Survey) -> Evidence:
    guess, chosen = survey.plan.guess, survey.dialect.delimiter
    if survey.plan.corrections.delimiter is not None:
        return Evidence(aspect="delimiter", choice=chosen, reason=Text("data.delimiter.chosen"))
    if guess.width == 1:
        return Evidence(aspect="delimiter", choice=chosen, reason=Text("data.delimiter.none"))
    params: dict[str, Value | Text | str | int | float] = {
        "fitting": guess.fitting,
        "n": guess.rows,
        "width": guess.width,
    }
    if guess.runner_up:
        reason = Text("data.delimiter.close", {**params, "other": guess.runner_up})
    else:
        reason = Text("data.delimiter.consistent", params)
    return Evidence(aspect="delimiter", choice=chosen, reason=reason, sure=not guess.runner_up)


def _header(survey: Survey) -> Evidence:
    layout = survey.plan.layout
    if survey.plan.corrections.header is not None:
        return Evidence(aspect="header", choice=str(layout.header_lines), reason=Text("data.header.chosen"))
    code = "data.header.found" if layout.header_lines else "data.header.none"
    reason = Text(code, {"n": layout.header_lines, "line": layout.skip_lines + 1})
    return Evidence(aspect="header", choice=str(layout.header_lines), reason=reason, sure=layout.sure)


def _decimal(survey: Typed) -> Evidence | None:
    numerals = survey.numerals
    if survey.plan.corrections.decimal is not None:
        return Evidence(aspect="decimal", choice=numerals.decimal, reason=Text("data.decimal.chosen"))
    if numerals.votes:
        reason = Text("data.decimal.votes", {"n": numerals.votes, "against": numerals.against})
        return Evidence(aspect="decimal", choice=numerals.decimal, reason=reason, sure=not numerals.against)
    if numerals.ambiguous:
        reason = Text("data.decimal.ambiguous", {"n": numerals.ambiguous})
        return Evidence(aspect="decimal", choice=numerals.decimal, reason=reason, sure=False)
    return None


def _dates(survey: Typed) -> Evidence | None:
    day_first = survey.dialect.day_first
    if day_first is None:
        return None
    choice = "day" if day_first else "month"
    if survey.plan.corrections.day_first is not None:
        return Evidence(aspect="dates", choice=choice, reason=Text("data.dates.chosen"))
    orders = [t.orders for t in survey.tallies]
    deciding = sum(o.day_first if day_first else o.month_first for o in orders)
    either = sum(o.either for o in orders)
    if not deciding:
        return Evidence(aspect="dates", choice=choice, reason=Text("data.dates.open", {"n": either}), sure=False)
    code = "data.dates.day" if day_first else "data.dates.month"
    return Evidence(aspect="dates", choice=choice, reason=Text(code, {"n": deciding, "either": either}))


def _words(survey: Typed) -> Evidence | None:
    """Words that may stand for missing values in columns of words: proposed, never taken."""
    found: dict[str, int] = {}
    for tally, type in zip(survey.tallies, survey.types, strict=True):
        if type not in _VALUES:
            for word, n in tally.disguised().items():
                found[word] = found.get(word, 0) + n
    if not found or survey.plan.corrections.missing_words is not None:
        return None
    words = ", ".join(sorted(found, key=lambda w: -found[w])[:8])
    reason = Text("data.missing.proposed", {"n": sum(found.values()), "words": words})
    return Evidence(aspect="missing", choice=words, reason=reason, sure=False)


# Problems


def problems(survey: Survey) -> tuple[Problem, ...]:
    """What should be seen before an import."""
    found = list(survey.plan.layout.problems)
    if not survey.plan.encoding.sure:
        found.append(Problem(code="data.problem.encoding", message=survey.plan.encoding.reason))
    elif survey.dialect.encoding.startswith("utf-16") and survey.plan.corrections.encoding is None:
        found.append(_count("wide", 1, encoding=survey.dialect.encoding))
    if survey.records == 0:
        found.append(_count("no_rows", 0))
    if not survey.dialect.quote and (literal := survey.plan.head.count(b'"')):
        found.append(_count("literal_quotes", literal))
    for code, n in (
        ("rejected", survey.rejected),
        ("blank_lines", survey.blank),
        ("stray_quotes", survey.stray),
        ("nul", survey.nul),
        ("mended", survey.mended),
    ):
        if n:
            line = survey.listed[0].line if code == "rejected" else 0
            found.append(_count(code, n, line=line))
    return tuple(found)


def _count(code: str, n: int, *, line: int = 0, **params: str) -> Problem:
    id = f"data.problem.{code}"
    return Problem(code=id, message=Text(id, {"n": n, **params}), line=line)


# Notes of columns


def column_note(survey: Typed, index: int) -> Text | None:
    """What is worth saying about how a column is read."""
    tally, type, notation = survey.tallies[index], survey.types[index], survey.notations[index]
    if type not in _VALUES:
        return None if survey.plan.corrections.all_text else _word_note(survey, index)
    if survey.plan.names[index] in survey.plan.corrections.types:
        return None
    words = {w: n for w, n in tally.odd.items() if w in {*notation.missing_words, *notation.value_words}}
    note = _value_note(tally, type, notation)
    if not words:
        return note
    missing = Text("data.note.missing_words", {"n": sum(words.values()), "words": ", ".join(words)})
    return missing if note is None else Text("data.note.both", {"first": missing, "second": note})


def _value_note(tally: Tally, type: ColumnType, notation: Notation) -> Text | None:
    """How the cells of a column of values are written, where that isn't plain."""
    if type in (ColumnType.INTEGER, ColumnType.NUMBER):
        grouped = tally.amounts(Shape.MAYBE_COMMA, Shape.COMMAS, Shape.COMMAS_DOT)
        if notation.decimal == ",":
            grouped = tally.amounts(Shape.MAYBE_DOT, Shape.DOTS, Shape.DOTS_COMMA)
        if tally.units:
            return Text("data.note.unit", {"n": tally.marks[tally.units[0]], "unit": tally.units[0]})
        if negatives := tally.marks[BRACKETS] + tally.marks[BEHIND]:
            return Text("data.note.negatives", {"n": negatives})
        if gap := gap_of(tally.marks):
            shown = Text("data.mark.space") if not gap.strip() else gap
            return Text("data.note.thousands", {"n": tally.count(Shape.DECORATED), "mark": shown})
        if grouped and notation.thousands:
            return Text("data.note.thousands", {"n": grouped, "mark": notation.thousands})
        return None
    if tally.orders.zoned:
        return Text("data.note.zone", {"n": tally.orders.zoned})
    if tally.compact and type is ColumnType.DATE:
        return Text("data.note.compact_dates", {"n": tally.compact})
    return None


def _word_note(survey: Typed, index: int) -> Text | None:
    tally = survey.tallies[index]
    if zeros := tally.count(Shape.ZERO_LED):
        return Text("data.note.leading_zeros", {"n": zeros})
    if long := tally.count(Shape.LONG):
        return Text("data.note.long_numbers", {"n": long})
    if tally.count(Shape.DECORATED) and not tally.sound:
        marks = ", ".join(tally.units or list(tally.marks))
        return Text("data.note.mixed_marks", {"n": tally.count(Shape.DECORATED), "marks": marks})
    if tally.orders.zoned and tally.orders.zoned < tally.count(Shape.DATETIME):
        return Text("data.note.mixed_zones", {"n": tally.orders.zoned, "total": amount(tally.filled)})
    return _nearly_note(tally) or _order_note(tally, day_first=survey.notations[index].day_first)


def _nearly_note(tally: Tally) -> Text | None:
    """That a few cells keep a column from being numbers, or days; with one of them, where one is known."""
    filled = tally.filled - sum(tally.disguised().values())
    for kind, n in (("numbers", tally.numeric), ("dates", tally.timed - tally.orders.neither)):
        if filled and _NEARLY * filled <= n < filled:
            found = Text(f"data.note.almost_{kind}", {"n": filled - n, "total": amount(filled)})
            if value := tally.stranger[:_SHOWN]:
                return Text(f"data.note.nearly_{kind}", {**found.params, "value": value})
            return found
    return None


def _order_note(tally: Tally, *, day_first: bool) -> Text | None:
    """That some of a column's dates have the other order than the file's."""
    wrong = tally.orders.month_first if day_first else tally.orders.day_first
    if not wrong or tally.timed < tally.filled:
        return None
    code = "month_first" if day_first else "day_first"
    return Text(f"data.note.{code}", {"n": wrong, "total": amount(tally.filled)})

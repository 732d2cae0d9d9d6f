"""How a text file is delimited and quoted, by consistency: a right dialect gives rows of one shape whose cells look
like values (G. J. J. van den Burg, A. Nazábal, C. Sutton, "Wrangling messy CSV files by detecting row and type
patterns", Data Mining and Knowledge Discovery 33, 2019). Added here: rarer delimiters must earn their place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from app.data import limits
from app.data.delimited.careful import Careful, Grammar, read_carefully
from app.data.delimited.spaced import FIXED, respaced, spacing_of
from app.errors import CicloError

DELIMITERS = (",", ";", "\t", "|", "~", "^", "*", "#", ":", " ", "&")
_USUAL = (",", ";", "\t", "|")
_WEIGHT = {"~": 0.9, "^": 0.9, "*": 0.8, "#": 0.8, "&": 0.75, ":": 0.55, " ": 0.6}
_RARE_ROWS, _RARE_SHARE, _RARE_WIDE_SHARE = 3, 0.8, 0.4
_SPACED = 0.9
_NO_QUOTES = 0.75
_ROWS = 400
_NO_END = 200 << 10
_NO_DELIMITER = ","
_TYPED = re.compile(
    r"""\s*(?:
      | [-+]?(?:\d+|\d{1,3}(?:[.,]\d{3})+)(?:[.,]\d+)?(?:[eE][-+]?\d+)?\s?%?      # numbers
      | [-+]?[.,]\d+
      | [$€£]\s?-?[\d.,]+ | -?[\d.,]+\s?[$€£]
      | \d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T\ ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:[aApP][mM]|Z|[+-]\d\d:?\d\d)?)?
      | \d{1,2}[-\ ][^\W\d]{3,9}\.?[-\ ]\d{2,4}
      | \d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s?[aApP][mM])?
      | (?:https?|ftp)://\S+ | \S+@\S+\.\w+ | (?:\d{1,3}\.){3}\d{1,3}
      | n/?a | nan | null | none | true | false | \?
      | [^\W\d]+(?:[\ '’./&()\-]+[^\W\d]+){0,8}[.)?!]?                                # words
      | [\w.\-/]{1,40}                                                               # codes
      | \[.*\] | \{.*\}
    )\s*""",
    re.VERBOSE | re.IGNORECASE,
)


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """A grammar with the shape that it gives: the usual number of fields, and how many of the rows have it."""

    grammar: Grammar
    score: float
    width: int
    fitting: int
    rows: int
    faults: int = 0
    runner_up: str = ""


def guess_dialect(sample: bytes, *, complete: bool, delimiter: str | None = None) -> Guess:
    """The most consistent dialect of a sample in UTF-8 (``delimiter`` where the user gave it)."""
    data = sample[: limits.SAMPLE_BYTES]
    final = complete and len(data) == len(sample)
    if delimiter is not None and len(delimiter) != 1:
        return _by_hand(data, delimiter, final=final)
    judged = [_judge(data, grammar, final=final) for grammar in _candidates(data, delimiter)]
    # Quotes that all close properly are quotes.
    proper = {g.grammar.delimiter for g in judged if g.grammar.quote == b'"' and not g.faults}
    judged = [g for g in judged if g.grammar.quote or g.grammar.delimiter not in proper]
    guesses = [g for g in judged if delimiter is not None or (g.width > 1 and _earned(g))]
    single = _judge(data, Grammar(delimiter=(delimiter or _NO_DELIMITER).encode()), final=final)
    best = max([single, *guesses], key=lambda g: g.score)
    others = [g for g in guesses if g.grammar.delimiter.strip() != best.grammar.delimiter.strip()]
    second = max(others, key=lambda g: g.score, default=None)
    if delimiter is None and (best.width == 1 or best.grammar.delimiter == b" "):
        spacing = spacing_of(data, complete=final)
        if spacing is not None:
            return _judge(b"".join(respaced([data], spacing)), spacing, final=final)
    close = second is not None and second.score > 0.85 * best.score
    return msgspec.structs.replace(best, runner_up=second.grammar.delimiter.decode() if second and close else "")


def _by_hand(data: bytes, delimiter: str, *, final: bool) -> Guess:
    """A delimiter of several signs: one with a space after it, runs of spaces, or columns of a fixed width.

    Raises
    ------
    CicloError
        ``data.bad_delimiter``.
    """
    if len(delimiter) == 2 and delimiter[1] == " " and delimiter[0] in DELIMITERS[:-2]:
        grammar: Grammar | None = Grammar(delimiter=delimiter[0].encode(), skip_spaces=True)
    else:
        grammar = spacing_of(data, complete=final, wanted=delimiter) if delimiter in ("  ", FIXED) else None
    if grammar is None:
        raise CicloError("data.bad_delimiter", delimiter=delimiter)
    return _judge(b"".join(respaced([data], grammar)), grammar, final=final)


def _earned(guess: Guess) -> bool:
    """Whether a delimiter may be one at all: a rare one needs several rows that agree."""
    if guess.grammar.delimiter.decode() in _USUAL:
        return True
    share = _RARE_WIDE_SHARE if guess.width > 4 else _RARE_SHARE
    return guess.fitting >= _RARE_ROWS and guess.fitting >= share * guess.rows


def _candidates(data: bytes, wanted: str | None) -> Iterable[Grammar]:
    for delimiter in (wanted,) if wanted else DELIMITERS:
        mark = delimiter.encode()
        if mark not in data or (wanted is None and delimiter not in _USUAL and _comments(data, mark)):
            continue
        spaced = delimiter in _USUAL and _spaced(data, mark)
        quotes = [q for q in (b'"', b"'") if q in data and (q == b'"' or _encloses(data, q, mark))]
        for quote in quotes or [b'"']:
            yield Grammar(delimiter=mark, quote=quote, skip_spaces=spaced)
            if b"\\" + quote in data:
                yield Grammar(delimiter=mark, quote=quote, escape=b"\\", skip_spaces=spaced)
        if b'"' in quotes:
            yield Grammar(delimiter=mark, quote=b"", skip_spaces=spaced)


def _comments(data: bytes, mark: bytes) -> bool:
    """Whether a rare mark stands mostly at the beginning of lines, as it does before comments and list items."""
    lines = [line for line in data.splitlines() if mark in line]
    return sum(line.startswith(mark) for line in lines) >= 0.5 * len(lines)


def _spaced(data: bytes, delimiter: bytes) -> bool:
    """Whether nearly every delimiter is followed by a space, and more than one kind of cell comes after it."""
    return data.count(delimiter + b" ") >= _SPACED * data.count(delimiter)


def _encloses(data: bytes, quote: bytes, delimiter: bytes) -> bool:
    """Whether a quote stands at the edge of a field somewhere."""
    at_edge = (delimiter + quote, delimiter + b" " + quote, b"\n" + quote, b"\r" + quote)
    return data.startswith(quote) or any(edge in data for edge in at_edge)


def _judge(data: bytes, grammar: Grammar, *, final: bool) -> Guess:
    records = _first_records(data, grammar, final=final)
    widths = Counter(len(r.fields) for r in records if r.fields)
    if not widths:
        return Guess(grammar=grammar, score=0.0, width=1, fitting=0, rows=0)
    width, fitting = max(widths.items(), key=lambda item: (item[1], item[0]))
    rows = sum(widths.values())
    score = _pattern(records) * _types(records) * _WEIGHT.get(grammar.delimiter.decode(), 1.0)
    faults = sum(bool(r.fault) for r in records)
    score *= 1.0 - 0.8 * faults / len(records)
    score *= 0.5 + 0.5 * fitting / rows
    if grammar.quote == b"'":
        score *= 0.97
    if grammar.escape:
        score *= 1.001
    if not grammar.quote:
        score *= _NO_QUOTES
    return Guess(grammar=grammar, score=score, width=width, fitting=fitting, rows=rows, faults=faults)


def _first_records(data: bytes, grammar: Grammar, *, final: bool) -> list[Careful]:
    records = []
    for record in read_carefully(data, grammar, final=final):
        if record.end > record.start:
            records.append(record)
        if len(records) >= _ROWS:
            break
    if not records and not final and len(data) > _NO_END:
        return _first_records(data, grammar, final=True)  # a quote that never closes, or a line that never ends
    return records


def _pattern(records: list[Careful]) -> float:
    """The pattern score: many rows of one shape, with many fields. A shape is the number of fields; a row counts as
    many times as it has lines, so that splitting quoted text into lines earns nothing."""
    shapes: Counter[int] = Counter()
    for record in records:
        if record.fields:
            shapes[len(record.fields)] += record.lines
    total = sum(count * max(1e-3, length - 1) / length for length, count in shapes.items())
    return total / len(shapes)


def _types(records: list[Careful]) -> float:
    cells = [field for r in records for field in r.fields or ()]
    if not cells:
        return 1e-10
    typed = sum(_looks_typed(cell[:200]) for cell in cells)
    return max(1e-10, typed / len(cells))


@lru_cache(maxsize=65536)
def _looks_typed(cell: bytes) -> bool:
    return _TYPED.fullmatch(cell.decode("utf-8", "replace")) is not None

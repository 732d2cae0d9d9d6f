"""The careful reader: one record after another, strictly by RFC 4180, for text that isn't plainly well-formed.

A record whose quotes don't close properly is a fault of its first physical line only: reading goes on at the next line,
so that one stray quote never swallows the lines after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

_WITHIN_WORD = re.compile(rb"[A-Za-z\x80-\xff]'[A-Za-z\x80-\xff]")
LINE_END = re.compile(rb"\r\n|\n|\r")


class Grammar(msgspec.Struct, frozen=True, kw_only=True):
    """Delimiter, quote and escape as bytes; ``quote`` and ``escape`` may be empty. ``skip_spaces``: those right after a
    delimiter aren't part of the value. ``gap`` spaces or more, or places at which ``columns`` begin, set cells apart in
    the file itself, where these are rewritten (:mod:`app.data.delimited.spaced`)."""

    delimiter: bytes
    quote: bytes = b'"'
    escape: bytes = b""
    skip_spaces: bool = False
    gap: int = 0
    columns: tuple[int, ...] = ()

    @property
    def written(self) -> str:
        """The delimiter as it stands in the file: two spaces for two or more, nothing for aligned columns."""
        if self.columns:
            return ""
        return " " * self.gap if self.gap else self.delimiter.decode()


class Careful(msgspec.Struct):
    """A record: its bytes (``start`` to ``end``, without the line end), how many physical lines it takes, and its
    fields, or the fault that keeps it from having any."""

    start: int
    end: int
    lines: int
    fields: list[bytes] | None
    fault: str = ""
    stray: bool = False


class _Fault(Exception):
    pass


class _Incomplete(Exception):
    pass


def read_carefully(data: bytes, grammar: Grammar, *, final: bool) -> Iterator[Careful]:
    """The records of ``data``. Where it isn't the end of the file, a last record that may go on is left out."""
    position, length = 0, len(data)
    while position < length:
        found = LINE_END.search(data, position)
        if not _ends(data, found, final=final):
            return
        line_end, next_line = (found.start(), found.end()) if found else (length, length)
        line = data[position:line_end]
        if not _needs_care(line, grammar):
            yield Careful(position, line_end, 1, _split(line, grammar))
            position = next_line
            continue
        try:
            record, position = _record(data, position, grammar, final=final)
        except _Incomplete:
            return
        except _Fault as fault:
            record = Careful(position, line_end, 1, None, str(fault))
            position = next_line
        yield record


def _split(line: bytes, grammar: Grammar) -> list[bytes]:
    fields = line.split(grammar.delimiter)
    return [f.lstrip(b" ") for f in fields] if grammar.skip_spaces else fields


def _ends(data: bytes, found: re.Match[bytes] | None, *, final: bool) -> bool:
    """Whether the line end is known: a return at the very end of a part may be half of one."""
    if final:
        return True
    return found is not None and not (found.end() == len(data) and found.group() == b"\r")


def _needs_care(line: bytes, grammar: Grammar) -> bool:
    return bool((grammar.quote and grammar.quote in line) or (grammar.escape and grammar.escape in line))


def _record(data: bytes, position: int, grammar: Grammar, *, final: bool) -> tuple[Careful, int]:
    start, fields, stray = position, [], False
    while True:
        while grammar.skip_spaces and data.startswith(b" ", position):
            position += 1
        if grammar.quote and data.startswith(grammar.quote, position):
            field, position, apostrophe = _quoted(data, position, grammar, final=final)
            stray = stray or apostrophe
        else:
            field, position = _bare(data, position, grammar)
            stray = stray or bool(grammar.quote and grammar.quote in field)
        fields.append(field)
        if data.startswith(grammar.delimiter, position):
            position += len(grammar.delimiter)
            continue
        found = LINE_END.match(data, position)
        if not final and (found is None or (found.end() == len(data) and found.group() == b"\r")):
            raise _Incomplete
        lines = 1 + len(LINE_END.findall(data, start, position))
        return Careful(start, position, lines, fields, stray=stray), found.end() if found else position


def _bare(data: bytes, position: int, grammar: Grammar) -> tuple[bytes, int]:
    if grammar.escape:
        return _bare_escaped(data, position, grammar)
    line = LINE_END.search(data, position)
    end = line.start() if line else len(data)
    delimiter = data.find(grammar.delimiter, position, end)
    end = end if delimiter < 0 else delimiter
    return data[position:end], end


def _bare_escaped(data: bytes, position: int, grammar: Grammar) -> tuple[bytes, int]:
    parts, begin = [], position
    while position < len(data):
        if data.startswith(grammar.escape, position) and position + 1 < len(data):
            following = data[position + 1 : position + 2]
            if following in (grammar.delimiter, grammar.quote, grammar.escape):
                parts.append(data[begin:position])
                begin = position + 1
            position += 2
            continue
        if data.startswith(grammar.delimiter, position) or data[position] in b"\r\n":
            break
        position += 1
    parts.append(data[begin:position])
    return b"".join(parts), position


def _quoted(data: bytes, position: int, grammar: Grammar, *, final: bool) -> tuple[bytes, int, bool]:
    """The field, where it ends, and whether it holds an apostrophe that stands alone, as in 'it's so'."""
    quote, parts, apostrophe = grammar.quote, [], False
    begin = position + 1
    search = begin
    while True:
        at = data.find(quote, search)
        if at < 0:
            if final:
                raise _Fault("unclosed_quote")
            raise _Incomplete
        if grammar.escape and grammar.escape != quote and _escaped(data, begin, at, grammar.escape):
            parts.append(data[begin : at - 1] + quote)
            begin = search = at + 1
            continue
        after = at + 1
        if data.startswith(quote, after):
            parts.append(data[begin:after])
            begin = search = after + 1
            continue
        if quote == b"'" and _WITHIN_WORD.match(data, at - 1):
            apostrophe, search = True, after
            continue
        parts.append(data[begin:at])
        _check_closed(data, after, grammar, final=final)
        return _unescaped(b"".join(parts), grammar), after, apostrophe


def _escaped(data: bytes, begin: int, at: int, escape: bytes) -> bool:
    count = 0
    while at - count - 1 >= begin and data[at - count - 1 : at - count] == escape:
        count += 1
    return count % 2 == 1


def _unescaped(field: bytes, grammar: Grammar) -> bytes:
    if not grammar.escape or grammar.escape == grammar.quote:
        return field
    return field.replace(grammar.escape * 2, grammar.escape)


def _check_closed(data: bytes, after: int, grammar: Grammar, *, final: bool) -> None:
    if after >= len(data):
        if not final:
            raise _Incomplete
        return
    if not data.startswith(grammar.delimiter, after) and data[after] not in b"\r\n":
        raise _Fault("text_after_quote")

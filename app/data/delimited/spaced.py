"""Tables whose columns are set apart by blanks alone: runs of spaces, or columns aligned under each other.

Lines are rewritten with a tab between cells before anything else reads them: one line stays one line, so that the
scanner counts what the file holds. A line that doesn't fit stays as it is, and is rejected for its number of fields.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from app.data import limits
from app.data.delimited.careful import Grammar

FIXED = "fixed"
_LINES = 200
_FEWEST = 3
_SHARE = 0.9
_RUN = re.compile(r" {2,}")
_EDGES = re.compile(rb"(?m)^ +| +(?=\r?$)")


def spacing_of(sample: bytes, *, complete: bool, wanted: str | None = None) -> Grammar | None:
    """How blanks alone set columns apart in a sample (UTF-8), or None. ``wanted`` is two spaces, or :data:`FIXED`."""
    lines = sample.decode("utf-8", "replace").splitlines()
    lines = [line.rstrip() for line in (lines if complete else lines[:-1])[:_LINES] if line.strip()]
    if wanted == "  ":
        return _grammar(gap=2)
    if len(lines) < _FEWEST or any("\t" in line for line in lines):
        return None
    width, share = _usual([len(_RUN.split(line.strip())) for line in lines])
    starts = _aligned(lines)
    if wanted is None and width > 1 and share == 1.0:
        return _grammar(gap=2)
    if len(starts) > 1 and (wanted == FIXED or len(starts) >= width):
        return _grammar(columns=starts)
    return _grammar(gap=2) if width > 1 and share >= _SHARE and wanted is None else None


def _grammar(*, gap: int = 0, columns: tuple[int, ...] = ()) -> Grammar:
    return Grammar(delimiter=b"\t", quote=b"", gap=gap, columns=columns)


def _usual(widths: list[int]) -> tuple[int, float]:
    width, count = Counter(widths).most_common(1)[0]
    return width, count / len(widths)


def _aligned(lines: list[str]) -> tuple[int, ...]:
    """Where the columns begin: blank in every line before, a name in the first, and numbers below one of the names."""
    length = max(map(len, lines))
    blank = [all(line[i : i + 1] in ("", " ") for line in lines) for i in range(length)]
    starts = [i for i in range(length) if not blank[i] and (i == 0 or blank[i - 1])]
    starts = [a for a, b in _spans(tuple(starts)) if lines[0][a:b].strip()]  # without a name, it's part of a cell
    cells = [[line[a:b].strip() for a, b in _spans(tuple(starts))] for line in lines[1:]]
    valued = any(all(re.fullmatch(r"[-+]?[\d.,/:%-]*", row[i]) for row in cells) for i in range(len(starts)))
    return tuple(starts) if valued and _RUN.search("\n".join(lines)) else ()


def _spans(starts: tuple[int, ...]) -> list[tuple[int, int | None]]:
    return list(zip(starts, (*starts[1:], None), strict=True))


def respaced(blocks: Iterable[bytes], grammar: Grammar) -> Iterator[bytes]:
    """The blocks with a tab between cells, if blanks alone set these apart; otherwise as they are."""
    if not grammar.gap and not grammar.columns:
        yield from blocks
        return
    rest = b""
    for block in blocks:
        data = rest + block
        end = data.rfind(b"\n") + 1
        if not end and len(data) > limits.LINE_BYTES:
            end = len(data)
        rest = data[end:]
        if end:
            yield _rewritten(data[:end], grammar)
    if rest:
        yield _rewritten(rest, grammar)


def _rewritten(data: bytes, grammar: Grammar) -> bytes:
    if grammar.gap:
        return re.sub(b" {%d,}" % grammar.gap, b"\t", _EDGES.sub(b"", data))
    return b"\n".join(_cut(line, grammar.columns) for line in data.split(b"\n"))


def _cut(line: bytes, starts: tuple[int, ...]) -> bytes:
    """A line with a tab before each column but the first; as it is where something stands between columns."""
    text = line.decode("utf-8", "surrogateescape")
    body = text.rstrip("\r")
    if not body.strip() or "\t" in body or body[: starts[0]].strip():
        return line if body.strip() else text[len(body) :].encode()
    if any(body[start - 1 : start].strip() for start in starts[1:]):
        return line
    cells = "\t".join(body[a:b].strip(" ") for a, b in _spans(starts))
    return (cells + text[len(body) :]).encode("utf-8", "surrogateescape")

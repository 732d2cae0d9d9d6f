"""What the import page shows of a surveyed file beside its inspection: words for "missing", decimals as they stand."""

from __future__ import annotations

from collections.abc import Iterator

from app.data.delimited.counting import Survey
from app.data.records import ColumnType
from app.data.rules.records import MissingWord
from app.data.types import WORDS
from app.data.values.tally import Tally

_MOST_WORDS = 12


def missing_words(found: Survey) -> tuple[MissingWord, ...]:
    """The words that may stand for a missing value, those that are taken first."""
    chosen = found.plan.corrections.missing_words
    made = list(_open(found) if chosen is None else _chosen(found, chosen))
    made.sort(key=lambda word: (not word.taken, -word.count, word.word))
    return tuple(made[:_MOST_WORDS])


def _open(found: Survey) -> Iterator[MissingWord]:
    """Where nothing was chosen: taken in columns of values, proposed in columns of words."""
    valued: dict[str, int] = {}
    worded: dict[str, int] = {}
    for tally, type in zip(found.tallies, found.types, strict=True):
        _add(worded if type in WORDS else valued, tally.disguised())
    for word, n in worded.items():
        yield MissingWord(word=word, count=n, taken=False, implied=word in valued)
    for word, n in valued.items():
        if word not in worded:
            yield MissingWord(word=word, count=n, taken=True, implied=True)


def _chosen(found: Survey, chosen: tuple[str, ...]) -> Iterator[MissingWord]:
    counts = {word: sum(_cells(tally, word) for tally in found.tallies) for word in chosen}
    others: dict[str, int] = {}
    for tally in found.tallies:
        _add(others, tally.disguised())
    for word, n in counts.items():
        yield MissingWord(word=word, count=n, taken=True)
    for word, n in others.items():
        if word not in counts:
            yield MissingWord(word=word, count=n, taken=False)


def _cells(tally: Tally, word: str) -> int:
    return tally.odd.get(word, 0) or sum(n for w, n in tally.words.items() if w.strip() == word)


def _add(counts: dict[str, int], more: dict[str, int]) -> None:
    for word, n in more.items():
        counts[word] = counts.get(word, 0) + n


def decimals(found: Survey, rows: int) -> tuple[int, ...]:
    """With how many decimals each column of numbers is written in its first rows; 0 for other columns."""
    head = found.head_rows
    if head is None:
        return (0,) * len(found.types)
    mark = found.dialect.decimal
    return tuple(
        max((_decimals(cell, mark) for cell in column.slice(0, rows).to_pylist()), default=0)
        if type is ColumnType.NUMBER
        else 0
        for column, type in zip(head.columns, found.types, strict=True)
    )


def _decimals(cell: str | None, mark: str) -> int:
    digits = (cell or "").strip().partition(mark)[2]
    return len(digits) if digits.isdigit() else 0

"""Words that are written in several ways, stand in few rows, or are numbers for the most part."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.data.quality.looked import Looked, finding
from app.data.recipe.steps import Replace, Retype, Trim
from app.data.records import ColumnType, Finding
from app.data.values.conversion import Notation, convert_column
from app.text.listing import listed, quoted, shortened

_WORDED = (ColumnType.CATEGORY, ColumnType.TEXT)
_MOST_LEVELS = 20_000
_REPEATED = 0.5
"""Distinct words per row up to which a column holds kinds of things and not single texts."""
_SHOWN = 3
_SEPARATORS = re.compile(r"[\s_\-/.,;:'\"]+")
_LETTERS = re.compile(r"[^\W\d_]+(?:[ '\-][^\W\d_]+)*")
_TYPO_LENGTH, _TYPO_RATIO, _TYPO_FREQUENT = 6, 50, 300
_RARE, _RARE_SHARE, _RARE_LEVELS, _RARE_ROWS = 10, 0.005, 200, 500
_NUMERIC_LEAST, _NUMERIC_MOST, _CODED = 0.8, 0.9999, 0.01
_SHORT = 40


def check_look_alikes(column: Looked) -> Iterator[Finding]:
    """Categories that differ only in capitals, blanks, accents or signs between words."""
    if column.type not in _WORDED or not _kinds(column):
        return
    groups = defaultdict[str, list[str]](list)
    for word in column.words:
        groups[same_key(word)].append(word)
    alike = [found for key, found in groups.items() if key and len(found) > 1]
    typos = [] if alike else list(_typos(column.words))
    if alike or typos:
        found = alike or typos
        groups_said = [listed([quoted(word) for word in group[:_SHOWN]], joint="equal") for group in found[:_SHOWN]]
        words = listed(groups_said, joint="semicolon")
        code, severity = ("look_alikes", "warning") if alike else ("typos", "note")
        merged = {word: new for group in found for word, new in _merged(group)}
        remedy = Replace(column=column.name, words=merged)
        yield finding(code, column.name, severity, remedy, n=len(found), words=words)


def _merged(group: list[str]) -> Iterator[tuple[str, str]]:
    """Each way of writing a category, most frequent first, beside the one that stays: the most frequent without blanks
    too many. A step that takes those away may come before, so each is told without them, too."""
    stays = next((word for word in group if word == _tidy(word)), _tidy(group[0]))
    ways = dict.fromkeys(way for word in group for way in (word, _tidy(word)))
    yield from ((way, stays) for way in ways if way != stays)


def _tidy(word: str) -> str:
    return " ".join(word.split())


def same_key(word: str) -> str:
    """What is left of a word without capitals, accents, blanks and signs: the same for two ways of writing it. Signs
    inside numbers stay, since 1.5 isn't 15."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(sign))
    if any(sign.isdigit() for sign in plain):
        return " ".join(plain.split())
    return _SEPARATORS.sub("", plain)


def _typos(words: dict[str, int]) -> Iterator[list[str]]:
    """Rare words of letters that are one letter from a frequent one, which is many times as frequent."""
    names = {word: n for word, n in words.items() if len(word) >= _TYPO_LENGTH and _LETTERS.fullmatch(word)}
    frequent = dict(list(names.items())[:_TYPO_FREQUENT])
    near = defaultdict[str, list[str]](list)
    for word in frequent:
        for short in _shortened(word.casefold()):
            near[short].append(word)
    for word, n in names.items():
        folded = word.casefold()
        for other in dict.fromkeys(one for short in _shortened(folded) for one in near.get(short, ())):
            if n * _TYPO_RATIO <= names[other] and _one_apart(folded, other.casefold()):
                yield [other, word]
                break


def _shortened(word: str) -> set[str]:
    """The word, and the word without each of its letters: two that share one of these are at most two edits apart."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _one_apart(one: str, other: str) -> bool:
    """One letter changed, added, left out, or two neighbours swapped (Damerau, 1964)."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1 or short == long:
        return False
    at = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = short[at + 1 : at + 2] + short[at : at + 1] == long[at : at + 2] and short[at + 2 :] == long[at + 2 :]
    return swapped or short[at + 1 :] == long[at + 1 :]


def check_blanks(column: Looked) -> Iterator[Finding]:
    """Words with blanks before or behind them, which the eye doesn't see."""
    if column.type not in (*_WORDED, ColumnType.BOOLEAN):
        return
    padded = {word: count for word, count in column.words.items() if word != word.strip()}
    if padded:
        share = sum(padded.values()) / column.filled
        word = shortened(next(iter(padded)), _SHORT)
        remedy = Trim(column=column.name)
        yield finding("blanks", column.name, "warning", remedy, share=share, word=word, plain=word.strip())


def check_rare(column: Looked) -> Iterator[Finding]:
    """Categories that stand in so few rows that nothing can be learned of them."""
    if column.type is not ColumnType.CATEGORY or column.filled < _RARE_ROWS:
        return
    levels = column.words
    if not 2 < len(levels) <= _RARE_LEVELS:
        return
    scale = column.profile.rows / max(1, len(column.cells))
    rare = [word for word, n in levels.items() if n * scale < _RARE and n < _RARE_SHARE * column.filled]
    if rare:
        words = listed([quoted(word) for word in rare[:_SHOWN]])
        yield finding("rare", column.name, "note", n=len(rare), levels=len(levels), words=words, rows=_RARE)


def check_mixed(column: Looked) -> Iterator[Finding]:
    """Numbers for the most part, with words among them that keep the column from being read as numbers."""
    if column.type not in _WORDED or not column.filled:
        return
    numeric = _are_numbers(list(column.words))
    others = [(word, n) for (word, n), number in zip(column.words.items(), numeric, strict=True) if not number]
    share = 1 - sum(n for _, n in others) / column.filled
    if _NUMERIC_LEAST <= share < _NUMERIC_MOST and others:
        words = listed([quoted(word) for word, _ in others[:_SHOWN]])
        remedy = Retype(column=column.name, type=ColumnType.NUMBER, decimal=_mark(list(column.words)))
        # words with digits are codes (C539644), which would be lost
        coded = sum(n for word, n in others if any(sign.isdigit() for sign in word)) / column.filled
        yield finding("mixed", column.name, "warning", remedy if coded <= _CODED else None, share=share, words=words)


def _are_numbers(words: list[str]) -> list[bool]:
    """Which of them an import would read as numbers, with either decimal mark."""
    failed = [_failed(words, mark) for mark in ".,"]
    return [not one for one in (failed[0] & failed[1]).tolist()]


def _mark(words: list[str]) -> str:
    """The decimal mark with which more of them are numbers."""
    return min(".,", key=lambda mark: int(_failed(words, mark).sum()))


def _failed(words: list[str], mark: str) -> NDArray[np.bool_]:
    return convert_column(pa.array(words, pa.string()), ColumnType.NUMBER, Notation(decimal=mark))[1]


def _kinds(column: Looked) -> bool:
    """Whether it holds kinds of things, each in several rows."""
    return 1 < len(column.words) <= min(_MOST_LEVELS, max(2, _REPEATED * column.filled))

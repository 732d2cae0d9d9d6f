"""A rule cut into numbers, words, columns and signs, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches

from app.data.records import Column
from app.errors import CicloError, worded
from app.learning.rule.phrases import PHRASES, SIGNS, Sign, folded

MOST_LETTERS = 4_000
_QUOTES = {'"': '"', "“": "”", "„": "“", "'": "'", "‘": "’", "«": "»"}
_BRACKETS = {"[": "]", "`": "`"}
_UNITS = "€$£"
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?)?(?!\w)")
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?)?(?!\w)")
_BARE = re.compile(r"[^\W\d][\w'’-]*|\d+[^\W\d]\w*|.", re.DOTALL)
_EXPONENT = r"(?:[eE][+-]?\d+)?(?!\w)"
_WITH_POINT = re.compile(r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?" + _EXPONENT + r"|\.\d+" + _EXPONENT)
_WITH_COMMA = re.compile(
    r"\d{1,3}(?:\.\d{3})+(?![\d.])(?:,\d+)?(?!\w)|\d+,\d+" + _EXPONENT + r"|\d+(?:\.\d+)?" + _EXPONENT
)


@dataclass(frozen=True, kw_only=True)
class Notation:
    """How numbers and days are written where the rule was written."""

    comma: bool = False
    day_first: bool = False

    @classmethod
    def of(cls, locale: str) -> Notation:
        """That of a locale; of none, ``1,234.5`` and month first."""
        if not locale:
            return cls()
        from babel import Locale
        from babel.numbers import get_decimal_symbol

        known = Locale.parse(locale)
        pattern = str(known.date_formats["short"].pattern)
        return cls(comma=get_decimal_symbol(known) == ",", day_first=pattern.find("d") < pattern.find("M"))


@dataclass(frozen=True, kw_only=True)
class Token:
    """A sign, or (``sign`` None) a number, a word, seconds since 1970 (``moment``) or a column, from ``place`` to
    ``end`` of the rule. ``text`` is as it was written, a word without its quotation marks."""

    text: str
    place: int
    end: int
    sign: Sign | None = None
    value: float | str | Column | None = None
    moment: bool = False


class Scanner:
    """Cuts one rule into tokens.

    Where several things could be meant, the longest is: a header of three words is a column even where one of them is a
    word of the language.
    """

    def __init__(self, text: str, columns: Sequence[Column], notation: Notation) -> None:
        self._text, self._folded = text, folded(text)
        self._notation = notation
        self._columns = {_key(column.name): column for column in reversed(columns)}
        self._names = sorted((key for key in self._columns if not _is_number(key)), key=len, reverse=True)
        levels = {_key(level): level for column in columns for level in column.levels}
        self._levels = {key: level for key, level in levels.items() if key and key[0].isalpha()}
        self._words = sorted(self._levels, key=len, reverse=True)

    def tokens(self) -> Iterator[Token]:
        """All of them.

        Raises
        ------
        CicloError
            ``learning.rule_unknown_word``, ``learning.rule_unknown_column``, ``learning.rule_open_quote``,
            ``learning.rule_not_a_date`` or ``learning.rule_too_long``.
        """
        if len(self._text) > MOST_LETTERS:
            raise CicloError("learning.rule_too_long", n=len(self._text), most=MOST_LETTERS)
        place = 0
        while place < len(self._text):
            if self._folded[place] == " " or self._text[place] in _UNITS:
                place += 1
                continue
            token, place = self._next(place)
            yield token

    def _next(self, place: int) -> tuple[Token, int]:
        letter = self._text[place]
        if letter in _QUOTES:
            return self._quoted(place, _QUOTES[letter])
        if letter in _BRACKETS:
            return self._bracketed(place, _BRACKETS[letter])
        named = self._named(place)
        return named or self._moment(place) or self._number(place) or self._sign(place) or self._refused(place)

    def _token(self, place: int, end: int, value: float | str | Column | None, sign: Sign | None = None) -> Token:
        return Token(text=self._text[place:end], place=place, end=end, value=value, sign=sign)

    def _quoted(self, place: int, mark: str) -> tuple[Token, int]:
        end = self._text.find(mark, place + 1)
        if end < 0:
            raise CicloError("learning.rule_open_quote", place=place + 1, found=self._text[place : place + 20])
        word = self._text[place + 1 : end]
        return Token(text=word, place=place, end=end + 1, value=word), end + 1

    def _bracketed(self, place: int, mark: str) -> tuple[Token, int]:
        end = self._text.find(mark, place + 1)
        if end < 0:
            raise CicloError("learning.rule_open_quote", place=place + 1, found=self._text[place : place + 20])
        name = self._text[place + 1 : end]
        column = self._columns.get(_key(name))
        if column is None:
            raise self._unknown("learning.rule_unknown_column", name, place)
        return self._token(place, end + 1, column), end + 1

    def _named(self, place: int) -> tuple[Token, int] | None:
        """A column, a word of the language, or a value of a column: the longest, and of equals the word of the language
        first (a column is always meant in brackets)."""
        column = self._longest(self._names, place)
        phrase = self._longest(_PHRASES, place)
        level = self._longest(self._words, place)
        longest = max(column, phrase, level)
        if longest == place:
            return None
        if phrase == longest:
            return self._token(place, phrase, None, PHRASES[self._key(place, phrase)]), phrase
        if column == longest:
            return self._token(place, column, self._columns[self._key(place, column)]), column
        return self._token(place, level, self._levels[self._key(place, level)]), level

    def _key(self, place: int, end: int) -> str:
        return " ".join(self._folded[place:end].split())

    def _longest(self, keys: Iterable[str], place: int) -> int:
        """Where the longest of ``keys`` (longest first) that stands here ends; ``place`` where none does."""
        return next((end for key in keys if (end := self._end_of(key, place)) > place), place)

    def _end_of(self, key: str, place: int) -> int:
        text, at = self._folded, place
        for position, letter in enumerate(key):
            if at >= len(text) or text[at] != letter:
                return place
            at += 1
            while letter == " " and at < len(text) and text[at] == " ":
                at += 1
            if position == len(key) - 1 and _joined(letter, text[at : at + 1]):
                return place
        return at

    def _moment(self, place: int) -> tuple[Token, int] | None:
        found = _ISO.match(self._text, place) or _DAY.match(self._text, place)
        if found is None:
            return None
        parts = [int(part) for part in found.groups() if part is not None]
        if found.re is _DAY:
            day, month = parts[:2] if self._notation.day_first else parts[1::-1]
            parts[:3] = [parts[2], month, day]
        try:
            seconds = datetime(*parts, tzinfo=UTC).timestamp()  # type: ignore[misc, arg-type]
        except ValueError as error:
            raise CicloError("learning.rule_not_a_date", place=place + 1, found=found.group()) from error
        return Token(text=found.group(), place=place, end=found.end(), value=seconds, moment=True), found.end()

    def _number(self, place: int) -> tuple[Token, int] | None:
        comma = self._notation.comma
        found = (_WITH_COMMA if comma else _WITH_POINT).match(self._text, place)
        if found is None:
            return None
        written = found.group()
        if (comma and "," in written) or (comma and re.fullmatch(r"\d{1,3}(\.\d{3})+", written)):
            written = written.replace(".", "").replace(",", ".")
        return self._token(place, found.end(), float(written.replace(",", ""))), found.end()

    def _sign(self, place: int) -> tuple[Token, int] | None:
        for sign, meaning in SIGNS.items():
            if self._text.startswith(sign, place):
                return self._token(place, place + len(sign), None, meaning), place + len(sign)
        return None

    def _refused(self, place: int) -> tuple[Token, int]:
        found = _BARE.match(self._text, place)
        word = found.group() if found else self._text[place]
        raise self._unknown("learning.rule_unknown_word", word, place)

    def _unknown(self, code: str, word: str, place: int) -> CicloError:
        near = get_close_matches(_key(word), self._columns, n=1)
        if near:
            name = self._columns[near[0]].name
            return CicloError("learning.rule_likely_column", place=place + 1, found=word, column=name)
        known = ", ".join(column.name for column in reversed(self._columns.values())) or worded("learning.rule.none")
        return CicloError(code, place=place + 1, found=word, known=known)


_PHRASES = sorted(PHRASES, key=len, reverse=True)


def _joined(letter: str, following: str) -> bool:
    return (letter.isalnum() or letter == "_") and (following.isalnum() or following == "_")


def _key(name: str) -> str:
    return " ".join(folded(name).split())


def _is_number(text: str) -> bool:
    return bool(text) and all(letter.isdigit() or letter in ".,- " for letter in text)

"""From tokens to a typed tree, by recursive descent. What doesn't fit is said with its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.data.records import Column, ColumnType
from app.errors import CicloError, worded
from app.learning.rule.phrases import COMPARISONS, Sign
from app.learning.rule.tokens import Notation, Scanner, Token
from app.learning.rule.tree import (
    All,
    Arithmetic,
    ColumnValue,
    Comparison,
    Constant,
    Either,
    Kind,
    Missing,
    Not,
    Part,
    Some,
)

Span = tuple[int, int]
"""From one token to before another."""

_DEEPEST = 40
_QUOTES = " \"“”„'‘’«»"
_KINDS = {
    ColumnType.INTEGER: Kind.NUMBER,
    ColumnType.NUMBER: Kind.NUMBER,
    ColumnType.DATE: Kind.MOMENT,
    ColumnType.DATETIME: Kind.MOMENT,
}
_OPPOSITE = {Sign.NOT_IN: Sign.IN, Sign.KNOWN: Sign.MISSING, Sign.LACKS: Sign.CONTAINS}


def read_rule(text: str, columns: Sequence[Column], notation: Notation) -> Part:
    """What a rule says.

    Parameters
    ----------
    columns
        Those that it may look at.

    Raises
    ------
    CicloError
        ``learning.rule_...``: one sentence with the place of what isn't understood, counted in letters from 1.
    """
    return Parser(list(Scanner(text, columns, notation).tokens()), text).rule()


class Parser:
    """Reads one rule. Every method reads what its name says from where the last one ended."""

    def __init__(self, tokens: list[Token], text: str) -> None:
        self._tokens, self._text = tokens, text
        self._at = 0
        self._depth = 0

    def rule(self) -> Part:
        """All of it."""
        found = self._rule()
        if self._at < len(self._tokens):
            raise self._unexpected("end")
        return found

    def _rule(self) -> Part:
        """An expression, or one of two."""
        start = self._at
        if not self._took(Sign.IF):
            return self._some()
        self._deeper()
        condition = self._truth(self._some(), start)
        self._expect(Sign.THEN, "then")
        then = self._rule()
        self._expect(Sign.ELSE, "else")
        otherwise = self._rule()
        self._depth -= 1
        for part in (then, otherwise):
            self._must_be(part, Kind.NUMBER, start)
        return Either(condition, then, otherwise)

    # Conditions

    def _some(self) -> Part:
        return self._joined(Sign.OR, self._all, Some)

    def _all(self) -> Part:
        return self._joined(Sign.AND, self._opposite, All)

    def _joined(self, sign: Sign, read: Callable[[], Part], join: type[All | Some]) -> Part:
        start, parts = self._at, [read()]
        while self._next_is(sign):
            self._truth(parts[-1], start)
            self._at += 1
            start = self._at
            parts.append(self._truth(read(), start))
        return parts[0] if len(parts) == 1 else join(tuple(parts))

    def _opposite(self) -> Part:
        if not self._took(Sign.NOT):
            return self._comparison()
        self._deeper()
        start = self._at
        found = Not(self._truth(self._opposite(), start))
        self._depth -= 1
        return found

    def _comparison(self) -> Part:
        start, left = self._at, self._sum()
        token = self._peek()
        if token is None or token.sign is None:
            return left
        span = (start, self._at)
        if token.sign in COMPARISONS:
            self._at += 1
            return self._compared(token.sign, left, span)
        if token.sign is Sign.BETWEEN:
            self._at += 1
            low = self._compared(Sign.AT_LEAST, left, span)
            self._expect(Sign.AND, "and")
            return All((low, self._compared(Sign.AT_MOST, left, span)))
        return self._asked(token.sign, left, span)

    def _asked(self, sign: Sign, left: Part, span: Span) -> Part:
        """Is it one of these, is it missing, does it contain something."""
        asked = _OPPOSITE.get(sign, sign)
        if asked is Sign.MISSING:
            self._at += 1
            found: Part = Missing(left)
        elif asked is Sign.IN:
            self._at += 1
            found = self._listed(left, span)
        elif asked in (Sign.CONTAINS, Sign.STARTS):
            self._at += 1
            if left.kind is not Kind.WORD:
                raise self._wrong_kind(left.kind, Kind.WORD, span)
            word = self._word(self._at)
            if not isinstance(word, Constant):
                self._at -= 1
                raise self._unexpected("text")
            found = Comparison(asked.value, left, word)
        else:
            return left
        return found if asked is sign else self._known_and_not(left, found)

    def _known_and_not(self, left: Part, found: Part) -> Part:
        """A comparison with what is missing isn't true, nor is its opposite."""
        return Not(found) if isinstance(found, Missing) else All((Not(Missing(left)), Not(found)))

    def _listed(self, left: Part, span: Span) -> Part:
        self._expect(Sign.OPEN, "list")
        found = [self._compared(Sign.EQUAL, left, span)]
        while self._took(Sign.COMMA) or self._took(Sign.OR):
            found.append(self._compared(Sign.EQUAL, left, span))
        self._expect(Sign.CLOSE, "close")
        return found[0] if len(found) == 1 else Some(tuple(found))

    def _compared(self, sign: Sign, left: Part, span: Span) -> Part:
        """``left`` with what comes next, which is of the same kind."""
        if left.kind is Kind.TRUTH:
            raise self._wrong_kind(left.kind, Kind.NUMBER, span)
        if left.kind is Kind.WORD and sign not in (Sign.EQUAL, Sign.DIFFERENT):
            raise self._wrong_kind(Kind.WORD, Kind.NUMBER, span)
        at = self._at
        right = self._word(at, left) if left.kind is Kind.WORD else self._sum()
        if isinstance(left, Constant) and isinstance(right, ColumnValue) and right.kind is Kind.WORD:
            left = _as_level(left, right)
        self._must_be(right, left.kind, at)
        return Comparison(sign.value, left, right)

    def _word(self, start: int, column: Part | None = None) -> Part:
        """A word to compare a column with; what was written without quotation marks is one too where the column has
        it: ``no``, ``1``."""
        token = self._peek()
        levels = column.levels if isinstance(column, ColumnValue) else ()
        plain = token is not None and (token.sign is not None or isinstance(token.value, float))
        if token is not None and plain and (isinstance(token.value, float) or _level(token.text, levels)):
            self._at += 1
            return Constant(_level(token.text, levels) or token.text, Kind.WORD, token.text)
        found = self._sum()
        self._must_be(found, Kind.WORD, start)
        return _as_level(found, column) if isinstance(column, ColumnValue) else found

    # Amounts

    def _sum(self) -> Part:
        return self._reckoned((Sign.PLUS, Sign.MINUS), self._product)

    def _product(self) -> Part:
        return self._reckoned((Sign.TIMES, Sign.BY), self._signed)

    def _reckoned(self, signs: tuple[Sign, Sign], read: Callable[[], Part]) -> Part:
        start, left = self._at, read()
        while (token := self._peek()) is not None and token.sign in signs:
            self._at += 1
            at, right = self._at, read()
            if not (token.sign is Sign.MINUS and left.kind is right.kind is Kind.MOMENT):
                self._must_be(left, Kind.NUMBER, start)
                self._must_be(right, Kind.NUMBER, at)
            left = Arithmetic(token.sign.value, left, right)
        return left

    def _signed(self) -> Part:
        start = self._at
        if not self._took(Sign.MINUS):
            return self._value()
        self._deeper()
        found = self._signed()
        self._depth -= 1
        self._must_be(found, Kind.NUMBER, start)
        return Arithmetic("-", Constant(0.0, Kind.NUMBER, "0"), found)

    def _value(self) -> Part:
        token = self._peek()
        if token is not None and token.sign is Sign.OPEN:
            self._at += 1
            self._deeper()
            found = self._rule()
            self._expect(Sign.CLOSE, "close")
            self._depth -= 1
            return found
        if token is None or token.value is None:
            raise self._unexpected("value")
        self._at += 1
        if isinstance(token.value, Column):
            return ColumnValue(token.value.name, _KINDS.get(token.value.type, Kind.WORD), token.value.levels)
        if isinstance(token.value, str):
            return Constant(token.value, Kind.WORD, token.text)
        if token.moment:
            return Constant(token.value, Kind.MOMENT, token.text)
        hundredths = self._took(Sign.PERCENT)
        return Constant(token.value / 100 if hundredths else token.value, Kind.NUMBER, token.text)

    # What comes next

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next_is(self, sign: Sign) -> bool:
        token = self._peek()
        return token is not None and token.sign is sign

    def _took(self, sign: Sign) -> bool:
        found = self._next_is(sign)
        self._at += found
        return found

    def _expect(self, sign: Sign, expected: str) -> None:
        if not self._took(sign):
            raise self._unexpected(expected)

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise CicloError("learning.rule_too_deep", most=_DEEPEST)

    # What is wrong

    def _unexpected(self, expected: str) -> CicloError:
        wanted, token = worded(f"learning.rule.{expected}"), self._peek()
        if token is None:
            return CicloError("learning.rule_unfinished", expected=wanted)
        return CicloError("learning.rule_unexpected", found=token.text, place=token.place + 1, expected=wanted)

    def _truth(self, part: Part, start: int) -> Part:
        self._must_be(part, Kind.TRUTH, start)
        return part

    def _must_be(self, part: Part, kind: Kind, start: int) -> None:
        if part.kind is not kind:
            raise self._wrong_kind(part.kind, kind, (start, self._at))

    def _wrong_kind(self, found: Kind, wanted: Kind, span: Span) -> CicloError:
        first, last = self._tokens[span[0]], self._tokens[max(span[0], span[1] - 1)]
        return CicloError(
            "learning.rule_wrong_kind",
            found=self._text[first.place : last.end].strip(_QUOTES),
            place=first.place + 1,
            kind=worded(f"learning.rule.kind.{found}"),
            expected=worded(f"learning.rule.kind.{wanted}"),
        )


def _level(word: str, levels: Sequence[str]) -> str:
    """The value of a column that a word means: itself, or the one that differs in capitals only."""
    if word in levels:
        return word
    alike = [level for level in levels if level.casefold() == word.casefold()]
    return alike[0] if len(alike) == 1 else ""


def _as_level(part: Part, column: ColumnValue) -> Part:
    if not isinstance(part, Constant):
        return part
    return Constant(_level(part.text, column.levels) or part.text, Kind.WORD, part.text)

"""The words of the language, English and Spanish side by side: both are always understood."""

from __future__ import annotations

import unicodedata
from enum import StrEnum


class Sign(StrEnum):
    """What a word or a sign means."""

    AND = "and"
    OR = "or"
    NOT = "not"
    IF = "if"
    THEN = "then"
    ELSE = "else"
    EQUAL = "="
    DIFFERENT = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    BETWEEN = "between"
    IN = "in"
    NOT_IN = "not in"
    MISSING = "missing"
    KNOWN = "known"
    CONTAINS = "contains"
    LACKS = "lacks"
    STARTS = "starts"
    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    BY = "/"
    PERCENT = "%"
    OPEN = "("
    CLOSE = ")"
    COMMA = ","


_PHRASES = {
    Sign.AND: "and|y|e",
    Sign.OR: "or|o|u",
    Sign.NOT: "not|no",
    Sign.IF: "if|si",
    Sign.THEN: "then|entonces",
    Sign.ELSE: "else|otherwise|si no|sino|en otro caso|de lo contrario",
    Sign.EQUAL: "is|equals|equal to|is equal to|es|igual a|es igual a",
    Sign.DIFFERENT: "is not|isn't|not equal to|is not equal to|is different from|different from|no es|no es igual a|"
    "distinto de|distinta de|es distinto de|es distinta de|diferente de|es diferente de",
    Sign.LESS: "less than|is less than|fewer than|below|is below|under|is under|before|is before|menor que|"
    "es menor que|menor de|menos de|menos que|por debajo de|inferior a|es inferior a|antes de|antes del|"
    "anterior a|es anterior a",
    Sign.AT_MOST: "at most|is at most|no more than|is no more than|up to|less than or equal to|"
    "is less than or equal to|como maximo|como mucho|a lo sumo|hasta|menor o igual que|"
    "es menor o igual que|no mas de",
    Sign.MORE: "more than|is more than|greater than|is greater than|above|is above|over|is over|after|is after|"
    "mayor que|es mayor que|mayor de|mas de|mas que|por encima de|superior a|es superior a|despues de|despues del|"
    "posterior a|es posterior a",
    Sign.AT_LEAST: "at least|is at least|no less than|is no less than|greater than or equal to|"
    "is greater than or equal to|from|como minimo|al menos|por lo menos|mayor o igual que|es mayor o igual que|"
    "no menos de|desde|a partir de|a partir del",
    Sign.BETWEEN: "between|is between|entre|esta entre",
    Sign.IN: "in|is in|one of|is one of|en|esta en|uno de|una de|es uno de|es una de",
    Sign.NOT_IN: "not in|is not in|is not one of|no en|no esta en|no es uno de|no es una de",
    Sign.MISSING: "missing|is missing|is empty|is blank|is null|falta|esta vacio|esta vacia|es nulo|es nula",
    Sign.KNOWN: "is not missing|is known|is not empty|is not blank|is not null|no falta|no esta vacio|no esta vacia|"
    "no es nulo|no es nula",
    Sign.CONTAINS: "contains|contiene",
    Sign.LACKS: "does not contain|doesn't contain|no contiene",
    Sign.STARTS: "starts with|begins with|empieza por|empieza con|comienza por|comienza con",
}

PHRASES: dict[str, Sign] = {phrase: sign for sign, phrases in _PHRASES.items() for phrase in phrases.split("|")}

SIGNS: dict[str, Sign] = {
    "==": Sign.EQUAL, "!=": Sign.DIFFERENT, "<>": Sign.DIFFERENT, "<=": Sign.AT_MOST, "=<": Sign.AT_MOST,
    ">=": Sign.AT_LEAST, "=>": Sign.AT_LEAST, "&&": Sign.AND, "||": Sign.OR, "=": Sign.EQUAL, "≠": Sign.DIFFERENT,
    "≤": Sign.AT_MOST, "≥": Sign.AT_LEAST, "<": Sign.LESS, ">": Sign.MORE, "!": Sign.NOT, "+": Sign.PLUS,
    "-": Sign.MINUS, "−": Sign.MINUS, "*": Sign.TIMES, "×": Sign.TIMES, "·": Sign.TIMES, "/": Sign.BY, "÷": Sign.BY,
    "%": Sign.PERCENT, "(": Sign.OPEN, ")": Sign.CLOSE, ",": Sign.COMMA, ";": Sign.COMMA,
}  # fmt: skip
"""Longer signs first."""

COMPARISONS = frozenset({Sign.EQUAL, Sign.DIFFERENT, Sign.LESS, Sign.AT_MOST, Sign.MORE, Sign.AT_LEAST})


def folded(text: str) -> str:
    """In small letters without accents, sign by sign, so that places stay the same."""
    return "".join(map(_folded, text))


def _folded(letter: str) -> str:
    if letter.isspace():
        return " "
    if letter == "’":
        return "'"
    plain = unicodedata.normalize("NFKD", letter)[0].lower()
    return plain if len(plain) == 1 else letter

"""Words that look like numbers, beside real ones: 1.234 in words may be a thousand."""

from __future__ import annotations

import re

_MARKED = re.compile(r"\s*[-+]?\d[\d.,]*[.,][\d.,]*\s*")
_NUMBER = re.compile(r"\s*[-+]?(?!0\d)\d[\d.,]*\s*")


def like_number(text: str) -> bool:
    """Whether words are written like a number that doesn't begin with a zero."""
    return text[-1:].strip().isdigit() and _NUMBER.fullmatch(text) is not None


def like_marked_number(text: str) -> bool:
    """Whether words are written like a number with a mark, whose meaning is open."""
    return text[-1:].strip().isdigit() and _MARKED.fullmatch(text) is not None

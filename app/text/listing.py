"""Words in quotes and lists of things, put into the reader's language late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from app.text.message import Text, Value

Part = Value | Text | str
Joint = Literal["comma", "semicolon", "equal"]
_MOST = 4


def shortened(word: str, longest: int) -> str:
    """A word of at most so many signs."""
    return word if len(word) <= longest else word[: longest - 1] + "…"


def quoted(word: str, *, longest: int = 40) -> Text:
    """A word in quotes."""
    return Text("system.list.quoted", {"word": shortened(word, longest)})


def listed(parts: Sequence[Part], *, most: int = _MOST, joint: Joint = "comma", more: bool = True) -> Part:
    """The first few of them, and how many ``more`` there are where that is to be said."""
    if not parts:
        return ""
    shown = list(parts[:most])
    found: Part = shown[-1]
    if more and len(parts) > most:
        found = Text("system.list.more", {"last": found, "n": len(parts) - most})
    for part in reversed(shown[:-1]):
        found = Text(f"system.list.{joint}", {"first": part, "rest": found})
    return found

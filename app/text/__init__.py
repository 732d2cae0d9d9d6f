"""Sentences for people: lazy texts, catalogues, and the one formatter of numbers and dates.

The window's first paint needs :class:`Words` only, so what brings msgspec along is imported when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.text.words import Words, choose_locale

if TYPE_CHECKING:
    from app.text.message import Text, Value, amount

__all__ = ["Text", "Value", "Words", "amount", "choose_locale"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from app.text import message

    return getattr(message, name)

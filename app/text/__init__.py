"""Sentences for people: lazy texts, catalogues, and the one formatter of numbers and dates."""

from app.text.message import Text, Value, amount
from app.text.words import Words, choose_locale

__all__ = ["Text", "Value", "Words", "amount", "choose_locale"]

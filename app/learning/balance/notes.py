"""What is said of balanced classes, wherever the model is spoken of."""

from __future__ import annotations

from app.learning.records import Balance
from app.text.message import Text


def notes_on_balance(how: Balance) -> tuple[Text, ...]:
    """That classes were balanced, how, and what that doesn't touch; nothing where they weren't."""
    return () if how is Balance.NONE else (Text(f"learning.note.balance.{how}"),)

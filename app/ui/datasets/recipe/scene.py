"""What the form of a step knows of the table before that step, and how what is typed becomes a value of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from app.data.recipe.steps import Plain
from app.data.types import NUMBERS, TIMES, ColumnType, Types
from app.text.words import Words
from app.ui.theme import Theme
from app.ui.typed_numbers import parse_number

_HALF = 0.5


@dataclass(frozen=True)
class Scene:
    """The columns with their types, the most frequent words of each where they are known, and the other datasets."""

    theme: Theme
    words: Words
    types: Types
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    datasets: Mapping[str, Types] = field(default_factory=dict)

    def columns(self, types: tuple[ColumnType, ...] = ()) -> list[str]:
        """The columns of these types; of all where none is said."""
        return [name for name, type in self.types.items() if not types or type in types]

    def number(self, text: str) -> float | None:
        """A number as the reader writes it."""
        return parse_number(text.strip(), self.words.number(_HALF))

    def shown(self, value: Plain | None) -> str:
        """A value as it is typed."""
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        mark = self.words.number(_HALF).strip("05") or "."
        return f"{value:.15g}".replace(".", mark)

    def value(self, text: str, column: str) -> Plain | None:
        """What was typed as a value of a column; None where it can't be one. Days are written as 2024-12-31."""
        type = self.types.get(column)
        if type in NUMBERS:
            found = self.number(text)
            return int(found) if found is not None and found.is_integer() else found
        if type in TIMES:
            try:
                (date if type is ColumnType.DATE else datetime).fromisoformat(text.strip())
            except ValueError:
                return None
            return text.strip()
        return text

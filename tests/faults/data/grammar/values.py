"""The kinds of columns: what a cell means, and how it may be written."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass

Value = str | int | float | datetime.date | datetime.datetime | None

WORDS = ("Ana", "José Núñez", "Cádiz", "Ávila norte", "piso 3", "a-b", "O'Neil", "x", "Müller", "largo texto con tilde")
TRUTHS = (("sí", "no"), ("yes", "no"), ("true", "false"), ("S", "N"), ("Verdadero", "Falso"))
MISSING = ("NA", "N/A", "s/d", "-", "NULL", "#N/A")
KINDS = ("word", "whole", "decimal", "day", "code", "moment", "amount", "share", "truth", "long", "grouped", "negative")
NUMBERS = frozenset({"whole", "decimal", "amount", "share", "grouped", "negative"})
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%b-%Y")
_HOURS = (" %H:%M", " %H:%M:%S", "T%H:%M:%S")
_MONEY = ("{} €", "{}€", "€ {}", "${}", "{} EUR", "USD {}", "£{}")
_FIRST = datetime.date(2020, 1, 1)


@dataclass(frozen=True)
class Style:
    """How a file writes its values."""

    decimal: str
    day: str
    hour: str
    money: str
    truth: tuple[str, str]
    share: str
    negative: str

    @property
    def thousands(self) -> str:
        return "." if self.decimal == "," else ","


def style(chance: random.Random, *, comma: bool) -> Style:
    """A random style; with a decimal ``comma`` where that is possible."""
    day = chance.choice(_DAYS)
    return Style(
        decimal="," if comma and chance.random() < 0.5 else ".",
        day=day,
        hour=chance.choice(_HOURS if day == "%Y-%m-%d" else _HOURS[:2]),
        money=chance.choice(_MONEY),
        truth=chance.choice(TRUTHS),
        share=chance.choice(("{} %", "{}%")),
        negative=chance.choice(("-{}", "({})", "{}-")),
    )


def value(kind: str, chance: random.Random, look: Style) -> Value:
    """A value of a kind."""
    match kind:
        case "word":
            return chance.choice(WORDS)
        case "whole":
            return chance.randint(-5000, 99999)
        case "decimal" | "share":
            return chance.randint(-99999, 99999) / 100
        case "amount" | "grouped" | "negative":
            return chance.randint(-9_999_999, 99_999_999) / 100
        case "day":
            return _FIRST + datetime.timedelta(days=chance.randint(0, 1500))
        case "moment":
            day = datetime.datetime.combine(_FIRST, datetime.time()) + datetime.timedelta(days=chance.randint(0, 1500))
            return day + datetime.timedelta(minutes=chance.randint(0, 1439))
        case "truth":
            return chance.choice(look.truth)
        case "long":
            return str(chance.randint(10**16, 10**19))
        case _:
            return f"{chance.randint(0, 999):05}"


def written(kind: str, cell: Value, look: Style) -> str:
    """A value as a file writes it."""
    if cell is None or isinstance(cell, str):
        return cell or ""
    if isinstance(cell, datetime.datetime):
        return cell.strftime(look.day + look.hour)
    if isinstance(cell, datetime.date):
        return cell.strftime(look.day)
    if isinstance(cell, int):
        return str(cell)
    return _number(kind, cell, look)


def _number(kind: str, cell: float, look: Style) -> str:
    plain = f"{abs(cell):.2f}".replace(".", look.decimal)
    grouped = f"{abs(cell):,.2f}".translate(str.maketrans({",": look.thousands, ".": look.decimal}))
    minus = "-{}" if cell < 0 else "{}"
    match kind:
        case "amount" if look.money.startswith("{"):
            return minus.format(look.money.format(grouped))
        case "amount":
            return look.money.format(minus.format(grouped))
        case "share":
            return look.share.format(minus.format(plain))
        case "grouped":
            return minus.format(grouped)
        case "negative":
            return look.negative.format(plain) if cell < 0 else plain
        case _:
            return minus.format(plain)

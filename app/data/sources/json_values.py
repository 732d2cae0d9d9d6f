"""One JSON record as flat cells of text, with what each was; nothing of it is rounded or dropped."""

from __future__ import annotations

import json
from collections.abc import Callable

from app.text.message import Text, Value

DEPTH = 3
"""How many objects inside one another are taken apart; what is deeper stays JSON text."""

Pairs = list[tuple[str, object]]


class Number(str):
    """A number, by its digits."""

    __slots__ = ()


class Record:
    """An object, as the pairs that it holds: a key may stand there twice."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: Pairs) -> None:
        self.pairs = pairs


class Unfit(Exception):
    """A record can't become a row; ``reason`` says why."""

    def __init__(self, id: str, **params: Value | Text | str | int | float) -> None:
        super().__init__(id)
        self.reason = Text(id, {**params})


def _decoder() -> json.JSONDecoder:
    number: Callable[[str], object] = Number
    return json.JSONDecoder(object_pairs_hook=Record, parse_int=number, parse_float=number, parse_constant=str)


DECODER = _decoder()


def flat(value: object) -> dict[str, object]:
    """The cells of a record by the path to each: text, :class:`Number`, bool, None, or lists as JSON text.

    Raises
    ------
    Unfit
        Where it is no object, or a key stands there twice.
    """
    if not isinstance(value, Record):
        raise Unfit("data.rejected.no_object")
    cells: dict[str, object] = {}
    _flatten(value, "", 1, cells)
    return cells


def _flatten(record: Record, before: str, depth: int, cells: dict[str, object]) -> None:
    for key, value in record.pairs:
        path = before + key
        if isinstance(value, Record) and value.pairs and depth < DEPTH:
            _flatten(value, f"{path}.", depth + 1, cells)
            continue
        if path in cells:
            raise Unfit("data.rejected.key_twice", key=path[:60])
        cells[path] = written(value) if isinstance(value, Record | list) else value


def written(value: object) -> str:
    """A value as JSON text, numbers by their digits."""
    if isinstance(value, Record):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {written(v)}" for k, v in value.pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return str(value) if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)

"""A recipe that doesn't fit is refused before a row is read, with the place of the step."""

from __future__ import annotations

import msgspec
import pytest

from app.data.recipe.checking import types_after
from app.data.recipe.frame import Types
from app.data.recipe.steps import Recipe
from app.data.types import ColumnType
from app.errors import CicloError

TYPES: Types = {
    "w": ColumnType.CATEGORY,
    "x": ColumnType.NUMBER,
    "n": ColumnType.INTEGER,
    "d": ColumnType.DATE,
}


def others(label: str) -> Types:
    return {"key": ColumnType.INTEGER, "price": ColumnType.NUMBER, "x": ColumnType.NUMBER}


def after(*steps: dict[str, object]) -> Types:
    return types_after(msgspec.convert({"steps": steps}, Recipe, strict=False), TYPES, others)


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ({"step": "rename", "column": "gone", "to": "a"}, "no_column"),
        ({"step": "rename", "column": "w", "to": "x"}, "name_taken"),
        ({"step": "drop", "columns": ["w", "x", "n", "d"]}, "nothing_left"),
        ({"step": "trim", "column": "x"}, "wrong_type"),
        ({"step": "retype", "column": "d", "type": "number"}, "wrong_type"),
        ({"step": "retype", "column": "w", "type": "boolean"}, "bad_setting"),
        ({"step": "replace", "column": "w", "words": {"a": "b", "b": "a"}}, "map_cycle"),
        ({"step": "replace", "column": "w", "words": {"a": "b", "b": "c"}}, "map_cycle"),
        ({"step": "fill", "column": "n", "value": "many"}, "bad_setting"),
        ({"step": "fill", "column": "n", "value": 1.5}, "bad_setting"),
        ({"step": "blank", "column": "d", "values": ["1900-13-01"]}, "bad_setting"),
        ({"step": "clip", "column": "x", "low": 3, "high": 1}, "bad_setting"),
        ({"step": "bin", "column": "x", "edges": [1, 1], "labels": ["a", "b", "c"], "into": "k"}, "bad_setting"),
        ({"step": "bin", "column": "x", "edges": [1], "labels": ["a"], "into": "k"}, "bad_setting"),
        ({"step": "split", "column": "w", "separator": "", "into": ["a", "b"]}, "bad_setting"),
        ({"step": "date_part", "column": "d", "part": "hour", "into": "h"}, "wrong_type"),
        ({"step": "calculate", "left": "x", "operator": "+", "right": "w", "into": "k"}, "wrong_type"),
        ({"step": "calculate", "left": "x", "operator": "+", "right": "gone", "into": "k"}, "no_column"),
        ({"step": "filter", "column": "w", "test": "<", "values": ["a"]}, "bad_setting"),
        ({"step": "filter", "column": "x", "test": "missing", "values": [1]}, "bad_setting"),
        ({"step": "pseudonymise", "columns": []}, "bad_setting"),
        ({"step": "pseudonymise", "columns": ["w", "gone"]}, "no_column"),
        ({"step": "pseudonymise", "columns": ["x"]}, "wrong_type"),
        ({"step": "pseudonymise", "columns": ["d"]}, "wrong_type"),
        ({"step": "sample", "rows": 0}, "bad_setting"),
        ({"step": "relabel", "column": "w", "rows": [{"row": 0, "was": "a", "to": "b"}]}, "bad_setting"),
        ({"step": "relabel", "column": "w", "rows": [{"row": 2, "was": "a"}, {"row": 2, "was": "a"}]}, "bad_setting"),
        ({"step": "relabel", "column": "n", "rows": [{"row": 1, "was": "1", "to": "1.5"}]}, "bad_setting"),
        (
            {"step": "aggregate", "by": ["w"], "measures": [{"function": "sum", "column": "w", "into": "s"}]},
            "wrong_type",
        ),
        ({"step": "aggregate", "by": ["w"], "measures": [{"function": "rows", "into": "w"}]}, "name_taken"),
        (
            {"step": "aggregate", "by": ["w"], "measures": [{"function": "rows", "into": "k", "days": 3}]},
            "bad_setting",
        ),
        ({"step": "join", "dataset": "prices", "on": {"w": "key"}}, "wrong_type"),
        ({"step": "join", "dataset": "prices", "on": {"n": "gone"}}, "no_column"),
        ({"step": "join", "dataset": "prices", "on": {"n": "key"}}, "name_taken"),
    ],
)
def test_that_a_step_that_does_not_fit_is_named(step: dict[str, object], code: str) -> None:
    with pytest.raises(CicloError) as caught:
        after({"step": "sort", "columns": ["x"]}, step)
    assert caught.value.code == f"data.recipe.{code}"
    assert caught.value.params["place"] == 2


def test_that_columns_are_followed_through_the_steps() -> None:
    found = after(
        {"step": "rename", "column": "w", "to": "city"},
        {"step": "split", "column": "city", "separator": "/", "into": ["city", "part"]},
        {"step": "join", "dataset": "prices", "on": {"n": "key"}, "columns": ["price"]},
        {"step": "calculate", "left": "price", "operator": "*", "right": "x", "into": "worth"},
        {"step": "drop", "columns": ["x"]},
        {"step": "aggregate", "by": ["city"], "measures": [{"function": "max", "column": "d", "into": "last"}]},
    )
    assert found == {"city": ColumnType.TEXT, "last": ColumnType.DATE}


def test_that_an_unknown_step_or_setting_is_refused() -> None:
    for step in ({"step": "run"}, {"step": "trim", "column": "w", "code": "import os"}, {"column": "w"}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"steps": [step]}, Recipe)


def test_that_pseudonyms_are_identifiers() -> None:
    found = after({"step": "pseudonymise", "columns": ["w", "n"]})
    assert [found[name] for name in ("w", "x", "n")] == ["identifier", "number", "identifier"]

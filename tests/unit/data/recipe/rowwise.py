"""Steps done by the lines of Python that a bundle carries, which know nothing of the rest of Ciclo."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any

import msgspec

from app.data.recipe.steps import RowStep
from app.data.types import Types
from app.resources import resource

Row = dict[str, Any]


def _loaded() -> Any:
    spec = importlib.util.spec_from_file_location("prepare", resource("templates", "prepare.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PREPARE = _loaded()


def one_row(steps: Sequence[RowStep], types: Types, row: Row) -> Row | None:
    """The row after steps; None where a filter takes it away."""
    inputs = [{"name": name, "type": type.value} for name, type in types.items()]
    told = {"inputs": inputs, "steps": [msgspec.json.decode(msgspec.json.encode(step)) for step in steps]}
    found: Row | None = PREPARE.prepare(told, row)
    return found

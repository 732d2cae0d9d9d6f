"""What is done to a row before the model sees it: ``recipe.json``, a member of bundles of format 3. Light."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from app.data.recipe.steps import AnyRowStep, Concatenate, Rename, Replace
from app.data.recipe.travelling import alone, writes_of
from app.data.types import NUMBERS, TIMES, WORDS, ColumnType, Types
from app.deployment.bundle.archive import FORM, refuse
from app.deployment.bundle.manifest import RECIPE_FILE, canonical, check_depth
from app.errors import CicloError
from app.learning.records import Feature, RowPart

_STEPS, _TIMES = 500, 1_000
"""More steps, or texts put together of more texts, are nobody's preparation but a way to fill the memory."""


def write_row_part(part: RowPart) -> bytes:
    """The member's bytes."""
    return canonical(part)


def read_row_part(data: bytes, features: Sequence[Feature]) -> RowPart:
    """The member read; nothing in it is trusted.

    Raises
    ------
    CicloError
        ``deployment.bundle.bad_recipe``, or that it is nested too deep.
    """
    check_depth(data, name=RECIPE_FILE)
    try:
        found = msgspec.json.decode(data, type=RowPart)
        _make_sure(found, features)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError, CicloError) as error:
        raise refuse(FORM, RECIPE_FILE, "bad_recipe") from error
    if canonical(found) != data:
        raise refuse(FORM, RECIPE_FILE, "bad_recipe")
    return found


def _make_sure(part: RowPart, features: Sequence[Feature]) -> None:
    """Its steps fit the columns that are given, and make the features."""
    given: Types = {one.name: one.type for one in part.inputs}
    if len(given) < len(part.inputs) or not 0 < len(part.steps) <= _STEPS:
        raise ValueError(RECIPE_FILE)
    made = alone(part.steps, given)[-1]
    if any(_kind(made.get(feature.name)) is not _kind(feature.type) for feature in features):
        raise ValueError(RECIPE_FILE)
    _check_growth(part.steps)


def _kind(type: ColumnType | None) -> tuple[ColumnType, ...] | None:
    return next((kinds for kinds in (NUMBERS, TIMES, WORDS) if type in kinds), None)


def _check_growth(steps: Sequence[AnyRowStep]) -> None:
    """Of how many texts a text is put together."""
    texts: defaultdict[str, int] = defaultdict(lambda: 1)
    for step in steps:
        if isinstance(step, Concatenate):
            texts[step.into] = sum(texts[name] for name in step.columns)
            if texts[step.into] > _TIMES:
                raise ValueError(RECIPE_FILE)
        elif isinstance(step, Rename):
            texts[step.to] = texts[step.column]
        elif not isinstance(step, Replace):
            column = getattr(step, "column", "")
            texts |= dict.fromkeys(writes_of(step), texts[column])

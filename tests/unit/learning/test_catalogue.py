"""What the catalogue declares."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.learning.estimators.catalogue import BASELINE, EstimatorKind, builtin, portfolio
from app.learning.estimators.cost import Size
from app.learning.estimators.kind import Traits
from app.learning.planning import expected_seconds
from app.learning.records import Preset, Task
from app.text import Words


@pytest.mark.parametrize("task", list(Task))
def test_that_every_family_is_tried_and_the_baseline_first(task: Task) -> None:
    tried = [kind.id for kind, _ in portfolio(task, Preset.QUICK)]
    linear = "ridge" if task is Task.REGRESSION else "logistic"
    assert tried[0] == BASELINE
    assert {linear, "tree", "forest", "extra_trees", "boosting", "neighbors"} <= set(tried)


def test_that_a_longer_preset_tries_what_a_shorter_one_tries_and_more() -> None:
    for task in Task:
        sizes = [len(portfolio(task, preset)) for preset in (Preset.QUICK, Preset.BALANCED, Preset.THOROUGH)]
        assert sizes == sorted(set(sizes))


@pytest.mark.parametrize("language", ["en", "es"])
def test_that_every_estimator_has_a_name_and_a_sentence(language: str) -> None:
    words = Words(language)
    for name in [*(kind.id for kind in builtin()), "ensemble"]:
        for text in (f"learning.estimator.{name}", f"learning.estimator.{name}.help"):
            assert words(text) != text


def test_that_a_longer_preset_is_expected_to_take_longer() -> None:
    size = Size(rows=10_000, scored=0, width=20, levels=40, classes=2)
    seconds = expected_seconds(Task.BINARY, size, 2, Traits())
    assert seconds["quick"] < seconds["balanced"] < seconds["thorough"]


@pytest.mark.parametrize("kind", builtin(), ids=lambda kind: kind.id)
def test_that_more_rows_and_more_columns_never_cost_less(kind: EstimatorKind) -> None:
    small = Size(rows=1_000, scored=250, width=10, levels=30, classes=2)
    for params in (*kind.quick, *kind.more, *kind.all):
        least = kind.cost(small, params)
        assert least > 0
        assert kind.cost(replace(small, rows=8_000), params) >= least
        assert kind.cost(replace(small, width=40, levels=120), params) >= least

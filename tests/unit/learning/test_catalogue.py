"""What the catalogue declares."""

from __future__ import annotations

import pytest

from app.learning.catalogue import BASELINE, builtin, portfolio
from app.learning.planning import expected_seconds
from app.learning.records import PlannedColumn, Preset, Task
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
    columns = (PlannedColumn(name="a", type="number", used=True),)  # type: ignore[arg-type]
    seconds = expected_seconds(Task.BINARY, columns, 10_000, 2)
    assert seconds["quick"] < seconds["balanced"] < seconds["thorough"]

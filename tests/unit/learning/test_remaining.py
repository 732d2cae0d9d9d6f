"""How long a search will go on, as it is told to those who wait."""

from __future__ import annotations

import pytest

from app.learning.estimators.catalogue import catalogue
from app.learning.estimators.cost import Size
from app.learning.search.remaining import Calibration, seconds_left, work_left
from app.learning.search.strategy import fit_cost
from app.learning.search.trials import Trial

SIZE = Size(rows=50_000, scored=12_500, width=20, levels=60, classes=2)
FOLDS = 5


def trial(kind: str, done: int, slower: float) -> Trial:
    """A candidate of which so many folds took so many times what was foretold."""
    found = Trial(kind=catalogue()[kind], params={}, folds=FOLDS)
    found.scores = dict.fromkeys(range(done), 0.5)
    found.seconds = done * slower * fit_cost(found.kind, {}, SIZE)
    return found


def cost(kind: str) -> float:
    return fit_cost(catalogue()[kind], {}, SIZE)


def test_that_a_pilot_fit_tells_what_the_others_of_its_kind_take() -> None:
    told = Calibration()
    told.learn("forest", foretold_s=2.0, measured_s=5.0)
    assert told.seconds("forest", 8.0) == pytest.approx(20.0)


def test_that_a_kind_that_was_not_tried_is_as_slow_as_the_others_were() -> None:
    told = Calibration()
    told.learn("forest", foretold_s=100.0, measured_s=300.0)
    assert 2.5 < told.seconds("boosting", 1.0) < 3.0


def test_that_a_short_fit_says_little_about_other_kinds() -> None:
    told = Calibration()
    told.learn("baseline", foretold_s=0.01, measured_s=0.1)
    assert told.seconds("forest", 10.0) < 12.0


def test_that_a_machine_that_is_three_times_slower_takes_three_times_as_long() -> None:
    slow, fast = ([trial("forest", 2, slower), trial("boosting", 1, slower)] for slower in (3.0, 1.0))
    done, ahead = work_left(slow, SIZE, meant=0.0)
    usual_done, usual_ahead = work_left(fast, SIZE, meant=0.0)
    assert done == pytest.approx(3 * usual_done)
    assert usual_ahead == pytest.approx(3 * cost("forest") + 4 * cost("boosting"))
    assert 2.4 * usual_ahead < ahead <= 3 * usual_ahead


def test_that_what_is_not_proposed_yet_counts_and_what_was_given_up_does_not() -> None:
    given_up = trial("forest", 1, 1.0)
    given_up.left = "learning.remark.left"
    _, ahead = work_left([given_up], SIZE, meant=0.0)
    assert ahead == pytest.approx(0.0)
    _, meant = work_left([given_up], SIZE, meant=cost("forest") + 60.0)
    assert meant == pytest.approx(60.0)


def test_that_processors_share_the_work() -> None:
    assert seconds_left(100.0, 1) == pytest.approx(100.0)
    assert 25.0 < seconds_left(100.0, 4) < 30.0

"""The mean of several candidates, and when it is worth its size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from app.learning.estimators.catalogue import builtin
from app.learning.records import Task
from app.learning.scoring import score
from app.learning.search.blend import blend, level_mean
from app.learning.search.data import LearningData
from app.learning.search.trials import Trial
from app.learning.splits.splitting import Sealed

METRIC = "neg_root_mean_squared_error"
ROWS = 1_000


@pytest.fixture
def data() -> LearningData:
    truth = np.random.default_rng(0).normal(size=ROWS)
    parts = np.array_split(np.arange(ROWS), 5)
    return LearningData(
        task=Task.REGRESSION,
        classes=0,
        frame=pd.DataFrame(index=range(ROWS)),
        columns=(),
        values=truth,
        rows=np.arange(ROWS),
        units=np.arange(ROWS).astype(np.uint64),
        folds=tuple((np.setdiff1d(np.arange(ROWS), part), part) for part in parts),
        sealed=Sealed(np.empty(0, dtype=np.int64)),
        seed=0,
    )


def errors(data: LearningData, seed: int) -> np.ndarray:
    """Errors of mean square 1 in every fold; those of seeds 1 and 2 have nothing in common."""
    found = np.empty(ROWS)
    for _, part in data.folds:
        one, other = np.linalg.qr(np.random.default_rng(0).normal(size=(len(part), 2)))[0].T * len(part) ** 0.5
        found[part] = one if seed == 1 else other
    return found


def trial(data: LearningData, off: float, seed: int) -> Trial:
    """A candidate whose answers are off by so much, in some folds a little more."""
    found = data.values.copy()
    for number, (_, part) in enumerate(data.folds):
        found[part] += off * (0.9 + 0.05 * number) * errors(data, seed)[part]
    answers = found.reshape(-1, 1)
    scores = {n: score(data.task, METRIC, data.values[s], answers[s]) for n, (_, s) in enumerate(data.folds)}
    parts = {n: answers[s] for n, (_, s) in enumerate(data.folds)}
    return Trial(kind=builtin()[1], params={}, predictions=parts, scores=scores, folds=5)


def test_that_two_candidates_with_errors_of_their_own_are_better_together(data: LearningData) -> None:
    pool = [trial(data, 0.5, 1), trial(data, 0.5, 2)]
    for thrifty in (False, True):
        found = blend(pool, data, METRIC, thrifty=thrifty)
        assert found is not None
        assert found[0].mean > max(one.mean for one in pool)


def test_that_a_hardly_useful_member_is_left_out_where_the_model_is_to_be_small(data: LearningData) -> None:
    pool = [trial(data, 0.5, 1), trial(data, 0.8645, 2)]
    assert blend(pool, data, METRIC) is not None
    assert blend(pool, data, METRIC, thrifty=True) is None


def test_that_a_single_candidate_stays_alone(data: LearningData) -> None:
    assert blend([trial(data, 0.5, 1)], data, METRIC) is None
    assert blend([trial(data, 0.1, 1), trial(data, 9.0, 2)], data, METRIC) is None


@pytest.fixture
def chances(data: LearningData) -> LearningData:
    """The same rows, each with one of two classes."""
    return replace(data, task=Task.BINARY, classes=2, values=(data.values > 0).astype(np.float64))


def guess(chances: LearningData, kind: str, noise: float, seed: int) -> Trial:
    """A candidate of that kind whose chances follow the class, more or less."""
    drawn = np.random.default_rng(seed).normal(scale=noise, size=ROWS)
    sure = 1 / (1 + np.exp(-(chances.values * 2 - 1 + drawn)))
    answers = np.column_stack([1 - sure, sure])
    parts = {n: answers[s] for n, (_, s) in enumerate(chances.folds)}
    scores = {n: score(Task.BINARY, "roc_auc", chances.values[s], parts[n]) for n, (_, s) in enumerate(chances.folds)}
    found = next(one for one in builtin() if one.id == kind)
    return Trial(kind=found, params={}, predictions=parts, scores=scores, folds=5)


def test_that_kinds_which_cannot_be_told_apart_count_alike(chances: LearningData) -> None:
    pool = [guess(chances, "forest", 2.0, 1), guess(chances, "boosting", 2.0, 2), guess(chances, "forest", 2.0, 3)]
    pool.sort(key=lambda one: -one.mean)
    pool[0].scores[0] += 0.2  # the folds differ, so that the others aren't a standard error behind
    pool[0].scores[1] -= 0.2
    far = guess(chances, "logistic", 20.0, 4)
    found = level_mean([*pool, far], chances, "roc_auc")
    assert found is not None
    mean, members = found
    assert [weight for _, weight in members] == [1, 1]
    assert {trial.kind.id for trial, _ in members} == {"forest", "boosting"}
    assert mean.mean > max(one.mean for one in pool[1:])


def test_that_a_kind_behind_the_best_keeps_out_of_a_plain_mean(chances: LearningData) -> None:
    assert (
        level_mean([guess(chances, "forest", 0.5, 1), guess(chances, "logistic", 9.0, 2)], chances, "roc_auc") is None
    )


def test_that_amounts_have_no_plain_mean(data: LearningData) -> None:
    assert level_mean([trial(data, 0.5, 1), trial(data, 0.5, 2)], data, METRIC) is None

"""The mean of several candidates, and when it is worth its size."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from app.learning.estimators.catalogue import builtin
from app.learning.records import Task
from app.learning.scoring import score
from app.learning.search.blend import blend
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

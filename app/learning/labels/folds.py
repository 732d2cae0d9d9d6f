"""Probabilities of every row from learners that didn't see it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.errors import CicloError
from app.jobs.contract import Context, Progress
from app.jobs.forks import FitFailure
from app.jobs.system import usable_processors
from app.learning.search.data import LearningData
from app.learning.search.records import Answered, FoldOrder
from app.learning.search.records import Value as ParamValue
from app.learning.search.work import local_pool
from app.text.message import Text

Floats = NDArray[np.float64]
Learner = tuple[str, dict[str, ParamValue]]

BOOSTING: Learner = ("boosting", {"learning_rate": 0.05, "max_iter": 150, "max_leaf_nodes": 8})
FOREST: Learner = ("forest", {"min_samples_leaf": 5})
LEARNERS = (BOOSTING, FOREST)
"""Two strong ones that err in different ways: what both find unlikely is seldom their own mistake."""
_WAIT_S = 0.05


def out_of_fold(
    context: Context, data: LearningData, learners: Sequence[Learner], *, processors: int, begun: float, ended: float
) -> list[Floats]:
    """The probabilities that each learner gives to rows that it didn't learn from, shape (n, k) each.

    Parameters
    ----------
    begun, ended
        Where the work stands before and after, of 1.

    Raises
    ------
    CicloError
        Why a fit failed.
    """
    found = [np.full((len(data.rows), data.classes), np.nan) for _ in learners]
    with closing(local_pool(context, data, processors or context.processors or usable_processors())) as pool:
        waiting: dict[int, tuple[int, int]] = {}
        for place, (estimator, params) in enumerate(learners):
            for fold in range(len(data.folds)):
                order = FoldOrder(estimator=estimator, params=params, fold=fold)
                waiting[pool.submit(msgspec.msgpack.encode(order))] = place, fold
        total = len(waiting)
        while waiting:
            context.check_cancelled()
            for number, answer in pool.collect(_WAIT_S):
                if isinstance(answer, FitFailure):
                    raise CicloError(answer.failure.code, **answer.failure.params)
                place, fold = waiting.pop(number)
                result = msgspec.msgpack.decode(answer, type=Answered).result
                found[place][data.folds[fold][1]] = np.frombuffer(result).reshape(-1, data.classes)
            done = begun + (ended - begun) * (total - len(waiting)) / total
            context.report(Progress(step=Text("learning.step.labels"), done=done, total=1.0))
    return found

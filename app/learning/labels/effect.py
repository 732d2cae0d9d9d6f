"""What it changes to learn from corrected labels, measured where nothing was corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.jobs.contract import Context
from app.learning.labels.folds import BOOSTING, out_of_fold
from app.learning.labels.records import Effect
from app.learning.scoring import choose_metric, estimate, is_defined, score
from app.learning.search.data import LearningData

Floats = NDArray[np.float64]
Changes = Mapping[int, int | None]
"""The class that rows (positions in the data) get; None where they are left out."""


def effect_of(
    context: Context, data: LearningData, changes: Changes, *, before: Floats, processors: int, begun: float
) -> Effect | None:
    """The score out of folds with the labels as they are and as they would be; None where no fold can be judged.

    Parameters
    ----------
    before
        Shape (n, k): the probabilities out of folds of the same learner with the labels as they are.
    begun
        Where the work stands, of 1.
    """
    if not _learnable(data, changes):
        return None
    corrected = _corrected(data, changes)
    after = out_of_fold(context, corrected, (BOOSTING,), processors=processors, begun=begun, ended=1.0)[0]
    metric, touched = choose_metric(data.task, ""), np.array(sorted(changes), dtype=np.int64)
    pairs, judged = [], 0
    for _, scored in data.folds:
        rows = scored[~np.isin(scored, touched)]
        if len(rows) and is_defined(data.task, metric, data.values[rows]):
            judged += len(rows)
            pairs.append([score(data.task, metric, data.values[rows], found[rows]) for found in (before, after)])
    if not pairs:
        return None
    scores = np.array(pairs)
    return Effect(
        metric=metric,
        estimator=BOOSTING[0],
        before=float(scores[:, 0].mean()),
        after=float(scores[:, 1].mean()),
        gain=estimate((scores[:, 1] - scores[:, 0]).tolist(), test_share=data.test_share),
        judged=judged,
        changed=sum(to is not None and to != int(data.values[row]) for row, to in changes.items()),
        left_out=sum(to is None for to in changes.values()),
    )


def _corrected(data: LearningData, changes: Changes) -> LearningData:
    values = data.values.copy()
    for row, to in changes.items():
        values[row] = values[row] if to is None else to
    gone = np.array([row for row, to in changes.items() if to is None], dtype=np.int64)
    folds = tuple((fitted[~np.isin(fitted, gone)], scored) for fitted, scored in data.folds)
    return replace(data, values=values, folds=folds)


def _learnable(data: LearningData, changes: Changes) -> bool:
    """Whether two classes are left in every fold."""
    corrected = _corrected(data, changes)
    return all(len(np.unique(corrected.values[fitted])) > 1 for fitted, _ in corrected.folds)

"""Learning data made for tests: numbers and words that say something about the target."""

from __future__ import annotations

import numpy as np
import pandas as pd

from app.learning.matrix import FrameColumn
from app.learning.records import Task
from app.learning.search.data import LearningData
from app.learning.splits.splitting import Sealed

FOLDS = 5
_NUMBERS, _WORDS, _LEVELS = 8, 3, 20


def mixed(task: Task, *, rows: int, seed: int = 0) -> LearningData:
    """Rows with eight numbers and three columns of words."""
    random = np.random.default_rng(seed)
    numbers = random.normal(size=(rows, _NUMBERS))
    codes = random.integers(0, _LEVELS, size=(rows, _WORDS))
    signal = numbers[:, 0] + numbers[:, 1] * numbers[:, 2] + np.sin(codes).sum(axis=1) + random.normal(size=rows)
    frame = pd.DataFrame({f"n{i}": numbers[:, i] for i in range(_NUMBERS)})
    for i in range(_WORDS):
        frame[f"w{i}"] = np.array([f"level {code}" for code in codes[:, i]], dtype=object)
    places = np.arange(rows)
    return LearningData(
        task=task,
        classes=0 if task is Task.REGRESSION else 2,
        frame=frame.astype({f"w{i}": object for i in range(_WORDS)}),
        columns=tuple(FrameColumn(name=n, feature=n, numeric=n.startswith("n")) for n in frame.columns),
        values=signal if task is Task.REGRESSION else (signal > 0).astype(np.float64),
        rows=places,
        units=random.permutation(rows).astype(np.uint64),
        folds=tuple((places[places % FOLDS != fold], places[places % FOLDS == fold]) for fold in range(FOLDS)),
        sealed=Sealed(np.empty(0, dtype=np.int64)),
        seed=seed,
        levels=_NUMBERS + _WORDS * _LEVELS,
    )

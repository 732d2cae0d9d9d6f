"""What a quick model is worth without some columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import r2_score
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict

from app.learning.findings.beside import Beside
from app.learning.findings.records import Without
from app.learning.telling import FEWEST
from app.statistics.auc import placements

Floats = NDArray[np.float64]

_MOST_ROWS, _ROUNDS, _FOLDS = 5_000, 40, 3
_MOST_WORDS = 250
_MOST = 4


def scores_without(beside: Beside, suspects: Sequence[str], *, leave: Collection[str] = ()) -> tuple[Without, ...]:
    """The score with every column, and without each of the first suspects, and without all where there are several.

    ``leave``: columns that name rows, from which nothing is learned anyway.
    """
    judged = beside.judged
    if len(judged.places) > _MOST_ROWS:
        judged = judged.taken(np.linspace(0, len(judged.places) - 1, _MOST_ROWS).astype(np.int64))
    fields = _fields(judged, leave)
    every = _score(judged, fields, ())
    if every is None:
        return ()
    wanted: list[tuple[str, ...]] = [(name,) for name in suspects[:_MOST]]
    wanted += [tuple(suspects)] if len(suspects) > 1 else []
    found = []
    for columns in wanted:
        without = _score(judged, fields, columns)
        if without is not None:
            found.append(Without(columns=columns, metric=_metric(judged), every=every, without=without))
    return tuple(found)


def _metric(beside: Beside) -> str:
    return "r2" if beside.answers.amounts else "roc_auc"


def _fields(beside: Beside, leave: Collection[str]) -> dict[str, Floats]:
    """Columns as numbers; words by how frequent they are, the rarest together."""
    found: dict[str, Floats] = {}
    for name, places in beside.parts.items():
        if name not in leave:
            found[name] = np.column_stack([_as_numbers(beside, place) for place in places])
    return found


def _as_numbers(beside: Beside, place: int) -> Floats:
    column = beside.frame.iloc[:, place]
    if column.dtype != object:
        return column.to_numpy(dtype=np.float64)
    ranks = {word: float(rank) for rank, word in enumerate(column.value_counts().index[:_MOST_WORDS])}
    return column.map(ranks).to_numpy(dtype=np.float64)


def _score(beside: Beside, fields: dict[str, Floats], gone: Collection[str]) -> float | None:
    kept = [values for name, values in fields.items() if name not in gone]
    answers = beside.answers
    if not kept:
        return 0.0 if answers.amounts else 0.5
    given = np.column_stack(kept)
    if answers.amounts:
        model, folds = (
            HistGradientBoostingRegressor(max_iter=_ROUNDS, early_stopping=False),
            KFold(_FOLDS, shuffle=True, random_state=0),
        )
        return float(r2_score(answers.values, cross_val_predict(model, given, answers.values, cv=folds)))
    codes = answers.values.astype(np.int64)
    enough = np.flatnonzero(np.bincount(codes) >= FEWEST)
    rows = np.isin(codes, enough)
    if len(enough) < 2:
        return None
    model = HistGradientBoostingClassifier(max_iter=_ROUNDS, early_stopping=False)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    guessed = cross_val_predict(model, given[rows], codes[rows], cv=folds, method="predict_proba")
    aucs = [placements(codes[rows] == label, guessed[:, place])[0] for place, label in enumerate(enough)]
    return float(np.mean(aucs))

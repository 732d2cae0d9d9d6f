"""Leak alarms of the first order: a column that alone gives the answer away, a copy of the target, a perfect score.

They accuse nobody: a column may be that good. But it must be looked at before anybody relies on the model.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import r2_score
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from app.learning.records import Feature, Task
from app.learning.search.data import LearningData
from app.statistics.auc import placements
from app.text.message import Text, amount

ALARM_AUC = 0.99
ALARM_R2 = 0.95
"""Lower than for classes: an amount that one column almost gives away is still off by its rounding or a margin."""
PERFECT = 0.9999
_ROWS = 10_000
_FOLDS = 3
_MARGIN = 0.02
"""By so much at most a tree may be better on rows that it hasn't seen."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def leak_alarms(data: LearningData, features: Sequence[Feature], out_of_fold: Floats) -> tuple[Text, ...]:
    """Every alarm about a training, worst first.

    Parameters
    ----------
    out_of_fold
        The winner's predictions, shape (n, k); NaN where no fold scored the row.
    """
    step = 1 + len(data.rows) // _ROWS
    values = data.values[::step]
    if not float(np.var(values)):
        return ()  # rows that all have one answer give nothing away
    alarms = []
    places: dict[str, list[int]] = {}
    for place, column in enumerate(data.columns):
        places.setdefault(column.feature, []).append(place)
    for feature in features:
        power = max(_power(data, values, data.frame.iloc[::step, place]) for place in places[feature.name])
        if power > PERFECT:
            alarms.append((power, Text("learning.alarm.copy", {"column": feature.name})))
        elif power > (ALARM_R2 if data.task is Task.REGRESSION else ALARM_AUC):
            kind = "r2" if data.task is Task.REGRESSION else "auc"
            alarms.append(
                (
                    power,
                    Text(f"learning.alarm.column_{kind}", {"column": feature.name, "value": amount(power, "metric")}),
                )
            )
    found = [text for _, text in sorted(alarms, key=lambda pair: -pair[0])]
    if _perfect(data, out_of_fold):
        found.append(Text("learning.alarm.perfect"))
    return tuple(found)


def _power(data: LearningData, values: Floats, column: pd.Series) -> float:
    """How well one column alone tells the target in cross-validation: R², or AUC (mean over the classes). Where a tree
    doesn't even tell it on the rows that it learned from, there is no cross-validation: of thousands of columns it
    would take longer than the models."""
    given = _coded(column)
    if data.task is not Task.REGRESSION:
        return _power_for_classes(given, values.astype(np.int64))
    known = ~np.isnan(given[:, 0])
    straight = _r2_of_line(given[known, 0], values[known]) if column.dtype != object else 0.0
    return max(straight, _power_for_amounts(given, values))


def _power_for_amounts(given: Floats, values: Floats) -> float:
    tree = DecisionTreeRegressor(min_samples_leaf=3, random_state=0)
    learned = float(r2_score(values, tree.fit(given, values).predict(given)))
    if learned < ALARM_R2 - _MARGIN:
        return learned
    return float(r2_score(values, cross_val_predict(tree, given, values, cv=_folds())))


def _power_for_classes(given: Floats, values: Integers) -> float:
    tree = DecisionTreeClassifier(max_depth=6, min_samples_leaf=3, random_state=0)
    learned = _auc(values, tree.fit(given, values).predict_proba(given))
    if learned < ALARM_AUC - _MARGIN:
        return learned
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of a class that isn't in every fold
        return _auc(values, cross_val_predict(tree, given, values, cv=_folds(), method="predict_proba"))


def _folds() -> KFold:
    return KFold(_FOLDS, shuffle=True, random_state=0)


def _coded(column: pd.Series) -> Floats:
    if column.dtype != object:
        return column.to_numpy(dtype=np.float64).reshape(-1, 1)
    codes, _ = pd.factorize(column, sort=True)
    return codes.astype(np.float64).reshape(-1, 1)


def _r2_of_line(given: Floats, values: Floats) -> float:
    if len(given) < 10 or np.ptp(given) == 0 or np.ptp(values) == 0:
        return 0.0
    return float(np.corrcoef(given, values)[0, 1] ** 2)


def _auc(truth: Integers, probabilities: Floats) -> float:
    classes = np.unique(truth)
    return float(np.mean([placements(truth == c, probabilities[:, place])[0] for place, c in enumerate(classes)]))


def _perfect(data: LearningData, out_of_fold: Floats) -> bool:
    scored = ~np.isnan(out_of_fold).any(axis=1)
    values, predictions = data.values[scored], out_of_fold[scored]
    if data.task is Task.REGRESSION:
        return bool(r2_score(values, predictions[:, 0]) > PERFECT)
    return bool((predictions.argmax(axis=1) == values).all())

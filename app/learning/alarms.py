"""Leak alarms of the first order: a column that alone gives the answer away, a copy of the target, a perfect score.

They accuse nobody: a column may be that good. But it must be looked at before anybody relies on the model.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import r2_score
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from app.learning.matrix import MOMENTS
from app.learning.records import Feature, Task
from app.learning.screening import binned_auc, binned_r2
from app.learning.search.data import LearningData
from app.statistics.auc import placements
from app.text.message import Text, amount

ALARM_AUC = 0.99
ALARM_R2 = 0.95
"""Lower than for classes: an amount that one column almost gives away is still off by its rounding or a margin."""
PERFECT = 0.9999
_ROWS = 10_000
_FOLDS = 3
_SCREENED = 0.06
"""Bins may hide so much of what a tree finds."""
_MARGIN = 0.02
"""By so much at most a tree may be better on rows that it hasn't seen."""

_FEWEST_ALONE = 20
_PURE, _HALF, _LIFT = 0.99, 0.5, 1.5
_CHANCE = 1e-6
_MOST_WORDS = 20
_USUAL = 0.05
"""A number that so many rows have may mean "none" or "not yet"."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def leak_alarms(
    data: LearningData, features: Sequence[Feature], out_of_fold: Floats, *, labels: Sequence[str] = ()
) -> tuple[Text, ...]:
    """Every alarm about a training, worst first.

    Parameters
    ----------
    labels
        Names of the classes.
    out_of_fold
        The winner's predictions, shape (n, k); NaN where no fold scored the row.
    """
    step = 1 + len(data.rows) // _ROWS
    values = data.values[::step]
    if not float(np.var(values)):
        return ()  # rows that all have one answer give nothing away
    places: dict[str, list[int]] = {}
    for place, column in enumerate(data.columns):
        places.setdefault(column.feature, []).append(place)
    frame, alarms = data.frame.iloc[::step], []
    promising = _promising(data, frame, values)
    for feature in features:
        own = [frame.iloc[:, place] for place in places[feature.name]]
        likely = (frame.iloc[:, place] for place in places[feature.name] if promising[place])
        power = max((_power(data, values, column) for column in likely), default=0.0)
        found = _strong(feature.name, power, data.task) or _afterwards(data, feature, own, values, labels)
        if found is not None:
            alarms.append((power, found))
    told = [text for _, text in sorted(alarms, key=lambda pair: -pair[0])]
    if _perfect(data, out_of_fold):
        told.append(Text("learning.alarm.perfect"))
    return tuple(told)


def _promising(data: LearningData, frame: pd.DataFrame, values: Floats) -> NDArray[np.bool_]:
    """The columns for which a tree is worth the time."""
    coded = np.column_stack([_coded(frame.iloc[:, place])[:, 0] for place in range(frame.shape[1])])
    if data.task is Task.REGRESSION:
        return binned_r2(coded, values) > ALARM_R2 - _SCREENED
    return binned_auc(coded, values.astype(np.int64)) > ALARM_AUC - _SCREENED


def _strong(name: str, power: float, task: Task) -> Text | None:
    """What is said of a column that tells so much by itself."""
    if power > PERFECT:
        return Text("learning.alarm.copy", {"column": name})
    if power <= (ALARM_R2 if task is Task.REGRESSION else ALARM_AUC):
        return None
    kind = "r2" if task is Task.REGRESSION else "auc"
    return Text(f"learning.alarm.column_{kind}", {"column": name, "value": amount(power, "metric")})


# Known only afterwards: filled, empty or of one value almost only where the answer is the same


def _afterwards(
    data: LearningData, feature: Feature, columns: Sequence[pd.Series], values: Floats, labels: Sequence[str]
) -> Text | None:
    """A column that is filled in (or empty, or has a value) almost only for one answer, and for much of it: written
    down after the event, more often than not."""
    if data.task is Task.REGRESSION:
        return None
    codes = values.astype(np.int64)
    for kind, value, side in _sides(columns[0], whole=feature.type not in MOMENTS):
        label = _only_label(codes, side)
        if label is not None:
            name = labels[label] if label < len(labels) else str(label)
            rows = int(side.sum())
            return Text(
                f"learning.alarm.only_{kind}", {"column": feature.name, "label": name, "n": rows, "value": value}
            )
    return None


def _sides(column: pd.Series, *, whole: bool) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    """Ways to part the rows by a column: filled or empty, by its most frequent words, by its usual number."""
    empty = column.isna().to_numpy()
    if empty.any():
        yield "filled", "", ~empty
        yield "empty", "", empty
    known = column[~empty]
    if not whole or not len(known):
        return
    if column.dtype == object:
        for word in known.value_counts().index[:_MOST_WORDS]:
            yield "value", str(word), (column == word).to_numpy()
    else:
        usual = _usual(known.to_numpy(dtype=np.float64))
        if usual is not None:
            side = (column == usual).to_numpy()
            yield "other", f"{usual:g}", ~side & ~empty
            yield "value", f"{usual:g}", side


def _usual(values: Floats) -> float | None:
    """The most frequent number, where it is frequent: then it stands in sorted values for a while."""
    ordered = np.sort(values)
    reach = max(1, int(np.ceil(_USUAL * len(ordered))))
    often = np.unique(ordered[reach - 1 :][ordered[reach - 1 :] == ordered[: len(ordered) - reach + 1]])
    if not len(often):
        return None
    counts = np.searchsorted(ordered, often, side="right") - np.searchsorted(ordered, often, side="left")
    return float(often[counts.argmax()])


def _only_label(codes: Integers, side: NDArray[np.bool_]) -> int | None:
    """The class that almost all rows of a side have, where that is no chance and holds half of the class."""
    rows = int(side.sum())
    if not _FEWEST_ALONE <= rows <= len(codes) - _FEWEST_ALONE:
        return None
    counts = np.bincount(codes[side])
    label = int(counts.argmax())
    share, members = float(np.mean(codes == label)), int(np.sum(codes == label))
    pure = counts[label] >= _PURE * rows and counts[label] >= _HALF * members
    telling = share * _LIFT <= _PURE and rows * np.log(share) <= np.log(_CHANCE)
    return label if pure and telling else None


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

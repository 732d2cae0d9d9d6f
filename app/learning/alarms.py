"""Leak alarms of the first order: a column that alone gives the answer away, a copy of the target, a perfect score.

They accuse nobody: a column may be that good. But it must be looked at before anybody relies on the model.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import r2_score

from app.learning.matrix import MOMENTS
from app.learning.records import Feature, Task
from app.learning.search.data import LearningData
from app.learning.sides import only_answer, sides_of
from app.learning.telling import Answers, power_of
from app.text.message import Text, Value, amount

ALARM_AUC = 0.99
ALARM_R2 = 0.95
"""Lower than for classes: an amount that one column almost gives away is still off by its rounding or a margin."""
PERFECT = 0.9999
_ROWS = 10_000

Floats = NDArray[np.float64]


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
    answers = Answers(task=data.task, values=values)
    for feature in features:
        own = [frame.iloc[:, place] for place in places[feature.name]]
        power = max(power_of(answers, column) for column in own)
        found = _strong(feature.name, power, data.task) or _afterwards(answers, feature, own[0], labels)
        if found is not None:
            alarms.append((power, found))
    told = [text for _, text in sorted(alarms, key=lambda pair: -pair[0])]
    if _perfect(data, out_of_fold):
        told.append(Text("learning.alarm.perfect"))
    return tuple(told)


def _strong(name: str, power: float, task: Task) -> Text | None:
    """What is said of a column that tells so much by itself."""
    if power > PERFECT:
        return Text("learning.alarm.copy", {"column": name})
    if power <= (ALARM_R2 if task is Task.REGRESSION else ALARM_AUC):
        return None
    kind = "r2" if task is Task.REGRESSION else "auc"
    return Text(f"learning.alarm.column_{kind}", {"column": name, "value": amount(power, "metric")})


# Known only afterwards: filled, empty or of one value almost only where the answer is the same


def _afterwards(answers: Answers, feature: Feature, column: pd.Series, labels: Sequence[str]) -> Text | None:
    """A column that is filled in (or empty, or has a value) almost only for one answer, and for much of it: written
    down after the event, more often than not."""
    if answers.amounts:
        return None
    codes = answers.values.astype(np.int64)
    for side in sides_of(column, values=feature.type not in MOMENTS):
        label = only_answer(codes, side)
        if label is not None:
            name = labels[label] if label < len(labels) else str(label)
            said: dict[str, Value | Text | str | int | float] = {
                "column": feature.name,
                "label": name,
                "n": int(side.rows.sum()),
                "value": side.value,
            }
            return Text(f"learning.alarm.only_{side.kind}", said)
    return None


def _perfect(data: LearningData, out_of_fold: Floats) -> bool:
    scored = ~np.isnan(out_of_fold).any(axis=1)
    values, predictions = data.values[scored], out_of_fold[scored]
    if data.task is Task.REGRESSION:
        return bool(r2_score(values, predictions[:, 0]) > PERFECT)
    return bool((predictions.argmax(axis=1) == values).all())

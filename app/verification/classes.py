"""Figures of each class, where there are more than two."""

from __future__ import annotations

import numpy as np

from app.statistics.auc import auc_interval
from app.statistics.interval import LEVEL, MINIMUM, without
from app.verification.measures import share
from app.verification.metrics import as_estimate
from app.verification.observed import Classified
from app.verification.records import ClassRow


def class_rows(data: Classified, *, level: float = LEVEL) -> tuple[ClassRow, ...]:
    """Of each class, the most frequent first: how many are found, how often it is right, and how well it is ranked."""
    order = sorted(range(len(data.labels)), key=lambda label: (-int(data.counts[label]), label))
    return tuple(_row(data, label, level) for label in order)


def _row(data: Classified, label: int, level: float) -> ClassRow:
    actual, said = np.equal(data.actual, label), np.equal(data.predicted, label)
    n, named = int(actual.sum()), int(said.sum())
    recall = share(said[actual], level=level) if n else without(None, "verification.interval.nothing_counted")
    precision = share(actual[said], level=level) if named else without(None, "verification.interval.never_warns")
    auc = auc_interval(actual, data.probabilities[:, label], level=level)
    made = [as_estimate(one, False, None) for one in (recall, precision, auc)]
    assert made[0] is not None
    assert made[1] is not None
    assert made[2] is not None
    return ClassRow(
        label=data.labels[label], rows=n, named=named, recall=made[0], precision=made[1], auc=made[2], rare=n < MINIMUM
    )

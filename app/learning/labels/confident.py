"""Confident learning: which labels are probably wrong, from the probabilities of a model that didn't learn from them.

C. G. Northcutt, L. Jiang, I. L. Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", Journal of
Artificial Intelligence Research 70 (2021), 1373-1411. The equations are those of section 3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
NOWHERE = -1


def thresholds(given: Integers, probabilities: Floats) -> Floats:
    """How sure the model is of each class on the rows that are labelled so, on average: shape (k,), eq. 2.

    A class without a row has infinity: nothing is counted to it.

    Parameters
    ----------
    given
        Shape (n,): the label of each row.
    probabilities
        Shape (n, k): out of folds.
    """
    classes = probabilities.shape[1]
    own = probabilities[np.arange(len(given)), given]
    counts = np.bincount(given, minlength=classes)
    sums = np.bincount(given, weights=own, minlength=classes)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.inf)


def counted_to(given: Integers, probabilities: Floats) -> Integers:
    """The class that each row counts to, shape (n,): the likeliest of those that reach their threshold (eq. 1);
    ``NOWHERE`` where none does."""
    reached = probabilities >= thresholds(given, probabilities)
    likeliest = np.where(reached, probabilities, -1.0).argmax(axis=1)
    return np.where(reached.any(axis=1), likeliest, NOWHERE).astype(np.int64)


def confident_joint(given: Integers, probabilities: Floats) -> Integers:
    """How many rows that are labelled as one class count to another, shape (k, k): given by row, true by column."""
    classes, counted = probabilities.shape[1], counted_to(given, probabilities)
    known = counted != NOWHERE
    flat = np.bincount(given[known] * classes + counted[known], minlength=classes * classes)
    return flat.reshape(classes, classes).astype(np.int64)


def joint(given: Integers, probabilities: Floats) -> Floats:
    """The estimated distribution of given and true labels, shape (k, k), summing to 1 (eq. 3): each row of the
    confident joint in proportion to how often its label is given. A label that counts nowhere is taken to be right."""
    counts = np.bincount(given, minlength=probabilities.shape[1]).astype(np.float64)
    counted = confident_joint(given, probabilities).astype(np.float64)
    nowhere = counted.sum(axis=1) == 0
    counted[nowhere, nowhere] = 1.0
    found: Floats = counted / counted.sum(axis=1, keepdims=True) * counts[:, None] / len(given)
    return found


def noise(given: Integers, probabilities: Floats) -> float:
    """The estimated share of labels that are wrong."""
    return float(1.0 - np.trace(joint(given, probabilities)))


def doubtful(given: Integers, probabilities: Floats) -> tuple[Integers, Integers]:
    """Rows off the diagonal of the confident joint, most doubtful first, and the class that each probably is.

    They are ordered by the normalised margin, the probability of the given label minus the largest of another. Rows
    whose given label is the likeliest all the same are left in peace: they only reach the threshold of a rarer class.
    """
    rows = np.arange(len(given))
    counted = counted_to(given, probabilities)
    own = probabilities[rows, given]
    others = probabilities.copy()
    others[rows, given] = -1.0
    margin = own - others.max(axis=1)
    found = np.flatnonzero((counted != NOWHERE) & (counted != given) & (margin < 0))
    order = found[np.argsort(margin[found], kind="stable")]
    return order.astype(np.int64), counted[order]

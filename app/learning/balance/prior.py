"""Probabilities of a model that learned from balanced rows, set back to the shares that the classes have.

M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the Outputs of a Classifier to New a Priori Probabilities", Neural
Computation 14 (2002), eq. 4 (for two classes: C. Elkan, "The Foundations of Cost-Sensitive Learning", IJCAI 2001,
theorem 2): each probability times a factor of its class, brought to the sum 1 again. That is a shift of what is added
up before the logistic function. The factors begin with the share of the class before by its share now; since no model
fits exactly, they go on until the mean probability is the share among the rows as they were, as it is where nothing is
balanced.

In trees a factor would leave leaves that are pure among balanced rows as they are, although rows of the frequent class
that were left out belong there: the rows as they were are counted in the leaves instead.

Both is done in the fitted model's own numbers, and it stays what it was: every converter and every reader sees a model
of the catalogue.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import BernoulliNB
from sklearn.neural_network import MLPClassifier
from sklearn.tree import DecisionTreeClassifier

from app.errors import CicloError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_MOST_STEPS, _EXACT, _SMALLEST = 200, 1e-9, 1e-12


def set_back(model: BaseEstimator, factors: Floats, prepared: object, places: Integers) -> None:
    """Change a fitted classifier so that its probabilities are those of the shares before.

    Parameters
    ----------
    factors
        Shape (k,): of each class that the model knows, in its order, the share before by the share now.
    prepared, places
        The rows as they were before they were balanced, as the model eats them, and shape (n,): the place of the class
        of each among those that the model knows.

    Raises
    ------
    CicloError
        ``learning.balance.no_prior`` where the model has no numbers in which it can be done.
    """
    if isinstance(model, VotingClassifier):
        for member in model.estimators_:
            set_back(member, factors, prepared, places)
    elif isinstance(model, (RandomForestClassifier, ExtraTreesClassifier)):
        for tree, leaves in zip(model.estimators_, model.apply(prepared).T, strict=True):
            _count(tree, leaves, places, len(factors))
    elif isinstance(model, DecisionTreeClassifier):
        _count(model, model.apply(prepared), places, len(factors))
    else:
        offsets = _offsets(model)
        shares = np.bincount(places, minlength=len(factors)) / len(places)
        offsets[...] += _shift(offsets, _level(np.asarray(model.predict_proba(prepared)), shares, factors))


def _level(probabilities: Floats, shares: Floats, factors: Floats) -> Floats:
    """The factors, shape (k,), with which the mean probability of each class is its share."""
    for _ in range(_MOST_STEPS):
        weighed = probabilities * factors
        means = (weighed / weighed.sum(axis=1, keepdims=True)).mean(axis=0)
        if np.abs(means - shares).max() < _EXACT:
            break
        factors = factors * shares / np.maximum(means, _SMALLEST)
    return factors


def _offsets(model: BaseEstimator) -> Floats:
    """What is added before the logistic function: one number of two classes, else one for each."""
    if isinstance(model, LogisticRegression):
        found = model.intercept_
    elif isinstance(model, HistGradientBoostingClassifier):
        found = model._baseline_prediction
    elif isinstance(model, BernoulliNB):
        found = model.class_log_prior_
    elif isinstance(model, MLPClassifier):
        found = model.intercepts_[-1]
    else:
        raise CicloError("learning.balance.no_prior")
    offsets: Floats = found
    return offsets


def _shift(offsets: Floats, factors: Floats) -> Floats:
    logs = np.log(factors)
    found: Floats = np.array([logs[1] - logs[0]]) if offsets.size == 1 else logs
    return found.astype(offsets.dtype)


def _count(tree: DecisionTreeClassifier, leaves: Integers, places: Integers, classes: int) -> None:
    """The shares in every node, counted. Where only rows that were made up came it is the share of the node above."""
    shares, left, right = tree.tree_.value, tree.tree_.children_left, tree.tree_.children_right
    counts = np.zeros((len(left), classes))
    np.add.at(counts, (leaves, places), 1.0)
    inner = np.flatnonzero(left != right)
    for node in inner[::-1]:  # children come after their parents
        counts[node] = counts[left[node]] + counts[right[node]]
    for node in inner:
        for child in (left[node], right[node]):
            if not counts[child].any():
                counts[child] = counts[node]
    shares[:, 0] = counts / counts.sum(axis=1, keepdims=True)

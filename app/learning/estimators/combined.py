"""The weighted mean of fitted models."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import Bunch

from app.learning.records import Task

ENSEMBLE_TYPES = ("sklearn.utils._bunch.Bunch",)


def ensemble(task: Task, members: Sequence[Pipeline], weights: Sequence[float]) -> VotingClassifier | VotingRegressor:
    """The weighted mean of fitted members, as scikit-learn's own voting estimator."""
    named = [(f"member{position}", member) for position, member in enumerate(members)]
    if task is Task.REGRESSION:
        vote = VotingRegressor(named, weights=list(weights))
    else:
        vote = VotingClassifier(named, voting="soft", weights=list(weights))
        classes = np.unique(np.concatenate([member.classes_ for member in members]))
        vote.le_ = LabelEncoder().fit(classes)
        vote.classes_ = vote.le_.classes_
    vote.estimators_ = list(members)
    vote.named_estimators_ = Bunch(**dict(named))
    return vote

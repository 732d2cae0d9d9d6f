"""Sums of effects, and what is made of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.base import BaseEstimator

from app.deployment.pmml.markup import apply, flag, number
from app.deployment.pmml.writer import Answer, Column, Floats, Link, Sum, Writer


def effects(writer: Writer, weights: Floats, offsets: Floats, columns: Sequence[Column]) -> tuple[Sum, ...]:
    """A sum for each row of ``weights``, shape (k, columns); what has no effect is left out."""
    for column in columns:
        if np.any(weights):
            writer.field(column.name, column.expression)
    return tuple(
        Sum(
            constant=float(offset),
            terms=tuple((c.expression, float(w)) for c, w in zip(columns, own, strict=True) if w != 0.0),
        )
        for own, offset in zip(weights, offsets, strict=True)
    )


def _sums(writer: Writer, fitted: BaseEstimator, columns: Sequence[Column]) -> tuple[Sum, ...]:
    weights = np.atleast_2d(np.asarray(fitted.coef_, dtype=np.float64))
    return effects(writer, weights, np.broadcast_to(fitted.intercept_, len(weights)), columns)


def amounts(writer: Writer, fitted: BaseEstimator, columns: Sequence[Column]) -> Answer:
    """Linear regression of any sort."""
    return Answer(link=Link.AMOUNT, sums=_sums(writer, fitted, columns))


def exponential(writer: Writer, fitted: BaseEstimator, columns: Sequence[Column]) -> Answer:
    """Models whose logarithm is a sum of effects: Poisson, Gamma, Tweedie."""
    return Answer(link=Link.EXPONENTIAL, sums=_sums(writer, fitted, columns))


def logistic(writer: Writer, fitted: BaseEstimator, columns: Sequence[Column]) -> Answer:
    """Logistic regression of two classes or several."""
    return scores(_sums(writer, fitted, columns))


def scores(sums: tuple[Sum, ...]) -> Answer:
    """Probabilities from scores: of two classes one score, else one for each."""
    return Answer(link=Link.LOGIT if len(sums) == 1 else Link.SOFTMAX, sums=sums)


def bernoulli(writer: Writer, fitted: BaseEstimator, columns: Sequence[Column]) -> Answer:
    """Naive Bayes of columns that are 0 or 1: what each says for and against each class, added up; that is a logistic
    regression."""
    flags = [_above(column, fitted.binarize) for column in columns]
    against = np.log(1 - np.exp(fitted.feature_log_prob_))
    weights, offsets = fitted.feature_log_prob_ - against, fitted.class_log_prior_ + against.sum(axis=1)
    if len(weights) == 2:
        weights, offsets = np.diff(weights, axis=0), np.diff(offsets)
    return scores(effects(writer, weights, offsets, flags))


def _above(column: Column, least: float | None) -> Column:
    if least is None or (column.flag and 0.0 <= least < 1.0):
        return column
    above = flag(apply("greaterThan", column.expression, number(float(least))))
    return Column(name=f"{column.name}|above", expression=above, flag=True)


def prior(writer: Writer, fitted: BaseEstimator, columns: Sequence[Column]) -> Answer:
    """The shares of the classes, whatever the row."""
    shares = [float(share) for share in fitted.class_prior_]
    chosen = shares[1:] if len(shares) == 2 else shares
    return Answer(link=Link.SHARES, sums=tuple(Sum(constant=share) for share in chosen))


def mean(writer: Writer, fitted: BaseEstimator, columns: Sequence[Column]) -> Answer:
    """The mean, whatever the row."""
    return Answer(link=Link.AMOUNT, sums=(Sum(constant=float(np.ravel(fitted.constant_)[0])),))

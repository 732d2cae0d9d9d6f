"""How a loss falls with the number of rows learned from: a power law, and what more rows would bring by it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.statistics.interval import Interval

Floats = NDArray[np.float64]

LEVEL = 0.95
_EXPONENTS = np.linspace(0.1, 1.5, 57)
_DRAWS = 1_000


@dataclass(frozen=True, kw_only=True)
class PowerLaw:
    """``loss(n) = floor + scale * n ** -exponent``; arrays of the same shape (draws,), the first is the best fit and
    the others are of resampled folds."""

    floor: Floats
    scale: Floats
    exponent: Floats

    def at(self, rows: Floats) -> Floats:
        """Losses after so many rows, shape (draws, len(rows))."""
        found: Floats = self.floor[:, None] + self.scale[:, None] * rows[None, :] ** -self.exponent[:, None]
        return found

    def gain(self, rows: float, more: float) -> Interval:
        """By how much the loss falls from ``rows`` to ``more``."""
        losses = self.at(np.array([rows, more], dtype=np.float64))
        fall = losses[:, 0] - losses[:, 1]
        low, high = np.quantile(fall[1:], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        value = float(fall[0])
        return Interval(value=value, low=min(value, float(low)), high=max(value, float(high)), method="power law")

    def band(self, rows: Floats) -> tuple[Floats, Floats, Floats]:
        """The best fit, and the ends of its interval, shape (len(rows),) each."""
        losses = self.at(rows)
        low, high = np.quantile(losses[1:], [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
        return losses[0], np.minimum(low, losses[0]), np.maximum(high, losses[0])


def fit_power_law(rows: Floats, losses: Floats, *, test_share: float, seed: int = 0) -> PowerLaw:
    """Fit a falling power law to the losses of some folds at some numbers of rows.

    Its uncertainty comes from resampling the folds, each with all its losses, since they are of the same rows judged;
    their spread is widened for the overlap of training sets, as in Nadeau & Bengio (2003).

    Parameters
    ----------
    rows
        Shape (m,), m >= 3: rows learned from.
    losses
        Shape (j, m), j >= 2: of each fold, never below zero.
    test_share
        Rows judged divided by rows learned from, in each fold.

    References
    ----------
    T. Viering, M. Loog, "The Shape of Learning Curves: a Review", IEEE Transactions on Pattern Analysis and Machine
    Intelligence 45 (2023), 7799-7819. F. Mohr, J. N. van Rijn, "Learning Curves for Decision Making in Supervised
    Machine Learning: A Survey", Machine Learning 113 (2024), 8371-8425.
    """
    folds = len(losses)
    mean = losses.mean(axis=0)
    drawn = np.random.default_rng(seed).integers(0, folds, size=(_DRAWS, folds))
    wider = math.sqrt((1 + folds * test_share) * folds / (folds - 1))
    several = np.concatenate([mean[None, :], mean + wider * (losses[drawn].mean(axis=1) - mean)])
    return _fit(rows.astype(np.float64), several)


def _fit(rows: Floats, several: Floats) -> PowerLaw:
    """Least squares for each curve of ``several``, shape (d, m): the best of many exponents, floor and scale at zero or
    above."""
    best = np.full(len(several), np.inf)
    floor, scale, exponent = (np.zeros(len(several)) for _ in range(3))
    for power in _EXPONENTS:
        x = (rows / rows[-1]) ** -power
        found_floor, found_scale = _line(x, several)
        error = ((found_floor[:, None] + found_scale[:, None] * x - several) ** 2).sum(axis=1)
        better = error < best
        best = np.where(better, error, best)
        floor, scale = np.where(better, found_floor, floor), np.where(better, found_scale * rows[-1] ** power, scale)
        exponent = np.where(better, power, exponent)
    return PowerLaw(floor=floor, scale=scale, exponent=exponent)


def _line(x: Floats, several: Floats) -> tuple[Floats, Floats]:
    """Intercept and slope of each curve over ``x`` by least squares, neither below zero."""
    centred = x - x.mean()
    slope = several @ centred / (centred @ centred)
    intercept = several.mean(axis=1) - slope * x.mean()
    flat = slope < 0
    slope, intercept = np.where(flat, 0.0, slope), np.where(flat, several.mean(axis=1), intercept)
    through = intercept < 0
    return np.where(through, 0.0, intercept), np.where(through, several @ x / (x @ x), slope)

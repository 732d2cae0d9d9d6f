"""What more rows would bring, against curves whose law is known."""

from __future__ import annotations

import numpy as np
import pytest

from app.statistics.power_law import fit_power_law

ROWS = np.array([500.0, 1_000.0, 2_000.0, 4_000.0])
FOLDS = 5


def losses(floor: float, scale: float, exponent: float, *, noise: float, seed: int) -> np.ndarray:
    """Of folds that differ among each other, and at each number of rows a little more."""
    random = np.random.default_rng(seed)
    curve = floor + scale * ROWS**-exponent
    found = curve + random.normal(0, 3 * noise, (FOLDS, 1)) + random.normal(0, noise, (FOLDS, len(ROWS)))
    return np.maximum(0.0, found)


@pytest.mark.parametrize(("floor", "scale", "exponent"), [(0.1, 2.0, 0.5), (0.0, 1.0, 0.3), (0.2, 50.0, 1.0)])
def test_that_a_law_without_noise_is_found_again(floor: float, scale: float, exponent: float) -> None:
    law = fit_power_law(ROWS, losses(floor, scale, exponent, noise=0.0, seed=0), test_share=0.25)
    gain = law.gain(4_000, 8_000)
    true = scale * (4_000.0**-exponent - 8_000.0**-exponent)
    assert gain.value == pytest.approx(true, rel=0.05)
    assert gain.low is not None
    assert gain.high is not None
    assert gain.low <= gain.value <= gain.high


def test_that_the_interval_holds_the_true_gain_about_as_often_as_it_says() -> None:
    true, held = 2.0 * (4_000.0**-0.5 - 8_000.0**-0.5), 0
    for seed in range(100):
        law = fit_power_law(ROWS, losses(0.1, 2.0, 0.5, noise=0.003, seed=seed), test_share=0.25, seed=seed)
        gain = law.gain(4_000, 8_000)
        assert gain.low is not None
        assert gain.high is not None
        held += gain.low <= true <= gain.high
    assert held >= 80


def test_that_a_curve_that_does_not_fall_promises_nothing() -> None:
    gain = fit_power_law(ROWS, np.tile([0.2, 0.21, 0.22, 0.23], (FOLDS, 1)), test_share=0.25).gain(4_000, 8_000)
    assert gain.value == pytest.approx(0.0)


def test_that_the_band_lies_around_the_curve() -> None:
    law = fit_power_law(ROWS, losses(0.1, 2.0, 0.5, noise=0.003, seed=1), test_share=0.25)
    middle, low, high = law.band(np.geomspace(500, 8_000, 12))
    assert (low <= middle).all()
    assert (middle <= high).all()
    assert (np.diff(middle) <= 0).all()

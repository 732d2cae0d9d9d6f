"""Summaries of columns hold for every number that a file can hold."""

from __future__ import annotations

import sys
from fractions import Fraction
from math import isfinite, isqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.data.profiling import summary_of_numbers
from app.data.records import ColumnType

_NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


def _root(square: Fraction) -> float:
    """The square root of a fraction, beyond what a float can hold on the way."""
    shift = 2 * max(0, 200 - (square.numerator.bit_length() - square.denominator.bit_length()) // 2)
    return float(Fraction(isqrt((square.numerator << shift) // square.denominator), 1 << (shift // 2)))


@given(st.lists(_NUMBERS, min_size=2, max_size=30))
def test_that_mean_and_deviation_are_right_up_to_the_ends_of_the_range(values: list[float]) -> None:
    ordered = np.sort(np.array(values))
    profile = summary_of_numbers("x", ColumnType.NUMBER, ordered, len(values), 0).profile
    exact = [Fraction(v) for v in values]
    mean = sum(exact) / len(exact)
    largest = max(map(abs, values))
    assert profile.mean == pytest.approx(float(mean), rel=1e-9, abs=1e-12 * largest)
    square = sum((v - mean) ** 2 for v in exact) / (len(exact) - 1)
    expected = _root(min(square, Fraction(sys.float_info.max) ** 2))
    assert profile.deviation == pytest.approx(expected, rel=1e-6, abs=1e-12 * largest + 1e-323)
    assert profile.chart is not None
    assert all(map(isfinite, profile.chart.edges))
    assert sum(profile.chart.counts) == len(values)

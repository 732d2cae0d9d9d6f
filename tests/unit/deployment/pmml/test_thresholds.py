from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.deployment.pmml.forests import in_double

NUMBERS = st.floats(-3e38, 3e38, allow_nan=False)


@settings(max_examples=2_000, deadline=None)
@given(threshold=NUMBERS, other=NUMBERS)
def test_that_a_threshold_in_double_cuts_where_single_precision_does(threshold: float, other: float) -> None:
    """Also among the doubles that are rounded to the threshold's neighbours."""
    single = np.float32(threshold)
    near = [np.nextafter(single, np.float32(end)) for end in (-np.inf, np.inf)]
    middles = [(float(single) + float(one)) / 2 for one in near]
    found = in_double(np.array([threshold]))[0]
    values = [threshold, other, float(single), *map(float, near), found, *middles]
    values += [float(np.nextafter(value, end)) for value in values for end in (-np.inf, np.inf)]
    for value in values:
        assert (value <= found) == (float(np.float32(value)) <= threshold)

"""Columns of words for tests."""

from __future__ import annotations

import numpy as np
import pyarrow as pa


def words(values: np.ndarray) -> pa.ChunkedArray:
    """The values as a column of words."""
    return pa.chunked_array([pa.array([str(value) for value in values.tolist()], pa.string())])

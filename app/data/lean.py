"""Keeps pandas out of processes that need Arrow only.

Arrow imports pandas at its first conversion of a Python value, merely to recognise pandas objects, which takes a second
(pyarrow's ``_PandasAPIShim``). Its first try is made here to find nothing; a later ``to_pandas`` tries again.
"""

from __future__ import annotations

import contextlib
import sys

import pyarrow as pa


def _try_once() -> None:
    if "pandas" in sys.modules:
        return
    sys.modules["pandas"] = None  # type: ignore[assignment]
    try:
        with contextlib.suppress(ImportError, AttributeError):
            pa.array([0])
        pa.scalar("")  # the C++ side tries for itself, once
    finally:
        del sys.modules["pandas"]


_try_once()

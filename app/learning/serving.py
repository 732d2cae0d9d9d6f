"""How large a stored model is, and how long it takes to predict: measured on the file that was written."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

import pandas as pd

from app.learning.model import open_pipeline, raw_predictions
from app.learning.search.records import Served

_TIMES, _SECONDS = 9, 1.0
_THOUSAND = 1_000


def measure(path: Path, frame: pd.DataFrame, *, classes: int) -> Served:
    """Size and latency (the median) of a model's file.

    Parameters
    ----------
    frame
        Rows to predict, at least one; the same ones again where there are fewer than a thousand.
    classes
        How many there are; 0 for amounts.
    """
    pipeline = open_pipeline(path.read_bytes())

    def milliseconds(rows: int) -> float:
        part = frame.iloc[[n % len(frame) for n in range(rows)]]
        raw_predictions(pipeline, part, classes=classes)  # once for what is only done once
        taken: list[float] = []
        while len(taken) < _TIMES and sum(taken) < _SECONDS:
            began = time.perf_counter()
            raw_predictions(pipeline, part, classes=classes)
            taken.append(time.perf_counter() - began)
        return round(1_000 * median(taken), 3)

    return Served(size_bytes=path.stat().st_size, one_row_ms=milliseconds(1), thousand_rows_ms=milliseconds(_THOUSAND))

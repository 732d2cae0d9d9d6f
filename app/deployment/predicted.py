"""What a version said of the rows that it was judged on, beside what was true: a table for plots."""

from __future__ import annotations

import csv
import io

import numpy as np
import pyarrow.parquet as pq

from app.learning.records import ModelVersion, Task
from app.verification.records import Report

HEADER = ("actual", "predicted")


def predicted_file(predictions: bytes, version: ModelVersion, report: Report) -> bytes:
    """The ``predictions`` of a report as CSV: what was true, and what was said with the threshold of the report."""
    table = pq.read_table(io.BytesIO(predictions))
    if version.task is Task.REGRESSION:
        said = table["value"].to_pylist()
    else:
        shares = np.column_stack([table[f"p{place}"].to_numpy() for place in range(len(version.labels))])
        threshold = version.threshold if report.threshold is None else report.threshold
        two = len(version.labels) == 2
        chosen = (shares[:, 1] >= threshold).astype(int) if two else shares.argmax(axis=1)
        said = [version.labels[place] for place in chosen]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(zip(table["actual"].to_pylist(), said, strict=True))
    return text.getvalue().encode()

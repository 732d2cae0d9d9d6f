"""What a version said of the rows it was judged on, kept with its report so that versions can be set side by side
without opening the hold-out once more."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from app.data.stored import read_stored
from app.learning.records import ModelVersion, Task
from app.learning.scoring import decide
from app.project import StagedFile
from app.project.durable import stage_file
from app.verification.observed import Classified, Codes, Measured, Observed

OBJECT = "predictions"
_ROW, _ACTUAL, _VALUE, _CLASS = "row", "actual", "value", "p"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Rows of a dataset, and what was observed on them."""

    rows: Codes
    observed: Observed


def write_predictions(folder: Path, rows: Codes, observed: Observed) -> StagedFile:
    """Write them as Parquet: ``row``, ``actual`` (amount, or index of the label), and ``value`` or ``p0``, ``p1``, ...
    in the order of the labels."""
    columns: dict[str, NDArray[np.generic]] = {_ROW: rows.astype(np.int64)}
    if isinstance(observed, Measured):
        columns |= {_ACTUAL: observed.actual, _VALUE: observed.predicted}
    else:
        columns[_ACTUAL] = observed.actual.astype(np.int32)
        columns |= {f"{_CLASS}{n}": observed.probabilities[:, n] for n in range(len(observed.labels))}
    path = folder / "predictions.parquet"
    pq.write_table(pa.table(columns), path, compression="zstd")
    return stage_file(path, media="application/vnd.apache.parquet")


def read_predictions(path: Path, version: ModelVersion) -> Judged:
    """Read them again; the baseline isn't known any more.

    Raises
    ------
    CicloError
        ``project.damaged_object`` where the file isn't what was written.
    """
    table = read_stored(path)
    rows, actual = table.column(_ROW).to_numpy(), table.column(_ACTUAL).to_numpy()
    if version.task is Task.REGRESSION:
        said = table.column(_VALUE).to_numpy()
        return Judged(rows=rows, observed=Measured(actual=actual, predicted=said, centre=float("nan")))
    k = len(version.labels)
    probabilities = np.column_stack([table.column(f"{_CLASS}{n}").to_numpy() for n in range(k)])
    binary = version.task is Task.BINARY
    return Judged(
        rows=rows,
        observed=Classified(
            labels=version.labels,
            positive=version.labels.index(version.positive) if binary else -1,
            actual=actual.astype(np.intp),
            predicted=decide(probabilities, threshold=version.threshold).astype(np.intp),
            probabilities=probabilities,
            prior=np.full(k, 1 / k),
            threshold=version.threshold if binary else None,
        ),
    )

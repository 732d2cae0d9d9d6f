"""A file's answers beside those of the model that it was written from."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pyarrow as pa

from app.deployment.comparing import compare
from app.deployment.onnx.inputs import feeds
from app.deployment.onnx.writing import LABEL, PROBABILITIES, VALUE
from app.learning.model import FittedModel, Predictions, predict_table
from app.learning.records import Signature, Task

BATCH, PROSE_BATCH = 16_384, 1_024
"""Rows that are asked at a time; fewer where the words of prose are counted in thousands of buckets."""


def open_session(data: bytes) -> onnxruntime.InferenceSession:
    """The file in the runtime, on one thread: the order of sums depends on their number."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def run(session: onnxruntime.InferenceSession, table: pa.Table, signature: Signature, *, batch: int = 0) -> Predictions:
    """What the file says of a table's rows, asked ``batch`` rows at a time."""
    parts = []
    size = batch or (PROSE_BATCH if any(feature.prose for feature in signature.features) else BATCH)
    for start in range(0, max(1, table.num_rows), size):
        given = feeds(table.slice(start, size), signature.features)
        parts.append(session.run(None, given))
    names = [output.name for output in session.get_outputs()]
    found = {name: np.concatenate([part[place] for part in parts]) for place, name in enumerate(names)}
    if signature.task is Task.REGRESSION:
        nothing = np.empty(0, dtype=object)
        return Predictions(labels=nothing, values=found[VALUE], probabilities=np.empty((table.num_rows, 0)))
    return Predictions(labels=found[LABEL], values=np.empty(0), probabilities=found[PROBABILITIES])


def parity(model: FittedModel, onnx_bytes: bytes, table: pa.Table) -> tuple[float, int]:
    """The largest difference between model and file over a table's rows, and how many labels differ.

    Differences of probabilities are absolute; those of amounts beyond 1 are relative to the amount. Labels aren't
    counted where two answers tie.
    """
    found = run(open_session(onnx_bytes), table, model.signature)
    difference, flips, _ = compare(predict_table(model, table), found, model.signature)
    return difference, flips

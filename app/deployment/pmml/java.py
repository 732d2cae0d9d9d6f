"""JPMML as the reader of a file, where Java and the package jpmml_evaluator happen to be installed."""

from __future__ import annotations

import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from app.deployment.pmml.inputs import given
from app.deployment.pmml.reader import Document, no_label
from app.learning.matrix import Floats
from app.learning.model import Predictions
from app.learning.records import Signature, Task

_PACKAGE = "jpmml_evaluator"


def installed() -> bool:
    """Whether JPMML can be asked."""
    return shutil.which("java") is not None and find_spec(_PACKAGE) is not None


def runtime() -> str:
    """Who is asked, with the version."""
    return f"JPMML-Evaluator for Python {version('jpmml-evaluator')}"


def run(path: Path, document: Document, table: pa.Table, signature: Signature) -> Predictions:
    """What JPMML says of a table's rows, once the rows inside the file have come out right."""
    from jpmml_evaluator import make_evaluator

    evaluator = make_evaluator(path).verify()
    columns = given(table, signature.features)
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    found = evaluator.evaluateAll(frame, parallelism=1)
    if signature.task is Task.REGRESSION:
        nothing, shares = np.empty(0, dtype=object), np.empty((table.num_rows, 0))
        return Predictions(labels=nothing, values=_numbers(found[document.decided]), probabilities=shares)
    shares = np.column_stack([_numbers(found[document.probabilities[label]]) for label in signature.labels])
    labels = no_label(found[document.decided].to_numpy(dtype=object, copy=True))
    return Predictions(labels=labels, values=np.empty(0), probabilities=shares)


def _numbers(values: pd.Series[float]) -> Floats:
    return np.asarray(values, dtype=np.float64)

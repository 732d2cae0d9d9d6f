"""How MLflow asks this model: a table in; `prediction` and, for classification, a probability for each label out.

Plain source that can be read before it runs. Nothing is unpickled: the model is the ONNX file beside it, whose metadata
say of each column what it is. Needs numpy, pandas and onnxruntime.
"""

import json

import numpy as np
import onnxruntime
import pandas as pd

DAY_US = 86_400_000_000
BATCH, PROSE_BATCH = 16_384, 1_024


class Model:
    """What `mlflow.pyfunc.load_model` wraps."""

    def __init__(self, path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._columns = json.loads(self._session.get_modelmeta().custom_metadata_map["ciclo.columns"])
        self._shapes = {given.name: (-1,) * len(given.shape) for given in self._session.get_inputs()}
        self._names = [made.name for made in self._session.get_outputs()]

    def predict(self, model_input, params=None):
        """The answers for a table, row by row, with its index."""
        missing = [c["name"] for c in self._columns if c["name"] not in model_input]
        if missing:
            raise ValueError(f"These columns are missing: {missing}")
        prose = any(c["unit"].startswith("prose") for c in self._columns)
        size = PROSE_BATCH if prose else BATCH
        starts = range(0, max(1, len(model_input)), size)
        parts = [self._answers(model_input.iloc[start : start + size]) for start in starts]
        found = {name: np.concatenate(part) for name, part in zip(self._names, zip(*parts, strict=True), strict=True)}
        return pd.DataFrame(found, index=model_input.index)

    def _answers(self, table):
        given = {}
        for column in self._columns:
            values = feed(table[column["name"]], column)
            given[column["name"]] = values.reshape((-1, 1) if len(self._shapes[column["name"]]) == 2 else (-1,))
        return self._session.run(None, given)


def feed(values, column):
    """A column as the model takes it, shape (rows,)."""
    unit, missing = column["unit"], column["missing"]
    if unit == "number":
        return pd.to_numeric(values).to_numpy(dtype=np.float64, na_value=np.nan)
    if unit.startswith(("days", "seconds")):
        return moments(values, days=unit.startswith("days"))
    gone = values.isna().to_numpy()
    truths = {level.lower(): level for level in column["levels"]}
    cells = [word(value, truths) for value in values]
    if unit.startswith("prose"):
        cells = [cell.lower() for cell in cells]
    return np.array([missing if away else cell for cell, away in zip(cells, gone, strict=True)], dtype=object)


def word(value, truths):
    """A cell as text; truth values as the file had them that was learned from."""
    return truths.get(str(value).lower(), str(value)) if isinstance(value, (bool, np.bool_)) else str(value)


def moments(values, *, days):
    """Dates as days since 1970-01-01, moments as seconds."""
    stamps = pd.to_datetime(values).to_numpy().astype("datetime64[us]")
    counted = stamps.astype(np.int64)
    found = np.floor(counted / DAY_US) if days else counted / 1e6
    return np.where(np.isnat(stamps), np.nan, found)


def _load_pyfunc(path):
    """MLflow's way in."""
    return Model(path)

"""Ask a model folder as MLflow does: through the source that lies in it."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Protocol

import numpy as np
import onnxruntime
import pandas as pd
import pyarrow as pa

from app.deployment.onnx.writing import flat_outputs
from app.deployment.targets.mlflow.folder import CODE, LOADER, MODEL_FILE
from app.learning.model import Predictions
from app.learning.records import Signature, Task

RUNTIME = f"onnxruntime {onnxruntime.__version__}"


class _Loaded(Protocol):
    def predict(self, model_input: pd.DataFrame) -> pd.DataFrame: ...


class _Loader(Protocol):
    def _load_pyfunc(self, path: str) -> _Loaded: ...


def ask_folder(folder: Path, table: pa.Table, signature: Signature) -> Predictions:
    """What a folder that was just written says of the rows of a table."""
    found = _loader(folder)._load_pyfunc(str(folder / MODEL_FILE)).predict(table.to_pandas())
    names = flat_outputs(signature)
    first = found[names[0]].to_numpy()
    if signature.task is Task.REGRESSION:
        nothing = np.empty(0, dtype=object)
        return Predictions(labels=nothing, values=first, probabilities=np.empty((len(found), 0)))
    probabilities = found[list(names[1:])].to_numpy(dtype=np.float64)
    return Predictions(labels=first.astype(object), values=np.empty(0), probabilities=probabilities)


def _loader(folder: Path) -> _Loader:
    """The source of the folder as a module; Python's own way would leave a compiled copy beside it."""
    path = folder / CODE / f"{LOADER}.py"
    module = ModuleType(LOADER)
    exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)
    loader: _Loader = module
    return loader

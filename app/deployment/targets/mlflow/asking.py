"""Ask a model folder as MLflow does: through the source that lies in it."""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Protocol

import numpy as np
import onnxruntime
import pandas as pd
import pyarrow as pa

from app.deployment.onnx.writing import flat_outputs
from app.deployment.targets.mlflow.folder import CODE, LOADER, MODEL_FILE
from app.errors import CicloError
from app.learning.model import Predictions
from app.learning.records import Signature, Task
from app.resources import resource

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
    """The source of the folder as a module. Ciclo's own copy of it is run, and only if the folder's is the same."""
    own = resource("templates", f"{LOADER}.py")
    if (folder / CODE / own.name).read_bytes() != own.read_bytes():
        raise CicloError("deployment.not_certified", cause=own.name)
    found = SourceFileLoader(LOADER, str(own))
    module = ModuleType(LOADER)
    found.exec_module(module)
    loader: _Loader = module
    return loader

"""The model folder of MLflow, written by hand: its files are text and ONNX, and nothing in it is a pickle.

The ONNX file takes and gives columns, so that MLflow's own ONNX flavour can ask it; ``python_function`` goes through a
few lines of source in ``code``, which also take dates as dates, gaps as gaps and sentences in any case.
"""

from __future__ import annotations

import json
import platform
from datetime import date, datetime
from importlib.metadata import version as version_of
from pathlib import Path

import msgspec

from app.data.recipe.travelling import Place
from app.data.records import ColumnType
from app.deployment.made import Source, onnx_of
from app.deployment.onnx.writing import flat_outputs
from app.deployment.targets.facts import metrics, tags
from app.learning.records import Feature, Signature, Task
from app.project.durable import writing
from app.resources import resource

MODEL_FILE, ABOUT_FILE, CERTIFICATE_FILE = "model.onnx", "MLmodel", "certificate.json"
CODE, LOADER = "code", "ciclo_pyfunc"
_EXAMPLE, _SERVED = "input_example.json", "serving_input_example.json"
_OLDEST = "2.9"
_PACKAGES = ("numpy", "onnx", "onnxruntime", "pandas")
_EPOCH_DAY = date(1970, 1, 1).toordinal()
Value = str | int | float | bool | None
Described = dict[str, object]


def write_folder(source: Source, folder: Path) -> None:
    """Write the folder, still without its proof; the same version gives the same bytes.

    Raises
    ------
    CicloError
        ``deployment.onnx.no_converter`` naming what can't be written.
    """
    onnx, signature = onnx_of(source, flat=True), _signature(source)
    example = _example(signature)
    files = {
        MODEL_FILE: onnx,
        ABOUT_FILE: text(_about(source)),
        "conda.yaml": text(_conda()),
        "python_env.yaml": text(_python_env()),
        "requirements.txt": ("\n".join(_requirements()) + "\n").encode(),
        _EXAMPLE: text(example),
        _SERVED: text({"dataframe_split": example}),
        f"{CODE}/{LOADER}.py": resource("templates", f"{LOADER}.py").read_bytes(),
    }
    with writing(folder):
        (folder / CODE).mkdir(parents=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)


def _signature(source: Source) -> Signature:
    """With the columns that the file is given."""
    return msgspec.structs.replace(source.model.signature, features=source.given(Place.ONNX))


def text(document: object) -> bytes:
    """A document as JSON, which is YAML as well."""
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _about(source: Source) -> Described:
    version = source.version
    python = platform.python_version()
    return {
        "artifact_path": "model",
        "flavors": {
            "onnx": {
                "code": None,
                "data": MODEL_FILE,
                "onnx_version": version_of("onnx"),
                "providers": ["CPUExecutionProvider"],
            },
            "python_function": {
                "loader_module": LOADER,
                "code": CODE,
                "data": MODEL_FILE,
                "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
                "python_version": python,
            },
        },
        "metadata": {**tags(source, ""), **{f"metric.{name}": value for name, value in metrics(source).items()}},
        "mlflow_version": _OLDEST,
        "model_uuid": source.release[:32],
        "saved_input_example_info": {
            "artifact_path": _EXAMPLE,
            "pandas_orient": "split",
            "serving_input_path": _SERVED,
            "type": "dataframe",
        },
        "signature": described(_signature(source)),
        "utc_time_created": version.decision_record.time.replace("T", " ").rstrip("Z"),
    }


def described(signature: Signature) -> Described:
    """The columns that go in and come out, in the words of MLflow: lists as text."""
    inputs = [{"type": _type(f), "name": f.name, "required": True} for f in signature.features]
    answers = flat_outputs(signature)
    first = "double" if signature.task is Task.REGRESSION else "string"
    kinds = [first, *["double"] * (len(answers) - 1)]
    outputs = [{"type": kind, "name": name, "required": True} for kind, name in zip(kinds, answers, strict=True)]
    return {
        "inputs": json.dumps(inputs, ensure_ascii=False),
        "outputs": json.dumps(outputs, ensure_ascii=False),
        "params": None,
    }


def _type(feature: Feature) -> str:
    """As pandas reads the column from a file: whole numbers are such only where there are no gaps. MLflow turns
    neither kind of number into the other."""
    if feature.type is ColumnType.INTEGER:
        return "double" if feature.missing_seen else "long"
    if _is_truth(feature):
        return "boolean"
    known = {ColumnType.NUMBER: "double", ColumnType.DATE: "datetime", ColumnType.DATETIME: "datetime"}
    return known.get(feature.type, "string")


def _is_truth(feature: Feature) -> bool:
    """Whether pandas reads the column as truth values: those of words such as yes and no stay words."""
    plain = {level.lower() for level in feature.levels} <= {"true", "false"}
    return feature.type is ColumnType.BOOLEAN and plain and not feature.missing_seen


def _example(signature: Signature) -> Described:
    """A row that is nobody's: the middle of each range, the most frequent word."""
    return {
        "columns": [feature.name for feature in signature.features],
        "data": [[_usual(feature) for feature in signature.features]],
    }


def _usual(feature: Feature) -> Value:
    middle = ((feature.low or 0.0) + (feature.high or 0.0)) / 2
    if feature.type is ColumnType.INTEGER:
        return round(middle)
    if feature.type is ColumnType.NUMBER:
        return middle
    if feature.type is ColumnType.DATE:
        return date.fromordinal(_EPOCH_DAY + round(middle)).isoformat()
    if feature.type is ColumnType.DATETIME:
        return (datetime.fromordinal(_EPOCH_DAY + int(middle // 86_400))).isoformat()
    word = feature.levels[0] if feature.levels else ""
    return word.lower() == "true" if _is_truth(feature) else word


def _requirements() -> list[str]:
    return [f"mlflow>={_OLDEST}", *(f"{name}=={version_of(name)}" for name in _PACKAGES)]


def _python_env() -> Described:
    return {"python": platform.python_version(), "build_dependencies": ["pip"], "dependencies": ["-r requirements.txt"]}


def _conda() -> Described:
    return {
        "name": "mlflow-env",
        "channels": ["conda-forge"],
        "dependencies": [f"python={platform.python_version()}", "pip", {"pip": _requirements()}],
    }

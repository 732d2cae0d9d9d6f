"""The model folder of MLflow, without MLflow."""

from __future__ import annotations

import json
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from app.data.records import ColumnType
from app.deployment.onnx.parity import open_session
from app.deployment.onnx.writing import flat_outputs, write_onnx
from app.deployment.place import files_below, measured
from app.deployment.targets.mlflow.folder import described
from app.deployment.targets.mlflow.target import MlflowTarget
from app.learning.model import predict_table
from app.learning.records import Feature, Signature, Task
from app.resources import resource
from tests.unit.deployment.models import fitted, table
from tests.unit.deployment.targets.sources import made, make_source


@pytest.mark.parametrize("task", list(Task))
def test_that_the_folder_answers_as_the_model_does(task: Task, tmp_path: Path) -> None:
    source = make_source(tmp_path, task)
    folder = made(MlflowTarget(), source, tmp_path / "folder")
    wanted = predict_table(source.model, table())
    found = MlflowTarget().answer(folder, table(), source.model.signature).predictions
    assert found.labels.tolist() == wanted.labels.tolist()
    np.testing.assert_allclose(found.probabilities, wanted.probabilities, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.values, wanted.values, rtol=1e-12)


def test_that_the_same_version_gives_the_same_folder(tmp_path: Path) -> None:
    source = make_source(tmp_path)
    one, other = (made(MlflowTarget(), source, tmp_path / name) for name in ("one", "other"))
    assert measured(one) == measured(other)


def test_that_asking_the_folder_leaves_nothing_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    source = make_source(tmp_path)
    folder = made(MlflowTarget(), source, tmp_path / "folder")
    before = files_below(folder)
    MlflowTarget().answer(folder, table(), source.model.signature)
    assert files_below(folder) == before


def test_that_the_signature_says_what_goes_in_and_what_comes_out(tmp_path: Path) -> None:
    folder = made(MlflowTarget(), make_source(tmp_path), tmp_path / "folder")
    about = json.loads((folder / "MLmodel").read_text(encoding="utf-8"))
    inputs = {one["name"]: one["type"] for one in json.loads(about["signature"]["inputs"])}
    assert inputs == {"amount": "double", "count": "long", "since": "datetime", "colour": "string"}
    outputs = [(one["name"], one["type"]) for one in json.loads(about["signature"]["outputs"])]
    assert outputs == [("prediction", "string"), ("probability_<=50K", "double"), ("probability_>50K", "double")]
    assert about["metadata"]["ciclo.approver"] == "Ana"
    assert about["metadata"]["ciclo.gate.no_leakage"] == "passed 0 (limit 0)"


def test_that_the_example_is_nobodys_row_and_can_be_asked(tmp_path: Path) -> None:
    source = make_source(tmp_path)
    folder = made(MlflowTarget(), source, tmp_path / "folder")
    example = json.loads((folder / "input_example.json").read_text(encoding="utf-8"))
    rows = pd.DataFrame(example["data"], columns=example["columns"])
    rows["since"] = pd.to_datetime(rows["since"])
    known = table().to_pandas()
    assert not ((known["amount"] == rows["amount"][0]) & (known["count"] == rows["count"][0])).any()
    namespace: dict[str, object] = {}
    exec((folder / "code" / "ciclo_pyfunc.py").read_text(encoding="utf-8"), namespace)
    found = namespace["_load_pyfunc"](str(folder / "model.onnx")).predict(rows)
    assert found["prediction"][0] in ("<=50K", ">50K")


def test_that_gaps_and_days_are_taken_as_people_write_them(tmp_path: Path) -> None:
    source = make_source(tmp_path)
    folder = made(MlflowTarget(), source, tmp_path / "folder")
    namespace: dict[str, object] = {}
    exec((folder / "code" / "ciclo_pyfunc.py").read_text(encoding="utf-8"), namespace)
    ask = namespace["_load_pyfunc"](str(folder / "model.onnx")).predict
    plain = table().to_pandas()
    spoken = plain.assign(
        since=plain["since"].astype(str), colour=plain["colour"].astype(object), count=plain["count"] * 1.0
    )
    spoken.index = spoken.index[::-1]
    assert ask(spoken).reset_index(drop=True)[::-1].reset_index(drop=True).shape == (len(plain), 3)
    assert ask(spoken)["prediction"].tolist() == ask(plain)["prediction"].tolist()
    gone = plain.assign(colour=None, amount=None, since=pd.NaT)
    assert ask(gone.head(3)).notna().all().all()
    with pytest.raises(ValueError, match="colour"):
        ask(plain.drop(columns="colour"))


def test_that_a_flat_file_takes_and_gives_columns() -> None:
    model = fitted(Task.MULTICLASS)
    session = open_session(write_onnx(model, flat=True))
    assert {given.name: len(given.shape) for given in session.get_inputs()} == dict.fromkeys(
        ("amount", "count", "since", "colour"), 1
    )
    names = [one.name for one in session.get_outputs()]
    assert names == ["prediction", "probability_a", "probability_b", "probability_ñ"]
    assert tuple(names) == flat_outputs(model.signature)
    assert all(len(one.shape) == 1 for one in session.get_outputs())


@pytest.mark.parametrize(
    ("levels", "kind", "taken"),
    [
        (("No", "Yes"), "string", {"No": "No", "Yes": "Yes"}),
        (("false", "true"), "boolean", {True: "true", np.bool_(False): "false"}),
        (("FALSE", "TRUE"), "boolean", {True: "TRUE", False: "FALSE", "TRUE": "TRUE"}),
    ],
)
def test_that_truth_values_stay_the_words_that_were_learned(
    levels: tuple[str, ...], kind: str, taken: dict[object, str]
) -> None:
    """A column of yes and no was put into small letters, and every row of it was unseen."""
    feature = Feature(name="partner", type=ColumnType.BOOLEAN, levels=levels)
    signature = Signature(task=Task.REGRESSION, labels=(), positive="", threshold=0.5, features=(feature,))
    (told,) = json.loads(str(described(signature)["inputs"]))
    assert told["type"] == kind
    module = ModuleType("ciclo_pyfunc")
    SourceFileLoader("ciclo_pyfunc", str(resource("templates", "ciclo_pyfunc.py"))).exec_module(module)
    column = {"unit": "word", "missing": "?", "type": "boolean", "levels": list(levels)}
    assert module.feed(pd.Series(list(taken), dtype=object), column).tolist() == list(taken.values())

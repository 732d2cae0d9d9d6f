from __future__ import annotations

import json

import msgspec
import numpy as np
import pytest

from app.deployment.onnx.parity import open_session, parity, run
from app.deployment.onnx.writing import write_onnx
from app.errors import CicloError
from app.learning.estimators.catalogue import builtin
from app.learning.estimators.combined import ensemble
from app.learning.estimators.kind import ONNX
from app.learning.model import FittedModel
from app.learning.records import Task
from tests.unit.deployment.onnx.cases import COLUMNS, directed_boosting, fitted, rows, signature, variants

DECLARED = {kind.id: ONNX in kind.exports for kind in builtin()}
REFUSED = {name for name, written in DECLARED.items() if not written}
WRITTEN = [variant for variant in variants() if variant[0] not in REFUSED]


@pytest.mark.parametrize(("name", "task", "number"), WRITTEN)
def test_that_the_file_answers_as_the_model_does(name: str, task: Task, number: int) -> None:
    model = fitted(name, task, number)
    difference, flips = parity(model, write_onnx(model), rows())
    assert flips == 0
    assert difference <= 1e-12


@pytest.mark.parametrize("words", ["target", "columns"])
@pytest.mark.parametrize("name", ["logistic", "boosting", "forest", "extra_trees"])
@pytest.mark.parametrize("task", [Task.BINARY, Task.MULTICLASS])
def test_that_words_are_coded_in_every_way(name: str, task: Task, words: str) -> None:
    model = fitted(name, task, 0, (("words", words),))
    difference, flips = parity(model, write_onnx(model), rows())
    assert flips == 0
    assert difference <= 1e-12


@pytest.mark.parametrize(
    ("name", "task"), [("logistic", Task.BINARY), ("boosting", Task.MULTICLASS), ("forest", Task.REGRESSION)]
)
def test_that_batches_make_no_difference(name: str, task: Task) -> None:
    model = fitted(name, task)
    session = open_session(write_onnx(model))
    whole = run(session, rows(), model.signature, batch=1000)
    for batch in (1, 7):
        part = run(session, rows(), model.signature, batch=batch)
        assert part.labels.tolist() == whole.labels.tolist()
        np.testing.assert_allclose(part.probabilities, whole.probabilities, rtol=0, atol=1e-15)
        np.testing.assert_allclose(part.values, whole.values, rtol=1e-15)


def test_that_the_file_says_what_it_eats() -> None:
    session = open_session(write_onnx(fitted("logistic", Task.BINARY)))
    told = session.get_modelmeta().custom_metadata_map
    columns = {column["name"]: column for column in json.loads(told["ciclo.columns"])}
    assert list(columns) == [name for name, _ in COLUMNS] == [given.name for given in session.get_inputs()]
    assert json.loads(told["ciclo.labels"]) == ["<=50K", ">50K"]
    assert told["ciclo.positive"] == ">50K"
    assert float(told["ciclo.threshold"]) == 0.4
    assert len(told["ciclo.model_sha256"]) == 64
    assert columns["since"]["unit"] == "days since 1970-01-01"
    assert columns["amount"]["missing"] == "NaN"
    assert columns["colour"]["missing"] == "__missing___"  # "__missing__" is a colour
    assert columns["town"]["missing"] == "__missing__"


def test_that_the_same_model_gives_the_same_bytes() -> None:
    model = fitted("boosting", Task.BINARY)
    assert write_onnx(model) == write_onnx(model)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_that_what_has_no_converter_is_refused(name: str) -> None:
    if name != "neighbors":
        pytest.importorskip(name)
    with pytest.raises(CicloError) as caught:
        write_onnx(fitted(name, Task.BINARY))
    assert caught.value.code == "deployment.onnx.no_converter"


@pytest.mark.parametrize("task", list(Task))
def test_that_the_mean_of_models_is_written(task: Task) -> None:
    linear = "ridge" if task is Task.REGRESSION else "logistic"
    members = [fitted(name, task).pipeline for name in (linear, "boosting", "forest", "network")]
    mean = FittedModel(pipeline=ensemble(task, members, [3.0, 1.0, 2.0, 0.5]), signature=signature(task))
    difference, flips = parity(mean, write_onnx(mean), rows())
    assert flips == 0
    assert difference <= 1e-12


@pytest.mark.parametrize("name", ["boosting", "forest", "scorecard", "network", "vectors", "calibrated_forest"])
def test_that_a_class_that_was_never_seen_has_probability_zero(name: str) -> None:
    model = fitted(name, Task.BINARY)
    labels = ("a", "unseen", "c")
    model.pipeline[-1].classes_ = np.array([0, 2])
    wider = msgspec.structs.replace(signature(Task.MULTICLASS), labels=labels)
    try:
        strange = FittedModel(pipeline=model.pipeline, signature=wider)
        difference, flips = parity(strange, write_onnx(strange), rows())
    finally:
        model.pipeline[-1].classes_ = np.array([0, 1])
    assert flips == 0
    assert difference <= 1e-12


def test_that_directions_are_kept() -> None:
    directed = directed_boosting()
    difference, _ = parity(directed, write_onnx(directed), rows())
    assert difference <= 1e-12


def test_that_dates_of_many_centuries_have_their_parts() -> None:
    """Beside Arrow's calendar, leap years and what lies before 1970 included."""
    from app.deployment.onnx.dates import date_parts
    from app.deployment.onnx.graph import ROWS, Graph

    graph = Graph()
    parts = date_parts(graph, graph.input("days", words=False))
    for name, value in parts.items():
        graph.output(value, name, words=False, shape=(ROWS, 1))
    session = open_session(graph.model(name="dates", producer="", version="", metadata={}))
    days = np.arange(np.datetime64("1582-10-15"), np.datetime64("2500-01-01"), 13)
    found = dict(zip(parts, session.run(None, {"days": days.astype(np.float64).reshape(-1, 1)}), strict=True))
    years = days.astype("datetime64[Y]")
    months = days.astype("datetime64[M]")
    assert (found["year"].ravel() == years.astype(int) + 1970).all()
    assert (found["month"].ravel() == months.astype(int) % 12 + 1).all()
    assert (found["monthday"].ravel() == (days - months).astype(int) + 1).all()
    assert (found["weekday"].ravel() == (days.astype(int) + 3) % 7).all()

from __future__ import annotations

import msgspec
import numpy as np
import pyarrow as pa
import pytest

from app.data.records import ColumnType
from app.deployment.onnx.edges import threshold_rows
from app.deployment.pmml.reader import check, parity, read_pmml, run
from app.deployment.pmml.writing import write_pmml
from app.errors import CicloError
from app.learning.estimators.catalogue import builtin
from app.learning.estimators.combined import ensemble
from app.learning.estimators.kind import PMML
from app.learning.estimators.preparation import shape_of
from app.learning.matrix import describe_features, feature_frame, frame_columns
from app.learning.model import FittedModel
from app.learning.records import Signature, Task
from tests.unit.deployment.onnx.cases import directed_boosting, fitted, rows, signature, table, variants

DECLARED = {kind.id: PMML in kind.exports for kind in builtin()}
REFUSED = {name for name, written in DECLARED.items() if not written}
WRITTEN = [variant for variant in variants() if variant[0] not in REFUSED]
CLOSE = 1e-12
"""Where only the order of sums differs."""


def agrees(model: FittedModel, asked: pa.Table | None = None) -> None:
    data = write_pmml(model)
    check(read_pmml(data))
    difference, flips = parity(model, data, rows() if asked is None else asked)
    assert flips == 0
    assert difference <= CLOSE


@pytest.mark.parametrize(("name", "task", "number"), WRITTEN)
def test_that_the_file_answers_as_the_model_does(name: str, task: Task, number: int) -> None:
    agrees(fitted(name, task, number))


@pytest.mark.parametrize("words", ["target", "columns"])
@pytest.mark.parametrize("name", ["logistic", "boosting", "forest", "extra_trees"])
@pytest.mark.parametrize("task", [Task.BINARY, Task.MULTICLASS])
def test_that_words_are_coded_in_every_way(name: str, task: Task, words: str) -> None:
    agrees(fitted(name, task, 0, (("words", words),)))


AT_THRESHOLDS = [
    ("tree", Task.BINARY),
    ("tree", Task.REGRESSION),
    ("boosting", Task.BINARY),
    ("boosting", Task.MULTICLASS),
    ("boosting", Task.REGRESSION),
    ("forest", Task.BINARY),
    ("forest", Task.MULTICLASS),
    ("extra_trees", Task.REGRESSION),
    ("scorecard", Task.BINARY),
    ("additive", Task.REGRESSION),
    ("bayes", Task.MULTICLASS),
    ("calibrated_forest", Task.BINARY),
]


@pytest.mark.parametrize(("name", "task"), AT_THRESHOLDS)
def test_that_files_agree_at_every_threshold(name: str, task: Task) -> None:
    model = fitted(name, task)
    agrees(model, threshold_rows(model, table()))


@pytest.mark.parametrize("task", list(Task))
def test_that_the_mean_of_models_is_written(task: Task) -> None:
    linear = "ridge" if task is Task.REGRESSION else "logistic"
    members = [fitted(name, task).pipeline for name in (linear, "boosting", "forest", "additive")]
    agrees(FittedModel(pipeline=ensemble(task, members, [3.0, 1.0, 2.0, 0.5]), signature=signature(task)))


@pytest.mark.parametrize("task", list(Task))
def test_that_a_mean_is_refused_where_a_member_is(task: Task) -> None:
    members = [fitted(name, task).pipeline for name in ("boosting", "network")]
    refused(FittedModel(pipeline=ensemble(task, members, [1.0, 1.0]), signature=signature(task)))


@pytest.mark.parametrize("task", list(Task))
@pytest.mark.parametrize("name", sorted(REFUSED))
def test_that_what_has_no_converter_is_refused(name: str, task: Task) -> None:
    refused(fitted(name, task))


def refused(model: FittedModel) -> None:
    with pytest.raises(CicloError) as caught:
        write_pmml(model)
    assert caught.value.code == "deployment.pmml.no_converter"


@pytest.mark.parametrize("name", ["boosting", "forest", "scorecard", "logistic", "calibrated_forest"])
def test_that_a_class_that_was_never_seen_has_probability_zero(name: str) -> None:
    model = fitted(name, Task.BINARY)
    wider = msgspec.structs.replace(signature(Task.MULTICLASS), labels=("a", "unseen", "c"))
    model.pipeline[-1].classes_ = np.array([0, 2])
    try:
        agrees(FittedModel(pipeline=model.pipeline, signature=wider))
    finally:
        model.pipeline[-1].classes_ = np.array([0, 1])


def test_that_directions_are_kept() -> None:
    agrees(directed_boosting())


@pytest.mark.parametrize("name", ["logistic", "boosting", "additive", "forest"])
def test_that_the_same_model_gives_the_same_bytes(name: str) -> None:
    model = fitted(name, Task.BINARY)
    assert write_pmml(model) == write_pmml(model)


@pytest.mark.parametrize("name", ["logistic", "boosting"])
def test_that_batches_make_no_difference(name: str) -> None:
    model = fitted(name, Task.BINARY)
    document = read_pmml(write_pmml(model))
    whole = run(document, rows(), model.signature)
    parts = [run(document, rows().slice(start, 7), model.signature) for start in range(0, 70, 7)]
    assert [label for part in parts for label in part.labels] == whole.labels[:70].tolist()
    assert np.concatenate([part.probabilities for part in parts]).tobytes() == whole.probabilities[:70].tobytes()


def _named(names: tuple[str, ...], labels: tuple[str, ...] = ("no", "yes")) -> FittedModel:
    """A model over columns of these names: numbers, but for the last, which has words."""
    random = np.random.default_rng(3)
    words = ["", " a", "a ", "<b>&\"'", "><", "ñ", "a\tb\nc\rd", "NaN"]
    columns = {name: pa.array(random.normal(size=400)) for name in names[:-1]}
    columns[names[-1]] = pa.array([words[n % len(words)] for n in range(400)], pa.string())
    made = pa.table(columns)
    types = [*((name, ColumnType.NUMBER) for name in names[:-1]), (names[-1], ColumnType.CATEGORY)]
    told = describe_features(made, types)
    kind = next(kind for kind in builtin() if kind.id == "logistic")
    pipeline = kind.build(Task.BINARY, shape_of(frame_columns(told), 400), {"C": 1.0}, 0)
    pipeline.fit(feature_frame(made, told), (np.arange(400) % 8 > 3).astype(int))
    given = Signature(task=Task.BINARY, labels=labels, positive=labels[1], threshold=0.5, features=told)
    return FittedModel(pipeline=pipeline, signature=given)


@pytest.mark.parametrize(
    "names", [("label", "probability_yes", "target"), ("value", "a|bounded", "a=b"), ("score", 'a < b & "c"', "' >")]
)
def test_that_columns_may_be_called_anything(names: tuple[str, ...]) -> None:
    model = _named(names, ("<no>", 'yes & "no"'))
    random = np.random.default_rng(4)
    told = model.signature.features
    asked = pa.table(
        {
            **{name: pa.array(random.normal(size=80)) for name in names[:-1]},
            names[-1]: pa.array([[*told[-1].levels, None, "unseen"][n % 10] for n in range(80)], pa.string()),
        }
    )
    agrees(model, asked)


def test_that_words_that_xml_cannot_hold_are_refused() -> None:
    model = _named(("a", "b"), ("no\x01", "yes"))
    with pytest.raises(CicloError) as caught:
        write_pmml(model)
    assert caught.value.code == "deployment.pmml.bad_character"


def test_that_prose_is_refused() -> None:
    model = fitted("logistic", Task.BINARY)
    features = tuple(
        msgspec.structs.replace(feature, prose=True, levels=()) if feature.name == "town" else feature
        for feature in model.signature.features
    )
    spoken = msgspec.structs.replace(model.signature, features=features)
    with pytest.raises(CicloError) as caught:
        write_pmml(FittedModel(pipeline=model.pipeline, signature=spoken))
    assert (caught.value.code, caught.value.params) == ("deployment.pmml.prose", {"column": "town"})

"""A fitted model as one ONNX file: typed columns in; label and probabilities, or a value, out.

The label is decided in the file, as :func:`app.learning.scoring.decide` does: of two classes the second, if and only if
its probability reaches the threshold; of several the most likely one, the first of equals.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from onnx import ModelProto
from sklearn.base import BaseEstimator
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.pipeline import Pipeline

from app.data.recipe.travelling import Place
from app.deployment.onnx import inputs
from app.deployment.onnx.graph import ROWS, Graph
from app.deployment.onnx.steps import Steps
from app.deployment.onnx.table import PREDICTORS, TRANSFORMERS
from app.deployment.onnx.writer import Frame, Matrix, Writer, no_converter
from app.deployment.prepared import within
from app.learning import canonical
from app.learning.matrix import MOMENTS
from app.learning.model import FittedModel
from app.learning.records import Feature, RowPart, Signature, Task

OLDEST_RUNTIME = "1.21"
"""The oldest onnxruntime that runs the files: 1.20 has no trees in double precision (TreeEnsemble 5)."""
LABEL, VALUE, PROBABILITIES = "label", "value", "probabilities"
PREDICTION, PROBABILITY = "prediction", "probability_{}"
"""What a flat file gives: a column of answers, and one of probabilities for each label."""
FORMAT = "1"
PREFIX = "ciclo."


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """An input as the file's metadata say it.

    Attributes
    ----------
    unit
        ``number``, ``word``, ``prose in lower case``, ``days since 1970-01-01`` or
        ``seconds since 1970-01-01T00:00:00``.
    missing
        What says that there is no value: ``NaN``, or a word.
    """

    name: str
    type: str
    unit: str
    missing: str
    missing_seen: bool
    levels: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


def write_onnx(
    model: FittedModel,
    *,
    model_sha256: str = "",
    software: str = "ciclo",
    told: Mapping[str, str] | None = None,
    flat: bool = False,
    part: RowPart | None = None,
) -> bytes:
    """The file of a fitted model.

    Parameters
    ----------
    model_sha256
        Of the stored model; worked out where not given.
    told
        What else the metadata say, without the prefix ``ciclo.``.
    flat
        Every input and output is a column of shape (rows,), as programs want it that ask with a table and expect one
        (:func:`flat_outputs`). A lone input keeps the shape (rows, 1): they give it so.
    part
        What is done to a row before: as much of it as ONNX can do is in the file, and its metadata say what is
        given to it. For a row that a filter takes away, the label is empty and the numbers are NaN.

    Raises
    ------
    CicloError
        ``deployment.onnx.no_converter`` naming what can't be written.
    """
    graph, signature = Graph(), model.signature
    inside = within(part, signature.features, Place.ONNX) if part is not None else None
    columns = signature.features if inside is None else inside.inputs
    given = inputs.declare(graph, columns, flat=flat and len(columns) > 1)
    steps = Steps(graph, columns, given)
    if inside is not None:
        steps.run(inside.steps, signature.features)
    made = {feature.name: steps.columns[feature.name] for feature in signature.features}
    frame = inputs.frame(
        graph,
        signature.features,
        {name: column.name for name, column in made.items()},
        {name: column.missing for name, column in made.items()},
    )
    like = given[columns[0].name]
    writer = Writer(graph=graph, transformers=TRANSFORMERS, predictors=PREDICTORS, like=like)
    answer = _answer(writer, model.pipeline, frame, classes=len(signature.labels))
    _outputs(graph, signature, answer, steps.excluded, flat=flat, taken=[column.name for column in columns])
    sha256 = model_sha256 or hashlib.sha256(canonical.dump(model.pipeline)).hexdigest()
    on_steps = inside.told if inside is not None else {}
    everything = {**_metadata(signature, columns, sha256, software), **on_steps, **(told or {})}
    metadata = {f"{PREFIX}{key}": value for key, value in everything.items()}
    return graph.model(name="model", producer="ciclo", version=software, metadata=metadata)


def _answer(writer: Writer, fitted: BaseEstimator, frame: Frame, *, classes: int) -> Matrix:
    """As :func:`app.learning.model.raw_predictions`: shape (rows, classes), or (rows, 1) where there are none."""
    if isinstance(fitted, (VotingClassifier, VotingRegressor)):
        return _mean(writer, fitted, frame, classes)
    if not isinstance(fitted, Pipeline):
        raise no_converter(type(fitted).__name__)
    found = writer.predict(fitted[-1], writer.transform(fitted[:-1], frame))
    if not classes or found.width == classes:
        return found
    return _every_class(writer, found, [int(known) for known in fitted[-1].classes_], classes)


def _mean(writer: Writer, fitted: BaseEstimator, frame: Frame, classes: int) -> Matrix:
    graph, total = writer.graph, ""
    for member, weight in zip(fitted.estimators_, fitted.weights, strict=True):
        part = graph.add("Mul", graph.number(float(weight)), _answer(writer, member, frame, classes=classes).name)
        total = graph.add("Add", total, part) if total else part
    mean = graph.add("Div", total, graph.number(float(sum(fitted.weights))))
    return Matrix(name=mean, width=max(1, classes))


def _every_class(writer: Writer, found: Matrix, known: list[int], classes: int) -> Matrix:
    """Columns for the classes that this model has never seen as well: probability 0."""
    spread = np.zeros((found.width, classes))
    spread[np.arange(found.width), known] = 1.0
    name = writer.graph.add("MatMul", found.name, writer.graph.constant(spread))
    return Matrix(name=name, width=classes)


def flat_outputs(signature: Signature, columns: Sequence[str] | None = None) -> tuple[str, ...]:
    """The names of a flat file's outputs: the prediction, then the probability of each label; none is that of a given
    column, which are the features where not told."""
    taken = {feature.name for feature in signature.features} if columns is None else set(columns)
    names = []
    for name in (PREDICTION, *map(PROBABILITY.format, signature.labels)):
        while name in taken:
            name += "_"
        names.append(name)
        taken.add(name)
    return tuple(names)


def _outputs(
    graph: Graph, signature: Signature, answer: Matrix, excluded: str, *, flat: bool, taken: Sequence[str]
) -> None:
    names = flat_outputs(signature, taken)
    numbers = answer.name
    if excluded:
        numbers = graph.add("Where", excluded, graph.number(np.nan), numbers)
    if signature.task is Task.REGRESSION:
        graph.output(graph.flat(numbers), names[0] if flat else VALUE, words=False, shape=(ROWS,))
        return
    if answer.width == 2:
        positive = graph.flat(graph.columns(answer.name, [1]))
        chosen = graph.places(graph.add("GreaterOrEqual", positive, graph.number(signature.threshold)))
    else:
        chosen = graph.add("ArgMax", answer.name, axis=1, keepdims=0)
    label = graph.add("Gather", graph.constant(np.array(signature.labels, dtype=object)), chosen)
    if excluded:
        label = graph.add("Where", graph.flat(excluded), graph.constant(np.array("", dtype=object)), label)
    graph.output(label, names[0] if flat else LABEL, words=True, shape=(ROWS,))
    if flat:
        for place, name in enumerate(names[1:]):
            graph.output(graph.flat(graph.columns(numbers, [place])), name, words=False, shape=(ROWS,))
        return
    graph.output(numbers, PROBABILITIES, words=False, shape=(ROWS, answer.width))


def _metadata(signature: Signature, columns: Sequence[Feature], sha256: str, software: str) -> dict[str, str]:
    def text(value: object) -> str:
        return msgspec.json.encode(value).decode()

    return {
        "format": FORMAT,
        "task": signature.task.value,
        "labels": text(signature.labels),
        "positive": signature.positive,
        "threshold": text(signature.threshold),
        "columns": text([_column(feature) for feature in columns]),
        "model_sha256": sha256,
        "software": software,
        "oldest_runtime": f"onnxruntime {OLDEST_RUNTIME}",
    }


def _column(feature: Feature) -> Column:
    words = inputs.is_words(feature)
    unit = ("prose in lower case" if feature.prose else "word") if words else "number"
    if feature.type in MOMENTS:
        unit = inputs.UNITS[feature.type]
    return Column(
        name=feature.name,
        type=feature.type.value,
        unit=unit,
        missing=inputs.missing_word(feature) if words else "NaN",
        missing_seen=feature.missing_seen,
        levels=feature.levels,
        low=feature.low,
        high=feature.high,
    )


def with_metadata(data: bytes, key: str, value: str) -> bytes:
    """A file with one more entry in its metadata, ``ciclo.<key>``; what it computes stays as it is."""
    model = ModelProto.FromString(data)
    kept = [entry for entry in model.metadata_props if entry.key != f"{PREFIX}{key}"]
    entries = sorted([*((entry.key, entry.value) for entry in kept), (f"{PREFIX}{key}", value)])
    del model.metadata_props[:]
    for name, text in entries:
        model.metadata_props.add(key=name, value=text)
    written: bytes = model.SerializeToString(deterministic=True)
    return written

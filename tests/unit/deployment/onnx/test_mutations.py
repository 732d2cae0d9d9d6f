"""A file in which one number or word was changed is found out by the rows at thresholds and the acceptance rows.

Some changes change no answer (a rare word that counts as an unseen one, a threshold between two days of which neither
can come to it): those of which 20,000 mixed rows notice nothing either aren't counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import onnx
import pyarrow as pa
import pytest
from onnx import numpy_helper

from app.deployment.comparing import compare
from app.deployment.onnx.changes import typed
from app.deployment.onnx.edges import threshold_rows
from app.deployment.onnx.origins import grown
from app.deployment.onnx.parity import open_session, parity, run
from app.deployment.onnx.writing import write_onnx
from app.learning.matrix import feature_frame, frame_columns
from app.learning.model import FittedModel, Predictions, predict_table
from app.learning.records import Task
from tests.unit.deployment.onnx.cases import features, fitted, rows, table, variants

LIMIT = 1e-9
Mutation = Callable[[onnx.ModelProto], None]
TREES = [
    ("tree", Task.BINARY),
    ("tree", Task.REGRESSION),
    ("boosting", Task.BINARY),
    ("boosting", Task.MULTICLASS),
    ("boosting", Task.REGRESSION),
    ("forest", Task.BINARY),
    ("forest", Task.MULTICLASS),
    ("extra_trees", Task.REGRESSION),
    ("scorecard", Task.BINARY),
    ("calibrated_forest", Task.BINARY),
]
SUMS = [("logistic", Task.BINARY), ("logistic", Task.MULTICLASS), ("ridge", Task.REGRESSION), ("network", Task.BINARY)]


@dataclass
class Watched:
    """A model, its file, the rows of a certificate, and a mixture of rows, both with the model's answers."""

    model: FittedModel
    data: bytes
    certified: tuple[pa.Table, Predictions]
    mixed: tuple[pa.Table, Predictions]

    @classmethod
    def of(cls, name: str, task: Task) -> Watched:
        model = fitted(name, task)
        random = np.random.default_rng(9)
        stored = typed(table(), features())
        mixed = pa.table(
            {c: stored[c].take(pa.array(random.integers(0, len(stored), 20_000))) for c in stored.schema.names}
        )
        certified = pa.concat_tables([typed(rows(), features()), threshold_rows(model, table())])
        told = predict_table(model, certified), predict_table(model, mixed)
        return cls(model=model, data=write_onnx(model), certified=(certified, told[0]), mixed=(mixed, told[1]))

    def unnoticed(self, mutations: Iterator[Mutation]) -> list[int]:
        """Which of the changes change answers, and weren't noticed; none of what was changed may be the file itself."""
        found = []
        for number, mutate in enumerate(mutations):
            file = onnx.load_model_from_string(self.data)
            mutate(file)
            changed = file.SerializeToString()
            if not self._differs(changed, self.certified) and self._differs(changed, self.mixed):
                found.append(number)
        return found

    def _differs(self, data: bytes, asked: tuple[pa.Table, Predictions]) -> bool:
        answers = run(open_session(data), asked[0], self.model.signature)
        difference, flips, _ = compare(asked[1], answers, self.model.signature)
        return difference > LIMIT or flips > 0


def _nodes(file: onnx.ModelProto, kind: str) -> list[onnx.NodeProto]:
    return [node for node in file.graph.node if node.op_type == kind]


def _attribute(node: onnx.NodeProto, name: str) -> onnx.AttributeProto:
    return next(attribute for attribute in node.attribute if attribute.name == name)


def _thresholds(watched: Watched) -> Iterator[Mutation]:
    """Of whole numbers, by one; of others, by what is least in the precision of the trees."""
    file = onnx.load_model_from_string(watched.data)
    node = _nodes(file, "TreeEnsemble")[0]
    splits = numpy_helper.to_array(_attribute(node, "nodes_splits").t)
    looks = np.array(_attribute(node, "nodes_featureids").ints)
    modes = numpy_helper.to_array(_attribute(node, "nodes_modes").t)
    known = np.flatnonzero((modes == 0) & (np.abs(splits) < 1e30))
    for place in np.random.default_rng(2).permutation(known)[:12]:
        continuous, single = _sort(watched.model, int(looks[place]))
        for sign in (1, -1):
            yield _moved(int(place), sign, step=None if continuous else 1.0, single=single)


def _sort(model: FittedModel, place: int) -> tuple[bool, bool]:
    """Whether a column takes any number, and whether in single precision."""
    columns = frame_columns(features())
    trees = grown(model.pipeline, feature_frame(table(), features()))
    if trees is None:
        return not [column for column in columns if column.numeric][place].part, False
    origin = trees.origins[place]
    return origin.told is None and not origin.gap and not columns[origin.column].part, trees.single


def _moved(place: int, sign: int, *, step: float | None, single: bool) -> Mutation:
    def mutate(file: onnx.ModelProto) -> None:
        tensor = _attribute(_nodes(file, "TreeEnsemble")[0], "nodes_splits").t
        values = numpy_helper.to_array(tensor).copy()
        end = sign * np.inf
        if step is not None:
            values[place] += sign * step
        elif single:
            nearest = np.float32(values[place])
            values[place] = np.nextafter(np.nextafter(nearest, np.float32(end)), np.float32(end))
        else:
            values[place] = np.nextafter(values[place], end)
        tensor.CopyFrom(numpy_helper.from_array(values))

    return mutate


def _leaves(watched: Watched) -> Iterator[Mutation]:
    file = onnx.load_model_from_string(watched.data)
    count = len(numpy_helper.to_array(_attribute(_nodes(file, "TreeEnsemble")[0], "leaf_weights").t))
    for place in np.random.default_rng(3).integers(0, count, 10):

        def mutate(file: onnx.ModelProto, place: int = int(place)) -> None:
            tensor = _attribute(_nodes(file, "TreeEnsemble")[0], "leaf_weights").t
            values = numpy_helper.to_array(tensor).copy()
            values[place] += 0.05
            tensor.CopyFrom(numpy_helper.from_array(values))

        yield mutate


def _categories(watched: Watched) -> Iterator[Mutation]:
    """Each word that the file knows, the one for missing ones included."""
    file = onnx.load_model_from_string(watched.data)
    for number, node in enumerate(_nodes(file, "LabelEncoder")):
        for place in range(len(_attribute(node, "keys_strings").strings)):

            def mutate(file: onnx.ModelProto, number: int = number, place: int = place) -> None:
                _attribute(_nodes(file, "LabelEncoder")[number], "keys_strings").strings[place] += b"!"

            yield mutate


def _constants(watched: Watched, kind: str, operand: int, change: float) -> Iterator[Mutation]:
    """Single numbers of a constant that operations of this kind take."""
    file = onnx.load_model_from_string(watched.data)
    constants = {tensor.name: number for number, tensor in enumerate(file.graph.initializer)}
    for node in _nodes(file, kind):
        number = constants.get(node.input[operand], -1)
        size = int(np.prod(file.graph.initializer[number].dims)) if number >= 0 else 0
        if size > 1:
            for place in np.random.default_rng(4).permutation(size)[:12]:
                yield _changed(number, int(place), change)


def _changed(number: int, place: int, change: float) -> Mutation:
    def mutate(file: onnx.ModelProto) -> None:
        tensor = file.graph.initializer[number]
        values = numpy_helper.to_array(tensor).copy()
        values.flat[place] += change
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values, name))

    return mutate


@pytest.mark.parametrize(("name", "task"), TREES)
def test_that_a_changed_threshold_or_leaf_is_noticed(name: str, task: Task) -> None:
    watched = Watched.of(name, task)
    assert watched.unnoticed(_thresholds(watched)) == []
    if name != "calibrated_forest":  # between its steps, other leaves give the same answer
        assert watched.unnoticed(_leaves(watched)) == []


@pytest.mark.parametrize(("name", "task"), [*SUMS[:3], ("boosting", Task.BINARY), ("forest", Task.REGRESSION)])
def test_that_a_changed_word_is_noticed(name: str, task: Task) -> None:
    watched = Watched.of(name, task)
    assert watched.unnoticed(_categories(watched)) == []


@pytest.mark.parametrize(("name", "task"), [*SUMS, ("forest", Task.REGRESSION), ("tree", Task.BINARY)])
def test_that_a_changed_filling_is_noticed(name: str, task: Task) -> None:
    watched = Watched.of(name, task)
    assert watched.unnoticed(_constants(watched, "Where", 1, 5.0)) == []


@pytest.mark.parametrize(("name", "task"), SUMS)
def test_that_a_changed_coefficient_is_noticed(name: str, task: Task) -> None:
    watched = Watched.of(name, task)
    assert watched.unnoticed(_constants(watched, "MatMul", 1, 1e-4)) == []


def test_that_a_changed_label_is_noticed() -> None:
    model = fitted("logistic", Task.BINARY)
    data = write_onnx(model)
    assert parity(model, data, rows())[1] == 0
    turned = data.replace(b"<=50K", b"<=51K")
    assert parity(model, turned, rows())[1] > 0


OTHERS = [("additive", Task.REGRESSION), ("bayes", Task.MULTICLASS), ("network", Task.MULTICLASS)]
EXTRAS = [(name, task) for name, task, number in variants() if name == "lightgbm" and number == 0]


@pytest.mark.parametrize(("name", "task"), [*TREES, *OTHERS, *EXTRAS])
def test_that_files_agree_at_every_threshold(name: str, task: Task) -> None:
    watched = Watched.of(name, task)
    difference, flips = parity(watched.model, watched.data, watched.certified[0])
    assert flips == 0
    assert difference <= 1e-12

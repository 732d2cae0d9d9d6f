"""An ONNX file from a stranger: what our own writer never makes is refused before any runtime sees it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import onnx
import pytest
from onnx import AttributeProto, ModelProto, NodeProto, TensorProto

from app.deployment.onnx.vetting import vet
from app.deployment.onnx.writing import write_onnx
from app.errors import CicloError
from app.learning.records import Task
from app.text import Words
from tests.unit.deployment.onnx.cases import fitted, signature, variants
from tests.unit.deployment.onnx.test_kinds import REFUSED

ALL = sorted({(name, task) for name, task, _ in variants() if name not in REFUSED})


@cache
def _file(name: str) -> bytes:
    return write_onnx(fitted(name, Task.BINARY))


def _refused(data: bytes) -> CicloError:
    with pytest.raises(CicloError) as caught:
        vet(data, signature(Task.BINARY), name="model.onnx")
    assert caught.value.code == "deployment.bundle.bad_onnx"
    for language in ("en", "es"):
        assert "model.onnx" in Words(language).error(caught.value)[0]
    return caught.value


@pytest.mark.parametrize(("name", "task"), ALL)
def test_that_every_kind_that_is_written_passes(name: str, task: Task) -> None:
    vet(write_onnx(fitted(name, task)), signature(task), name="m")


@pytest.mark.parametrize("data", [b"", b"\x80\x04pickle", b"PK\x03\x04", b"\x08" * 1000])
def test_that_what_is_no_onnx_file_is_refused(data: bytes) -> None:
    _refused(data)


def _trees(model: ModelProto) -> NodeProto:
    return next(node for node in model.graph.node if node.op_type == "TreeEnsemble")


def _attribute(model: ModelProto, name: str) -> AttributeProto:
    return next(a for a in _trees(model).attribute if a.name == name)


def _external(model: ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")


def _foreign_node(model: ModelProto) -> None:
    model.graph.node.add(op_type="RunCode", domain="evil", input=["x"], output=["y"])


def _loop(model: ModelProto) -> None:
    model.graph.node.add(op_type="Loop", input=["x"], output=["y"])


def _subgraph(model: ModelProto) -> None:
    node = model.graph.node[0]
    node.attribute.add(name="body", type=AttributeProto.GRAPH).g.CopyFrom(onnx.GraphProto(name="g"))


def _function(model: ModelProto) -> None:
    model.functions.add(name="f", domain="d")


def _later(model: ModelProto) -> None:
    model.ir_version = 99


def _other_set(model: ModelProto) -> None:
    model.opset_import.add(domain="evil", version=1)


def _huge(model: ModelProto) -> None:
    model.graph.initializer[0].dims[:] = [1 << 31, 1 << 31]


def _negative(model: ModelProto) -> None:
    model.graph.initializer[0].dims[:] = [-1]


def _short(model: ModelProto) -> None:
    tensor = next(t for t in model.graph.initializer if len(t.raw_data) > 8)
    tensor.raw_data = tensor.raw_data[:-1]


def _more_inputs(model: ModelProto) -> None:
    model.graph.input.add(name="z")


def _other_outputs(model: ModelProto) -> None:
    model.graph.output[0].name = "class"


def _child(model: ModelProto) -> None:
    _attribute(model, "nodes_truenodeids").ints[0] = 99_999


def _circle(model: ModelProto) -> None:
    ends = _attribute(model, "nodes_trueleafs").ints
    place = next(place for place, leaf in enumerate(ends) if not leaf)
    _attribute(model, "nodes_truenodeids").ints[place] = 0


def _root(model: ModelProto) -> None:
    _attribute(model, "tree_roots").ints[0] = -1


def _leaf(model: ModelProto) -> None:
    _attribute(model, "leaf_targetids").ints[0] = 7


def _fewer(model: ModelProto) -> None:
    del _attribute(model, "nodes_falseleafs").ints[0]


def _no_splits(model: ModelProto) -> None:
    _trees(model).attribute.remove(_attribute(model, "nodes_splits"))


CHANGES = [
    *(_external, _foreign_node, _loop, _subgraph, _function, _later, _other_set, _huge, _negative, _short),
    *(_more_inputs, _other_outputs, _child, _circle, _root, _leaf, _fewer, _no_splits),
]


@pytest.mark.parametrize("change", CHANGES)
def test_that_a_crafted_file_is_refused(change: Callable[[ModelProto], None]) -> None:
    model = ModelProto.FromString(_file("boosting"))
    change(model)
    _refused(model.SerializeToString())

"""Look through an ONNX file from a stranger before any runtime sees it: one file, known operators, sound trees.

Runtimes were read out of bounds by crafted files (external data that leave the folder, children of trees that don't
exist), so what our own writer never makes is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

import numpy as np
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import AttributeProto, ModelProto, NodeProto, TensorProto

from app.deployment.bundle.archive import MODEL, refuse
from app.deployment.onnx.graph import IR_VERSION, ML, ML_OPSET, OPERATORS, OPSET, RUNTIME
from app.deployment.onnx.inputs import is_words
from app.errors import CicloError
from app.learning.records import Signature, Task

_NODES = 100_000
_ELEMENTS = 200_000_000
_OPSETS = {"": OPSET, ML: ML_OPSET, RUNTIME: 1}
_SIZES: dict[int, int] = {
    TensorProto.DOUBLE: 8,
    TensorProto.FLOAT: 4,
    TensorProto.INT64: 8,
    TensorProto.UINT8: 1,
    TensorProto.BOOL: 1,
}
_PLAIN = {
    AttributeProto.INT,
    AttributeProto.INTS,
    AttributeProto.FLOAT,
    AttributeProto.STRING,
    AttributeProto.STRINGS,
    AttributeProto.TENSOR,
}
Ints = NDArray[np.int64]


def vet(data: bytes, signature: Signature, *, name: str) -> None:
    """Refuse a file that our own writer can't have made for a model of this signature.

    Raises
    ------
    CicloError
        ``deployment.bundle.bad_onnx`` with what is wrong, in the words of the format.
    """
    try:
        model = ModelProto.FromString(data)
    except (DecodeError, ValueError, RecursionError) as error:
        raise _refused(name, "protobuf") from error
    for problem in _problems(model, signature):
        raise _refused(name, problem)


def _refused(name: str, what: str) -> CicloError:
    return refuse(MODEL, name, "bad_onnx", what=what[:100])


def _problems(model: ModelProto, signature: Signature) -> Iterable[str]:
    graph = model.graph
    if model.ir_version > IR_VERSION or model.functions or model.training_info:
        yield "ir_version, functions or training_info"
    if any(used.version > _OPSETS.get(used.domain, 0) for used in model.opset_import):
        yield "opset_import"
    if graph.sparse_initializer or graph.quantization_annotation or len(graph.node) > _NODES:
        yield "graph"
    yield from _ends(model, signature)
    for tensor in graph.initializer:
        yield from _tensor(tensor)
    for node in graph.node:
        yield from _node(node)


def _ends(model: ModelProto, signature: Signature) -> Iterable[str]:
    """Inputs are the columns, outputs the answers, each of its type."""
    wanted = [(f.name, TensorProto.STRING if is_words(f) else TensorProto.DOUBLE) for f in signature.features]
    if [(given.name, given.type.tensor_type.elem_type) for given in model.graph.input] != wanted:
        yield "input"
    told = [(made.name, made.type.tensor_type.elem_type) for made in model.graph.output]
    answers = [("label", TensorProto.STRING), ("probabilities", TensorProto.DOUBLE)]
    if told != ([("value", TensorProto.DOUBLE)] if signature.task is Task.REGRESSION else answers):
        yield "output"


def _tensor(tensor: TensorProto) -> Iterable[str]:
    """Its data lie in it, and are as many as it says."""
    if tensor.external_data or tensor.data_location != TensorProto.DEFAULT or tensor.HasField("segment"):
        yield "external_data"
    if any(dim < 0 for dim in tensor.dims) or prod(tensor.dims) > _ELEMENTS:
        yield "dims"
    elif tensor.data_type == TensorProto.STRING:
        if len(tensor.string_data) != prod(tensor.dims):
            yield "string_data"
    elif tensor.data_type not in _SIZES:
        yield "data_type"
    elif len(tensor.raw_data) != prod(tensor.dims) * _SIZES[tensor.data_type]:
        yield "raw_data"


def _node(node: NodeProto) -> Iterable[str]:
    if node.op_type not in OPERATORS.get(node.domain, frozenset()) or node.overload:
        yield f"{node.domain}.{node.op_type}".lstrip(".")
    for attribute in node.attribute:
        if attribute.type not in _PLAIN or attribute.ref_attr_name:
            yield f"{node.op_type}.{attribute.name}"
        elif attribute.type == AttributeProto.TENSOR:
            yield from _tensor(attribute.t)
    if node.op_type == "TreeEnsemble":
        yield from _trees(node)


def _trees(node: NodeProto) -> Iterable[str]:
    """Every child exists and comes after its parent, so that every way ends at a leaf."""
    given = {attribute.name: attribute for attribute in node.attribute}
    ints = {name: np.array(a.ints, dtype=np.int64) for name, a in given.items() if a.type == AttributeProto.INTS}
    tensors = {name: prod(a.t.dims) for name, a in given.items() if a.type == AttributeProto.TENSOR}
    none = np.empty(0, dtype=np.int64)
    nodes = len(ints.get("nodes_featureids", none))
    leaves = len(ints.get("leaf_targetids", none))
    a_node = ("nodes_truenodeids", "nodes_trueleafs", "nodes_falsenodeids", "nodes_falseleafs")
    if not nodes or any(len(ints.get(name, none)) != nodes for name in a_node):
        yield "TreeEnsemble.nodes"
        return
    if tensors.get("nodes_splits") != nodes or tensors.get("nodes_modes") != nodes:
        yield "TreeEnsemble.nodes"
    if tensors.get("leaf_weights") != leaves or not _within(ints["leaf_targetids"], given["n_targets"].i):
        yield "TreeEnsemble.leaves"
    if not _within(ints.get("tree_roots", none), nodes) or not _within(ints["nodes_featureids"], 1 << 20):
        yield "TreeEnsemble.tree_roots"
    for side in ("true", "false"):
        children, ends = ints[f"nodes_{side}nodeids"], ints[f"nodes_{side}leafs"] != 0
        after = children[~ends] > np.flatnonzero(~ends)
        if not _within(children[ends], leaves) or not _within(children[~ends], nodes) or not after.all():
            yield "TreeEnsemble.children"


def _within(places: Ints, count: int) -> bool:
    return bool(((places >= 0) & (places < count)).all())

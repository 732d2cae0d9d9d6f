"""A graph of ONNX as it grows: names, constants and nodes; and the file that it becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

OPSET = 21
ML_OPSET = 5
"""Has trees whose thresholds and answers are in double precision (TreeEnsemble)."""
IR_VERSION = 10
"""Goes with operator set 21: what the oldest runtime reads that has its operators."""

ML = "ai.onnx.ml"
RUNTIME = "com.microsoft"
"""Operators of onnxruntime's own, for what ONNX has none."""
_OPERATORS = (
    "Abs Add And ArgMax Cast Ceil Clip Concat CumSum Div Equal Exp Expand Floor Gather GatherElements Greater "
    "GreaterOrEqual Identity IsNaN Less LessOrEqual Log MatMul Max Min Mod Mul Neg Not Or Pow ReduceMax ReduceSum Relu "
    "Reshape ScatterElements Shape Sigmoid Slice Softmax Sqrt StringConcat Sub Tanh TopK Unsqueeze Where"
)
OPERATORS = {
    "": frozenset(_OPERATORS.split()),
    ML: frozenset({"LabelEncoder", "TreeEnsemble"}),
    RUNTIME: frozenset({"MurmurHash3", "Tokenizer"}),
}
"""What files are made of, by domain; a file with anything else isn't opened."""
ROWS = "rows"
"""The name of the dimension that is free."""

Array = NDArray[np.float64] | NDArray[np.int64] | NDArray[np.uint8] | NDArray[np.bool_] | NDArray[np.object_]
Attribute = int | float | str | Sequence[int] | Sequence[str] | Array
Shape = tuple[str | int, ...]


class Graph:
    """Nodes and constants; every operation gives the name of what it makes."""

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._constants: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._tensors: list[TensorProto] = []
        self._inputs: list[tuple[str, int, Shape]] = []
        self._outputs: list[tuple[str, int, Shape]] = []
        self._taken: set[str] = set()

    def input(self, name: str, *, words: bool, flat: bool = False) -> str:
        """A column that the caller gives, of words or of double numbers; in the graph of shape (rows, 1), also where it
        is given ``flat``, shape (rows,)."""
        self._inputs.append((name, TensorProto.STRING if words else TensorProto.DOUBLE, (ROWS,) if flat else (ROWS, 1)))
        self._taken.add(name)
        return self.add("Reshape", name, self.whole(-1, 1)) if flat else name

    def output(self, value: str, name: str, *, words: bool, shape: Shape) -> None:
        """What the caller gets, under a name."""
        self._taken.add(name)
        self._nodes.append(helper.make_node("Identity", [value], [name]))
        self._outputs.append((name, TensorProto.STRING if words else TensorProto.DOUBLE, shape))

    def constant(self, values: Array) -> str:
        """A constant tensor; equal ones are one."""
        tensor = _tensor(values)
        key = (str(values.dtype), values.shape, tensor.SerializeToString(deterministic=True))
        if key not in self._constants:
            tensor.name = self._name("constant")
            self._constants[key] = tensor.name
            self._tensors.append(tensor)
        return self._constants[key]

    def number(self, value: float) -> str:
        """A double number without dimensions."""
        return self.constant(np.array(value, dtype=np.float64))

    def whole(self, *values: int) -> str:
        """Whole numbers, shape (n,): axes, places, shapes."""
        return self.constant(np.array(values, dtype=np.int64))

    def add(self, operator: str, *inputs: str, domain: str = "", **attributes: Attribute) -> str:
        """A node; gives the name of its one output."""
        if operator not in OPERATORS[domain]:
            raise ValueError(operator)
        name = self._name(operator)
        # what operators give beside their first answer is never asked for
        unused = [f"{name}_places"] if operator == "TopK" else []
        node = helper.make_node(operator, list(inputs), [name, *unused], domain=domain)
        node.attribute.extend(_attribute(key, value) for key, value in sorted(attributes.items()))
        self._nodes.append(node)
        return name

    def cast(self, value: str, type: int) -> str:
        """Another type of number."""
        return self.add("Cast", value, to=type)

    def double(self, value: str) -> str:
        """As double numbers."""
        return self.cast(value, TensorProto.DOUBLE)

    def places(self, value: str) -> str:
        """As whole numbers of 64 bits."""
        return self.cast(value, TensorProto.INT64)

    def join(self, values: Sequence[str]) -> str:
        """Columns side by side."""
        return values[0] if len(values) == 1 else self.add("Concat", *values, axis=1)

    def columns(self, value: str, places: Sequence[int]) -> str:
        """Some columns of a matrix, in this order."""
        return self.add("Gather", value, self.whole(*places), axis=1)

    def flat(self, value: str) -> str:
        """A column, shape (rows, 1), as shape (rows,)."""
        return self.add("Reshape", value, self.whole(-1))

    def total(self, value: str, *, keep: bool = True) -> str:
        """The sum over the columns."""
        return self.add("ReduceSum", value, self.whole(1), keepdims=int(keep))

    def model(self, *, name: str, producer: str, version: str, metadata: Mapping[str, str]) -> bytes:
        """The file: the same graph gives the same bytes."""
        graph = GraphProto(name=name)
        graph.node.extend(self._nodes)
        graph.initializer.extend(self._tensors)
        graph.input.extend(helper.make_tensor_value_info(n, kind, shape) for n, kind, shape in self._inputs)
        graph.output.extend(helper.make_tensor_value_info(n, kind, shape) for n, kind, shape in self._outputs)
        model = ModelProto(ir_version=IR_VERSION, producer_name=producer, producer_version=version, graph=graph)
        versions = {"": OPSET, ML: ML_OPSET, RUNTIME: 1}
        used = {"", ML, *(node.domain for node in self._nodes)}
        model.opset_import.extend(helper.make_opsetid(domain, versions[domain]) for domain in sorted(used))
        for key, value in sorted(metadata.items()):
            model.metadata_props.add(key=key, value=value)
        data: bytes = model.SerializeToString(deterministic=True)
        return data

    def _name(self, kind: str) -> str:
        """A name that no column has: they are called as the analyst calls them."""
        number = len(self._taken)
        while (name := f"{kind.lower()}_{number}") in self._taken:
            number += 1
        self._taken.add(name)
        return name


def _tensor(values: Array) -> TensorProto:
    if values.dtype != object:
        return numpy_helper.from_array(np.ascontiguousarray(values).reshape(values.shape))
    tensor = TensorProto(data_type=TensorProto.STRING, dims=values.shape)
    tensor.string_data.extend(str(word).encode() for word in values.ravel())
    return tensor


def _attribute(name: str, value: Attribute) -> AttributeProto:
    """Without the checks of ONNX's own helper, which take a second for each million nodes of trees."""
    made = AttributeProto(name=name)
    if isinstance(value, np.ndarray):
        made.type, _ = AttributeProto.TENSOR, made.t.CopyFrom(_tensor(value))
    elif isinstance(value, str):
        made.type, made.s = AttributeProto.STRING, value.encode()
    elif isinstance(value, float):
        made.type, made.f = AttributeProto.FLOAT, value
    elif isinstance(value, int):
        made.type, made.i = AttributeProto.INT, value
    elif words := [item.encode() for item in value if isinstance(item, str)]:
        made.type, _ = AttributeProto.STRINGS, made.strings.extend(words)
    else:
        made.type, _ = AttributeProto.INTS, made.ints.extend(item for item in value if isinstance(item, int))
    return made

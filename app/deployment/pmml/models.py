"""What the models of a file say of rows: sums, trees, sums of trees, and chains of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from app.deployment.onnx.tree import Tree, fallen
from app.deployment.pmml.evaluating import Rows, evaluated, expression_of
from app.deployment.pmml.parsing import Node, number_of, unreadable
from app.learning.matrix import Floats

MODELS = ("RegressionModel", "TreeModel", "MiningModel")
_STRATEGIES = {"missingValueStrategy": "none", "noTrueChildStrategy": "returnNullPrediction"}


@dataclass(kw_only=True)
class Said:
    """Amounts of shape (n, 1), or the probabilities of categories, in their order, of shape (n, k)."""

    values: Floats
    categories: tuple[str, ...] = ()


def derived_in(node: Node | None) -> dict[str, Node]:
    """The expressions of derived fields, by their names."""
    fields = node.all("DerivedField") if node is not None else ()
    return {one.told("name"): expression_of(one) for one in fields}


def said_by(model: Node, rows: Rows) -> Said:
    """What a model says.

    Raises
    ------
    CicloError
        ``deployment.pmml.unreadable`` naming what Ciclo doesn't write.
    """
    local = Rows({}, derived_in(model.first("LocalTransformations")), rows.count, rows)
    match model.tag:
        case "RegressionModel":
            return _regression(model, local)
        case "TreeModel":
            return Said(values=_trees(model, [model], local))
        case "MiningModel":
            return _mined(model, local)
    raise unreadable(model.tag)


def _regression(model: Node, rows: Rows) -> Said:
    tables = list(model.all("RegressionTable"))
    sums = np.column_stack([_sum(table, rows) for table in tables])
    how = model.attributes.get("normalizationMethod", "none")
    if model.told("functionName") == "regression":
        if how not in ("none", "exp") or len(tables) != 1:
            raise unreadable("RegressionModel")
        with np.errstate(over="ignore"):
            return Said(values=np.exp(sums) if how == "exp" else sums)
    categories = tuple(table.told("targetCategory") for table in tables)
    return Said(values=_shares(sums, how), categories=categories)


def _sum(table: Node, rows: Rows) -> Floats:
    total = np.full(rows.count, table.number("intercept"))
    with np.errstate(all="ignore"):
        for term in table.all("NumericPredictor"):
            total = total + term.number("coefficient") * rows.numbers(term.told("name"))
    return total


def _shares(sums: Floats, how: str) -> Floats:
    """Probabilities of sums; of two classes, where softmax isn't meant, the second has what is left."""
    if sums.shape[1] == 2 and how in ("none", "logit"):
        with np.errstate(over="ignore"):
            first = 1 / (1 + np.exp(-sums[:, 0])) if how == "logit" else sums[:, 0]
        return np.column_stack([first, 1 - first])
    if how == "softmax":
        powers = np.exp(sums - sums.max(axis=1, keepdims=True))
        shares: Floats = powers / powers.sum(axis=1, keepdims=True)
        return shares
    if how == "simplemax":
        found: Floats = sums / sums.sum(axis=1, keepdims=True)
        return found
    raise unreadable("RegressionModel/@normalizationMethod")


def _mined(model: Node, rows: Rows) -> Said:
    chain = model.one("Segmentation")
    segments = [segment.one(*MODELS) for segment in chain.all("Segment") if _always(segment)]
    if chain.told("multipleModelMethod") == "sum":
        return Said(values=_trees(chain, segments, rows))
    if chain.told("multipleModelMethod") != "modelChain" or not segments:
        raise unreadable("Segmentation")
    for segment in segments[:-1]:
        rows.add(segment.one("Output").one("OutputField").told("name"), said_by(segment, rows).values[:, 0])
    return said_by(segments[-1], rows)


def _always(segment: Node) -> bool:
    if segment.first("True") is None:
        raise unreadable("Segment")
    return True


@dataclass(frozen=True)
class _Grown:
    """Trees, and the fields that their columns are."""

    trees: list[Tree]
    fields: list[str]


def _trees(chain: Node, models: Sequence[Node], rows: Rows) -> Floats:
    """The sum of the trees in an element, added up in their order: shape (n, 1)."""
    if not isinstance(chain.kept, _Grown):
        places: dict[str, int] = {}
        trees = [_tree(model, places) for model in models]
        chain.kept = _Grown(trees, list(places))
    grown = chain.kept
    seen = np.column_stack([rows.numbers(name) for name in grown.fields] or [np.zeros(rows.count)])
    total = np.zeros(rows.count)
    for tree in grown.trees:
        total = total + fallen(tree, 0, seen)[:, 0]
    return total.reshape(-1, 1)


@dataclass(kw_only=True)
class _Nodes:
    feature: list[int] = field(default_factory=list)
    threshold: list[float] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    missing_left: list[bool] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    members: dict[int, Floats] = field(default_factory=dict)

    def add(self) -> int:
        self.feature.append(-1)
        self.threshold.append(0.0)
        self.left.append(-1)
        self.right.append(-1)
        self.missing_left.append(False)
        self.value.append(np.nan)
        return len(self.left) - 1

    def tree(self) -> Tree:
        return Tree(
            feature=np.array(self.feature),
            threshold=np.array(self.threshold),
            left=np.array(self.left),
            right=np.array(self.right),
            missing_left=np.array(self.missing_left),
            value=np.array(self.value).reshape(-1, 1),
            members=self.members,
        )


def _tree(model: Node, places: dict[str, int]) -> Tree:
    if model.tag != "TreeModel" or any(model.told(name) != value for name, value in _STRATEGIES.items()):
        raise unreadable(model.tag)
    made = _Nodes()
    waiting = [(model.one("Node"), made.add())]
    while waiting:
        node, place = waiting.pop()
        branches = list(node.all("Node"))
        if not branches:
            made.value[place] = node.number("score")
            continue
        if len(branches) != 2 or branches[1].first("True") is None:
            raise unreadable("Node")
        first, second = made.add(), made.add()
        _ask(made, place, (first, second), branches[0], places)
        waiting += [(branches[0], first), (branches[1], second)]
    return made.tree()


def _ask(made: _Nodes, place: int, branches: tuple[int, int], node: Node, places: dict[str, int]) -> None:
    """The question of a node: missing values, and what it doesn't hold for, take the second branch."""
    question = next(child for child in node.children if child.tag != "Node")
    turned = False
    if question.tag == "False":
        made.feature[place], made.threshold[place], turned = 0, np.inf, True
    else:
        made.feature[place] = places.setdefault(question.told("field"), len(places))
    if question.tag == "SimplePredicate":
        operator = question.told("operator")
        turned = operator == "greaterThan"
        if operator not in ("lessOrEqual", "greaterThan", "isNotMissing"):
            raise unreadable(f"SimplePredicate {operator}")
        made.threshold[place] = np.inf if operator == "isNotMissing" else question.number("value")
    elif question.tag == "SimpleSetPredicate":
        if question.told("booleanOperator") != "isIn":
            raise unreadable("SimpleSetPredicate")
        made.members[place] = np.array([number_of(code, "Array") for code in question.one("Array").text.split()])
    elif question.tag != "False":
        raise unreadable(question.tag)
    first, second = branches
    made.left[place], made.right[place] = (second, first) if turned else (first, second)
    made.missing_left[place] = turned


def output_of(model: Node, said: Said, rows: Rows) -> Rows:
    """The fields that a file gives back of what its model says."""
    found = Rows({}, derived_in(model.first("LocalTransformations")), rows.count, rows)
    for one in model.one("Output").all("OutputField"):
        name = one.told("name")
        match one.told("feature"):
            case "probability":
                found.add(name, said.values[:, said.categories.index(one.told("value"))])
            case "transformedValue":
                found.add(name, evaluated(expression_of(one), found))
            case "predictedValue" if said.categories:
                words = np.array(said.categories, dtype=object)
                found.add(name, words[said.values.argmax(axis=1)])
            case "predictedValue":
                found.add(name, said.values[:, 0])
            case other:
                raise unreadable(f"OutputField {other}")
    return found

"""Trees as TreeModels: of two branches the first asks, and the second takes the rest, which missing values are part of;
so no node needs a name or a default."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.deployment.onnx.tree import Tree
from app.deployment.pmml.markup import element, number_text
from app.deployment.pmml.writer import Floats, mining_schema


@dataclass(frozen=True, kw_only=True)
class Field:
    """What a tree looks at: a field's name, and of categories all codes that it may hold."""

    name: str
    codes: Floats | None = None


_HOW = {"functionName": "regression", "missingValueStrategy": "none", "noTrueChildStrategy": "returnNullPrediction"}
_TRUE, _FALSE = "<True/>", "<False/>"


def tree_model(tree: Tree, fields: Mapping[int, Field], place: int, output: str = "") -> str:
    """A tree that says one of the values of its leaves.

    Parameters
    ----------
    fields
        For each column that it looks at, the field.
    """
    used = [fields[int(column)].name for column in sorted(set(tree.feature[tree.inner].tolist()))]
    return element("TreeModel", _HOW, mining_schema(used), output, _nodes(tree, fields, place))


def trees_model(trees: Sequence[Tree], fields: Mapping[int, Field], place: int, output: str) -> str:
    """The sum of trees."""
    segments = [
        element("Segment", {"id": str(number + 1)}, _TRUE, tree_model(tree, fields, place))
        for number, tree in enumerate(trees)
    ]
    schema = mining_schema([fields[column].name for column in sorted(fields)])
    chained = element("Segmentation", {"multipleModelMethod": "sum"}, *segments)
    return element("MiningModel", {"functionName": "regression"}, schema, output, chained)


def _nodes(tree: Tree, fields: Mapping[int, Field], place: int) -> str:
    parts: list[str] = []
    waiting: list[tuple[int, str]] = [(0, _TRUE)]
    while waiting:
        node, predicate = waiting.pop()
        if node < 0:
            parts.append("</Node>")
        elif tree.left[node] < 0:
            score = number_text(float(tree.value[node, place]))
            parts.append(f'<Node score="{score}">{predicate}</Node>')
        else:
            parts.append(f"<Node>{predicate}")
            left, right = int(tree.left[node]), int(tree.right[node])
            missing_left = bool(tree.missing_left[node])
            first, second = (right, left) if missing_left else (left, right)
            question = _question(tree, node, fields[int(tree.feature[node])], missing_left)
            waiting += [(-1, ""), (second, _TRUE), (first, question)]
    return "".join(parts)


def _question(tree: Tree, node: int, field: Field, missing_left: bool) -> str:
    """What is asked for the branch that missing values don't take."""
    chosen, threshold = tree.members.get(node), float(tree.threshold[node])
    if chosen is not None and field.codes is not None:
        listed = np.setdiff1d(field.codes, chosen) if missing_left else np.intersect1d(field.codes, chosen)
        return _listed(listed, field.name)
    if chosen is None and math.isfinite(threshold):
        operator = "greaterThan" if missing_left else "lessOrEqual"
        told = {"field": field.name, "operator": operator, "value": number_text(threshold)}
        return element("SimplePredicate", told)
    if (threshold > 0) == missing_left:  # else all go right
        return _FALSE
    return element("SimplePredicate", {"field": field.name, "operator": "isNotMissing"})


def _listed(codes: Floats, field: str) -> str:
    """Never its opposite, which PMML4S takes to hold of what is missing."""
    if not len(codes):
        return _FALSE
    array = element("Array", {"type": "int", "n": str(len(codes))}, " ".join(str(int(code)) for code in codes))
    return element("SimpleSetPredicate", {"field": field, "booleanOperator": "isIn"}, array)

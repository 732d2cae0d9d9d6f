"""What the expressions of a file say of rows: doubles with NaN for missing, words with None."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from app.deployment.pmml.parsing import Node, number_of, unreadable
from app.learning.matrix import Floats, Objects

Values = Floats | Objects
_EXPRESSIONS = ("FieldRef", "Constant", "Apply", "NormDiscrete", "NormContinuous", "MapValues", "Discretize")


class Rows:
    """Rows of a table, and the fields that are derived of them, each worked out when it is first asked for.

    Parameters
    ----------
    values
        Fields that are known, each of shape (n,).
    derived
        The expressions of others.
    around
        Where fields are looked for that are neither.
    """

    def __init__(
        self, values: Mapping[str, Values], derived: Mapping[str, Node], count: int, around: Rows | None = None
    ) -> None:
        self._values, self._derived, self._around = dict(values), derived, around
        self.count = count

    def field(self, name: str) -> Values:
        """The values of a field.

        Raises
        ------
        CicloError
            ``deployment.pmml.unreadable`` where there is none of this name.
        """
        if name not in self._values:
            if name in self._derived:
                self._values[name] = evaluated(self._derived[name], self)
            elif self._around is not None:
                return self._around.field(name)
            else:
                raise unreadable(f"field {name}")
        return self._values[name]

    def numbers(self, name: str) -> Floats:
        """The values of a field of numbers; raises as :meth:`field`."""
        return _numbers(self.field(name), name)

    def add(self, name: str, values: Values) -> None:
        """What a segment says."""
        self._values[name] = values


def expression_of(node: Node) -> Node:
    """The expression in an element."""
    return node.one(*_EXPRESSIONS)


def evaluated(node: Node, rows: Rows) -> Values:
    """What an expression says of each row."""
    match node.tag:
        case "FieldRef":
            return rows.field(node.told("field"))
        case "Constant" if node.attributes.get("dataType") == "string":
            return np.full(rows.count, node.text, dtype=object)
        case "Constant":
            return np.full(rows.count, number_of(node.text, "Constant"))
        case "Apply":
            return _applied(node, rows)
        case "NormDiscrete":
            return _indicator(node, rows)
        case "NormContinuous":
            return _line(node, rows)
        case "MapValues":
            return _looked_up(node, rows)
        case "Discretize":
            return _discretized(node, rows)
    raise unreadable(node.tag)


def _numbers(values: Values, where: str) -> Floats:
    if values.dtype != np.float64:
        raise unreadable(where)
    found: Floats = values.astype(np.float64, copy=False)
    return found


def _indicator(node: Node, rows: Rows) -> Floats:
    values, wanted, missing = rows.field(node.told("field")), node.told("value"), node.number("mapMissingTo")
    found = (missing if value is None else float(value == wanted) for value in values.tolist())
    return np.fromiter(found, np.float64, len(values))


def _line(node: Node, rows: Rows) -> Floats:
    if node.told("outliers") != "asExtremeValues":
        raise unreadable("NormContinuous/@outliers")
    values = rows.numbers(node.told("field"))
    ends = list(node.all("LinearNorm"))
    known, told = (np.array([end.number(name) for end in ends]) for name in ("orig", "norm"))
    if len(known) < 2 or (np.diff(known) <= 0).any():
        raise unreadable("LinearNorm")
    found: Floats = np.interp(values, known, told)
    return np.where(np.isnan(values), np.nan, found)


def _looked_up(node: Node, rows: Rows) -> Values:
    pair = node.one("FieldColumnPair")
    words = rows.field(pair.told("field"))
    if pair.told("column") != "input" or node.told("outputColumn") != "output":
        raise unreadable("MapValues")
    pairs = [(row.one("input").text, row.one("output").text) for row in node.one("InlineTable").all("row")]
    if len(dict(pairs)) != len(pairs):
        raise unreadable("InlineTable")
    if node.told("dataType") == "string":
        known = dict(pairs)
        return np.array([known.get(word) for word in words.tolist()], dtype=object)
    table: dict[object, float] = {word: number_of(told, "output") for word, told in pairs}
    unknown = node.number("defaultValue") if "defaultValue" in node.attributes else np.nan
    table[None] = node.number("mapMissingTo") if "mapMissingTo" in node.attributes else np.nan
    return np.fromiter((table.get(word, unknown) for word in words.tolist()), np.float64, len(words))


def _applied(node: Node, rows: Rows) -> Values:
    function, arguments = node.told("function"), [evaluated(child, rows) for child in node.children]
    known = _OF_WORDS.get(function)
    if known is not None and any(argument.dtype == object for argument in arguments):
        if len(arguments) not in known[0]:
            raise unreadable(f"Apply {function}")
        return known[1](arguments)
    numeric = _FUNCTIONS.get(function)
    if numeric is None or len(arguments) not in numeric[0]:
        raise unreadable(f"Apply {function}")
    numbers = [_numbers(argument, function) for argument in arguments]
    with np.errstate(all="ignore"):
        return numeric[1](numbers)


def _discretized(node: Node, rows: Rows) -> Objects:
    """The word of the interval that a number lies in; none where it lies in none."""
    values = rows.numbers(node.told("field"))
    found: Objects = np.full(len(values), None, dtype=object)
    for one in node.all("DiscretizeBin"):
        interval = one.one("Interval")
        sides = interval.told("closure"), interval.attributes.keys() - {"closure"}
        if sides == ("closedOpen", {"leftMargin"}):
            found[values >= interval.number("leftMargin")] = one.told("binValue")
        elif sides == ("openOpen", {"rightMargin"}):
            found[values < interval.number("rightMargin")] = one.told("binValue")
        else:
            raise unreadable("Interval")
    return found


def _chosen(arguments: Sequence[Floats]) -> Floats:
    """What an ``if`` says: nothing where its condition is missing."""
    condition, then = arguments[:2]
    other = arguments[2] if len(arguments) > 2 else np.full(len(condition), np.nan)
    found: Floats = np.where(condition == 1.0, then, other)
    found[np.isnan(condition)] = np.nan
    return found


def _chosen_word(arguments: Sequence[Values]) -> Objects:
    """An ``if`` between words: none where its condition is missing."""
    condition = _numbers(arguments[0], "if")
    nothing: Objects = np.full(len(condition), None, dtype=object)
    if any(one.dtype != object for one in arguments[1:]):
        raise unreadable("Apply if")
    other = arguments[2] if len(arguments) > 2 else nothing
    found: Objects = np.where(condition == 1.0, arguments[1], other)
    found[np.isnan(condition)] = None
    return found


def _same_words(arguments: Sequence[Values]) -> Floats:
    left, right = (one.tolist() for one in arguments)
    pairs = zip(left, right, strict=True)
    return np.array([np.nan if a is None or b is None else float(a == b) for a, b in pairs], dtype=np.float64)


def _joined(arguments: Sequence[Values]) -> Objects:
    rows = zip(*(one.tolist() for one in arguments), strict=True)
    return np.array([None if None in parts else "".join(parts) for parts in rows], dtype=object)


def _no_word(arguments: Sequence[Values]) -> Floats:
    return np.array([float(word is None) for word in arguments[0].tolist()], dtype=np.float64)


Function = Callable[[Sequence[Floats]], Floats]
_ONE, _TWO, _ANY = range(1, 2), range(2, 3), range(1, 1_000)


def _truth(compare: Callable[[Floats, Floats], NDArray[np.bool_]]) -> Function:
    """A comparison: 1, 0, or missing where either side is."""

    def function(values: Sequence[Floats]) -> Floats:
        left, right = values
        return np.where(np.isnan(left) | np.isnan(right), np.nan, compare(left, right).astype(np.float64))

    return function


def _missing(values: Sequence[Floats]) -> Floats:
    found: Floats = np.isnan(values[0]).astype(np.float64)
    return found


def _all(values: Sequence[Floats]) -> Floats:
    found: Floats = np.minimum.reduce(list(values))
    return found


def _largest(values: Sequence[Floats]) -> Floats:
    found: Floats = np.maximum.reduce(list(values))
    return found


_FUNCTIONS: dict[str, tuple[range, Function]] = {
    "if": (range(2, 4), _chosen),
    "+": (_TWO, lambda values: values[0] + values[1]),
    "-": (_TWO, lambda values: values[0] - values[1]),
    "*": (_TWO, lambda values: values[0] * values[1]),
    "/": (_TWO, lambda values: values[0] / values[1]),
    "abs": (_ONE, lambda values: np.abs(values[0])),
    "exp": (_ONE, lambda values: np.exp(values[0])),
    "floor": (_ONE, lambda values: np.floor(values[0])),
    "isMissing": (_ONE, _missing),
    "isNotMissing": (_ONE, lambda values: 1 - _missing(values)),
    "min": (_ANY, _all),
    "max": (_ANY, _largest),
    "and": (_ANY, _all),
    "or": (_ANY, _largest),
    "not": (_ONE, lambda values: 1 - values[0]),
    "equal": (_TWO, _truth(np.equal)),
    "notEqual": (_TWO, _truth(np.not_equal)),
    "lessThan": (_TWO, _truth(np.less)),
    "lessOrEqual": (_TWO, _truth(np.less_equal)),
    "greaterThan": (_TWO, _truth(np.greater)),
    "greaterOrEqual": (_TWO, _truth(np.greater_equal)),
}

_OF_WORDS: dict[str, tuple[range, Callable[[Sequence[Values]], Values]]] = {
    "if": (range(2, 4), _chosen_word),
    "equal": (_TWO, _same_words),
    "concat": (_ANY, _joined),
    "isMissing": (_ONE, _no_word),
    "isNotMissing": (_ONE, lambda values: 1 - _no_word(values)),
}

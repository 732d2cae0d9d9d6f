"""What converters share: derived fields, segments, and the way to the converter of an estimator inside another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from app.deployment.pmml.markup import Expression, apply, element, number, number_text, ref
from app.errors import CicloError

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Table:
    """What each word of a field becomes: ``told`` has shape (words + 2,), a missing and an unseen word at its end."""

    field: str
    words: tuple[str, ...]
    told: Floats


@dataclass(frozen=True, kw_only=True)
class Column:
    """A prepared column: an expression, and what its field is called. ``table``: where it comes of words; ``flag``:
    whether it is nothing but 0 or 1."""

    name: str
    expression: Expression
    table: Table | None = None
    flag: bool = False


@dataclass(frozen=True, kw_only=True)
class Words:
    """A column of words: the field that holds them."""

    name: str


Columns = Sequence[Column | Words]


class Link(Enum):
    """What sums become: amounts as they are, or by the exponential function; probabilities by the logistic function
    (of two classes the second's score), by softmax (a score for each class), or as they are (of two classes the
    second's)."""

    AMOUNT = auto()
    EXPONENTIAL = auto()
    LOGIT = auto()
    SOFTMAX = auto()
    SHARES = auto()


@dataclass(frozen=True, kw_only=True)
class Sum:
    """Expressions times their coefficients, and a constant."""

    constant: float
    terms: tuple[tuple[Expression, float], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an estimator says: its sums, and what becomes of them."""

    link: Link
    sums: tuple[Sum, ...]


Transform = Callable[["Writer", BaseEstimator, Columns], list[Column]]
Predict = Callable[["Writer", BaseEstimator, Sequence[Column]], Answer]


class Writer:
    """Derived fields and segments, in the order in which they were asked for.

    Fields of inputs alone are the document's; those of what segments say belong to the last segment, which decides.

    Attributes
    ----------
    shared, own
        Derived fields of the document, and of the last segment.
    segments, said
        The segments before the last, and the fields that hold what they say.
    used_last
        Fields of the document that the last segment's derived fields refer to.
    """

    def __init__(
        self,
        transformers: Mapping[type, Transform],
        predictors: Mapping[type | str, Predict],
        inputs: Sequence[str],
        taken: Sequence[str] = (),
    ) -> None:
        self._transformers, self._predictors = transformers, predictors
        self._names = {*inputs, *taken}
        self._known: dict[tuple[str, str], str] = {(ref(name).xml, "double"): name for name in inputs}
        self._scores: set[str] = set()
        self.said: list[str] = []
        self.used_last: list[str] = []
        self.shared: list[str] = []
        self.own: list[str] = []
        self.segments: list[str] = []

    def transform(self, fitted: BaseEstimator, columns: Columns) -> list[Column]:
        """Prepared columns.

        Raises
        ------
        CicloError
            ``deployment.pmml.no_converter`` naming the class.
        """
        if isinstance(fitted, str):
            return numbers_of(columns)
        found = self._transformers.get(type(fitted))
        if found is None:
            raise no_converter(type(fitted).__name__)
        return found(self, fitted, columns)

    def predict(self, fitted: BaseEstimator, columns: Sequence[Column]) -> Answer:
        """What an estimator says of prepared columns; raises as :meth:`transform`."""
        kind = type(fitted)
        found = self._predictors.get(kind) or self._predictors.get(f"{kind.__module__}.{kind.__qualname__}")
        if found is None:
            raise no_converter(kind.__name__)
        return found(self, fitted, columns)

    def field(self, name: str, expression: Expression, *, data_type: str = "double") -> str:
        """The name of a field that holds an expression: ``name``, or one alike where that is taken.

        Parameters
        ----------
        data_type
            Of PMML: ``double``, ``string``, or ``integer`` for whole numbers that stand for words.
        """
        known = self._known.get((expression.xml, data_type))
        if known is not None:
            return known
        name = self._unlike(name)
        self._known[expression.xml, data_type] = name
        optype = "continuous" if data_type == "double" else "categorical"
        told = {"name": name, "optype": optype, "dataType": data_type}
        made = element("DerivedField", told, expression.xml)
        if expression.fields & self._scores:
            self.used_last += sorted(expression.fields - self._scores)
            self._scores.add(name)
            self.own.append(made)
        else:
            self.shared.append(made)
        return name

    def named(self, name: str, expression: Expression) -> Expression:
        """An expression as a field, for what uses it more than once."""
        return ref(self.field(name, expression))

    def segment(self, name: str, model: Callable[[str], str]) -> Expression:
        """What a model says whose XML ``model`` makes of the XML of its output."""
        name = self._unlike(name)
        told = {"name": name, "optype": "continuous", "dataType": "double", "feature": "predictedValue"}
        output = element("Output", {}, element("OutputField", told))
        number_ = str(len(self.segments) + 1)
        self.segments.append(element("Segment", {"id": number_}, "<True/>", model(output)))
        self._scores.add(name)
        self.said.append(name)
        found = ref(name)
        self._known[found.xml, "double"] = name
        return found

    def settled(self, answer: Answer) -> list[Expression]:
        """Probabilities of the classes, or one amount, as expressions."""
        scores = [self._score(one) for one in answer.sums]
        match answer.link:
            case Link.AMOUNT:
                return scores
            case Link.EXPONENTIAL:
                return [apply("exp", score) for score in scores]
            case Link.LOGIT:
                falling = apply("exp", apply("*", number(-1.0), scores[0]))
                return both(self.named("share", apply("/", number(1.0), apply("+", number(1.0), falling))))
            case Link.SOFTMAX:
                return self._softmax(scores)
        return both(scores[0]) if len(scores) == 1 else scores

    def _softmax(self, scores: list[Expression]) -> list[Expression]:
        most = self.named("most", apply("max", *scores))
        powers = [self.named("power", apply("exp", apply("-", score, most))) for score in scores]
        total = self.named("total", total_of(powers))
        return [apply("/", power, total) for power in powers]

    def _score(self, one: Sum) -> Expression:
        """A sum as one expression; a segment of its own where it is of prepared columns."""
        if not one.terms:
            return number(one.constant)
        if len(one.terms) == 1 and one.constant == 0.0 and one.terms[0][1] == 1.0:
            return one.terms[0][0]
        if any(expression.fields & self._scores for expression, _ in one.terms):
            parts = [apply("*", number(weight), part) if weight != 1.0 else part for part, weight in one.terms]
            return total_of([number(one.constant), *parts] if one.constant else parts)
        fields, table = self.table(one)
        schema = mining_schema(fields)

        def model(output: str) -> str:
            return element("RegressionModel", {"functionName": "regression"}, schema, output, table)

        return self.segment("score", model)

    def table(self, one: Sum, category: str = "") -> tuple[list[str], str]:
        """The fields of a sum, and its table of coefficients."""
        told = {"intercept": number_text(one.constant)}
        told |= {"targetCategory": category} if category else {}
        named = [(self.field("term", expression), weight) for expression, weight in one.terms]
        terms = [element("NumericPredictor", {"name": n, "coefficient": number_text(w)}) for n, w in named]
        return [name for name, _ in named], element("RegressionTable", told, *terms)

    def is_own(self, name: str) -> bool:
        """Whether a field belongs to the last segment."""
        return name in self._scores

    def _unlike(self, name: str) -> str:
        """``name``, with a number where others have it."""
        found, count = name, 1
        while found in self._names:
            count += 1
            found = f"{name}|{count}"
        self._names.add(found)
        return found


def both(positive: Expression) -> list[Expression]:
    """Probabilities of two classes, from that of the second."""
    return [apply("-", number(1.0), positive), positive]


def total_of(parts: Sequence[Expression]) -> Expression:
    """The sum, added up from the first on."""
    total = parts[0]
    for part in parts[1:]:
        total = apply("+", total, part)
    return total


def mining_schema(fields: Sequence[str], *, target: str = "") -> str:
    """The fields that a segment looks at."""
    goal = [element("MiningField", {"name": target, "usageType": "target"})] if target else []
    return element("MiningSchema", {}, *goal, *(element("MiningField", {"name": n}) for n in dict.fromkeys(fields)))


def numbers_of(columns: Columns) -> list[Column]:
    """Columns of numbers, as they are."""
    found = [column for column in columns if isinstance(column, Column)]
    if len(found) < len(columns):
        raise no_converter("words")
    return found


def no_converter(kind: str) -> CicloError:
    """What to say of what can't be written."""
    return CicloError("deployment.pmml.no_converter", kind=kind)

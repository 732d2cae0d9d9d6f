"""Prose as numbers: words counted by a hash of them, weighed, and brought to a few directions.

ONNX itself can neither cut text by a pattern nor hash it; the operators for that are the runtime's own
(``com.microsoft``), which a file with prose therefore needs. Nothing in either makes all capitals of the world small on
every system, so the caller gives prose in lower case (``str.lower`` in Python): the file's metadata say so.
"""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import HashingVectorizer

from app.deployment.onnx.graph import RUNTIME
from app.deployment.onnx.linear import rows_by
from app.deployment.onnx.writer import Matrix, Values, Words, Writer, no_converter

_WORD = r"[\p{L}\p{N}_][\p{L}\p{N}_]+"
"""Two or more letters, digits or underscores: as ``\\w\\w+`` in Python, whose ``\\w`` knows all alphabets."""
_USUAL = 1_000
_AS_USUAL = ("analyzer", "lowercase", "token_pattern", "ngram_range", "stop_words", "strip_accents", "preprocessor")


def counts(writer: Writer, fitted: BaseEstimator, values: Values) -> Matrix:
    """How often each bucket of words occurs in a row."""
    if not isinstance(values, Words) or not _is_usual(fitted):
        raise no_converter(type(fitted).__name__)
    graph, width = writer.graph, int(fitted.n_features)
    words = graph.add(
        "Tokenizer", graph.flat(values.names[0]), domain=RUNTIME, mark=0, pad_value="", tokenexp=_WORD, mincharnum=1
    )
    hashed = graph.add("MurmurHash3", words, domain=RUNTIME, positive=0, seed=0)
    bucket = graph.add("Mod", graph.add("Abs", graph.places(hashed)), graph.whole(width))
    # rows have as many words as the longest one: what is filled up goes to a bucket that is dropped
    none = graph.add("Equal", words, graph.constant(np.array([""], dtype=object)))
    bucket = graph.add("Where", none, graph.whole(width), bucket)
    ones = graph.add("Expand", graph.number(1.0), graph.add("Shape", bucket))
    empty = graph.add("Expand", graph.number(0.0), rows_by(writer, width + 1))
    summed = graph.add("ScatterElements", empty, bucket, ones, axis=1, reduction="add")
    name = graph.add("Slice", summed, graph.whole(0), graph.whole(width), graph.whole(1))
    return Matrix(name=name, width=width)


def _is_usual(fitted: BaseEstimator) -> bool:
    usual = HashingVectorizer()
    same = all(getattr(fitted, name) == getattr(usual, name) for name in _AS_USUAL)
    return same and fitted.norm is None and not fitted.alternate_sign and not fitted.binary


def weights(writer: Writer, fitted: BaseEstimator, values: Values) -> Matrix:
    """Counts weighed by how rare words are; each row of length 1."""
    graph, given = writer.graph, writer.matrix(values)
    if fitted.norm != "l2" or not fitted.sublinear_tf or not fitted.use_idf:
        raise no_converter(type(fitted).__name__)
    weighed = graph.add("Mul", _damped(writer, given.name), graph.constant(np.asarray(fitted.idf_, dtype=np.float64)))
    _, found = _in_order(writer, Matrix(name=weighed, width=given.width))
    length = graph.add("Sqrt", _last_sum(writer, graph.add("Mul", found, found)))
    length = graph.add("Unsqueeze", length, graph.whole(1))
    nothing = graph.add("Equal", length, graph.number(0.0))
    divisor = graph.add("Where", nothing, graph.number(1.0), length)
    return Matrix(name=graph.add("Div", weighed, divisor), width=given.width)


def _damped(writer: Writer, count: str) -> str:
    """The logarithm of a count, and 1; of usual counts from a table, since logarithms differ in their last bit."""
    graph = writer.graph
    usual = graph.constant(np.concatenate([[0.0], np.log(np.arange(1.0, _USUAL)) + 1]))
    few = graph.add("Less", count, graph.number(_USUAL))
    known = graph.add("Gather", usual, graph.places(graph.add("Where", few, count, graph.number(0.0))))
    return graph.add("Where", few, known, graph.add("Add", graph.add("Log", count), graph.number(1.0)))


def directions(writer: Writer, fitted: BaseEstimator, values: Values) -> Matrix:
    """The main directions of what words occur together.

    Added up bucket after bucket, as SciPy does with sparse rows: boosting cuts exactly at such sums, so that another
    last bit is another answer.
    """
    graph, given = writer.graph, writer.matrix(values)
    turned = np.ascontiguousarray(np.asarray(fitted.components_, dtype=np.float64).T)
    places, found = _in_order(writer, given)
    rows = graph.add("Gather", graph.constant(turned), places, axis=0)
    parts = graph.add("Mul", graph.add("Unsqueeze", found, graph.whole(2)), rows)
    return Matrix(name=_last_sum(writer, parts), width=turned.shape[1])


def _in_order(writer: Writer, values: Matrix) -> tuple[str, str]:
    """Where rows aren't zero, from left to right, and what is there: shape (rows, most of them in a row)."""
    graph = writer.graph
    there = graph.add("Not", graph.add("Equal", values.name, graph.number(0.0)))
    before = graph.constant(np.arange(values.width, 0, -1, dtype=np.float64))
    rank = graph.add("Where", there, before, graph.number(0.0))
    most = graph.add("ReduceMax", graph.total(graph.double(there)), keepdims=0)
    most = graph.add("Reshape", graph.places(graph.add("Max", most, graph.number(1.0))), graph.whole(1))
    first = graph.add("TopK", rank, most, axis=1)
    places = graph.places(graph.add("Sub", graph.number(float(values.width)), first))
    places = graph.add("Min", places, graph.whole(values.width - 1))  # rows with fewer are filled up with nothing
    found = graph.add("GatherElements", values.name, places, axis=1)
    kept = graph.add("Greater", first, graph.number(0.0))
    return places, graph.add("Where", kept, found, graph.number(0.0))


def _last_sum(writer: Writer, values: str) -> str:
    """The sum over the second axis, added up one after the other."""
    sums = writer.graph.add("CumSum", values, writer.graph.constant(np.array(1, dtype=np.int64)))
    return writer.graph.add("Gather", sums, writer.graph.constant(np.array(-1, dtype=np.int64)), axis=1)

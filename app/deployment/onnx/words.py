"""Words as numbers: one-hot, codes, means of the target.

Whatever the encoder, it gives each word of a column some numbers, whatever the other columns hold. So the encoder is
asked once about every word that it knows, about a missing one and about an unseen one, and its answers are the table
that the graph looks words up in: rare words, groups of them and gaps need no rules here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.preprocessing import OneHotEncoder, TargetEncoder

from app.deployment.onnx.graph import ML
from app.deployment.onnx.writer import Matrix, Values, Words, Writer, ask, no_converter

Floats = NDArray[np.float64]
UNSEEN = "\0unseen"
"""A word that no column holds."""


def encoder(writer: Writer, fitted: BaseEstimator, values: Values) -> Matrix:
    """A table for each column of words, and the words looked up in it."""
    if not isinstance(values, Words):
        raise no_converter(type(fitted).__name__)
    known = known_words(fitted)
    tables = answers(fitted, known)
    parts = [
        _looked_up(writer, name, words, missing, table)
        for name, words, missing, table in zip(values.names, known, values.missing, tables, strict=True)
    ]
    return writer.joined(parts)


def known_words(fitted: BaseEstimator) -> list[list[str]]:
    """For each column the words that its encoder has learned."""
    return [[str(word) for word in levels if isinstance(word, str)] for levels in fitted.categories_]


def _looked_up(writer: Writer, name: str, words: list[str], missing: str, table: Floats) -> Matrix:
    graph, count = writer.graph, len(words)
    places = graph.add(
        "LabelEncoder",
        name,
        domain=ML,
        keys_strings=[*words, missing],
        values_int64s=[*range(count), count],
        default_int64=count + 1,
    )
    found = graph.add("Gather", graph.constant(table), graph.flat(places), axis=0)
    return Matrix(name=found, width=table.shape[1])


def answers(fitted: BaseEstimator, known: list[list[str]]) -> list[Floats]:
    """For each column, what the encoder makes of its known words, of a missing and of an unseen one: shape
    (words + 2, columns made of it)."""
    longest = max(len(words) for words in known) + 2
    asked = np.full((longest, len(known)), None, dtype=object)
    for place, words in enumerate(known):
        asked[: len(words), place] = words
        asked[len(words) + 1 :, place] = UNSEEN
    dense = ask(fitted, asked)
    ends = np.cumsum([0, *_widths(fitted)])
    return [np.ascontiguousarray(dense[: len(words) + 2, ends[i] : ends[i + 1]]) for i, words in enumerate(known)]


def _widths(fitted: BaseEstimator) -> list[int]:
    """How many columns each column of words becomes."""
    count = len(fitted.categories_)
    if isinstance(fitted, OneHotEncoder):
        return [int(width) for width in fitted._n_features_outs]
    if isinstance(fitted, TargetEncoder) and fitted.target_type_ == "multiclass":
        return [len(fitted.classes_)] * count
    return [1] * count

"""How much memory a fit takes, and how large and how quick its model will be, roughly: for the forecast before the
click.

The laws count what an algorithm keeps: the prepared matrix with its copies, the nodes of the trees, the similarities.
Their constants were measured on made tables of 20,000 to 100,000 rows and on open data sets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.learning.estimators.cost import FEWER_TREES, FOREST_TREES, MANY_ROWS, Size, leaf, number

_MB = 1e6
_FIT_MB = 35.0
"""What any fit takes: memory that a fork writes to of what it shares with its parent."""
_WORD_BYTES = 16
"""Of a word of the frame, beside its place there: its code, and a copy of its place."""
_LARGE_BLOCK, _BLOCK = 32_768, 1_024
_FLOAT = 8

Params = Mapping[str, str | int | float | bool | None]


@dataclass(frozen=True, kw_only=True)
class Footprint:
    """What a candidate needs: memory of its fit, bytes of its model, and milliseconds for up to 1,024 rows, which are
    predicted together (:data:`app.learning.model.BLOCK`)."""

    memory_mb: float
    size_mb: float
    latency_ms: float


Law = Callable[[Size, Params], Footprint]


def usual(size: Size, params: Params) -> Footprint:
    """Of an estimator of which nothing is known: three copies of the one-hot rows."""
    return _made(size, columns=size.levels, copies=3.0, model=0.2, latency=15.0)


def baseline(size: Size, params: Params) -> Footprint:
    """Keeps a number for each class."""
    return _made(size, columns=0, copies=0.0, model=0.02, latency=3.5)


def linear(size: Size, params: Params) -> Footprint:
    """One-hot rows, and a copy for the solver."""
    return _made(size, columns=size.levels, copies=2.3, model=_weights(size, size.levels), latency=10.0)


def curved(size: Size, params: Params) -> Footprint:
    """Eight columns for each number; a knot and a weight for each."""
    wide = size.levels + 7 * size.width
    return _made(size, columns=wide, copies=2.0, model=_weights(size, wide), latency=11.0)


def bayes(size: Size, params: Params) -> Footprint:
    """As what is curved; a count for each range and class."""
    wide = size.levels + 7 * size.width
    return _made(size, columns=wide, copies=2.2, model=_weights(size, wide), latency=11.0)


def tree(size: Size, params: Params) -> Footprint:
    """Coded rows; few nodes."""
    return _made(size, columns=size.width, copies=2.3, model=0.06, latency=8.0)


def boosting(size: Size, params: Params) -> Footprint:
    """Rows in bins of a byte; about a hundred bytes a node."""
    return _boosted(size, number(params, "max_iter", 100), number(params, "max_leaf_nodes", 31))


def lightgbm(size: Size, params: Params) -> Footprint:
    """As boosting."""
    return _boosted(size, number(params, "n_estimators", 100), number(params, "num_leaves", 31))


def xgboost(size: Size, params: Params) -> Footprint:
    """As boosting, with trees that are full to their depth."""
    return _boosted(size, number(params, "n_estimators", 100), 2.0 ** int(number(params, "max_depth", 6)))


def _boosted(size: Size, rounds: float, leaves: float) -> Footprint:
    trees = rounds * size.outputs
    model = 0.1 + trees * (1_500 + 2 * min(leaves, max(2.0, size.rows / 4)) * 100) / _MB
    return _made(size, columns=size.width, copies=3.3, model=model, latency=12 + 0.05 * trees)


def forest(size: Size, params: Params) -> Footprint:
    """Coded rows once more in single precision; a node for so many of the rows that a tree draws."""
    return _trees(size, params, bytes_a_row=45)


def extra_trees(size: Size, params: Params) -> Footprint:
    """As a forest, but each tree learns from every row, and random cuts make more of them."""
    return _trees(size, params, bytes_a_row=90)


def _trees(size: Size, params: Params, *, bytes_a_row: float) -> Footprint:
    trees = number(params, "n_estimators", FOREST_TREES if size.rows < MANY_ROWS else FEWER_TREES)
    share = (7 + size.classes) / 9 if size.classes else 1.6  # a number for each class in each node; amounts rarely tie
    model = 0.1 + trees * size.rows * bytes_a_row * share / leaf(size, params) / _MB
    return _made(size, columns=size.width, copies=3.3, model=model, latency=10 + 0.12 * trees)


def neighbours(size: Size, params: Params) -> Footprint:
    """Keeps the rows; compares a few rows with them at a time."""
    columns = min(size.levels, size.width + 11 * size.words)
    model = 0.05 + size.rows * columns * _FLOAT / _MB
    latency = 15 + 1.1e-6 * _BLOCK * size.rows * columns
    return _made(size, columns=columns, copies=2.0, model=model, latency=latency)


def kernel(size: Size, params: Params) -> Footprint:
    """One-hot rows, and the similarity of each to the sample, each with copies."""
    parts = min(number(params, "parts", 400), max(2.0, size.rows / 2))
    model = 0.05 + parts * (parts + size.levels) * _FLOAT / _MB
    similar = 2.6 * size.rows * parts * _FLOAT / _MB
    return _made(size, columns=size.levels, copies=1.2, model=model, more=model + similar, latency=20 + 0.06 * parts)


def vectors(size: Size, params: Params) -> Footprint:
    """Keeps the rows that decide; a cache of similarities of 200 MB."""
    model = 0.05 + 0.7 * size.rows * size.levels * _FLOAT / _MB
    latency = 10 + 1.6e-6 * _BLOCK * 0.7 * size.rows * max(8, size.levels)
    return _made(size, columns=size.levels, copies=3.0, model=model, more=model + 210, latency=latency)


def network(size: Size, params: Params) -> Footprint:
    """One-hot rows; the weights of four nets, each with two moments."""
    width, layers = number(params, "width", 64), number(params, "layers", 2)
    weights = 4 * (size.levels * width + (layers - 1) * width**2 + width * size.outputs)
    model = 0.3 + 3 * weights * _FLOAT / _MB
    return _made(size, columns=size.levels, copies=2.3, model=model, more=3 * model, latency=14.0)


def _weights(size: Size, columns: int) -> float:
    return 0.03 + columns * (120 + _FLOAT * size.outputs) / _MB


def _made(
    size: Size, *, columns: int, copies: float, model: float, latency: float, more: float | None = None
) -> Footprint:
    """``more``: megabytes beside the copies of the prepared rows; as the model where not said."""
    rows = max(size.rows, min(size.scored, _LARGE_BLOCK))
    frame = rows * (size.width * _FLOAT + size.words * _WORD_BYTES) / _MB
    prepared = copies * rows * columns * _FLOAT / _MB
    memory = _FIT_MB + frame + prepared + (model if more is None else more)
    return Footprint(memory_mb=memory, size_mb=model, latency_ms=latency)

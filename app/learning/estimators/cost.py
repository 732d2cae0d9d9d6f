"""How many seconds a fit takes, roughly, from the size of what it reads. For the forecast before the click.

The laws are those of the algorithms (a forest sorts rows, ridge regression makes a matrix of squares); their constants
were measured on nine open data sets of 1,000 to 45,000 rows, most of which they foretell within 40 %.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import log2, sqrt

FOREST_TREES, FEWER_TREES, MANY_ROWS = 100, 60, 100_000
"""How many trees a forest has unless told otherwise, and from how many rows on it has fewer."""

ROWS_A_LEAF = 10_000
"""For so many rows, the leaves of a forest's trees hold a row more: models would otherwise grow with the rows, and
predict no better (adult, bank marketing)."""

Params = Mapping[str, str | int | float | bool | None]


@dataclass(frozen=True, kw_only=True)
class Size:
    """What a fit reads: ``rows`` are learned from, ``scored`` predicted afterwards; ``width`` counts the columns of
    the frame, ``words`` those of them that hold words, ``levels`` those after one-hot encoding; ``classes`` is 0 for
    amounts."""

    rows: int
    scored: int
    width: int
    levels: int
    classes: int
    words: int = 0

    @property
    def outputs(self) -> int:
        """How many functions are learned."""
        return self.classes if self.classes > 2 else 1

    @property
    def halvings(self) -> float:
        return log2(max(2, self.rows))


Cost = Callable[[Size, Params], float]


def usual(size: Size, params: Params) -> float:
    """Of an estimator of which nothing is known."""
    return 0.05 + 3e-6 * size.rows * size.width


def nothing(size: Size, params: Params) -> float:
    """Of what is known before the search."""
    return 0.0


def baseline(size: Size, params: Params) -> float:
    """Counts the answers."""
    return 0.01 + 2e-7 * size.rows


def logistic(size: Size, params: Params) -> float:
    """A few dozen passes over the one-hot rows, for each class."""
    return 0.05 + 2.6e-7 * size.rows * size.levels * size.outputs


def ridge(size: Size, params: Params) -> float:
    """The matrix of squares decides."""
    return 0.08 + 1.2e-10 * size.rows * size.levels**2


def tree(size: Size, params: Params) -> float:
    """Sorts each column at each depth."""
    return 0.03 + 6e-8 * size.rows * size.width * size.halvings


def boosting(size: Size, params: Params) -> float:
    """Bins rows and searches the bins of each leaf, tree by tree and class by class."""
    trees = number(params, "max_iter", 100) * size.outputs
    leaves = number(params, "max_leaf_nodes", 31)
    return 0.05 + trees * (4e-4 + 2.2e-6 * leaves * size.width + 1.4e-8 * size.rows * size.width)


def lightgbm(size: Size, params: Params) -> float:
    """As boosting, with a smaller share for each row."""
    trees = number(params, "n_estimators", 100) * size.outputs
    leaves = min(number(params, "num_leaves", 31), size.rows / 20)
    return 0.05 + trees * (3e-4 + 3.5e-6 * leaves * size.width + 8e-9 * size.rows * size.width)


def xgboost(size: Size, params: Params) -> float:
    """As boosting; every level of a tree reads all rows."""
    trees, depth = number(params, "n_estimators", 100) * size.outputs, number(params, "max_depth", 6)
    nodes = min(float(2 ** int(depth)), size.rows / 20)
    return 0.05 + trees * (4.5e-4 + 1.3e-6 * nodes * size.width + 2.2e-9 * depth * size.rows * size.width)


def forest(size: Size, params: Params) -> float:
    """Sorts the columns that each cut tries; finer leaves make more nodes."""
    work = 2.2e-8 * size.halvings * _tried(size, params, 0.4) * (1 if size.classes else 1.7)
    return 0.2 + _trees(size, params) * size.rows * (work + 8e-7 / leaf(size, params))


def extra_trees(size: Size, params: Params) -> float:
    """As a forest, but without sorting."""
    work = 1e-8 * size.halvings * _tried(size, params, 0.5)
    return 0.15 + _trees(size, params) * size.rows * (work + 1.1e-6 / leaf(size, params))


def neighbours(size: Size, params: Params) -> float:
    """The distance of every scored row to every row learned from."""
    return 0.05 + 2e-6 * size.rows * size.width + 1.5e-10 * size.rows * size.scored * size.levels


def curved(size: Size, params: Params) -> float:
    """A linear model over eight columns for each number."""
    wide = replace(size, levels=size.levels + 7 * size.width)
    return (logistic if size.classes else ridge)(wide, params)


def bayes(size: Size, params: Params) -> float:
    """Counts how often each range and word occurs."""
    return 0.03 + 2e-7 * size.rows * (size.levels + 7 * size.width)


def elastic_net(size: Size, params: Params) -> float:
    """Some hundred passes over the one-hot rows."""
    return 0.1 + 2e-6 * size.rows * size.levels * size.outputs


def median(size: Size, params: Params) -> float:
    """A linear programme with a row for each row."""
    return 0.05 + 1.9e-9 * size.rows**2 * (size.levels + 6)


def kernel(size: Size, params: Params) -> float:
    """Similarities of every row to the sample, then a linear model over them."""
    parts = min(number(params, "parts", 400), max(2.0, size.rows / 2))
    compared = (size.rows + size.scored) * parts
    return 0.1 + 1e-9 * parts**3 + 3e-9 * compared * sqrt(size.levels) + 1.2e-7 * size.rows * parts * size.outputs


def vectors(size: Size, params: Params) -> float:
    """Compares rows with rows; classes are fitted four times, for the calibration."""
    pairs = size.rows**2 * (3.5 if size.classes else 1.0)
    return 0.1 + 1.5e-9 * pairs * max(8, size.levels) * (1 + log2(max(1.0, number(params, "C", 1.0))) / 6)


def network(size: Size, params: Params) -> float:
    """So many steps of so many rows through its layers, for each net."""
    batch = max(16, min(128, size.rows // 8))
    steps = max(4 * size.rows / batch, min(200 * size.rows / batch, number(params, "steps", 2_000)))
    width, layers = number(params, "width", 64), number(params, "layers", 2)
    weights = size.levels * width + (layers - 1) * width**2
    return 0.2 + 4 * steps * (3.2e-4 + 2.5e-10 * batch * weights)


def calibrated_forest(size: Size, params: Params) -> float:
    """Four forests."""
    return 3.5 * forest(size, params)


def number(params: Params, name: str, otherwise: float) -> float:
    """A parameter, or what it is where nobody gave it."""
    return float(params.get(name) or otherwise)


def _trees(size: Size, params: Params) -> float:
    return number(params, "n_estimators", FOREST_TREES if size.rows < MANY_ROWS else FEWER_TREES)


def leaf(size: Size, params: Params) -> float:
    """How many rows a leaf of a forest's tree holds at least."""
    return max(number(params, "min_samples_leaf", 1), size.rows // ROWS_A_LEAF)


def _tried(size: Size, params: Params, share: float) -> float:
    """How many columns a tree looks at for each cut."""
    if size.classes and "max_features" not in params:
        return max(1.0, sqrt(size.width))
    return max(1.0, number(params, "max_features", share) * size.width)

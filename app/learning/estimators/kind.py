"""What an estimator declares of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from app.learning.estimators import cost, footprint
from app.learning.estimators.preparation import Shape
from app.learning.records import Preset, Task

Value = str | int | float | bool | None
Params = Mapping[str, Value]
Build = Callable[[Task, Shape, Params, int], Pipeline]
_MANY_ROWS = 10**9

LOGARITHM = "logarithm"
"""What the parameter ``target`` is where the logarithm of the amounts is learned."""
MEANS = "target"
"""What the parameter ``words`` is where each word counts as the mean of the target where it stands."""
MEDIAN = "absolute_error"
"""What the parameter ``loss`` is where the median of amounts is learned."""
ONNX = "onnx"
PMML = "pmml"
WRITTEN = frozenset({ONNX, PMML})
"""What a kind exports to that every writer knows."""
ONNX_ONLY = frozenset({ONNX})
"""What a kind exports to whose sums PMML has no place for."""
MANY_WORDS = 30
"""In a column, from which on that may be better than a column for each."""


@dataclass(frozen=True, kw_only=True)
class Range:
    """Numbers that a parameter may take: where the search begins, and how far it may go where the best lies on an
    edge (``least``, ``most``; as the beginning where not said)."""

    low: float
    high: float
    log: bool = False
    whole: bool = False
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Words or numbers of which a parameter takes one."""

    values: tuple[Value, ...]


Space = Mapping[str, Range | Choice]


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What a target is like: its least amount, whether amounts are whole, and how far its tail reaches (skewness); and
    how many distinct words the column has that has most. ``directed``: the analyst says of a column in which direction
    it may work. ``absolute``: errors count by their size and not by its square: the median is the best guess.
    ``balanced``: classes are balanced in each fit."""

    least: float = 0.0
    whole: bool = False
    skewness: float = 0.0
    words: int = 0
    directed: bool = False
    absolute: bool = False
    balanced: bool = False

    @classmethod
    def of(
        cls,
        task: Task,
        values: NDArray[np.float64],
        *,
        words: int = 0,
        directed: bool = False,
        absolute: bool = False,
        balanced: bool = False,
    ) -> Traits:
        """The traits of a target's values, shape (n,); those of classes are nothing special."""
        if task is not Task.REGRESSION:
            return cls(words=words, directed=directed, balanced=balanced)
        spread = float(values.std())
        skewness = float((((values - values.mean()) / spread) ** 3).mean()) if spread > 0 else 0.0
        return cls(
            least=float(values.min()),
            whole=bool((values == np.round(values)).all()),
            skewness=skewness,
            words=words,
            directed=directed,
            absolute=absolute,
        )

    @property
    def logarithmic(self) -> bool:
        """Whether learning the logarithm may be better: nothing below zero, and a tail."""
        return self.least >= 0 and self.skewness > 1

    def allow(self, name: str, value: Value) -> bool:
        """Whether a parameter may be tried: the logarithm of the target only where it has a tail, words as means of the
        target only where there are many and no row is there twice, the median only where errors count by their size."""
        if name == "words" and value == MEANS:
            return self.words >= MANY_WORDS and not self.balanced
        if name == "loss" and value == MEDIAN:
            return self.absolute
        return value != LOGARITHM or name != "target" or self.logarithmic


def _always(traits: Traits) -> bool:
    return True


@dataclass(frozen=True, kw_only=True, eq=False)
class EstimatorKind:
    """A way to learn.

    Attributes
    ----------
    id
        Its plain name is the text ``learning.estimator.<id>``, its one-sentence description the same with ``.help``.
    build
        ``build(task, shape, params, seed)`` gives an unfitted pipeline that eats a feature frame.
    quick, more, all
        Parameters that each preset tries: ``quick`` always, ``more`` from balanced on, ``all`` when thorough.
    space
        What the search may change after that; empty where there is nothing to search.
    complexity
        1 (can be read) to 4 (can only be tested).
    cost
        Seconds of one fit, roughly.
    footprint
        Memory of one fit, and size and latency of its model, roughly.
    suits
        Whether it may be tried for a target of such traits.
    most_rows
        Learns from a sample where there are more.
    trusted
        Types that its file may contain beyond what skops trusts.
    directions
        Can keep the direction in which a column may work.
    balances
        Can learn from balanced classes, and give the probabilities of the shares before
        (:mod:`app.learning.balance.prior`).
    reference
        Only compared with: never chosen, never part of a mean.
    exports
        The formats, beside the bundle, that its models can be written in.
    """

    id: str
    tasks: frozenset[Task]
    build: Build
    complexity: int
    quick: tuple[Params, ...] = ()
    more: tuple[Params, ...] = ()
    all: tuple[Params, ...] = ()
    space: Space = field(default_factory=dict)
    cost: cost.Cost = cost.usual
    footprint: footprint.Law = footprint.usual
    suits: Callable[[Traits], bool] = _always
    most_rows: int = _MANY_ROWS
    trusted: tuple[str, ...] = ()
    directions: bool = False
    balances: bool = False
    reference: bool = False
    exports: frozenset[str] = frozenset()

    def tried(self, preset: Preset, traits: Traits) -> tuple[Params, ...]:
        """The parameters that a preset begins with; those for a logarithm only where the target has one."""
        unable = (traits.directed and not self.directions) or (traits.balanced and not self.balances)
        if not self.suits(traits) or (unable and not self.reference):
            return ()
        chosen = [*self.quick]
        chosen += self.more if preset is not Preset.QUICK else ()
        chosen += self.all if preset is Preset.THOROUGH else ()
        return tuple(params for params in chosen if all(traits.allow(name, value) for name, value in params.items()))

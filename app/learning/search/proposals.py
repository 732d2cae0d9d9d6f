"""What to try next of one kind of estimator: a tree-structured Parzen estimator over what was tried of it.

J. Bergstra et al., "Algorithms for hyper-parameter optimization", NIPS 2011; the implementation is Optuna's.
"""

from __future__ import annotations

import hashlib
import math
import warnings
from collections.abc import Sequence
from dataclasses import replace

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from app.learning.estimators.kind import Choice, EstimatorKind, Params, Range, Space, Traits
from app.learning.search.trials import Trial

_EDGE = 0.1
_WIDER = 0.5
_AT_RANDOM = 3


def propose(
    kind: EstimatorKind, tried: Sequence[Trial], *, values: Sequence[float], n: int, seed: int, traits: Traits
) -> list[Params]:
    """The next ``n`` parameters of a kind. The same history gives the same proposals.

    Parameters
    ----------
    tried
        What was tried of this kind, in the order of the plan.
    values
        The score of each, higher is better.
    """
    space = open_space(kind, traits)
    if not space:
        return []
    space = widened(space, tried, values)
    named = hashlib.sha256(f"{seed} {kind.id} {len(tried)}".encode()).digest()
    sampler = _sampler(int.from_bytes(named[:4], "little"), startup=_AT_RANDOM)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    distributions = {name: _distribution(limits) for name, limits in space.items()}
    for trial, value in zip(tried, values, strict=True):
        if math.isfinite(value):
            params = _inside(trial.params, space)
            study.add_trial(optuna.trial.create_trial(params=params, distributions=distributions, value=value))
    asked = [study.ask(distributions).params for _ in range(n)]
    return [{name: _tidy(value, space[name]) for name, value in params.items()} for params in asked]


def _sampler(seed: int, *, startup: int) -> optuna.samplers.BaseSampler:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Optuna marks two of these options as experimental
        return optuna.samplers.TPESampler(
            seed=seed, multivariate=True, constant_liar=True, n_startup_trials=startup, n_ei_candidates=48
        )


def open_space(kind: EstimatorKind, traits: Traits) -> Space:
    """What may be searched of a kind for such a target."""
    space: dict[str, Range | Choice] = {}
    for name, limits in kind.space.items():
        if isinstance(limits, Range):
            space[name] = limits
            continue
        values = tuple(value for value in limits.values if traits.allow(name, value))
        if len(values) > 1:
            space[name] = Choice(values=values)
    return space


def widened(space: Space, tried: Sequence[Trial], values: Sequence[float]) -> Space:
    """The space, wider where the best that was tried lies on an edge, and wide enough for all that was tried."""
    found = [(value, trial) for value, trial in zip(values, tried, strict=True) if math.isfinite(value)]
    best = max(found, key=lambda pair: pair[0])[1].params if found else {}
    wider: dict[str, Range | Choice] = {}
    for name, limits in space.items():
        if isinstance(limits, Range):
            known = [float(v) for v in (t.params.get(name) for _, t in found) if isinstance(v, int | float)]
            at = best.get(name)
            limits = _around(limits, known)
            limits = _widen(limits, float(at)) if isinstance(at, int | float) and len(found) > _AT_RANDOM else limits
        wider[name] = limits
    return wider


def _around(limits: Range, known: Sequence[float]) -> Range:
    return replace(limits, low=min([limits.low, *known]), high=max([limits.high, *known]))


def _widen(limits: Range, at: float) -> Range:
    least, most = _hard(limits)
    low, high, here = limits.low, limits.high, min(max(at, limits.low), limits.high)
    if limits.log:
        low, high, here = math.log(low), math.log(high), math.log(here)
    span = high - low
    if here <= low + _EDGE * span:
        lower = low - _WIDER * span
        return replace(limits, low=min(limits.low, max(least, math.exp(lower) if limits.log else lower)))
    if here >= high - _EDGE * span:
        higher = high + _WIDER * span
        return replace(limits, high=max(limits.high, min(most, math.exp(higher) if limits.log else higher)))
    return limits


def _hard(limits: Range) -> tuple[float, float]:
    least = limits.low if limits.least is None else limits.least
    return least, limits.high if limits.most is None else limits.most


def _distribution(limits: Range | Choice) -> BaseDistribution:
    if isinstance(limits, Choice):
        return CategoricalDistribution(limits.values)
    if limits.whole:
        return IntDistribution(max(1, round(limits.low)), max(1, round(limits.high)), log=limits.log)
    return FloatDistribution(limits.low, limits.high, log=limits.log)


def _inside(params: Params, space: Space) -> dict[str, object]:
    """A full set of parameters for the study: what a candidate left to its builder counts as the middle."""
    full: dict[str, object] = {}
    for name, limits in space.items():
        if isinstance(limits, Choice):
            given = params.get(name, limits.values[0])
            full[name] = given if given in limits.values else limits.values[0]
            continue
        middle = math.sqrt(limits.low * limits.high) if limits.log else (limits.low + limits.high) / 2
        value = params.get(name)
        number = float(value) if isinstance(value, int | float) else middle
        number = min(max(number, limits.low), limits.high)
        full[name] = max(1, round(number)) if limits.whole else number
    return full


def _tidy(value: object, limits: Range | Choice) -> str | int | float | bool | None:
    """A number with four digits, so that a plan can be read."""
    if isinstance(value, float):
        return min(max(float(f"{value:.4g}"), limits.low), limits.high) if isinstance(limits, Range) else value
    assert value is None or isinstance(value, str | int)
    return value

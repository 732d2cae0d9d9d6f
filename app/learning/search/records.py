"""What a search does, as data: the orders that are carried out, and the plan that was executed. Light."""

from __future__ import annotations

import msgspec

from app.text.message import Text

Value = str | int | float | bool | None
EVERY_ROW = 0


class FoldOrder(msgspec.Struct, frozen=True, kw_only=True, tag="fold"):
    """Fit a candidate on a fold's rows and predict those that it holds out. ``rows`` 0 means every row, otherwise a
    sample of so many."""

    estimator: str
    params: dict[str, Value]
    fold: int
    rows: int = EVERY_ROW


class RefitOrder(msgspec.Struct, frozen=True, kw_only=True, tag="refit"):
    """Fit a candidate on every training row."""

    estimator: str
    params: dict[str, Value]
    rows: int = EVERY_ROW


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an order, and what it cost: predictions of the rows that a fold holds out as float64 bytes, or a
    fitted model as the bytes of its file."""

    result: bytes
    seconds: float
    cpu_s: float = 0.0
    memory_mb: float = 0.0


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate of an executed plan: what it was, and which folds were fitted, in the order in which they counted.

    ``rows``: of each fit, 0 for every row. ``left``: why it was not finished, a message id; empty where it was.
    """

    estimator: str
    params: dict[str, Value]
    folds: tuple[int, ...]
    round: int = 0
    rows: int = EVERY_ROW
    left: str = ""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the chosen model: the position of its candidate in the plan, and its weight."""

    candidate: int
    weight: int = 1


class ExecutedPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that decides about a model besides the data and the libraries: replaying it gives the same bytes.

    ``stop`` is a message id, why the search ended; ``resumed`` how many fits came from a training that was cut off.
    """

    tried: tuple[Tried, ...]
    members: tuple[Member, ...]
    seed: int
    folds: int
    stop: str
    rounds: int = 0
    resumed: int = 0


class Energy(msgspec.Struct, frozen=True, kw_only=True):
    """An estimate of the electricity of the processors, and of its carbon dioxide, with what it rests on: ``watts`` of
    a busy processor, ``grams_per_kwh`` of ``country`` (two letters; empty: the world's mean) as ``table`` says."""

    kwh: float
    co2_g: float
    watts: float
    grams_per_kwh: float
    country: str = ""
    table: str = ""


class Served(msgspec.Struct, frozen=True, kw_only=True):
    """What the stored model takes, measured: bytes of its file, and the median of milliseconds for one row and for a
    thousand, predicted on one processor of the machine that trained."""

    size_bytes: int
    one_row_ms: float
    thousand_rows_ms: float


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What a training cost: seconds of the clock and of the processors, and the most memory of one fit."""

    seconds: float = 0.0
    cpu_s: float = 0.0
    memory_mb: float = 0.0
    fits: int = 0
    energy: Energy | None = None


class CurveGain(msgspec.Struct, frozen=True, kw_only=True):
    """By how much the score would rise with twice as many as ``rows``, with the ends of its interval (95 %)."""

    rows: int
    value: float
    low: float
    high: float


class LearningCurve(msgspec.Struct, frozen=True, kw_only=True):
    """The mean score over the folds (``values``) after ``rows`` learned from, and a power law through it: ``fitted``
    with an interval at ``fitted_rows``, as far as twice the rows. ``reason``: why there is none."""

    estimator: str
    metric: str
    rows: tuple[int, ...] = ()
    values: tuple[float, ...] = ()
    fitted_rows: tuple[float, ...] = ()
    fitted: tuple[float, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    gain: CurveGain | None = None
    reason: Text | None = None

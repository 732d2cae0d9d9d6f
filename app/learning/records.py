"""The light half of learning: what can be chosen, and what is stored."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.data.recipe.steps import AnyRowStep, AnyStep
from app.data.records import ColumnType
from app.jobs.contract import JobKind
from app.learning.search.records import ExecutedPlan, LearningCurve, Served, Spent
from app.learning.search.records import Value as ParamValue
from app.learning.splits.records import SplitFigures, TwinFigures
from app.project.record import is_series_name
from app.text.message import Text

MODEL = "model-version"

CHAMPION_ID = "baseline_champion"
"""The leaderboard's id of the approved version that a training is compared with."""

TRAIN = JobKind("learning.train", "app.learning.training:train")
PLAN = JobKind("learning.plan", "app.learning.planning:plan")
REPRODUCE = JobKind("learning.reproduce", "app.learning.reproducing:reproduce")


class Task(StrEnum):
    """What is to be learned."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"


class Preset(StrEnum):
    """How much time to spend."""

    QUICK = "quick"
    BALANCED = "balanced"
    THOROUGH = "thorough"


class Balance(StrEnum):
    """What is done in each fit about classes of unequal size: nothing, rows weighed, rows of rare classes copied, of
    frequent ones left out, or rows of rare classes made up."""

    NONE = "none"
    WEIGHTS = "weights"
    OVER = "over"
    UNDER = "under"
    SMOTE = "smote"


class PlanRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask what a training would do. ``task`` is auto, classification or regression, as on the command line.

    ``exclude`` and ``include`` override column by column what is proposed. ``split`` is as on the command line, or
    auto: the one that the data calls for. ``afterwards`` are columns that aren't known yet when the model is used;
    None: those of which the project says so. ``rule`` is what decides today, as the analyst wrote it in ``locale``. The
    prediction never falls when a column of ``increasing`` rises, and never rises when one of ``decreasing`` does."""

    project: str
    dataset: str
    target: str
    positive: str = ""
    task: str = "auto"
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    afterwards: tuple[str, ...] | None = None
    holdout: float = 0.2
    split: str = "random"
    gap: str = ""
    keep_together: str = ""
    test: str = ""
    seed: int = 0
    rule: str = ""
    locale: str = ""
    increasing: tuple[str, ...] = ()
    decreasing: tuple[str, ...] = ()
    balance: Balance = Balance.NONE


class PlannedColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column and whether it will be learned from; ``reason`` says why it is proposed for exclusion, or warns."""

    name: str
    type: ColumnType
    used: bool
    reason: Text | None = None


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What a training will take, roughly, and what its model will be like.

    ``memory_mb`` is the most at one time with as many fits at once as fit in; ``needed_mb`` with one at a time, so that
    more than ``available_mb`` is refused. Size and latency are of a model of the largest kinds, so at most about that;
    rows are predicted together, so one takes about as long as a thousand."""

    seconds: float
    memory_mb: float
    needed_mb: float
    available_mb: float
    size_mb: float
    one_row_ms: float
    thousand_rows_ms: float

    @property
    def fits(self) -> bool:
        """Whether there is room for it."""
        return self.needed_mb <= self.available_mb

    @property
    def room(self) -> dict[str, float]:
        """What is needed and what is there, in gigabytes, for a sentence."""
        return {"needed": round(self.needed_mb / 1000, 1), "available": round(self.available_mb / 1000, 1)}


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """The proposal before the click. ``classes`` with their counts (classification), most frequent first;
    ``forecasts`` for each preset."""

    task: Task
    metric: str
    classes: tuple[tuple[str, int], ...]
    positive: str
    columns: tuple[PlannedColumn, ...]
    rows: int
    train_rows: int
    holdout_rows: int
    dropped_rows: int
    forecasts: dict[str, Forecast]
    problems: tuple[Text, ...] = ()
    split: SplitFigures | None = None


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate that the analyst took from the leaderboard of ``version`` (``churn@3``)."""

    version: str
    estimator: str
    params: dict[str, ParamValue]


class TrainRequest(PlanRequest, frozen=True, kw_only=True):
    """Train the next version of ``model``.

    ``cluster`` is the address of a Dask scheduler whose workers do the fits; ``country`` (two letters, else that of
    the time zone) where the electricity comes from; ``champion`` a version that is used today, such as ``churn@3``,
    which is fitted again on the same folds to be compared with. With ``taken``, nothing is searched: that candidate
    becomes the model."""

    model: str
    preset: Preset = Preset.QUICK
    time_limit_s: float | None = None
    metric: str = ""
    processors: int = 0
    cluster: str = ""
    country: str = ""
    champion: str = ""
    taken: Taken | None = None


class ReproduceRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Train the version ``model`` (``churn@3``) again and compare."""

    project: str
    model: str
    processors: int = 0


class Reproduced(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the same bytes came out; ``differences`` in the order in which they arise, so the first explains."""

    model: str
    identical: bool
    differences: tuple[Text, ...] = ()


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A figure with its interval, and how that was made. ``low``/``high`` None: not shown, ``reason`` says why."""

    value: float | None
    low: float | None = None
    high: float | None = None
    method: str = ""
    reason: Text | None = None


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the leaderboard. ``complexity`` is 1 (readable) to 4; ``state`` is done, left (given up
    on the way), failed, running or waiting. ``rows``: learned from a sample of so many, 0 is all. ``at_s``: how many
    seconds after the search began its last fit was done, 0 where that isn't known. ``exports``: the formats, beside
    the bundle, that it can be written in; None where that isn't known.

    ``estimator`` is the catalogue's id (``"logistic"``); its plain name is the text ``learning.estimator.<id>``.
    """

    estimator: str
    params: dict[str, str | int | float | bool | None]
    cv: dict[str, Estimate]
    seconds: float
    complexity: int
    state: str = "done"
    remark: Text | None = None
    folds: tuple[float, ...] = ()
    cpu_s: float = 0.0
    memory_mb: float = 0.0
    rows: int = 0
    at_s: float = 0.0
    exports: tuple[str, ...] | None = None


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """A column that the model needs: its type, and for scoring its known levels and range. ``prose``: sentences, read
    by the words in them; nothing of them is kept."""

    name: str
    type: ColumnType
    levels: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    missing_seen: bool = False
    prose: bool = False


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed beside a model's file to use it: the columns it eats and how its answers are read.

    ``labels`` are the order of the probability columns; of two, the positive one is last, and it is predicted if and
    only if its probability >= ``threshold``. Both are empty for regression."""

    task: Task
    labels: tuple[str, ...]
    positive: str
    threshold: float
    features: tuple[Feature, ...]


class RowPart(msgspec.Struct, frozen=True, kw_only=True):
    """The steps of a recipe that go along with a model: rows are given to it as they were before them.

    Attributes
    ----------
    dataset_id
        The dataset version from which rows come so.
    inputs
        Their columns.
    steps
        What is done to each row; some of what they make are the features of the model.
    missing_words, decimal, day_first
        How the file of that version was read, as :class:`app.data.records.DatasetVersion` says.
    left
        Steps that can't go along. What they make is among the inputs, and filters among them aren't looked at.
    """

    dataset_id: str
    inputs: tuple[Feature, ...]
    steps: tuple[AnyRowStep, ...]
    missing_words: tuple[str, ...] = ()
    decimal: str = "."
    day_first: bool | None = None
    left: tuple[AnyStep, ...] = ()


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """How the hold-out was set aside. Its row numbers are the object ``holdout`` of the model version.

    ``key`` names the hold-out: models whose versions share it were judged on the same rows. ``train_sha256`` and
    ``holdout_sha256`` are of the row numbers on each side, as 64-bit little-endian integers. ``figures`` and ``twins``
    are missing from versions that were made before they were counted."""

    scheme: str
    seed: int
    fraction: float
    key: str
    train_rows: int
    holdout_rows: int
    test_dataset: str = ""
    gap: str = ""
    keep_together: str = ""
    train_sha256: str = ""
    holdout_sha256: str = ""
    figures: SplitFigures | None = None
    twins: TwinFigures | None = None


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """What a model was compared with beside the baseline, on the same folds: ``estimator`` is its id on the
    leaderboard, ``gain`` the model's scores minus its own, paired by fold."""

    estimator: str
    cv: dict[str, Estimate]
    gain: dict[str, Estimate]


class ModelVersion(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a model version. Objects: ``model`` (canonical skops), ``holdout`` (Parquet: int64 ``row``) and
    ``out_of_fold`` (Parquet: ``row`` and the winner's out-of-fold predictions: ``p0``, ``p1``, ... in the order of
    ``labels``, or ``value``). Parents: the dataset version, and the test dataset's where there is one.

    ``gain`` is the winner's score minus the baseline's, paired by fold; ``threads`` how many BLAS and OpenMP had.
    ``row_part``: what is done to a row before the model sees it, where recipes made the dataset."""

    dataset: str
    dataset_id: str
    target: str
    task: Task
    labels: tuple[str, ...]
    positive: str
    features: tuple[Feature, ...]
    excluded: tuple[PlannedColumn, ...]
    split: Split
    request: TrainRequest
    metric: str
    estimator: str
    candidates: tuple[Candidate, ...]
    baseline: dict[str, Estimate]
    cv: dict[str, Estimate]
    threshold: float
    seconds: float
    peak_memory_mb: float
    versions: dict[str, str]
    complexity: int = 0
    gain: dict[str, Estimate] = {}
    references: tuple[Reference, ...] = ()
    threads: dict[str, int] = {}
    alarms: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()
    plan: ExecutedPlan | None = None
    spent: Spent | None = None
    served: Served | None = None
    curve: LearningCurve | None = None
    row_part: RowPart | None = None


class Leaderboard(msgspec.Struct, frozen=True, kw_only=True):
    """Live result of a training, topic ``leaderboard``: every candidate so far, best first."""

    metric: str
    candidates: tuple[Candidate, ...]
    task: Task


class TrainAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a training says when it is done; the version's number is in the committed record."""

    task: Task
    estimator: str
    metric: str
    cv: dict[str, Estimate]
    baseline: dict[str, Estimate]
    candidates: tuple[Candidate, ...]
    seconds: float
    peak_memory_mb: float


def model_name(target: str) -> str:
    """The name proposed for a model: its target's, without the signs that separate name, version and twin."""
    name = "".join("-" if sign in "@~/\\" or not sign.isprintable() else sign for sign in target).strip()[:100]
    return name if is_series_name(name) else "model"

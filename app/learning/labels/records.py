"""The light half: what is asked about labels, and what is answered."""

from __future__ import annotations

import msgspec

from app.data.recipe.steps import Decided
from app.jobs.contract import JobKind
from app.learning.records import Estimate

LABELS = JobKind("learning.labels", "app.learning.labels.work:find_doubts")
LABELS_EFFECT = JobKind("learning.labels_effect", "app.learning.labels.work:measure_effect")


class LabelsRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Look for rows whose label is probably wrong; the ``top`` most doubtful are listed.

    ``exclude`` and ``include`` override column by column what is proposed for learning.
    """

    project: str
    dataset: str
    target: str
    task: str = "auto"
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    top: int = 100
    seed: int = 0
    processors: int = 0


class EffectRequest(LabelsRequest, frozen=True, kw_only=True):
    """Measure what it changes to train with what was ``decided``."""

    decided: tuple[Decided, ...]


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """A row, counted from 1, whose label is doubtful. ``confidence`` is the probability of ``likely``, out of folds;
    ``cells`` are those of the columns in :class:`LabelsAnswer`, None where missing."""

    row: int
    given: str
    likely: str
    confidence: float
    cells: tuple[str | None, ...] = ()


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """A score out of folds, learned from the labels as they are (``before``) and as they would be (``after``).

    Both are judged on the same ``judged`` rows: those of which nothing is decided, by the label that they have. On the
    others a model would be right by agreement with itself. ``gain`` is the difference, paired by fold.
    """

    metric: str
    estimator: str
    before: float
    after: float
    gain: Estimate
    judged: int
    changed: int
    left_out: int


class LabelsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The queue, most doubtful first.

    ``doubtful`` rows of ``rows`` are off the diagonal of the confident joint, ``noise`` is the share of wrong labels
    that it estimates, ``decided`` rows were decided about before and aren't listed. ``effect`` is that of changing
    every label in the list; None where nothing is listed.
    """

    target: str
    labels: tuple[str, ...]
    rows: int
    doubtful: int
    noise: float
    decided: int
    columns: tuple[str, ...]
    doubts: tuple[Doubt, ...]
    effect: Effect | None = None

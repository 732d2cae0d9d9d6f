"""What is stored of the worth of a model. Light."""

from __future__ import annotations

import msgspec

from app.jobs.contract import JobKind
from app.learning.records import Estimate

VALUE_TABLE = "value-table"
OPERATING_POINT = "operating-point"

COUNTS = JobKind("verification.counts", "app.verification.value.counting:count")

PERIODS = ("day", "week", "month", "quarter", "year")


class ValueTable(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a value table: the newest one for a ``model`` (by name) counts; one without prices removes it.

    ``cells``: what a row is worth by what really happened (rows) and what the model said (columns), in the order of
    ``labels``; costs are below 0. For amounts, what each unit of a prediction above and below the truth costs (``over``
    and ``under``, 0 or more). ``fixed``: what using a model costs in a ``period``, whatever it says; so many ``rows``
    come in a period, of which at most ``capacity`` can be acted on (None: all)."""

    model: str
    labels: tuple[str, ...] = ()
    cells: tuple[tuple[float, ...], ...] = ()
    over: float = 0.0
    under: float = 0.0
    fixed: float = 0.0
    rows: int = 1_000
    period: str = "month"
    capacity: int | None = None
    currency: str = "EUR"

    @property
    def known(self) -> bool:
        """Whether anything has a price."""
        return any(map(any, self.cells)) if self.labels else bool(self.over or self.under)

    @property
    def share(self) -> float:
        """Of the rows, the share that can be acted on."""
        return 1.0 if self.capacity is None or not self.rows else min(1.0, self.capacity / self.rows)


class OperatingPoint(msgspec.Struct, frozen=True, kw_only=True):
    """Body of an operating point: from which probability a version predicts the positive class, in place of the one
    that it was trained with. Parent: the model version. The newest one counts. ``best``: it is the one that the value
    table of then called for, on predictions out of fold."""

    model_id: str
    threshold: float
    best: bool = False


class CountsRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Count what a version of two classes said of the rows that it learned from, out of fold."""

    project: str
    model: str


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many positive and negative rows reach each of the ``thresholds`` (rising): ``found`` and ``false_alarms``, of
    so many ``positives`` and ``negatives``."""

    thresholds: tuple[float, ...]
    found: tuple[int, ...]
    false_alarms: tuple[int, ...]
    positives: int
    negatives: int

    @property
    def rows(self) -> int:
        return self.positives + self.negatives


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """A way to decide: ``code`` is model, none, all, always (the label ``name``), mean, rule or champion (``name``).

    ``worth`` of a period, and ``gain``: ours minus that, on the same rows; ``worse``: the chance that the true gain is
    below 0, from its standard error."""

    code: str
    worth: Estimate
    name: str = ""
    gain: Estimate | None = None
    worse: float | None = None


class Worth(msgspec.Struct, frozen=True, kw_only=True):
    """What a version is worth on the judged rows, priced by ``table``: the model's own policy first, then the others.
    ``today`` is the position of the one that it is compared with: what is used today, or the best without a model.

    ``counts``: of the rows learned from, out of fold, for the curve of worth by threshold. ``wanted``: how many rows of
    a period reach the threshold, whether they can be acted on or not."""

    table: ValueTable
    policies: tuple[Policy, ...]
    today: int
    threshold: float | None = None
    counts: Counts | None = None
    wanted: float | None = None

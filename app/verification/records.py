"""The light half of verification: reports, gates, decisions."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.jobs.contract import JobKind
from app.learning.records import Estimate, Task
from app.text.message import Text, Value
from app.verification.value.records import Worth

REPORT = "report"
DECISION = "decision"
GATE_LIMIT = "gate-limit"
GATE_RISK = "gate-risk"
GATE_LEAST = "gate-least"

VERIFY = JobKind("verification.verify", "app.verification.verifying:verify")
SIDES = JobKind("verification.sides", "app.verification.sides:side_by_side")

Said = Text | Value | str


class VerifyRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Judge a model version (a label or a record id) on its hold-out, or on the dataset version ``test``."""

    project: str
    model: str
    test: str = ""


class MetricRow(msgspec.Struct, frozen=True, kw_only=True):
    """A metric with its interval, the baseline's beside it, and the paired difference where there is one.

    ``code`` is scikit-learn's scorer name; its plain name and one-sentence explanation are the texts
    ``verification.metric.<code>`` and ``verification.metric.<code>.help``. ``higher_is_better`` is always in the
    scorer's sense. ``axis`` is the range on which the interval is drawn.
    """

    code: str
    estimate: Estimate
    baseline: Estimate | None = None
    difference: Estimate | None = None
    axis: tuple[float, float] = (0.0, 1.0)


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a chart; ``low``/``high`` a band around it, ``label`` what it is."""

    label: Text
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    dashed: bool = False
    points: bool = False


class Chart(msgspec.Struct, frozen=True, kw_only=True, tag="chart"):
    """A chart as data: the screen, the SVG and later the PDF draw the same. ``code`` is roc, precision_recall,
    calibration, predicted_actual, residuals, ...; title and one sentence of help are ``verification.chart.<code>``
    and ``….help``; ``kind`` is line or scatter."""

    code: str
    x_label: Text
    y_label: Text
    curves: tuple[Curve, ...]
    kind: str = "line"
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None


class BarChart(msgspec.Struct, frozen=True, kw_only=True, tag="bars"):
    """Bars with intervals: permutation importance, say. Names come from the data."""

    code: str
    x_label: Text
    names: tuple[str, ...]
    values: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


class Confusion(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of actual (rows) by predicted (columns) label."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """A condition for approval, such as beats_baseline, metric_limit or no_leakage. ``sentence`` says the outcome."""

    code: str
    passed: bool
    value: float | None
    limit: float | None
    sentence: Text
    metric: str = ""


class ComparedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A metric of what a model is compared with, and our value minus its, paired by row, in the scorer's sense."""

    code: str
    other: Estimate
    difference: Estimate


class FlippedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that one of two models gets right: its number in the dataset, what happened, what was said before and what
    is said now."""

    row: int
    actual: str
    before: str
    now: str


class Flips(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows are right now that were wrong (``mended``), wrong that were right (``broken``), and right or wrong
    both times; ``p``: of McNemar's exact test. ``listed``: some of those that flipped, the broken ones first."""

    mended: int
    broken: int
    right: int
    wrong: int
    p: float
    listed: tuple[FlippedRow, ...] = ()


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A version beside what is used today: ``kind`` is champion or rule; or beside another version.

    ``rows`` that both are judged on, without the ``left_out`` ones that the other learned from. ``decides`` is the
    metric that the ``verdict`` (better, worse, no_difference or unknown) rests on, with the difference ``decisive`` at
    the confidence ``level`` that is left after ``earlier`` challengers; less than ``least`` doesn't make it better.
    ``reason``: why there is no comparison."""

    kind: str
    label: str
    other_id: str = ""
    rows: int = 0
    left_out: int = 0
    earlier: int = 0
    level: float = 0.95
    least: float = 0.0
    decides: str = ""
    verdict: str = "unknown"
    decisive: Estimate | None = None
    metrics: tuple[ComparedRow, ...] = ()
    flips: Flips | None = None
    reason: Text | None = None


class BandPart(msgspec.Struct, frozen=True, kw_only=True):
    """The band around a usual prediction of those from ``start`` to ``end``, and the share of the ``rows`` judged there
    that it held."""

    start: float
    end: float
    low: float
    high: float
    held: Estimate
    rows: int


class PredictionBand(msgspec.Struct, frozen=True, kw_only=True):
    """Around each predicted amount, from ``low`` below to ``high`` above (in the target's unit): so ``level`` of all
    rows shall lie within. ``held``: the share of the judged rows that did. From ``rows`` residuals out of fold.

    Where it isn't ``even`` it is as wide as errors usually are around such an amount: ``low`` and ``high`` are those of
    the median prediction, ``parts`` those of each third of the predictions."""

    level: float
    low: float
    high: float
    held: Estimate
    rows: int
    even: bool = True
    parts: tuple[BandPart, ...] = ()


class ClassRow(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of a class: its rows, how often it was said (``named``), and whether it is too ``rare`` to tell much."""

    label: str
    rows: int
    named: int
    recall: Estimate
    precision: Estimate
    auc: Estimate
    rare: bool = False


class SidesRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Set two model versions (labels or record ids) side by side."""

    project: str
    first: str
    second: str


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """Something that two versions were told differently; its name is the text ``verification.setting.<code>``."""

    code: str
    ours: Said
    theirs: Said


class SideBySide(msgspec.Struct, frozen=True, kw_only=True):
    """Two versions, by label: what was set differently, and how they do on the rows that both were judged on."""

    first: str
    second: str
    settings: tuple[Setting, ...]
    comparison: Comparison


class Risk(StrEnum):
    """What is at stake where a model decides; it says which gates hold."""

    LOW = "low"
    USUAL = "usual"
    HIGH = "high"

    @property
    def approvals(self) -> int:
        """How many people, each with a key of their own, must approve."""
        return 2 if self is Risk.HIGH else 1


class GateRisk(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a gate risk: the newest one for the model named ``model`` counts."""

    model: str
    risk: Risk


class GateLimit(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a gate limit: for a model (by name) and a metric the newest one counts; ``limit`` None removes it.

    The lower end of the metric's interval must reach ``limit`` in the scorer's sense. In place of a metric stands also
    ``size`` (MB of the model's file), ``latency`` (ms to predict 1,000 rows) or ``openings``, which may be that much at
    most, or ``rows``, of which so many must have been judged."""

    model: str
    metric: str
    limit: float | None


class GateLeast(msgspec.Struct, frozen=True, kw_only=True):
    """Body of the smallest difference of a metric that matters, 0 or more, beside what is used today: for a model (by
    name) and a metric the newest one counts; ``least`` None takes it away."""

    model: str
    metric: str
    least: float | None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a report. Objects: ``html_en`` and ``html_es`` (self-contained), ``pdf_en`` and ``pdf_es``, and
    ``predictions`` (Parquet: ``row``, ``actual``, and ``value`` or ``p0``, ``p1``, ...). Parents: the
    model version and the test dataset.

    ``openings`` counts how often this hold-out has been opened, this time included. ``verdict`` is good, reservations
    or bad; ``headline`` and ``summary`` say it in words. ``findings`` have severity bad, warning or note. ``level`` is
    the confidence of each interval by itself, so much above 95 % that all ``looks`` at these rows (at versions with
    their thresholds) together keep it."""

    model: str
    model_id: str
    dataset: str
    on_test_file: bool
    task: Task
    rows: int
    positives: int | None
    openings: int
    holdout_key: str
    verdict: str
    headline: Text
    summary: Text
    gates: tuple[Gate, ...]
    metrics: tuple[MetricRow, ...]
    charts: tuple[Chart | BarChart, ...]
    confusion: Confusion | None = None
    baseline_confusion: Confusion | None = None
    threshold: float | None = None
    findings: tuple[tuple[str, Text], ...] = ()
    compared: tuple[Comparison, ...] = ()
    level: float = 0.95
    looks: int = 1
    worth: Worth | None = None
    band: PredictionBand | None = None
    classes: tuple[ClassRow, ...] = ()


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a decision. Parents: the report and the model version. ``supersedes`` are the decisions it replaces.

    ``signature`` is that of all other fields with the Ed25519 key of which ``key`` is the public half, both in
    hexadecimal digits; ``at`` is when it was signed (ISO 8601, UTC), ``previous`` the id of the decision before it in
    the project. All four are empty in decisions that were made before there were signatures."""

    model: str
    model_id: str
    report_id: str
    approved: bool
    by: str
    comment: str
    override: str = ""
    failed_gates: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    at: str = ""
    previous: str = ""
    key: str = ""
    signature: str = ""

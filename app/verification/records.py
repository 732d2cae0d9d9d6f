"""The light half of verification: reports, gates, decisions."""

from __future__ import annotations

import msgspec

from app.jobs.contract import JobKind
from app.learning.records import Estimate, Task
from app.text.message import Text

REPORT = "report"
DECISION = "decision"
GATE_LIMIT = "gate-limit"

VERIFY = JobKind("verification.verify", "app.verification.verifying:verify")


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
    """A condition for approval: beats_baseline, metric_limit or no_leakage. ``sentence`` says the outcome."""

    code: str
    passed: bool
    value: float | None
    limit: float | None
    sentence: Text
    metric: str = ""


class GateLimit(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a gate limit: the newest one for a model (the record's ``name`` is empty, ``model`` here) counts.

    The lower end of the interval must reach ``limit`` in the scorer's sense. ``limit`` None removes it."""

    model: str
    metric: str
    limit: float | None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a report. Objects: ``html_en`` and ``html_es`` (self-contained), ``pdf_en`` and ``pdf_es``. Parents: the
    model version and the test dataset.

    ``openings`` counts how often this hold-out has been opened, this time included. ``verdict`` is good, reservations
    or bad; ``headline`` and ``summary`` say it in words. ``findings`` have severity bad, warning or note."""

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

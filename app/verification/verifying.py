"""Judge a model version: predict rows that it hasn't seen, measure, compare with the baseline, write the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa

from app.jobs.contract import Context, Outcome, Progress
from app.learning.matrix import feature_frame
from app.learning.model import FittedModel, load_model, raw_predictions, signature_of
from app.learning.records import ModelVersion, Task
from app.learning.scoring import decide
from app.project import Project, Record, StagedFile, draft, encode
from app.project.durable import stage_bytes
from app.text.message import Text
from app.text.words import Words
from app.verification import charts, state
from app.verification.gates import Evidence, judge
from app.verification.importance import SAMPLE_ROWS, importance_chart, permutation_importance
from app.verification.metrics import measure
from app.verification.observed import Classified, Codes, Floats, Measured, Observed
from app.verification.records import REPORT, BarChart, Chart, MetricRow, Report, VerifyRequest
from app.verification.report.html import render_html
from app.verification.report.pdf import render_pdf
from app.verification.report.sections import Source, document
from app.verification.rows import Rows, load_rows
from app.verification.suspicion import suspicions
from app.verification.verdict import Finding, evidence_findings, headline, summary, verdict

_BATCH = 65_536
_SUSPECT_ROWS = 20_000
_IMPORTANCE_S = 8.0
_SEED = 0
_LANGUAGES = ("en", "es")
_ON_BOTH_SIDES = frozenset({"learning.split.twins", "learning.split.across"})


def verify(context: Context, request: VerifyRequest) -> Outcome:
    """The report of a version on its hold-out, or on a test dataset. Every run is one more opening of those rows.

    Raises
    ------
    CicloError
        What opening the project, the version, its data or its model refuse; ``verification.no_common_column``.
    """
    project = Project.open(Path(request.project))
    try:
        return _verify(context, project, request)
    finally:
        project.close()


def _verify(context: Context, project: Project, request: VerifyRequest) -> Outcome:
    _step(context, "reading")
    record = state.model_record(project, request.model)
    version = record.read(ModelVersion)
    rows = load_rows(project, record, version, test=request.test)
    source = project.whole_object(record.objects["model"].sha256)
    model = load_model(source, signature=signature_of(version))
    raw = _predict(context, model, rows.features)
    report = _judged(context, project, record, version, rows, model, raw)
    _step(context, "writing")
    objects = _documents(context, report, version, record)
    parents = (record.id, rows.dataset.id)
    made = draft(REPORT, report, parents=parents, objects=objects)
    return Outcome(drafts=(made,), answer=msgspec.Raw(encode(report)))


def _step(context: Context, name: str, done: int = 0, total: int = 0) -> None:
    context.check_cancelled()
    context.report(Progress(step=Text(f"verification.step.{name}"), done=done, total=total))


# Predicting


def _predict(context: Context, model: FittedModel, table: pa.Table) -> Floats:
    """Probabilities of shape (n, k), or amounts of shape (n, 1)."""
    classes = len(model.signature.labels)
    parts = [np.empty((0, max(1, classes)))]
    for start in range(0, table.num_rows, _BATCH):
        _step(context, "predicting", start, table.num_rows)
        frame = feature_frame(table.slice(start, _BATCH), model.signature.features)
        parts.append(raw_predictions(model.pipeline, frame, classes=classes))
    return np.concatenate(parts)


def observe(version: ModelVersion, rows: Rows, raw: Floats) -> Observed:
    """What was predicted and what happened, together; nothing where it isn't known what happened."""
    if rows.actual is None:
        return _together(version, np.empty(0), raw[:0], rows.prior)
    return _together(version, rows.actual, raw, rows.prior)


def _together(version: ModelVersion, actual: Floats, raw: Floats, prior: Floats) -> Observed:
    if version.task is Task.REGRESSION:
        return Measured(actual=actual, predicted=raw[:, 0], centre=float(prior[0]))
    binary = version.task is Task.BINARY
    return Classified(
        labels=version.labels,
        positive=version.labels.index(version.positive) if binary else -1,
        actual=actual.astype(np.intp),
        predicted=decide(raw, threshold=version.threshold).astype(np.intp),
        probabilities=raw,
        prior=prior,
        threshold=version.threshold if binary else None,
    )


# Judging


def _judged(
    context: Context,
    project: Project,
    record: Record,
    version: ModelVersion,
    rows: Rows,
    model: FittedModel,
    raw: Floats,
) -> Report:
    _step(context, "measuring")
    observed = observe(version, rows, raw)
    metrics = tuple(measure(version.task, observed, seed=_SEED))
    openings = state.openings(project, rows.key) + 1
    suspected = _suspicions(version, rows, observed, metrics)
    limit = state.gate_limit(project, record.name)
    gates = judge(Evidence(version=version, metrics=metrics, limit=limit, suspicions=suspected))
    findings = _findings(version, rows, observed, suspected, openings)
    judged = verdict(gates, findings)
    classified = observed if isinstance(observed, Classified) and observed.rows else None
    return Report(
        model=record.label,
        model_id=record.id,
        dataset=rows.dataset.label,
        on_test_file=rows.on_test_file,
        task=version.task,
        rows=observed.rows,
        positives=int(classified.is_positive.sum()) if classified and classified.positive >= 0 else None,
        openings=openings,
        holdout_key=rows.key,
        verdict=judged,
        headline=headline(judged, gates, findings),
        summary=summary(version, observed, metrics),
        gates=gates,
        metrics=metrics,
        charts=_charts(context, version, rows, observed, model, raw),
        confusion=charts.confusion(classified) if classified else None,
        baseline_confusion=charts.confusion(classified, baseline=True) if classified else None,
        threshold=version.threshold if version.task is Task.BINARY else None,
        findings=findings,
    )


def _findings(
    version: ModelVersion, rows: Rows, observed: Observed, suspected: Sequence[Text], openings: int
) -> tuple[Finding, ...]:
    alarms = [("bad", text) for text in (*version.alarms, *suspected)]
    evidence = evidence_findings(observed, openings=openings, on_test_file=rows.on_test_file)
    return (
        *alarms,
        *rows.findings,
        *_split_findings(version, rows),
        *evidence,
        *(("note", note) for note in version.notes),
    )


def _split_findings(version: ModelVersion, rows: Rows) -> list[Finding]:
    """What the split already said about rows that stand on both sides."""
    figures = version.split.figures
    if figures is None or rows.on_test_file:
        return []
    return [(note.severity, note.message) for note in figures.notes if note.message.id in _ON_BOTH_SIDES]


def _suspicions(
    version: ModelVersion, rows: Rows, observed: Observed, metrics: Sequence[MetricRow]
) -> tuple[Text, ...]:
    chosen = _sample(observed.rows, _SUSPECT_ROWS)
    frame = feature_frame(rows.features.take(pa.array(chosen)), version.features)
    found = suspicions(version, _subset(observed, chosen), frame, metrics, on_holdout=not rows.on_test_file)
    named = {alarm.params.get("column") for alarm in version.alarms} - {None}
    return tuple(text for text in found if text.params.get("column") not in named)


def _sample(n: int, limit: int) -> Codes:
    """Positions of a fixed random choice of at most ``limit`` rows."""
    if n <= limit:
        return np.arange(n)
    return np.sort(np.random.default_rng(_SEED).choice(n, size=limit, replace=False))


def _subset(observed: Observed, chosen: Codes) -> Observed:
    if isinstance(observed, Measured):
        return replace(observed, actual=observed.actual[chosen], predicted=observed.predicted[chosen])
    return replace(
        observed,
        actual=observed.actual[chosen],
        predicted=observed.predicted[chosen],
        probabilities=observed.probabilities[chosen],
    )


def _charts(
    context: Context, version: ModelVersion, rows: Rows, observed: Observed, model: FittedModel, raw: Floats
) -> tuple[Chart | BarChart, ...]:
    if rows.actual is None:
        return _charts_without_target(version, raw)
    bars = _importance(context, version, rows, observed, model)
    return (*charts.charts(observed), *([bars] if bars else []))


def _charts_without_target(version: ModelVersion, raw: Floats) -> tuple[Chart, ...]:
    """What can still be shown: how the probabilities are spread."""
    if version.task is not Task.BINARY or not len(raw):
        return ()
    blank = _together(version, np.zeros(len(raw)), raw, np.array([0.5, 0.5]))
    if not isinstance(blank, Classified):
        return ()
    return (charts.score_distribution(blank.scores, None, blank),)


def _importance(
    context: Context, version: ModelVersion, rows: Rows, observed: Observed, model: FittedModel
) -> BarChart | None:
    chosen = _sample(observed.rows, SAMPLE_ROWS)
    frame = feature_frame(rows.features.take(pa.array(chosen)), version.features)
    part = _subset(observed, chosen)

    def loss(changed: pd.DataFrame) -> float:
        return _loss(part, raw_predictions(model.pipeline, changed, classes=len(version.labels)))

    def step(done: int, total: int) -> None:
        _step(context, "importance", done, total)

    found = permutation_importance(frame, version.features, loss, budget_s=_IMPORTANCE_S, step=step, seed=_SEED)
    code = "neg_mean_absolute_error" if version.task is Task.REGRESSION else "neg_log_loss"
    return importance_chart(found, measure=Text(f"verification.metric.{code}")) if found else None


def _loss(part: Observed, raw: Floats) -> float:
    """Mean absolute error, or log loss."""
    if isinstance(part, Measured):
        return float(np.abs(part.actual - raw[:, 0]).mean())
    own = raw[np.arange(part.rows), part.actual]
    return float(-np.log(np.clip(own, np.finfo(np.float64).eps, 1.0)).mean())


# Writing


def _documents(context: Context, report: Report, version: ModelVersion, record: Record) -> dict[str, StagedFile]:
    """The report in each language, as a page for the screen and as one to print."""
    made: dict[str, StagedFile] = {}
    for words in map(Words, _LANGUAGES):
        told = document(Source(report=report, version=version, record=record, words=words))
        written = {
            "html": (render_html(told, words).encode(), "text/html"),
            "pdf": (render_pdf(told, words), "application/pdf"),
        }
        for kind, (data, media) in written.items():
            name = f"{kind}_{words.language}"
            made[name] = stage_bytes(context.staging, f"report_{words.language}.{kind}", data, media=media)
    return made

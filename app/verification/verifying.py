"""Judge a model version: predict rows that it hasn't seen, measure, compare with the baseline, write the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa

from app.jobs.contract import Context, Outcome, Progress
from app.learning.latency import block_ms
from app.learning.matrix import feature_frame
from app.learning.model import FittedModel, load_model, raw_predictions, signature_of
from app.learning.records import ModelVersion, Task
from app.learning.scoring import decide
from app.project import Project, Record, StagedFile, draft, encode
from app.project.durable import stage_bytes
from app.text.message import Text
from app.text.words import Words
from app.verification import charts, policy, state
from app.verification.bands import prediction_band
from app.verification.classes import class_rows
from app.verification.compared import chosen_rows, spent_over
from app.verification.expected import training_data
from app.verification.gates import Evidence, judge
from app.verification.importance import importance_chart, permutation_importance, sampled
from app.verification.metrics import measure
from app.verification.observed import Classified, Codes, Floats, Measured, Observed
from app.verification.predictions import OBJECT, write_predictions
from app.verification.records import (
    REPORT,
    BarChart,
    Chart,
    MetricRow,
    PredictionBand,
    Report,
    VerifyRequest,
)
from app.verification.report.html import render_html
from app.verification.report.pdf import render_pdf
from app.verification.report.sections import document
from app.verification.report.source import Source
from app.verification.rows import Rows, load_rows, never_learned
from app.verification.suspicion import suspicions
from app.verification.today import Beside, beside_champion, beside_rule
from app.verification.value.counting import counts_of
from app.verification.value.records import Worth
from app.verification.value.stored import in_force, value_table
from app.verification.value.worth import worth as priced
from app.verification.verdict import (
    Finding,
    comparison_findings,
    error_findings,
    evidence_findings,
    headline,
    importance_findings,
    performance_findings,
    summary,
    verdict,
    worth_findings,
)

_BATCH = 65_536
_SUSPECT_ROWS = 20_000
_SEED = 0
_LANGUAGES = ("en", "es")
_ON_BOTH_SIDES = frozenset({"learning.split.twins", "learning.split.twins_amounts", "learning.split.across"})


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
    version = in_force(project, record)
    rows = load_rows(project, record, version, test=request.test)
    if rows.on_test_file:
        rows = never_learned(project, record, version, rows)
    source = project.whole_object(record.objects["model"].sha256)
    model = load_model(source, signature=signature_of(version))
    raw = _predict(context, model, rows.features)
    case = _opened(project, record, version, rows, model, raw)
    report = _judged(context, case)
    _step(context, "writing")
    objects = _documents(context, report, version, record)
    if case.observed.rows:
        objects[OBJECT] = write_predictions(context.staging, rows.positions, case.observed)
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


@dataclass(frozen=True, kw_only=True)
class _Case:
    """A version with the rows on which it is judged, and what it said of them.

    Attributes
    ----------
    raw
        Of every row, also where it isn't known what happened; ``observed`` has those where it is.
    openings
        How often these rows have been opened, this time included.
    looks
        How many versions, each with its threshold, were judged on them.
    level
        The confidence of each interval.
    """

    project: Project
    record: Record
    version: ModelVersion
    rows: Rows
    model: FittedModel
    raw: Floats
    observed: Observed
    openings: int
    looks: int
    level: float

    def sample(self, limit: int) -> tuple[Observed, pd.DataFrame]:
        """At most ``limit`` rows, always the same ones: what was observed, and their features."""
        chosen = _sample(self.observed.rows, limit)
        frame = feature_frame(self.rows.features.take(pa.array(chosen)), self.version.features)
        return chosen_rows(self.observed, chosen), frame


def _opened(
    project: Project, record: Record, version: ModelVersion, rows: Rows, model: FittedModel, raw: Floats
) -> _Case:
    openings = state.openings(project, rows.key) + 1
    looks = state.looks(project, rows.key, record.id, version.threshold if version.task is Task.BINARY else None)
    return _Case(
        project=project,
        record=record,
        version=version,
        rows=rows,
        model=model,
        raw=raw,
        observed=observe(version, rows, raw),
        openings=openings,
        looks=looks,
        level=spent_over(looks),
    )


def _evidence(context: Context, case: _Case) -> Evidence:
    """What gates and findings look at."""
    _step(context, "measuring")
    metrics = tuple(measure(case.version.task, case.observed, level=case.level, seed=_SEED))
    beside = _compared(context, case)
    return Evidence(
        version=case.version,
        metrics=metrics,
        limits=policy.gate_limits(case.project, case.record.name),
        risk=policy.gate_risk(case.project, case.record.name),
        rows=case.observed.rows,
        openings=case.openings,
        suspicions=_suspicions(case, metrics),
        compared=tuple(one.comparison for one in beside),
        worth=_worth(case, beside),
        expected=training_data(case.project, case.version, watch=lambda _share: context.check_cancelled()),
    )


def _judged(context: Context, case: _Case) -> Report:
    version, rows, observed = case.version, case.rows, case.observed
    evidence, drawn = _evidence(context, case), _charts(context, case)
    gates, findings = judge(evidence), (*_findings(case, evidence), *importance_findings(version, observed.rows, drawn))
    judged = verdict(gates, findings)
    classified = observed if isinstance(observed, Classified) and observed.rows else None
    return Report(
        model=case.record.label,
        model_id=case.record.id,
        dataset=rows.dataset.label,
        on_test_file=rows.on_test_file,
        task=version.task,
        rows=observed.rows,
        positives=int(classified.is_positive.sum()) if classified and classified.positive >= 0 else None,
        openings=case.openings,
        holdout_key=rows.key,
        verdict=judged,
        headline=headline(judged, gates, findings),
        summary=summary(version, observed, evidence.metrics),
        gates=gates,
        metrics=evidence.metrics,
        charts=drawn,
        confusion=charts.confusion(classified) if classified else None,
        baseline_confusion=charts.confusion(classified, baseline=True) if classified else None,
        threshold=version.threshold if version.task is Task.BINARY else None,
        findings=findings,
        compared=evidence.compared,
        level=case.level,
        looks=case.looks,
        worth=evidence.worth,
        band=_band(case),
        classes=class_rows(classified, level=case.level) if classified and classified.positive < 0 else (),
    )


def _band(case: _Case) -> PredictionBand | None:
    observed = case.observed
    if not isinstance(observed, Measured):
        return None
    return prediction_band(case.project, case.record, case.version, observed)


def _worth(case: _Case, beside: Sequence[Beside]) -> Worth | None:
    """What it is worth in money; None where outcomes have no price."""
    table = value_table(case.project, case.record.name)
    if table is None:
        return None
    counts = counts_of(case.project, case.record, case.version) if case.version.task is Task.BINARY else None
    rivals = [one.rival for one in beside if one.rival is not None]
    return priced(table, case.observed, rivals, counts=counts, seed=_SEED)


def _compared(context: Context, case: _Case) -> tuple[Beside, ...]:
    """Beside what is used today."""
    _step(context, "comparing")

    def said_by(version: ModelVersion, model: FittedModel, table: pa.Table) -> Observed:
        return observe(version, case.rows, _predict(context, model, table))

    least = policy.least_differences(case.project, case.record.name)
    found = (
        beside_champion(case.project, case.record, case.rows, case.observed, said_by, least),
        beside_rule(case.project, case.version, case.rows, case.observed, least),
    )
    return tuple(one for one in found if one is not None)


def _findings(case: _Case, evidence: Evidence) -> tuple[Finding, ...]:
    version, rows = case.version, case.rows
    alarms = [("bad", text) for text in (*version.alarms, *evidence.suspicions)]
    return (
        *alarms,
        *rows.findings,
        *_split_findings(version, rows),
        *evidence_findings(case.observed, openings=case.openings, on_test_file=rows.on_test_file),
        *comparison_findings(evidence.compared),
        *performance_findings(
            version,
            evidence.metrics,
            level=case.level,
            priced=evidence.worth is not None,
            on_test_file=rows.on_test_file,
        ),
        *error_findings(case.observed),
        *worth_findings(evidence.worth, positive=getattr(case.observed, "positive", -1)),
        *(("note", note) for note in version.notes),
        ("note", Text("verification.finding.groups")),
    )


def _split_findings(version: ModelVersion, rows: Rows) -> list[Finding]:
    """What the split already said about rows that stand on both sides."""
    figures = version.split.figures
    if figures is None or rows.on_test_file:
        return []
    return [(note.severity, note.message) for note in figures.notes if note.message.id in _ON_BOTH_SIDES]


def _suspicions(case: _Case, metrics: Sequence[MetricRow]) -> tuple[Text, ...]:
    part, frame = case.sample(_SUSPECT_ROWS)
    on_holdout = not case.rows.on_test_file
    found = suspicions(case.version, part, frame, metrics, on_holdout=on_holdout, level=case.level)
    named = {alarm.params.get("column") for alarm in case.version.alarms} - {None}
    return tuple(text for text in found if text.params.get("column") not in named)


def _sample(n: int, limit: int) -> Codes:
    """Positions of a fixed random choice of at most ``limit`` rows."""
    if n <= limit:
        return np.arange(n)
    return np.sort(np.random.default_rng(_SEED).choice(n, size=limit, replace=False))


def _charts(context: Context, case: _Case) -> tuple[Chart | BarChart, ...]:
    if case.rows.actual is None:
        return _charts_without_target(case.version, case.raw)
    bars = _importance(context, case)
    return (*charts.charts(case.observed), *([bars] if bars else []))


def _charts_without_target(version: ModelVersion, raw: Floats) -> tuple[Chart, ...]:
    """What can still be shown: how the probabilities are spread."""
    if version.task is not Task.BINARY or not len(raw):
        return ()
    blank = _together(version, np.zeros(len(raw)), raw, np.array([0.5, 0.5]))
    if not isinstance(blank, Classified):
        return ()
    return (charts.score_distribution(blank.scores, None, blank),)


def _importance(context: Context, case: _Case) -> BarChart | None:
    version, model = case.version, case.model
    plan = sampled(len(version.features), block_ms=block_ms(version))
    if plan is None:
        return None
    part, frame = case.sample(plan.rows)

    def losses(changed: pd.DataFrame) -> Floats:
        raw = raw_predictions(model.pipeline, changed, classes=len(version.labels))
        return np.array([_loss(part, raw[start : start + part.rows]) for start in range(0, len(raw), part.rows)])

    def step(done: int, total: int) -> None:
        _step(context, "importance", done, total)

    found = permutation_importance(frame, version.features, losses, repeats=plan.repeats, step=step, seed=_SEED)
    code = "neg_mean_absolute_error" if version.task is Task.REGRESSION else "neg_log_loss"
    measure = Text(f"verification.metric.{code}")
    return importance_chart(found, measure=measure, total=case.observed.rows) if found else None


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

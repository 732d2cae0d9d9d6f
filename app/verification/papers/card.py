"""The model card, in the form that model hubs read: facts for programs in front (YAML, with the results as a
``model-index``), then the sections for people (M. Mitchell et al., Model Cards for Model Reporting, FAT* 2019)."""

from __future__ import annotations

import json
from collections.abc import Callable

from app.learning.records import Task
from app.text import Words
from app.verification.catalogue import display_value
from app.verification.papers import facts
from app.verification.papers.gathered import Gathered
from app.verification.papers.markdown import markdown, plain
from app.verification.papers.telling import Telling, passage, says
from app.verification.report.blocks import Grid, Passage, Section

Part = Callable[[Telling], Passage | Grid | None]
_TYPES = {
    "neg_log_loss": "log_loss",
    "neg_brier_score": "brier_score",
    "neg_root_mean_squared_error": "rmse",
    "neg_mean_absolute_error": "mae",
    "neg_median_absolute_error": "median_absolute_error",
}
"""Names of the losses that are shown positive."""


def card(gathered: Gathered, words: Words) -> str:
    """The whole card in one language; the same project gives the same text."""
    telling = Telling(gathered, words)
    lines = ["---", *_front(gathered), "---", "", f"# {plain(gathered.record.label.replace('@', ' v'))}", ""]
    for name, parts in _SECTIONS.items():
        made = (part(telling) for part in parts)
        blocks = tuple(block for block in made if block is not None and says(block))
        if blocks:
            lines += markdown(Section(id=name, title=words(f"papers.card.{name}"), blocks=blocks), level=2)
    lines += markdown(Section(id="proofs", title=words("papers.proofs"), blocks=(telling.proofs,)), level=2)
    return "\n".join(lines).rstrip() + "\n"


def _front(gathered: Gathered) -> list[str]:
    """Facts for programs. JSON is YAML, so each value is written as JSON: no name can break out of it."""
    version = gathered.version
    task = "tabular-regression" if version.task is Task.REGRESSION else "tabular-classification"
    lines = ["library_name: sklearn", f"pipeline_tag: {task}", f"tags: {_json([task, 'sklearn', 'skops', 'ciclo'])}"]
    report = gathered.report
    if report is None:
        return lines
    results = [_result(row.code, row.estimate.value) for row in report.metrics if row.estimate.value is not None]
    if not results:
        return lines
    revision = gathered.dataset_record.id if gathered.dataset_record is not None else ""
    dataset = {"type": "tabular", "name": report.dataset, "revision": revision, "split": _split(report.on_test_file)}
    entry = {"task": {"type": task}, "dataset": dataset, "metrics": results}
    return [*lines, f"model-index: {_json([{'name': gathered.record.label, 'results': [entry]}])}"]


def _result(code: str, value: float) -> dict[str, str | float]:
    return {"type": _TYPES.get(code, code), "name": code, "value": round(display_value(code, value), 6)}


def _split(on_test_file: bool) -> str:
    return "test" if on_test_file else "holdout"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True)


def _stated(*topics: str) -> Part:
    return lambda telling: passage(*(telling.stated(topic) for topic in topics))


def _limits(telling: Telling) -> Passage:
    """What holds of every model."""
    record = telling.of.record
    return passage(*(telling.say(f"papers.said.limit.{name}", record) for name in ("range", "time", "cause")))


def _start(telling: Telling) -> Passage:
    return passage(telling.say("papers.said.start", telling.of.record))


_SECTIONS: dict[str, tuple[Part, ...]] = {
    "description": (facts.identity, _stated("provider")),
    "uses": (_stated("purpose", "use", "limits"),),
    "risks": (_stated("people", "risks", "oversight"), facts.findings, _limits),
    "start": (_start, facts.columns),
    "training_data": (facts.data, _stated("origin", "labels"), facts.split),
    "training": (facts.method, facts.design),
    "evaluation": (facts.judged, facts.metrics, facts.compared),
    "environment": (facts.cost,),
    "technical": (facts.software, facts.served, facts.security),
    "decision": (facts.gates, facts.decided),
}

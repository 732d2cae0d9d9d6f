"""What servers are told about a version beside its files: tags, parameters and metrics, by the names of the field."""

from __future__ import annotations

from app import __version__
from app.deployment.made import Source
from app.deployment.recipe import plain_metrics
from app.learning.records import Candidate

TAG = "ciclo."


def tags(source: Source, sha256: str) -> dict[str, str]:
    """Where a version comes from, which gates it passed and who let it out; ``sha256`` is that of the export."""
    version = source.version
    decision, report = version.decision, version.report
    passed = sum(gate.passed for gate in report.gates)
    found = {
        "project": version.project.identity.id,
        "model": version.record.label,
        "model_version": version.record.id,
        "model_sha256": version.record.objects["model"].sha256,
        "sha256": sha256,
        "release": source.release,
        "dataset": version.model.dataset,
        "dataset_version": version.dataset_record.id,
        "dataset_sha256": version.dataset.source_sha256,
        "report": version.report_record.id,
        "verdict": report.verdict,
        "gates": f"{passed}/{len(report.gates)}",
        "decision": version.decision_record.id,
        "approver": decision.by,
        "approved": version.decision_record.time,
        "override": decision.override,
        "software": f"ciclo {__version__}",
    }
    gates: dict[str, list[str]] = {}
    for gate in report.gates:
        limit = "" if gate.value is None else f" {gate.value:.6g}"
        limit += "" if gate.limit is None else f" (limit {gate.limit:.6g})"
        gates.setdefault(gate.code, []).append(f"{'passed' if gate.passed else 'failed'}{limit} {gate.metric}".strip())
    found |= {f"gate.{code}": "; ".join(told) for code, told in gates.items()}
    return {f"{TAG}{name}": value for name, value in found.items() if value}


def metrics(source: Source) -> dict[str, float]:
    """The metrics on which the decision rests, with the ends of their intervals."""
    return plain_metrics(source.version.report)


def params(source: Source) -> dict[str, str]:
    """How the version was trained."""
    body = source.version.model
    request = body.request
    found: dict[str, object] = {
        "estimator": body.estimator,
        "task": body.task.value,
        "target": body.target,
        "positive": body.positive,
        "threshold": body.threshold if body.labels else "",
        "metric": body.metric,
        "preset": request.preset.value,
        "seed": request.seed,
        "split": body.split.scheme,
        "features": len(body.features),
        "train_rows": body.split.train_rows,
        "holdout_rows": body.split.holdout_rows,
        "candidates": len(body.candidates),
    }
    winner = _winner(body.candidates, body.estimator)
    found |= {f"estimator.{name}": value for name, value in (winner.params if winner else {}).items()}
    return {name: str(value) for name, value in found.items() if value not in ("", None)}


def _winner(candidates: tuple[Candidate, ...], estimator: str) -> Candidate | None:
    return next((one for one in candidates if one.estimator == estimator and one.state == "done"), None)

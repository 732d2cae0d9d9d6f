"""The words inside a bundle: a model card for people who judge it, a read-me for the engineer who uses it."""

from __future__ import annotations

from collections.abc import Sequence

from app.data.records import ColumnType
from app.deployment.manifest import Manifest, Metric
from app.deployment.rows import bound
from app.learning.matrix import WORDS
from app.learning.records import Feature, Task
from app.text import Words, amount

_LEVELS = 12
_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]<>#|~!"})


def plain(text: str) -> str:
    """Text from data as Markdown that shows it and does nothing: no markup, no line break."""
    return " ".join(text.split()).translate(_SPECIAL)


def model_card(manifest: Manifest, words: Words) -> str:
    """What the model predicts, from what, how well, who let it out, and where its limits lie."""
    schema = manifest.schema
    lines = [f"# {plain(manifest.label)}", "", *_purpose(manifest, words), "", *_figures(manifest, words), ""]
    lines += [f"## {words('deployment.card.columns')}", "", *_columns(schema.features, words), ""]
    lines += [f"## {words('deployment.card.decision')}", "", *_decision(manifest, words), ""]
    lines += [f"## {words('deployment.card.limits')}", ""]
    lines += [f"- {words(f'deployment.card.limit.{name}')}" for name in ("range", "time", "cause")]
    lines += ["", f"## {words('deployment.card.origin')}", "", *_origin(manifest, words)]
    return "\n".join(lines) + "\n"


def _purpose(manifest: Manifest, words: Words) -> list[str]:
    schema = manifest.schema
    estimator = words(f"learning.estimator.{manifest.estimator}")
    kind = "amount" if schema.task is Task.REGRESSION else "label"
    lines = [words(f"deployment.card.predicts.{kind}", target=plain(schema.target), estimator=estimator)]
    if schema.labels:
        lines += ["", words("deployment.card.labels", labels=", ".join(plain(label) for label in schema.labels))]
    if schema.task is Task.BINARY:
        threshold = amount(schema.threshold, digits=6)
        lines += ["", words("deployment.card.threshold", positive=plain(schema.positive), threshold=threshold)]
    return lines


def _figures(manifest: Manifest, words: Words) -> list[str]:
    lines = [f"## {words('deployment.card.metrics')}", "", words(f"deployment.card.judged.{manifest.judged_on}"), ""]
    header = [words(f"deployment.card.{name}") for name in ("metric", "value", "interval", "method")]
    lines += [_row(header), "|---|---|---|---|"]
    return lines + [_row([code, *_figure(found, words)]) for code, found in manifest.metrics.items()]


def _figure(found: Metric, words: Words) -> list[str]:
    if found.value is None:
        return ["–", "–", ""]
    both = found.low is not None and found.high is not None
    interval = f"{words.significant(found.low)} – {words.significant(found.high)}" if both else "–"  # type: ignore[arg-type]
    return [words.significant(found.value), interval, plain(found.method)]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _columns(features: Sequence[Feature], words: Words) -> list[str]:
    header = [words(f"deployment.card.{name}") for name in ("column", "type", "seen", "missing")]
    lines = [_row(header), "|---|---|---|---|"]
    for feature in features:
        kind = words(f"deployment.type.{feature.type}")
        missing = words("deployment.card.yes" if feature.missing_seen else "deployment.card.no")
        lines.append(_row([plain(feature.name), kind, _seen(feature, words), missing]))
    return lines


def _seen(feature: Feature, words: Words) -> str:
    if feature.prose:
        return "–"
    if feature.type in WORDS:
        if feature.type in (ColumnType.IDENTIFIER, ColumnType.TEXT):
            return words.number(len(feature.levels))
        shown = ", ".join(plain(level) for level in feature.levels[:_LEVELS])
        return shown + (", …" if len(feature.levels) > _LEVELS else "")
    if feature.low is None or feature.high is None:
        return "–"
    return f"{words.value(bound(feature, feature.low))} – {words.value(bound(feature, feature.high))}"


def _decision(manifest: Manifest, words: Words) -> list[str]:
    found = manifest.decision
    lines = [words("deployment.card.approved", by=plain(found.by), time=amount(found.time, "date"))]
    if found.comment:
        lines += ["", f"> {plain(found.comment)}"]
    if found.override:
        lines += ["", words("deployment.card.override", reason=plain(found.override))]
    return lines


def _origin(manifest: Manifest, words: Words) -> list[str]:
    lineage = manifest.lineage
    facts = (
        ("dataset", plain(lineage.dataset)),
        ("source", f"{plain(lineage.source_name)} (SHA-256 `{lineage.source_sha256}`)"),
        ("model_version", f"`{lineage.model_version}`"),
        ("report", f"`{lineage.report}`"),
        ("software", plain(manifest.software)),
        ("libraries", ", ".join(f"{plain(name)} {plain(v)}" for name, v in sorted(manifest.libraries.items()))),
    )
    return [f"- {words(f'deployment.card.{name}')}: {value}" for name, value in facts]


def read_me(manifest: Manifest, words: Words, *, file_name: str) -> str:
    """How to score a file with the bundle, and what lies in it."""
    columns = ", ".join(f"`{f.name}`" if "`" not in f.name else plain(f.name) for f in manifest.schema.features)
    answers = ["prediction", *(f"probability_{label}" for label in manifest.schema.labels), "remark"]
    lines = [
        f"# {plain(manifest.label)}",
        "",
        words("deployment.read_me.use"),
        "",
        "    pip install ciclo",
        f"    ciclo open {file_name}",
        f"    ciclo score {file_name} new-rows.csv --out predictions.csv",
        "",
        words("deployment.read_me.input", columns=columns),
        "",
        words("deployment.read_me.output", columns=", ".join(plain(a) for a in answers)),
        "",
        words("deployment.read_me.safety"),
        "",
    ]
    lines += [f"- `{name}`: {words(f'deployment.read_me.{key}')}" for name, key in _CONTENTS]
    return "\n".join(lines) + "\n"


_CONTENTS = (
    ("manifest.json", "manifest"),
    ("model.skops", "model"),
    ("acceptance.json", "acceptance"),
    ("model-card.md", "card"),
    ("report.html", "report"),
)

"""The read-me inside a bundle, for the engineer who uses it."""

from __future__ import annotations

from app.deployment.manifest import Manifest
from app.text import Words
from app.verification.papers.markdown import plain


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

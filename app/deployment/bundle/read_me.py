"""The read-me inside a bundle, for the engineer who uses it."""

from __future__ import annotations

from collections.abc import Collection

from app.data.recipe.wording import said_of
from app.deployment.bundle.manifest import MODEL_FILE, ONNX, ONNX_FILE, PREPARE_FILE, RECIPE_FILE, Manifest
from app.learning.records import RowPart
from app.text import Words
from app.verification.papers.markdown import plain


def read_me(
    manifest: Manifest, words: Words, *, file_name: str, held: Collection[str] = (), part: RowPart | None = None
) -> str:
    """How to score a file with the bundle, and what lies in it.

    Parameters
    ----------
    held
        Members that not every bundle has.
    part
        What is done to a row first.
    """
    given = manifest.schema.features if part is None else part.inputs
    columns = ", ".join(f"`{f.name}`" if "`" not in f.name else plain(f.name) for f in given)
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
        *(_prepared(part, words) if part is not None else []),
        words("deployment.read_me.output", columns=", ".join(plain(a) for a in answers)),
        "",
        words("deployment.read_me.safety"),
        "",
    ]
    held = {MODEL_FILE, *held} | ({ONNX_FILE} if manifest.runs_on == ONNX else set())
    contents = [(name, key) for name, key in _CONTENTS if key not in _SOMETIMES or name in held]
    lines += [f"- `{name}`: {words(f'deployment.read_me.{key}')}" for name, key in contents]
    return "\n".join(lines) + "\n"


def _prepared(part: RowPart, words: Words) -> list[str]:
    """The steps that are done to each row."""
    steps = [f"{place}. {plain(words.text(said_of(step)))}" for place, step in enumerate(part.steps, 1)]
    return [words("deployment.read_me.prepared"), "", *steps, ""]


def runbook(manifest: Manifest, words: Words, *, file_name: str, contact: str) -> str:
    """For whoever keeps the model running: how to see that it is well, what to do where it isn't, whom to ask."""
    name = f"`{file_name}`"
    lines = [
        f"# {words('deployment.runbook.title', model=plain(manifest.label))}",
        "",
        f"## {words('deployment.runbook.health')}",
        "",
        words("deployment.runbook.health.text", file=name),
        "",
        f"    ciclo open {file_name} --rescore",
        f"    python check.py {file_name}",
        "",
        f"## {words('deployment.runbook.trouble')}",
        "",
    ]
    lines += [f"- {words(f'deployment.runbook.trouble.{one}')}" for one in _TROUBLES]
    lines += ["", f"## {words('deployment.runbook.back')}", "", words("deployment.runbook.back.text"), ""]
    asked = plain(contact) if contact else words("deployment.runbook.nobody", by=plain(manifest.decision.by))
    lines += [f"## {words('deployment.runbook.contact')}", "", asked]
    return "\n".join(lines) + "\n"


_EXPECTATIONS = "expectations.json"
_TROUBLES = ("columns", "rejected", "remarks", "answers")
_SOMETIMES = ("model", "onnx", "expectations", "recipe", "prepare")


_CONTENTS = (
    ("manifest.json", "manifest"),
    ("manifest.sig", "signature"),
    (ONNX_FILE, "onnx"),
    (MODEL_FILE, "model"),
    ("acceptance.json", "acceptance"),
    (RECIPE_FILE, "recipe"),
    (PREPARE_FILE, "prepare"),
    (_EXPECTATIONS, "expectations"),
    ("certificate.json", "certificate"),
    ("runbook.md", "runbook"),
    ("model-card.md", "card"),
    ("report.html", "report"),
    ("bom.cdx.json", "bom"),
    ("licences.json", "licences"),
    ("requirements.txt", "requirements"),
    ("check.py", "checker"),
)

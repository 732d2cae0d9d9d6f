"""A package that brings an estimator: found, tried, named in the reader's language, and missed once gone."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.integration.cli.conftest import Program

_CODE = '''
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from app.learning.estimators.kind import EstimatorKind, Range
from app.learning.estimators.preparation import scaled
from app.learning.records import Task


class Doubled(LogisticRegression):
    """Says twice what a logistic regression says."""

    def decision_function(self, rows):
        return 2 * super().decision_function(rows)


def build(task, shape, params, seed):
    return Pipeline([("prepare", scaled(shape)), ("model", Doubled(max_iter=200, **params))])


KIND = EstimatorKind(
    id="acme_doubled",
    tasks=frozenset({Task.BINARY}),
    build=build,
    complexity=1,
    quick=({"C": 0.5},),
    space={"C": Range(low=0.1, high=10.0, log=True)},
    trusted=("acme_models.Doubled",),
)
'''
_TEXTS = {
    "en": {"learning.estimator.acme_doubled": "Doubled regression", "learning.estimator.acme_doubled.help": "Twice."},
    "es": {"learning.estimator.acme_doubled": "Regresión doblada"},
}


@pytest.fixture
def installed(program: Program) -> Path:
    """The package, as an installer leaves it: code, texts, and what it declares."""
    site = program.folder / "site"
    package = site / "acme_models"
    package.mkdir()
    (package / "__init__.py").write_text(_CODE)
    for language, texts in _TEXTS.items():
        folder = package / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        lines = "".join(f'msgid "{id}"\nmsgstr "{text}"\n\n' for id, text in texts.items())
        with (folder / "learning.mo").open("wb") as file:
            write_mo(file, read_po(io.StringIO(lines)))
    declared = site / "acme_models-1.0.dist-info"
    declared.mkdir()
    (declared / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-models\nVersion: 1.0\n")
    (declared / "entry_points.txt").write_text(
        "[ciclo.estimators]\nacme = acme_models:KIND\n\n[ciclo.texts]\nacme = acme_models\n"
    )
    return site


def test_that_an_installed_package_brings_an_estimator(program: Program, customers: Path, installed: Path) -> None:
    program("new", "p")
    program("import", "p", str(customers), "--name", "clientes")
    target = ("train", "p", "clientes", "--target", "baja", "--positive", "Sí", "--model", "baja")
    trained = program(*target)
    assert trained.status == 0
    found = {c["estimator"]: c for c in trained.document["candidates"]}  # type: ignore[attr-defined]
    assert found["acme_doubled"]["cv"]["roc_auc"]["value"] > 0.7
    row = trained.document["candidates"].index(found["acme_doubled"]) + 1  # type: ignore[attr-defined]

    process = program.start(*target, "--take", f"baja@1:{row}", language="es")
    out, errors = process.communicate(timeout=240)
    assert "Regresión doblada" in out
    assert "no text for" not in errors
    assert program("reproduce", "p", "baja@2").document["identical"] is True

    for path in installed.glob("acme_models*"):
        path.rename(program.folder / f"gone {path.name}")
    missed = program("reproduce", "p", "baja@2")
    assert missed.status == 2
    assert "“acme_doubled”, which isn't installed here" in str(missed.document["error"])

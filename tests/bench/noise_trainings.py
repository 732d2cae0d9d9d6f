"""Real trainings of targets that follow from nothing: what they find, and what a report says of them."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np

from app.data.records import ColumnType
from app.learning.estimators.catalogue import BASELINE
from app.learning.records import ModelVersion, TrainRequest
from app.learning.training import train
from app.project import Project
from app.verification.records import Report, VerifyRequest
from app.verification.verifying import verify
from tests.bench.figures import Figures
from tests.integration.learning.datasets import Columns, Here, store


def check_trainings(figures: Figures, trainings: int) -> None:
    """Real trainings of targets that follow from nothing: the whole path from data to gate."""
    wrong = 0
    for turn in range(trainings):
        folder = Path(tempfile.mkdtemp(prefix="ciclo-null-"))
        os.environ["CICLO_HOME"] = str(folder / "home")
        try:
            wrong += _passes(folder, turn)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    share = wrong / max(1, trainings)
    limit = 0.05 + 2 * np.sqrt(0.05 * 0.95 / max(1, trainings))
    figures.say(f"{trainings} trainings of noise that beat the baseline", f"{share:.3f}", "<= 0.05", share <= limit)


def _passes(folder: Path, seed: int) -> bool:
    g = np.random.default_rng(seed)
    n = 300
    columns = {f"x{k}": (ColumnType.NUMBER, g.normal(size=n).tolist()) for k in range(8)}
    project = Project.create(folder / "p", name="noise")
    store(project, "data", {**columns, "y": (ColumnType.BOOLEAN, np.where(g.random(n) < 0.4, "yes", "no").tolist())})
    staging, lock = project.new_staging()
    request = TrainRequest(project=str(project.folder), dataset="data", target="y", model="m", seed=seed)
    project.commit(train(Here(staging), request).drafts)
    lock.release()
    staging, lock = project.new_staging()
    outcome = verify(Here(staging), VerifyRequest(project=str(project.folder), model="m"))
    report = project.commit(outcome.drafts)[0].read(Report)
    lock.release()
    project.close()
    return next(gate.passed for gate in report.gates if gate.code == "beats_baseline")


def check_many_columns(figures: Figures, trainings: int) -> None:
    """Two thousand columns of noise, with everything that is done to columns on: cross-validation finds nothing."""
    found = []
    for turn in range(trainings):
        g, n = np.random.default_rng(100 + turn), 1_000
        columns = {f"x{k}": (ColumnType.NUMBER, g.normal(size=n).tolist()) for k in range(1_990)}
        for k in range(10):
            columns[f"w{k}"] = (ColumnType.CATEGORY, g.choice(list("abcdefghij"), size=n).tolist())
        answer = np.repeat(["yes", "no"], n // 2)
        version = _trained({**columns, "y": (ColumnType.BOOLEAN, g.permutation(answer).tolist())}, turn)
        figures_of = (one.cv.get("roc_auc") for one in version.candidates if one.estimator != BASELINE)
        found += [one.value for one in figures_of if one is not None and one.value is not None]
    if found:
        mean = float(np.mean(found))
        told = f"{mean:.3f} ({len(found)} candidates of {trainings} trainings)"
        figures.say("AUC out of 2,000 columns of noise", told, "0.50 +- 0.01", abs(mean - 0.5) <= 0.01)


def _trained(columns: Columns, seed: int) -> ModelVersion:
    folder = Path(tempfile.mkdtemp(prefix="ciclo-noise-"))
    os.environ["CICLO_HOME"] = str(folder / "home")
    try:
        project = Project.create(folder / "p", name="noise")
        store(project, "data", columns)
        staging, lock = project.new_staging()
        request = TrainRequest(
            project=str(project.folder), dataset="data", target="y", model="m", seed=seed, time_limit_s=30
        )
        version = project.commit(train(Here(staging), request).drafts)[0].read(ModelVersion)
        lock.release()
        project.close()
        return version
    finally:
        shutil.rmtree(folder, ignore_errors=True)

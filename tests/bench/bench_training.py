"""Training's promises in figures: AUC on the sample over five seeds, overhead over plain scikit-learn, equal bytes.

``python -m tests.bench.bench_training`` prints one line a promise.
"""
# ruff: noqa: E402 - the number of threads must be set before NumPy is imported

from __future__ import annotations

import os

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from statistics import mean, median

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.metrics import roc_auc_score

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from app.data.records import ColumnType as T
from app.jobs.forks import fork_pool
from app.learning.estimators.catalogue import EstimatorKind, Params, portfolio
from app.learning.estimators.preparation import shape_of
from app.learning.matrix import feature_frame
from app.learning.model import load_model, predict, signature_of
from app.learning.records import ModelVersion, Preset, Task, TrainRequest
from app.learning.search.data import LearningData
from app.learning.search.engine import Search
from app.learning.search.strategy import Planned
from app.learning.search.work import Worker
from app.learning.source import open_source, read_table
from app.learning.training import prepare, train
from app.project import Project
from app.resources import resource
from tests.bench.figures import Figures
from tests.integration.learning.datasets import Columns, Here, store

SEEDS = (0, 1, 2, 3, 4)
TARGET = "Churn"


def sample(path: Path) -> Columns:
    """The sample's columns with the types that an import gives them."""
    frame = pd.read_csv(path, dtype=str, na_values=[" "], keep_default_na=False)
    columns: Columns = {}
    for name in frame.columns:
        words = [None if pd.isna(value) else str(value) for value in frame[name]]
        if name in {"tenure", "SeniorCitizen"}:
            columns[name] = (T.INTEGER, [int(w) for w in words if w is not None])
        elif name in {"MonthlyCharges", "TotalCharges"}:
            columns[name] = (T.NUMBER, [None if w is None else float(w) for w in words])
        else:
            columns[name] = (T.IDENTIFIER if name == "customerID" else T.CATEGORY, words)
    return columns


def run(project: Path, *, seed: int, processors: int, folder: Path) -> tuple[float, float, str]:
    """Hold-out AUC, seconds and the model's hash of one training."""
    request = TrainRequest(project=str(project), dataset="telco", target=TARGET, model="churn", seed=seed)
    staging = Path(tempfile.mkdtemp(dir=folder))
    began = time.perf_counter()
    outcome = train(Here(staging, processors), request)
    seconds = time.perf_counter() - began
    version = msgspec.json.decode(outcome.drafts[0].body, type=ModelVersion)
    rows = pq.read_table(staging / "holdout.parquet").column("row")
    held = read_table(open_source(str(project), "telco")).take(rows)
    model = load_model(staging / "model.skops", signature=signature_of(version))
    found = predict(model, feature_frame(held, version.features)).probabilities[:, 1]
    truth = np.array(held.column(TARGET).to_pylist()) == version.positive
    return float(roc_auc_score(truth, found)), seconds, outcome.drafts[0].objects["model"].sha256


def processor_seconds() -> float:
    """Of this process and its children: what others do meanwhile doesn't count."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def plain(data: LearningData, candidates: tuple[tuple[EstimatorKind, Params], ...]) -> None:
    """The same fits, predictions and scores in a plain loop."""
    for kind, params in candidates:
        for fitted, scored in data.folds:
            take = fitted[: kind.most_rows]
            model = kind.build(Task.BINARY, shape_of(data.columns, len(take)), params, 0)
            model.fit(data.frame.iloc[take], data.values[take].astype(np.int64))
            found = model.predict_proba(data.frame.iloc[scored])[:, 1]
            roc_auc_score(data.values[scored], found)


def overhead(project: Path, folder: Path) -> float:
    """Our loop's processor time over the plain loop's, in turn; median of three."""
    request = TrainRequest(project=str(project), dataset="telco", target=TARGET, model="churn")
    data = prepare(request).data
    candidates = portfolio(Task.BINARY, Preset.QUICK)
    ratios = []
    for _ in range(3):
        began = processor_seconds()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            plain(data, candidates)
        middle = processor_seconds()
        Search(
            Here(folder),
            data,
            metric="roc_auc",
            strategy=Planned(data, metric="roc_auc", preset=Preset.QUICK),
            pool=fork_pool(Worker(data), processors=1),
        ).run()
        ratios.append((processor_seconds() - middle) / (middle - began))
    return median(ratios)


def main(path: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["CICLO_HOME"] = str(folder / "home")
        project = Project.create(folder / "project")
        store(project, "telco", sample(path))
        project.close()
        if len(sys.argv) > 2:
            print(run(folder / "project", seed=0, processors=int(sys.argv[2]), folder=folder)[2])
            return
        sys.exit(figures_of(path, folder))


def figures_of(path: Path, folder: Path) -> int:
    """Print each figure; 1 where one isn't reached."""
    figures = Figures()
    ratio = overhead(folder / "project", folder)
    figures.say("training, over the same calls of scikit-learn", f"{ratio:.3f}", "<= 1.05", ratio <= 1.05)
    results = [run(folder / "project", seed=seed, processors=2, folder=folder) for seed in SEEDS]
    auc, slowest = mean(result[0] for result in results), max(result[1] for result in results)
    figures.say("hold-out AUC on the sample, mean of five seeds", f"{auc:.4f}", ">= 0.845", auc >= 0.845)
    figures.note("each: " + " ".join(f"{result[0]:.4f}" for result in results))
    figures.say("slowest of these trainings", f"{slowest:.1f} s", "< 60 s", slowest < 60)
    figures.note("each: " + " ".join(f"{result[1]:.1f} s" for result in results))
    same = {results[0][2], *(hash_elsewhere(path, processors) for processors in ("1", "2"))}
    figures.say("same bytes: 3 processes, 1 and 2 processors", str(len(same) == 1), "True", len(same) == 1)
    return figures.status


def hash_elsewhere(path: Path, processors: str) -> str:
    """The model's hash, trained in a fresh process."""
    command = [sys.executable, __file__, str(path), processors]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    pa.set_cpu_count(1)
    sample_file = sys.argv[1] if len(sys.argv) > 1 else str(resource("samples", "telco_churn.csv"))
    main(Path(sample_file))

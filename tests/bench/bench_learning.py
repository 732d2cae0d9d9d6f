"""Models against the published results of the AutoML Benchmark (P. Gijsbers et al., JMLR 2024; results of 2022).

``python -m tests.bench.bench_learning [--preset balanced] [--folds 3] [--tasks car,adult] [--seconds 240]
[--extras] [--results FILE]``. LightGBM and XGBoost are left out unless ``--extras`` asks for them. Each fold is a
project of its own: imported, trained and predicted through the command line and the functions behind it. What is done
stands in the results file, and is not done again: it may be stopped and goes on.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import log_loss, roc_auc_score, root_mean_squared_error

from app.learning.model import load_model, predict_table, signature_of
from app.learning.records import MODEL, ModelVersion
from app.learning.source import open_source, read_table
from app.project import Project
from tests.bench.figures import Figures, ciclo, scratch
from tests.bench.tasks import DATA, TASKS, PublishedTask, fold_of, read, write_fold

_SYSTEMS_WITHOUT = {"constantpredictor"}
_WITHOUT = """
import importlib.util

found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name in ("lightgbm", "xgboost") else found(name, *rest)
"""
_RIVAL = "TunedRandomForest"


def one_fold(task: PublishedTask, fold: int, folder: Path, options: argparse.Namespace) -> dict[str, float | str]:
    """Train on nine tenths and judge by the last."""
    learned, judged, answers = write_fold(task, fold, folder)
    project = folder / "project"
    home = folder / "home"
    ciclo(home, "new", str(project))
    for name, file in (("learn", learned), ("judge", judged)):
        ciclo(home, "import", str(project), str(file), "--name", name, "--json")
    command = ["train", str(project), "learn", "--target", "answer", "--test", "judge", "--model", "m", "--json"]
    command += ["--preset", options.preset, "--task", "regression" if task.regression else "classification"]
    command += ["--time-limit", str(options.seconds), "--jobs", "2"]
    began = time.monotonic()
    told = json.loads(ciclo(home, *command, **({} if options.extras else without_extras(folder))))
    seconds = time.monotonic() - began
    value = judge(task, project, answers)
    return {
        "value": value,
        "seconds": round(seconds, 1),
        "cv": told["cv"][told["metric"]]["value"],
        "tried": len(told["candidates"]),
    }


def without_extras(folder: Path) -> dict[str, str]:
    """Variables with which Ciclo doesn't find its extras: the published comparison is of what it always has."""
    place = folder / "without"
    place.mkdir()
    (place / "sitecustomize.py").write_text(_WITHOUT)
    return {"PYTHONPATH": str(place)}


def judge(task: PublishedTask, project: Path, answers: Sequence[str]) -> float:
    """The published metric of the newest model on the rows to be judged by."""
    opened = Project.open(project)
    record = opened.version(MODEL, "m")
    version = record.read(ModelVersion)
    model = load_model(opened.object_path(record.objects["model"].sha256), signature=signature_of(version))
    opened.close()
    said = predict_table(model, read_table(open_source(str(project), "judge")))
    if task.regression:
        return published_metric(task, np.array(answers, dtype=np.float64), said.values)
    places = {label: place for place, label in enumerate(version.labels)}
    return published_metric(task, np.array([places[answer.strip()] for answer in answers]), said.probabilities)


def published_metric(task: PublishedTask, truth: NDArray[np.generic], said: NDArray[np.float64]) -> float:
    """The published metric of amounts, shape (n,), or of probabilities, shape (n, classes)."""
    if task.regression:
        return float(root_mean_squared_error(truth, said))
    if task.kind == "auc":
        return float(roc_auc_score(truth, said[:, 1]))
    clipped = np.clip(said, 1e-15, 1)
    clipped /= clipped.sum(axis=1, keepdims=True)
    return float(log_loss(truth, clipped, labels=range(clipped.shape[1])))


def plain_forest(task: PublishedTask, fold: int) -> float:
    """What 200 trees of scikit-learn get on the same fold: the published means are of other folds, and this tells how
    hard these are."""
    _, records = read(task)
    learned, judged = fold_of(task, records, fold)
    frame = pd.DataFrame([row[:-1] for row in records]).apply(_coded)
    answers = pd.Series([row[-1].strip() for row in records])
    if task.regression:
        values = answers.astype(float).to_numpy()
        model = RandomForestRegressor(200, random_state=0).fit(frame.iloc[learned], values[learned])
        return published_metric(task, values[judged], model.predict(frame.iloc[judged]))
    codes = pd.factorize(answers, sort=True)[0]
    forest = RandomForestClassifier(200, random_state=0).fit(frame.iloc[learned], codes[learned])
    return published_metric(task, codes[judged], forest.predict_proba(frame.iloc[judged]))


def _coded(column: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(column.replace({"NA": None, "": None, "?": None}), errors="coerce")
    return numbers.fillna(-1) if numbers.notna().any() else pd.Series(pd.factorize(column, sort=True)[0])


def published() -> dict[str, dict[str, float | None]]:
    """For each task, the result of each system; None where it has none."""
    with (DATA / "results" / "automl_benchmark_2022_1h.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        row["task"]: {
            name: float(value) if value else None
            for name, value in row.items()
            if name not in {"task", "metric"} | _SYSTEMS_WITHOUT
        }
        for row in rows
    }


def compare(figures: Figures, preset: str, results: dict[str, dict[str, dict[str, float]]]) -> None:
    """Ranks among the published systems, and the comparison with the tuned random forest."""
    ranks, wins, losses = [], [], []
    for task in TASKS:
        folds = [fold["value"] for _, fold in sorted(results.get(task.name, {}).items())]
        if not folds:
            continue
        ours, error = float(np.mean(folds)), float(np.std(folds, ddof=1) / len(folds) ** 0.5) if len(folds) > 1 else 0
        sign = 1 if task.kind == "auc" else -1
        others = published()[task.name]
        scores = {name: sign * value if value is not None else -np.inf for name, value in others.items()}
        rank = 1 + sum(score > sign * ours for score in scores.values())
        rival = scores[_RIVAL]
        ranks.append(rank)
        wins.append(sign * ours > rival)
        losses.append(sign * ours < rival - error)
        best = max(scores, key=lambda name: scores[name])
        plain = np.mean([plain_forest(task, int(fold)) for fold in results[task.name]])
        figures.note(
            f"{task.name:34} {ours:10.4f} ± {error:.4f} ({len(folds)} folds)  rank {rank:2} of {len(scores) + 1}  "
            f"{_RIVAL} {sign * rival:.4f}  best {best} {sign * scores[best]:.4f}  a forest on these folds {plain:.4f}"
        )
    limit = 3.0 if preset == "thorough" else 4.5
    n = len(ranks)
    mean = float(np.mean(ranks))
    figures.say("mean rank among the published systems", f"{mean:.2f}", f"<= {limit}", mean <= limit)
    figures.say(f"better than {_RIVAL}", f"{sum(wins)} of {n}", f">= 6 of {len(TASKS)}", sum(wins) >= 6 * n / 9)
    figures.say(f"worse than {_RIVAL} by over a standard error", str(sum(losses)), "0", not any(losses))


def main() -> int:
    """Run what is missing, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="balanced")
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--first", type=int, default=0, help="the first fold")
    parser.add_argument("--tasks", default=",".join(task.name for task in TASKS))
    parser.add_argument("--seconds", type=float, default=None)
    parser.add_argument("--extras", action="store_true")
    parser.add_argument("--results", type=Path, default=None)
    options = parser.parse_args()
    if options.seconds is None:
        options.seconds = 1200.0 if options.preset == "thorough" else 240.0
    place = options.results or Path(f"build/bench-learning-{options.preset}.json")
    place.parent.mkdir(parents=True, exist_ok=True)
    results = json.loads(place.read_text()) if place.exists() else {}
    for fold in range(options.first, options.first + options.folds):
        for task in (task for task in TASKS if task.name in options.tasks.split(",")):
            done = results.setdefault(task.name, {})
            if str(fold) in done:
                continue
            with scratch() as folder:
                done[str(fold)] = one_fold(task, fold, folder, options)
            place.write_text(json.dumps(results, indent=1))
            print(f"         {task.name} fold {fold}: {done[str(fold)]}", flush=True)
    figures = Figures()
    compare(figures, options.preset, results)
    return figures.status


if __name__ == "__main__":
    sys.exit(main())

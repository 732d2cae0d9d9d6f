"""Predicted against measured time of fits: 40 pairs of an open data set and an estimator kind.

``python -m tests.bench.bench_cost [--pairs 40] [--results FILE]``. For each pair, fits on a quarter of a fold's rows
are measured (the pilot), the time on all of them is predicted from that by the cost laws, as the window does while it
trains, and then measured. Times are of the processor, the least of a few runs: others may use the machine meanwhile.
What is done stands in the results file, and is not done again: it may be stopped and goes on.
"""
# ruff: noqa: E402 - the number of threads must be set before NumPy is imported

from __future__ import annotations

import os

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

import argparse
import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.jobs.forks import FitFailure, Pool, fork_pool
from app.learning.estimators.catalogue import EstimatorKind, Params, portfolio
from app.learning.preparing import prepare
from app.learning.records import Preset, TrainRequest
from app.learning.search.data import LearningData
from app.learning.search.rationed import need_of
from app.learning.search.records import Answered, FoldOrder
from app.learning.search.remaining import Calibration
from app.learning.search.strategy import fit_cost
from app.learning.search.work import Worker
from tests.bench.figures import Figures, ciclo, scratch
from tests.bench.tasks import TASKS, PublishedTask, read

_OTHERS = (
    PublishedTask(
        name="california-housing",
        files=("california_housing_raw/housing.csv",),
        kind="rmse",
        header=True,
        target="median_house_value",
    ),
    PublishedTask(
        name="online-shoppers",
        files=("online_shoppers/online_shoppers_intention.csv",),
        kind="auc",
        header=True,
        target="Revenue",
    ),
    PublishedTask(
        name="telco-churn",
        files=("telco_churn/Telco-Customer-Churn.csv",),
        kind="auc",
        header=True,
        target="Churn",
        drop=("customerID",),
    ),
    PublishedTask(name="elec2", files=("elec2_drift/elec.csv",), kind="auc", header=True, target="class"),
    PublishedTask(
        name="student-dropout",
        files=("student_dropout/dropout_data.csv",),
        kind="logloss",
        delimiter=";",
        header=True,
        target="Target",
    ),
)
_PART = 4
_RUNS = 3
_EACH, _SAME = 3, 6
"""Kinds of a data set, and how often one is taken in all."""
_LONGEST_S = 25.0


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A candidate on a data set."""

    task: str
    kind: EstimatorKind
    params: Params

    @property
    def name(self) -> str:
        return f"{self.task} {self.kind.id}"


def prepared(task: PublishedTask, folder: Path) -> LearningData:
    """The rows that a training would learn from."""
    names, records = read(task)
    file = folder / "table.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(names)
        writer.writerows(records)
    ciclo(folder / "home", "new", str(folder / "project"))
    ciclo(folder / "home", "import", str(folder / "project"), str(file), "--name", "table", "--json")
    task_of = "regression" if task.regression else "classification"
    request = TrainRequest(project=str(folder / "project"), dataset="table", target="answer", model="m", task=task_of)
    return prepare(request).data


def chosen(task: str, data: LearningData, used: Counter[str]) -> Iterator[Pair]:
    """The kinds whose fits take longest, since they decide about the time, but not always the same."""
    costs: dict[str, tuple[float, Pair]] = {}
    for kind, params in portfolio(data.task, Preset.BALANCED, data.traits):
        cost = fit_cost(kind, params, data.fold_size)
        if kind.id not in costs and cost <= _LONGEST_S:
            costs[kind.id] = (cost, Pair(task=task, kind=kind, params=params))
    ordered = sorted(costs.values(), key=lambda one: -one[0])
    for _cost, pair in [one for one in ordered if used[one[1].kind.id] < _SAME][:_EACH]:
        used[pair.kind.id] += 1
        yield pair


def cpu_seconds(pool: Pool, pair: Pair, rows: int, runs: int) -> tuple[float, float] | None:
    """The least seconds of a processor of some runs, and the most memory; None where the fit fails."""
    order = FoldOrder(estimator=pair.kind.id, params=dict(pair.params), fold=0, rows=rows)
    taken, memory = [], 0.0
    for _run in range(runs):
        pool.submit(msgspec.msgpack.encode(order))
        while not (came := pool.collect(1.0)):
            pass
        if isinstance(came[0][1], FitFailure):
            return None
        answer = msgspec.msgpack.decode(came[0][1], type=Answered)
        taken.append(answer.cpu_s)
        memory = max(memory, answer.memory_mb)
    return min(taken), memory


def measure(pair: Pair, data: LearningData) -> dict[str, float]:
    """Predict from a pilot, and measure; nothing where the fit fails."""
    size = data.fold_size
    usable = min(size.rows, pair.kind.most_rows)
    pool = fork_pool(Worker(data), processors=1)
    pilot = cpu_seconds(pool, pair, usable // _PART, _RUNS)
    whole = cpu_seconds(pool, pair, 0, 2)
    pool.close()
    if pilot is None or whole is None:
        return {}
    told = Calibration()
    told.learn(
        pair.kind.id,
        foretold_s=fit_cost(pair.kind, pair.params, size, rows=usable // _PART),
        measured_s=pilot[0],
    )
    law = fit_cost(pair.kind, pair.params, size)
    order = FoldOrder(estimator=pair.kind.id, params=dict(pair.params), fold=0)
    return {
        "rows": usable,
        "pilot": pilot[0],
        "law": law,
        "predicted": told.seconds(pair.kind.id, law),
        "measured": whole[0],
        "foretold_mb": need_of(data)(msgspec.msgpack.encode(order)),
    }


def say(figures: Figures, results: dict[str, dict[str, float]], pairs: int) -> None:
    """Each pair, and the figures."""
    ratios: list[float] = []
    for name, found in list(results.items())[:pairs]:
        ratio = found["predicted"] / found["measured"]
        ratios.append(ratio)
        figures.note(
            f"{name:48} {found['rows']:7.0f} rows  pilot {found['pilot']:7.3f} s  predicted {found['predicted']:7.3f} s"
            f"  measured {found['measured']:7.3f} s  {ratio:5.2f}  (law alone {found['law'] / found['measured']:5.2f})"
        )
    near = sum(0.7 <= ratio <= 1.3 for ratio in ratios) / max(1, len(ratios))
    twice = sum(0.5 <= ratio <= 2.0 for ratio in ratios)
    figures.say("pairs", str(len(ratios)), f">= {pairs}", len(ratios) >= pairs)
    figures.say("predicted within 30 % of what was measured", f"{near:.0%}", ">= 80 %", near >= 0.8)
    figures.say("predicted within half and twice", f"{twice} of {len(ratios)}", "all", twice == len(ratios))


def done(results: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """The pairs that could be fitted; a class with too few rows for it, say, is no matter of time."""
    return {name: found for name, found in results.items() if found}


def main(arguments: Sequence[str]) -> int:
    """Measure what is missing, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--results", type=Path, default=Path("build/bench-cost.json"))
    options = parser.parse_args(arguments)
    options.results.parent.mkdir(parents=True, exist_ok=True)
    results = json.loads(options.results.read_text()) if options.results.exists() else {}
    for task in (*_OTHERS, *TASKS):
        if len(done(results)) >= options.pairs or sum(name.split()[0] == task.name for name in results) >= _EACH:
            continue
        used = Counter(kind for name, kind in map(str.split, results) if name != task.name)
        with scratch() as folder:
            data = prepared(task, folder)
            for pair in chosen(task.name, data, used):
                if pair.name not in results:
                    results[pair.name] = measure(pair, data)
                    options.results.write_text(json.dumps(results, indent=1))
                    print(f"         {pair.name}: {results[pair.name]}", flush=True)
    figures = Figures()
    say(figures, done(results), options.pairs)
    return figures.status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Every kind that PMML can hold, on many rows with gaps, unseen words and extreme numbers: model, JPMML, own reader.

``python -m tests.bench.bench_pmml [--rows 100000] [--kinds tree,forest]``. Prints a table of the largest difference and
of labels that differ; without Java, of the own reader alone. Amounts beyond 1 differ relative to the amount.
"""
# ruff: noqa: E402 - the number of threads must be set before NumPy is imported

from __future__ import annotations

import os

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from app.deployment.comparing import compare
from app.deployment.onnx.changes import typed
from app.deployment.pmml.reader import read_pmml, run
from app.learning.estimators.catalogue import builtin
from app.learning.estimators.combined import ensemble
from app.learning.estimators.kind import PMML
from app.learning.matrix import feature_frame
from app.learning.model import FittedModel, Predictions, fold_predictions
from app.learning.records import Task
from app.learning.scoring import decide
from tests.peers.pmml_readers import JPMML, Asked, ask, lacks_java
from tests.unit.deployment.onnx.cases import features, fitted, rows, signature, variants

LIMIT = 1e-9
MEAN = "mean"


def mixed(count: int) -> pa.Table:
    """Rows of which each cell comes from another row: of the data, of spoiled and of extreme rows."""
    known, random = typed(rows(), features()), np.random.default_rng(0)
    return pa.table(
        {name: known[name].take(pa.array(random.integers(0, len(known), count))) for name in known.column_names}
    )


def models(wanted: set[str]) -> list[tuple[str, FittedModel]]:
    """A model of each kind and task, and the mean of some."""
    written = {kind.id for kind in builtin() if PMML in kind.exports}
    chosen = [one for one in variants() if one[0] in written and one[2] == 0 and (not wanted or one[0] in wanted)]
    found = [(f"{name} {task.value}", fitted(name, task)) for name, task, _ in chosen]
    for task in Task if not wanted or MEAN in wanted else ():
        linear = "ridge" if task is Task.REGRESSION else "logistic"
        members = [fitted(name, task).pipeline for name in (linear, "boosting", "forest")]
        pipeline = ensemble(task, members, [3.0, 1.0, 2.0])
        found.append((f"{MEAN} {task.value}", FittedModel(pipeline=pipeline, signature=signature(task))))
    return found


def expected(model: FittedModel, table: pa.Table) -> Predictions:
    """The model's own answers, in large blocks."""
    told = model.signature
    raw = fold_predictions(model.pipeline, feature_frame(table, told.features), classes=len(told.labels))
    if told.task is Task.REGRESSION:
        nothing, shares = np.empty(0, dtype=object), np.empty((len(raw), 0))
        return Predictions(labels=nothing, values=raw[:, 0], probabilities=shares)
    labels = np.array(told.labels, dtype=object)[decide(raw, threshold=told.threshold)]
    return Predictions(labels=labels, values=np.empty(0), probabilities=raw)


def measure(name: str, model: FittedModel, table: pa.Table) -> bool:
    """One model: print how far its readers' answers lie from its own, and say whether that is near enough."""
    asked, known = Asked.of(model, table), expected(model, table)
    found: dict[str, Predictions | str] = {"own": run(read_pmml(asked.data), table, model.signature)}
    begin = time.perf_counter()
    if not lacks_java():
        with tempfile.TemporaryDirectory() as work:
            (found["JPMML"],) = ask(JPMML, [asked], Path(work))
    taken = time.perf_counter() - begin
    cells, kept = [], True
    for one in found.values():
        if isinstance(one, str):
            cells, kept = [*cells, one], False
            continue
        difference, flips, ties = compare(known, one, model.signature)
        kept = kept and difference <= LIMIT and not flips
        cells.append(f"{difference:.1e} | {flips} | {ties}")
    missed = "" if kept else " MISSED"
    print(f"| {name} | {' | '.join(cells)} | {len(asked.data) / 1e3:.0f} kB | {taken:.0f} s |{missed}", flush=True)
    return kept


def main() -> int:
    """All; 1 where one missed the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--kinds", default="")
    options = parser.parse_args()
    table = mixed(options.rows)
    print("| model | own reader: difference | flips | ties | JPMML: difference | flips | ties | file | JPMML took |")
    kept = [measure(name, model, table) for name, model in models(set(filter(None, options.kinds.split(","))))]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())

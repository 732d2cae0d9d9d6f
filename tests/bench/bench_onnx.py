"""Scoring a million rows through ONNX beside the model's own predict, in the same run: linear, boosting, forest.

``python -m tests.bench.bench_onnx [--rows 1000000]``. Both begin from the same columns in memory: the model from an
Arrow table (its frame included), ONNX from arrays (their making included). One thread each; batches that suit each.
"""
# ruff: noqa: E402 - the number of threads must be set before NumPy is imported

from __future__ import annotations

import os

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

import argparse
import sys
import time
import warnings

import numpy as np
import pyarrow as pa

from app.data.records import ColumnType
from app.deployment.comparing import compare
from app.deployment.onnx.parity import open_session, run
from app.deployment.onnx.writing import write_onnx
from app.learning.estimators.catalogue import builtin
from app.learning.estimators.preparation import shape_of
from app.learning.matrix import describe_features, feature_frame, frame_columns
from app.learning.model import FittedModel, Predictions, fold_predictions, predict_table
from app.learning.records import Signature, Task

LIMITS = {"logistic": 1.0, "boosting": 3.0, "forest": 7.0}
PARAMS = {
    "logistic": {"C": 1.0},
    "boosting": {"learning_rate": 0.05, "max_iter": 150},
    "forest": {"min_samples_leaf": 5},
}
_LEARNED = 10_000
_COLUMNS = (
    *((f"number{n}", ColumnType.NUMBER) for n in range(6)),
    *((f"word{n}", ColumnType.CATEGORY) for n in range(4)),
)


def made(rows: int) -> pa.Table:
    """Six numbers and four columns of ten words, with gaps."""
    random = np.random.default_rng(0)
    columns: dict[str, pa.Array] = {}
    for name, type_ in _COLUMNS:
        gaps = random.random(rows) < 0.05
        if type_ is ColumnType.NUMBER:
            columns[name] = pa.array(random.normal(size=rows), mask=gaps)
        else:
            words = np.array([f"{name} {n}" for n in range(10)], dtype=object)
            columns[name] = pa.array(words[random.integers(0, 10, rows)], pa.string(), mask=gaps)
    return pa.table(columns)


def learned(name: str, table: pa.Table) -> FittedModel:
    """A model of two classes that depend on all columns."""
    part = table.slice(0, _LEARNED)
    features = describe_features(part, _COLUMNS)
    frame = feature_frame(part, features)
    score = sum(np.nan_to_num(frame[f"number{n}"].to_numpy()) * (n - 2) for n in range(6))
    score = score + sum(frame[f"word{n}"].isin([f"word{n} 1", f"word{n} 4"]).to_numpy() * 2.0 for n in range(4))
    truth = (score + np.random.default_rng(1).normal(size=len(frame)) > np.median(score)).astype(int)
    kind = next(kind for kind in builtin() if kind.id == name)
    pipeline = kind.build(Task.BINARY, shape_of(frame_columns(features), len(frame)), PARAMS[name], 0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline.fit(frame, truth)
    signature = Signature(task=Task.BINARY, labels=("no", "yes"), positive="yes", threshold=0.5, features=features)
    return FittedModel(pipeline=pipeline, signature=signature)


def by_itself(model: FittedModel, table: pa.Table) -> np.ndarray:
    """The model's own probabilities, in large blocks: quicker than predict, which keeps to blocks of 1,024."""
    return fold_predictions(model.pipeline, feature_frame(table, model.signature.features), classes=2)


def measure(name: str, table: pa.Table) -> bool:
    """One model: print the times, and say whether it kept to its limit."""
    model = learned(name, table)
    begin = time.perf_counter()
    data = write_onnx(model)
    written = time.perf_counter() - begin
    session = open_session(data)
    begin = time.perf_counter()
    expected = by_itself(model, table)
    own = time.perf_counter() - begin
    begin = time.perf_counter()
    found = run(session, table, model.signature)
    onnx = time.perf_counter() - begin
    some = table.slice(0, 20_000)
    begin = time.perf_counter()
    predict_table(model, some)
    exact = (time.perf_counter() - begin) * table.num_rows / some.num_rows
    labels = np.array(model.signature.labels, dtype=object)[(expected[:, 1] >= 0.5).astype(int)]
    known = Predictions(labels=labels, values=np.empty(0), probabilities=expected)
    difference, flips, _ = compare(known, found, model.signature)
    ratio, kept = onnx / own, onnx / own <= LIMITS[name]
    print(
        f"{name:10} {table.num_rows:,} rows: scikit-learn {own:.2f} s, ONNX {onnx:.2f} s, ratio {ratio:.2f} "
        f"(limit {LIMITS[name]:g}); by predict, in blocks of 1,024: {exact:.1f} s; difference {difference:.1e}, "
        f"flips {flips}; {len(data) / 1e6:.2f} MB written in {written:.2f} s{'' if kept else '  MISSED'}",
        flush=True,
    )
    return kept and not flips


def main() -> int:
    """All three; 1 where one missed its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    table = made(parser.parse_args().rows)
    kept = [measure(name, table) for name in LIMITS]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())

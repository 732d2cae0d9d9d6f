"""Small fitted models, and bundles around them, for the tests of this room."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
from sklearn.base import BaseEstimator

from app.data.records import ColumnType
from app.deployment.bundle.acceptance import make_acceptance, write_acceptance
from app.deployment.bundle.manifest import (
    ACCEPTANCE_FILE,
    CARD_FILE,
    MANIFEST,
    MODEL_FILE,
    ONNX,
    ONNX_FILE,
    README_FILE,
    RECIPE_FILE,
    REPORT_FILE,
    SIGNATURE_FILE,
    Approval,
    Entry,
    Lineage,
    Manifest,
    Metric,
    Schema,
    canonical,
)
from app.deployment.bundle.writing import pack
from app.learning import canonical as skops_form
from app.learning.estimators.catalogue import builtin
from app.learning.estimators.kind import Traits
from app.learning.estimators.preparation import shape_of
from app.learning.matrix import describe_features, feature_frame, frame_columns
from app.learning.model import FittedModel
from app.learning.records import Signature, Task

COLUMNS = (
    ("amount", ColumnType.NUMBER),
    ("count", ColumnType.INTEGER),
    ("since", ColumnType.DATE),
    ("colour", ColumnType.CATEGORY),
)
LABELS = {Task.BINARY: ("<=50K", ">50K"), Task.MULTICLASS: ("a", "b", "ñ"), Task.REGRESSION: ()}
ROWS = 300


@cache
def table() -> pa.Table:
    random = np.random.default_rng(3)
    amount = random.normal(size=ROWS).tolist()
    amount[5] = None
    since = np.datetime64("2020-01-01") + random.integers(0, 900, ROWS)
    return pa.table(
        {
            "amount": pa.array(amount, pa.float64()),
            "count": pa.array(random.integers(-5, 90, ROWS), pa.int64()),
            "since": pa.array(since.astype("datetime64[D]")),
            "colour": pa.array(random.choice(["red", "blue, dark", 'gr"een', "=1+1"], ROWS).tolist(), pa.string()),
        }
    )


def target(task: Task) -> np.ndarray:
    base = table()["count"].to_numpy() + 20 * (np.array(table()["colour"].to_pylist()) == "red")
    if task is Task.REGRESSION:
        return base.astype(np.float64)
    classes = len(LABELS[task])
    return np.digitize(base, np.quantile(base, np.arange(1, classes) / classes))


@cache
def fitted(task: Task = Task.BINARY, name: str = "") -> FittedModel:
    features = describe_features(table(), COLUMNS)
    kind = next(k for k in builtin() if k.id == (name or ("ridge" if task is Task.REGRESSION else "logistic")))
    params = dict((*kind.quick, *kind.more, *kind.all)[0])
    params |= {"steps": 40} if "steps" in kind.space else {}
    estimator: BaseEstimator = kind.build(task, shape_of(frame_columns(features), ROWS), params, 0)
    learned = target(task) if kind.suits(Traits(least=-1.0)) else np.abs(target(task)) + 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as the program does: too many bins, a network that could learn on
        estimator.fit(feature_frame(table(), features), learned)
    labels = LABELS[task]
    signature = Signature(
        task=task, labels=labels, positive=labels[-1] if labels else "", threshold=0.5, features=features
    )
    return FittedModel(pipeline=estimator, signature=signature)


def write(
    path: Path,
    task: Task = Task.BINARY,
    name: str = "",
    *,
    acceptance: bytes = b"",
    model: bytes = b"",
    onnx: bytes = b"",
    signature: Callable[[bytes], bytes] | None = None,
    notation: dict[str, object] | None = None,
    more: dict[str, bytes] | None = None,
    prepared: bool = True,
) -> Path:
    """A bundle at ``path``, of format 2 where it has an ONNX file, of 3 where steps go along with it; its acceptance
    rows, its model or parts of its schema may be given, and what signs its manifest."""
    found = fitted(task, name)
    files = {
        MODEL_FILE: model or skops_form.dump(found.pipeline),
        ACCEPTANCE_FILE: acceptance or write_acceptance(make_acceptance(found, table())),
        CARD_FILE: b"card",
        README_FILE: b"read me",
        REPORT_FILE: b"report",
    }
    files |= ({ONNX_FILE: onnx} if onnx else {}) | (more or {})
    entries = tuple(
        Entry(path=n, size=len(d), sha256=hashlib.sha256(d).hexdigest(), media="x/y") for n, d in sorted(files.items())
    )
    plain = manifest(task)
    schema = msgspec.structs.replace(plain.schema, **(notation or {}))
    form: dict[str, object] = {"format": 2, "runs_on": ONNX, "release": "9" * 64} if onnx else {}
    form |= {"format": 3} if RECIPE_FILE in files and prepared else {}
    sealed = canonical(msgspec.structs.replace(plain, files=entries, schema=schema, **form))
    signed = {SIGNATURE_FILE: signature(sealed)} if signature is not None else {}
    pack(path, {MANIFEST: sealed, **signed, **files})
    return path


def manifest(task: Task = Task.BINARY) -> Manifest:
    signature = fitted(task).signature
    schema = Schema(
        task=task,
        target="income",
        features=signature.features,
        labels=signature.labels,
        positive=signature.positive,
        threshold=0.5,
    )
    return Manifest(
        format=1,
        kind="ciclo-bundle",
        model="m",
        version=1,
        software="ciclo",
        created="2026-01-01T00:00:00Z",
        estimator="logistic",
        schema=schema,
        lineage=Lineage(
            dataset="d@1",
            dataset_version="a" * 64,
            source_name="d.csv",
            source_sha256="b" * 64,
            model_version="c" * 64,
            model_sha256="d" * 64,
            report="e" * 64,
            decision="f" * 64,
        ),
        metrics={"roc_auc": Metric(value=0.8, low=0.7, high=0.9, method="delong")},
        judged_on="holdout",
        decision=Approval(by="A", time="2026-01-01T00:00:00Z", comment="", override="", failed_gates=()),
        libraries={},
        files=(),
    )

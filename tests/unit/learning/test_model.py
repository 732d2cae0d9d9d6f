"""A stored model: the same bytes each time, opened through an audit, the same bits in any batch."""

from __future__ import annotations

import io
import subprocess
import sys
import warnings
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.preprocessing import FunctionTransformer
from skops import io as skops_io

from app.data.records import ColumnType
from app.errors import CicloError
from app.learning import canonical
from app.learning.estimators import combined
from app.learning.estimators.catalogue import EstimatorKind, Params, builtin
from app.learning.estimators.kind import Traits
from app.learning.estimators.preparation import Shape
from app.learning.model import BLOCK, load_model, predict, raw_predictions
from app.learning.records import Feature, Signature, Task

ROWS = 400
FEATURES = (
    Feature(name="a", type=ColumnType.NUMBER),
    Feature(name="b", type=ColumnType.NUMBER),
    Feature(name="c", type=ColumnType.CATEGORY),
)
CASES = [(kind.id, task) for kind in builtin() for task in sorted(kind.tasks)]
ROOT = Path(__file__).resolve().parents[3]


def frame_of(rows: int, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    a, b = random.normal(size=rows), random.normal(size=rows) * 1e3
    a[::7] = np.nan
    c = random.choice(np.array(["x", "y", "z", "seldom", None], dtype=object), rows, p=[0.4, 0.3, 0.2, 0.02, 0.08])
    return pd.DataFrame({"a": a, "b": b, "c": pd.Series(c, dtype=object)})


@cache
def fitted(name: str, task: Task) -> BaseEstimator:
    if name == "ensemble":
        members = [fitted("ridge" if task is Task.REGRESSION else "logistic", task), fitted("boosting", task)]
        return combined.ensemble(task, members, [2, 1])
    kind = next(kind for kind in builtin() if kind.id == name)
    return fit_one(kind, task, (*kind.quick, *kind.more, *kind.all)[0], rows=ROWS)


def fit_one(kind: EstimatorKind, task: Task, params: Params, *, rows: int) -> BaseEstimator:
    params = {**params, "steps": 40} if "steps" in kind.space else params
    frame = frame_of(rows)
    amounts = frame["a"].fillna(0).to_numpy() + frame["b"].to_numpy() / 1e3
    classes = {Task.BINARY: 2, Task.MULTICLASS: 3}.get(task, 0)
    target = np.digitize(amounts, np.quantile(amounts, np.arange(1, classes) / classes)) if classes else amounts
    if not kind.suits(Traits(least=-1.0)) or params.get("target"):
        target = np.exp(target)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as the program does: too many bins, a network that could learn on
        return kind.build(task, Shape(numeric=(0, 1), words=(2,), rows=rows), params, 0).fit(frame, target)


def signature(task: Task) -> Signature:
    labels = {Task.BINARY: ("No", "Sí"), Task.MULTICLASS: ("a", "b", "c")}.get(task, ())
    return Signature(task=task, labels=labels, positive=labels[-1] if labels else "", threshold=0.5, features=FEATURES)


OTHERS = [
    (kind.id, task, number)
    for kind in builtin()
    for task in sorted(kind.tasks)
    for number, params in enumerate((*kind.quick, *kind.more, *kind.all))
    if number and (task is Task.REGRESSION or not {"target", "loss"} & set(params))
]


@pytest.mark.parametrize(("name", "task", "number"), OTHERS)
def test_that_a_model_of_any_parameters_opens_again_and_answers_the_same(name: str, task: Task, number: int) -> None:
    kind = next(kind for kind in builtin() if kind.id == name)
    model = fit_one(kind, task, (*kind.quick, *kind.more, *kind.all)[number], rows=90)
    loaded = load_model(canonical.dump(model), signature=signature(task)).pipeline
    answer = "predict" if task is Task.REGRESSION else "predict_proba"
    frame = frame_of(40, seed=1)
    assert np.array_equal(getattr(loaded, answer)(frame), getattr(model, answer)(frame))


ENSEMBLES = [("ensemble", task) for task in sorted(Task)]


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize(("name", "task"), [*CASES, *ENSEMBLES])
def test_that_dump_load_dump_gives_the_same_bytes(name: str, task: Task) -> None:
    first = canonical.dump(fitted(name, task))
    loaded = load_model(first, signature=signature(task))
    assert canonical.dump(loaded.pipeline) == first
    assert canonical.canonical(first) == first


@pytest.mark.parametrize(("name", "task"), [*CASES, *ENSEMBLES])
def test_that_a_row_gets_the_same_bits_in_any_batch(name: str, task: Task) -> None:
    pipeline, frame = fitted(name, task), frame_of(BLOCK + 300, seed=5)
    classes = len(signature(task).labels)
    whole = raw_predictions(pipeline, frame, classes=classes)
    for start, end in [(0, 1), (17, 18), (3, 700), (BLOCK - 1, BLOCK + 2), (1, BLOCK + 300)]:
        part = raw_predictions(pipeline, frame.iloc[start:end], classes=classes)
        assert part.tobytes() == whole[start:end].tobytes()


@pytest.mark.parametrize(("name", "task"), [*CASES, *ENSEMBLES])
def test_that_predictions_are_those_of_scikit_learn(name: str, task: Task) -> None:
    pipeline, frame = fitted(name, task), frame_of(50, seed=6)
    ours = raw_predictions(pipeline, frame, classes=len(signature(task).labels))
    theirs = pipeline.predict(frame)[:, None] if task is Task.REGRESSION else pipeline.predict_proba(frame)
    # Nyström's features are divided by roots of singular values down to scikit-learn's floor of 1e-12: a million times
    # the last bit of a similarity, which depends on the processor and on how many rows come together.
    np.testing.assert_allclose(ours, theirs, rtol=1e-8 if name == "kernel" else 1e-12, atol=1e-14)


def test_that_a_loaded_model_predicts_the_same_bits() -> None:
    for name, task in [*CASES, *ENSEMBLES]:
        pipeline, frame = fitted(name, task), frame_of(200, seed=7)
        loaded = load_model(canonical.dump(pipeline), signature=signature(task))
        classes = len(signature(task).labels)
        before = raw_predictions(pipeline, frame, classes=classes)
        assert raw_predictions(loaded.pipeline, frame, classes=classes).tobytes() == before.tobytes()


TWICE = """
import hashlib, sys
sys.path.insert(0, {tests!r})
import test_model
from app.learning import canonical
from app.learning.records import Task
for name in ("logistic", "forest", "boosting", "neighbors"):
    print(hashlib.sha256(canonical.dump(test_model.fitted(name, Task.BINARY))).hexdigest())
"""


def test_that_two_processes_make_the_same_bytes() -> None:
    code = TWICE.format(tests=str(Path(__file__).parent))
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1


def test_that_the_number_of_jobs_leaves_no_trace() -> None:
    pipeline = fitted("forest", Task.BINARY)
    before = canonical.dump(pipeline)
    pipeline.set_params(model__n_jobs=2)
    try:
        assert canonical.dump(pipeline) == before
        assert pipeline.get_params()["model__n_jobs"] == 2
    finally:
        pipeline.set_params(model__n_jobs=None)


def test_that_an_unseen_category_is_predicted_like_a_rare_one() -> None:
    frame = frame_of(30, seed=8)
    frame["c"] = pd.Series(["never seen"] * 30, dtype=object)
    for name in ("logistic", "tree", "boosting"):
        found = raw_predictions(fitted(name, Task.BINARY), frame, classes=2)
        assert np.isfinite(found).all()


def test_that_the_positive_class_is_predicted_from_its_threshold_on() -> None:
    model = load_model(canonical.dump(fitted("logistic", Task.BINARY)), signature=signature(Task.BINARY))
    frame = frame_of(40, seed=9)
    found = predict(model, frame)
    middle = float(np.sort(found.probabilities[:, 1])[20])
    exact = Signature(task=Task.BINARY, labels=("No", "Sí"), positive="Sí", threshold=middle, features=FEATURES)
    again = predict(type(model)(pipeline=model.pipeline, signature=exact), frame)
    assert (again.labels == "Sí").tolist() == (found.probabilities[:, 1] >= middle).tolist()
    assert (again.labels == "Sí").sum() == 20


def test_that_a_file_with_a_strange_type_is_refused() -> None:
    with pytest.raises(CicloError) as raised:
        load_model(skops_io.dumps(FunctionTransformer(subprocess.run)), signature=signature(Task.BINARY))
    assert raised.value.code == "learning.untrusted_model"


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 not a zip", b"\x80\x04K\x01."])
def test_that_a_file_that_is_no_model_is_refused(damage: bytes) -> None:
    with pytest.raises(CicloError, match="unreadable_model"):
        load_model(damage, signature=signature(Task.BINARY))


def test_that_a_flipped_byte_is_noticed() -> None:
    data = bytearray(canonical.dump(fitted("logistic", Task.BINARY)))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        entry = archive.infolist()[0]
    data[entry.header_offset + 200] ^= 0xFF
    with pytest.raises(CicloError, match="unreadable_model"):
        load_model(bytes(data), signature=signature(Task.BINARY))

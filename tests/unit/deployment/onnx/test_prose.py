from __future__ import annotations

import json
import warnings
from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from app.data.records import ColumnType
from app.deployment.onnx.edges import threshold_rows
from app.deployment.onnx.parity import open_session, parity
from app.deployment.onnx.writing import write_onnx
from app.learning.estimators.catalogue import builtin
from app.learning.estimators.preparation import shape_of
from app.learning.matrix import describe_features, feature_frame, frame_columns
from app.learning.model import FittedModel
from app.learning.records import Signature, Task

COLUMNS = (("amount", ColumnType.NUMBER), ("said", ColumnType.TEXT), ("colour", ColumnType.CATEGORY))
TEXT = "the red House näive ÑANDÚ it's slow 12 a x_y 日本語 very good bad service again İstanbul"
WORDS = TEXT.split()
WORDS += [f"wort{number}" for number in range(300)]  # more words than directions, or some of these are noise


@cache
def _table() -> pa.Table:
    random = np.random.default_rng(4)
    said = [" ".join(random.choice(WORDS[: random.choice([18, 318])], random.integers(1, 12))) for _ in range(300)]
    said[3:6] = ["", "a - !", None]
    return pa.table(
        {
            "amount": random.normal(size=300),
            "said": pa.array(said, pa.string()),
            "colour": pa.array(random.choice(["red", "blue"], 300).tolist(), pa.string()),
        }
    )


@cache
def _fitted(name: str, task: Task) -> FittedModel:
    features = describe_features(_table(), COLUMNS, prose={"said"})
    kind = next(kind for kind in builtin() if kind.id == name)
    params = {"steps": 40} if name == "network" else {"max_iter": 20} if name == "boosting" else {}
    pipeline = kind.build(task, shape_of(frame_columns(features), 300), params, 0)
    score = np.array(
        [("good" in (text or "")) + 0.5 * ("slow" in (text or "")) for text in _table()["said"].to_pylist()]
    )
    score = score + 0.2 * _table()["amount"].to_numpy()
    learned = score if task is Task.REGRESSION else (score > np.median(score)).astype(int)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline.fit(feature_frame(_table(), features), learned)
    labels = () if task is Task.REGRESSION else ("no", "yes")
    signature = Signature(task=task, labels=labels, positive="yes", threshold=0.5, features=features)
    return FittedModel(pipeline=pipeline, signature=signature)


def _strange() -> pa.Table:
    said = ["", "Never seen WORDS", "a b c", "good " * 500, "ΑΒΓ x² ½a\n\tgood", "don't—stop", "__missing__", None]
    return pa.table(
        {
            "amount": pa.array([0.0] * 8, pa.float64()),
            "said": pa.array(said, pa.string()),
            "colour": pa.array(["red"] * 8, pa.string()),
        }
    )


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("logistic", Task.BINARY),
        ("ridge", Task.REGRESSION),
        ("boosting", Task.BINARY),
        ("forest", Task.REGRESSION),
        ("scorecard", Task.BINARY),
        ("network", Task.BINARY),
        ("additive", Task.REGRESSION),
    ],
)
def test_that_prose_is_read_as_the_model_reads_it(name: str, task: Task) -> None:
    model = _fitted(name, task)
    data = write_onnx(model)
    for asked in (_table(), _strange(), _strange().slice(0, 1), threshold_rows(model, _table())):
        difference, flips = parity(model, data, asked)
        assert flips == 0
        assert difference <= 1e-12


@pytest.mark.parametrize("name", ["scorecard", "bayes"])
def test_that_prose_of_few_words_is_learned_from(name: str) -> None:
    """Ranges of directions that were rounding errors ended the training."""
    random = np.random.default_rng(1)
    said = [" ".join(random.choice(["good", "bad", "slow"], random.integers(0, 4))) for _ in range(200)]
    table = pa.table({"said": pa.array(said, pa.string())})
    features = describe_features(table, (("said", ColumnType.TEXT),), prose={"said"})
    kind = next(kind for kind in builtin() if kind.id == name)
    pipeline = kind.build(Task.BINARY, shape_of(frame_columns(features), 200), {}, 0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline.fit(feature_frame(table, features), np.array(["good" in text for text in said]).astype(int))
    signature = Signature(task=Task.BINARY, labels=("no", "yes"), positive="yes", threshold=0.5, features=features)
    model = FittedModel(pipeline=pipeline, signature=signature)
    difference, flips = parity(model, write_onnx(model), table)
    assert flips == 0
    assert difference <= 1e-12


def test_that_the_file_asks_for_lower_case() -> None:
    told = open_session(write_onnx(_fitted("logistic", Task.BINARY))).get_modelmeta().custom_metadata_map
    said = {column["name"]: column for column in json.loads(told["ciclo.columns"])}["said"]
    assert said["unit"] == "prose in lower case"
    assert said["missing"] == ""

"""Rows as they come, and the steps that make of them what the small fitted models eat."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from app.data.recipe.steps import (
    AnyRowStep,
    Blank,
    Calculate,
    Case,
    Clip,
    Condition,
    Fill,
    Filter,
    Operator,
    Rename,
    Replace,
    Retype,
    Trim,
)
from app.data.records import ColumnType
from app.learning.matrix import describe_features
from app.learning.model import Predictions, predict_table
from app.learning.records import Feature, RowPart, Signature, Task
from tests.unit.deployment.models import fitted

RAW = (
    ("sum", ColumnType.NUMBER),
    ("per", ColumnType.NUMBER),
    ("n", ColumnType.NUMBER),
    ("begun", ColumnType.DATETIME),
    ("hue", ColumnType.TEXT),
    ("age", ColumnType.INTEGER),
)
EVERYWHERE: tuple[AnyRowStep, ...] = (
    Calculate(left="sum", operator=Operator.OVER, right="per", into="amount"),
    Blank(column="n", values=(99.0,)),
    Retype(column="n", type=ColumnType.INTEGER),
    Rename(column="n", to="count"),
    Clip(column="count", low=-5.0, high=80.0),
    Retype(column="begun", type=ColumnType.DATE),
    Rename(column="begun", to="since"),
    Replace(column="hue", words={"rot": "red", "grün": 'gr"een', "?": ""}),
    Fill(column="hue", value="=1+1"),
    Rename(column="hue", to="colour"),
    Filter(column="age", test=Condition.AT_LEAST, values=(18,)),
    Filter(column="colour", test=Condition.UNEQUAL, values=("gone",)),
)
STEPS = (Trim(column="hue", case=Case.LOWER), *EVERYWHERE)


def raw_table(rows: int = 400) -> pa.Table:
    random = np.random.default_rng(11)
    hues = [" rot", "Rot ", "grün", "?", "blue, dark", "gone", "Ünbekannt", None]

    def gaps(values: np.ndarray) -> pa.Array:
        return pa.array(values.tolist(), mask=random.random(rows) < 0.1)

    begun = np.datetime64("2020-01-01T00:00:00") + random.integers(0, 10**8, rows)
    return pa.table(
        {
            "sum": gaps(random.normal(size=rows)),
            "per": gaps(random.choice([0.0, 1.0, 2.0, 0.5], rows)),
            "n": gaps(random.choice([1.0, 2.5, 99.0, 85.0, -9.0, 40.0], rows)),
            "begun": pa.array(begun.astype("datetime64[us]")),
            "hue": pa.array([hues[place] for place in random.integers(0, len(hues), rows)], pa.string()),
            "age": pa.array(random.integers(10, 40, rows), pa.int64()),
        }
    )


def part(steps: tuple[AnyRowStep, ...] = STEPS) -> RowPart:
    return RowPart(dataset_id="0" * 64, inputs=describe_features(raw_table(), RAW), steps=steps)


def by_hand(task: Task) -> Predictions:
    """What the model says of the rows, prepared without Ciclo's steps; no answer for those that a filter takes away."""
    raw = raw_table().to_pylist()
    rows, kept = [], []
    for row in raw:
        amount = row["sum"] / row["per"] if None not in (row["sum"], row["per"]) and row["per"] else None
        count = None if row["n"] is None or row["n"] == 99 or row["n"] % 1 else int(min(max(row["n"], -5), 80))
        hue = (row["hue"] or "").strip().lower() or None
        hue = {"rot": "red", "grün": 'gr"een', "?": None}.get(hue, hue) or "=1+1"
        rows.append({"amount": amount, "count": count, "since": row["begun"].date(), "colour": hue})
        kept.append(row["age"] >= 18 and hue != "gone")
    table = pa.Table.from_pylist(
        rows,
        schema=pa.schema(
            [("amount", pa.float64()), ("count", pa.int64()), ("since", pa.date32()), ("colour", pa.string())]
        ),
    )
    found, gone = predict_table(fitted(task), table), ~np.array(kept)
    labels, values, shares = found.labels.copy(), found.values.copy(), found.probabilities.copy()
    shares[gone] = np.nan
    if task is Task.REGRESSION:
        values[gone] = np.nan
    else:
        labels[gone] = ""
    return Predictions(labels=labels, values=values, probabilities=shares)


def given_signature(task: Task, inputs: tuple[Feature, ...]) -> Signature:
    own = fitted(task).signature
    return Signature(task=own.task, labels=own.labels, positive=own.positive, threshold=own.threshold, features=inputs)

"""Fitted models over all sorts of columns, and the rows on which files are compared with them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cache

import numpy as np
import pyarrow as pa

from app.data.records import ColumnType
from app.deployment.bundle.acceptance import PLAIN, raw_rows, spoiled_rows, texts_of
from app.deployment.scoring.rows import judge
from app.learning.estimators.catalogue import builtin
from app.learning.estimators.kind import Traits
from app.learning.estimators.preparation import shape_of
from app.learning.matrix import describe_features, feature_frame, frame_columns
from app.learning.model import FittedModel
from app.learning.records import Feature, Signature, Task

COLUMNS = (
    ("amount", ColumnType.NUMBER),
    ("flat", ColumnType.NUMBER),
    ("count", ColumnType.INTEGER),
    ("since", ColumnType.DATE),
    ("at", ColumnType.DATETIME),
    ("colour", ColumnType.CATEGORY),
    ("town", ColumnType.CATEGORY),
    ("member", ColumnType.BOOLEAN),
)
LABELS = {Task.BINARY: ("<=50K", ">50K"), Task.MULTICLASS: ("a", "b", "ñ"), Task.REGRESSION: ()}
ROWS = 700
Params = Mapping[str, str | int | float | bool | None]


@cache
def table() -> pa.Table:
    """Numbers with gaps and ties, dates, words with gaps, rare ones and an empty one."""
    random = np.random.default_rng(5)
    since = np.datetime64("2019-11-03") + random.integers(0, 1200, ROWS)
    moments = np.datetime64("2021-05-02T00:00:00", "us") + random.integers(0, 2 * 10**13, ROWS)
    colours = ["red", "blue, dark", 'gr"een', "", "=1+1", "once", "__missing__"]
    return pa.table(
        {
            "amount": _gaps(random, random.lognormal(1.0, 2.0, ROWS), pa.float64()),
            "flat": pa.array(np.where(random.random(ROWS) < 0.8, 0.0, random.normal(size=ROWS)), pa.float64()),
            "count": _gaps(random, random.integers(-5, 90, ROWS), pa.int64()),
            "since": _gaps(random, since.astype("datetime64[D]"), pa.date32()),
            "at": pa.array(moments, pa.timestamp("us")),
            "colour": _gaps(random, random.choice(colours, ROWS, p=[0.4, 0.3, 0.2, 0.05, 0.04, 0.005, 0.005])),
            "town": _gaps(random, np.array([f"town {n}" for n in random.geometric(0.07, ROWS)])),
            "member": pa.array(random.random(ROWS) < 0.4, pa.bool_()),
        }
    )


def _gaps(random: np.random.Generator, values: np.ndarray, type: pa.DataType | None = None) -> pa.Array:
    return pa.array(values, type or pa.string(), mask=random.random(len(values)) < 0.08)


def target(task: Task) -> np.ndarray:
    """Depends on most columns."""
    found = table().to_pandas()
    base = found["count"].fillna(40) + 20 * (found["colour"] == "red") + 5 * np.log1p(found["amount"].fillna(3))
    base += 10 * found["flat"] + found["at"].dt.hour + 0.5 * found["town"].fillna("town 9").str[5:].astype(float)
    base = base.to_numpy(np.float64)
    if task is Task.REGRESSION:
        return base
    classes = len(LABELS[task])
    return np.digitize(base, np.quantile(base, np.arange(1, classes) / classes))


@cache
def features() -> tuple[Feature, ...]:
    return describe_features(table(), COLUMNS)


def variants() -> list[tuple[str, Task, int]]:
    """Every kind of the catalogue, every task, every parameters that a preset tries."""
    found = []
    for kind in builtin():
        for task in sorted(kind.tasks):
            for number, params in enumerate((*kind.quick, *kind.more, *kind.all)):
                if task is Task.REGRESSION or not {"target", "loss"} & set(params):
                    found.append((kind.id, task, number))
    return found


def params_of(name: str, number: int) -> Params:
    kind = next(k for k in builtin() if k.id == name)
    chosen = dict((*kind.quick, *kind.more, *kind.all)[number])
    return chosen | _small(kind.space, chosen)


def _small(space: Mapping[str, object], chosen: Params) -> Params:
    few = {"max_iter": 40, "n_estimators": 25, "steps": 60, "parts": 60}
    return {name: value for name, value in few.items() if name in space or name in chosen}


@cache
def fitted(name: str, task: Task, number: int = 0, more: tuple[tuple[str, str | float], ...] = ()) -> FittedModel:
    """A kind of the catalogue, with the parameters of this number and ``more``."""
    kind = next(k for k in builtin() if k.id == name)
    pipeline = kind.build(task, shape_of(frame_columns(features()), ROWS), {**params_of(name, number), **dict(more)}, 0)
    learned = target(task) if kind.suits(Traits(least=-1.0)) or name == "median" else np.abs(target(task)) + 1
    if dict(params_of(name, number)).get("target") or dict(more).get("target"):
        learned = np.abs(learned)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as the program does: too many bins, a network that could learn on
        pipeline.fit(feature_frame(table(), features()), learned)
    return FittedModel(pipeline=pipeline, signature=signature(task))


@cache
def directed_boosting() -> FittedModel:
    """Boosting whose answer never falls where the first number rises."""
    kind = next(k for k in builtin() if k.id == "boosting")
    columns = frame_columns(features())
    directions = [int(position == 0) for position in range(sum(c.numeric for c in columns))]
    shape = shape_of(columns, ROWS, amounts=True, directions=directions)
    pipeline = kind.build(Task.REGRESSION, shape, {"max_iter": 30}, 0)
    pipeline.fit(feature_frame(table(), features()), target(Task.REGRESSION))
    return FittedModel(pipeline=pipeline, signature=signature(Task.REGRESSION))


def signature(task: Task) -> Signature:
    labels = LABELS[task]
    return Signature(
        task=task, labels=labels, positive=labels[-1] if labels else "", threshold=0.4, features=features()
    )


@cache
def rows() -> pa.Table:
    """Ordinary rows, spoiled ones, and extreme ones."""
    plain = raw_rows(table().slice(0, 60), features())
    spoiled = spoiled_rows(plain, features())
    names = [feature.name for feature in features()]
    strange = judge(texts_of(spoiled, names), features(), dict.fromkeys(names, PLAIN)).table
    stored = table().cast(strange.schema) if strange.schema != table().schema else table()
    return pa.concat_tables([stored, strange, _extreme(stored), stored.slice(0, 0)]).combine_chunks()


def _extreme(stored: pa.Table) -> pa.Table:
    """Numbers that are far away, tiny or zero, alone and together."""
    values = [1e300, -1e300, 0.0, -0.0, 5e-324, 3.5e38, -3.5e38, np.inf, np.nan, 2.0**24 + 1]
    numbers = [f.name for f in features() if pa.types.is_floating(stored.schema.field(f.name).type)]
    parts = []
    for names in [*([name] for name in numbers), numbers]:
        part = stored.slice(len(parts) * 7, len(values))
        for name in names:
            part = part.set_column(part.column_names.index(name), name, pa.array(values, pa.float64()))
        parts.append(part)
    return pa.concat_tables(parts)

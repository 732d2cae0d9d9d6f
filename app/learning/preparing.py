"""A request to train, checked and read: everything that a training works on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import pandas as pd
import pyarrow as pa

from app.errors import CicloError
from app.jobs.system import available_memory_mb
from app.learning.asked import Asked, open_asked, understand
from app.learning.balance.checking import rows_at_most
from app.learning.columns import holds_prose
from app.learning.estimators.preparation import levels_after_encoding
from app.learning.matrix import describe_features, feature_frame, frame_columns
from app.learning.records import Feature, Task, TrainRequest
from app.learning.room import check_room, forecast
from app.learning.scoring import BY_SIZE, choose_metric, is_defined
from app.learning.search.data import LearningData
from app.learning.source import Source, read_in_parts
from app.learning.splits.records import TwinsFound
from app.learning.splits.splitting import Sealed
from app.learning.splits.testset import Columns
from app.learning.splits.twin_work import twins_of


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A request, checked and read: everything that a training works on."""

    asked: Asked
    twins: TwinsFound
    features: tuple[Feature, ...]
    data: LearningData
    metric: str


def prepare(request: TrainRequest) -> Prepared:
    """Read and check what a request asks for, and set the hold-out aside.

    Raises
    ------
    CicloError
        What makes it unfit; ``learning.metric_undefined`` where a fold doesn't define the metric,
        ``learning.no_room`` where it doesn't fit into memory.
    """
    opened = open_asked(request, whole=True)
    if request.positive and opened.target.task is not Task.BINARY:
        raise CicloError("learning.positive_without_two", column=request.target)
    metric = choose_metric(opened.target.task, request.metric)
    asked = understand(opened)
    stated, directions = asked.stated, asked.directions
    _check_metric(asked, metric)
    _check_room(asked, request)
    features, data = learning_data(asked, request.seed)
    data = replace(data, absolute=metric in BY_SIZE, balance=request.balance)
    if directions:
        data = replace(data, directions=tuple(directions.get(column.feature, 0) for column in data.columns))
    if stated is not None:
        data = replace(data, rule=request.rule.strip(), stated=stated.values[asked.divided.rows.train])
    return Prepared(asked=asked, twins=twins_of(asked.divided), features=features, data=data, metric=metric)


def _check_metric(asked: Asked, metric: str) -> None:
    learned = asked.divided.learned
    undefined = sum(not is_defined(asked.target.task, metric, learned[scored]) for _, scored in asked.divided.folds)
    if undefined:
        raise CicloError("learning.metric_undefined", n=undefined, metric=metric)


def _check_room(asked: Asked, request: TrainRequest) -> None:
    """Before the rows are read. With one fit at a time: there are fewer where more have no room."""
    check_room(
        forecast(
            asked.target.task,
            request.preset,
            replace(asked.size, rows=rows_at_most(request.balance, asked.size.rows, classes=asked.size.classes)),
            seconds=0.0,
            processors=0 if request.cluster else 1,
            traits=asked.traits,
            available_mb=available_memory_mb(),
        )
    )


def learning_data(asked: Asked, seed: int) -> tuple[tuple[Feature, ...], LearningData]:
    """The rows that are learned from, and the schema of their columns."""
    divided, target = asked.divided, asked.target
    rows = divided.rows
    prose = {column.name for column in asked.columns if holds_prose(column)}
    features, frame = _read_features(asked.source, divided.columns, pa.array(rows.train), prose)
    columns = frame_columns(features)
    data = LearningData(
        task=target.task,
        classes=len(target.labels),
        frame=frame,
        columns=columns,
        values=divided.learned,
        rows=rows.train,
        units=rows.units,
        folds=divided.folds,
        sealed=Sealed(rows.closed),
        seed=seed,
        words=max((len(f.levels) for f in features), default=0),
        levels=levels_after_encoding({f.name: len(f.levels) for f in features}, columns),
    )
    return features, data


def _read_features(
    source: Source, used: Columns, rows: pa.Array, prose: Collection[str]
) -> tuple[tuple[Feature, ...], pd.DataFrame]:
    """A few columns at a time: no more are in memory beside the frame."""
    features: list[Feature] = []
    frames: list[pd.DataFrame] = []
    types = dict(used)
    for names, table in read_in_parts(source, tuple(types)):
        taken = table.take(rows)
        part = describe_features(taken, [(name, types[name]) for name in names], prose=prose)
        frames.append(feature_frame(taken, part))
        features += part
    frame = pd.concat(frames, axis="columns")
    frame.columns = pd.Index([column.name for column in frame_columns(features)], dtype=object)
    return tuple(features), frame

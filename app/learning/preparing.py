"""A request to train, checked and read: everything that a training works on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
import pyarrow as pa

from app.errors import CicloError
from app.jobs.system import available_memory_mb
from app.learning.columns import check_directions, choose_columns, propose_columns
from app.learning.estimators.kind import Traits
from app.learning.estimators.preparation import levels_after_encoding
from app.learning.examination import examine_target
from app.learning.matrix import describe_features, feature_frame, frame_columns
from app.learning.records import Feature, PlannedColumn, Task, TrainRequest
from app.learning.room import check_room, forecast, most_words, size_of
from app.learning.rule.outcome import Stated, state_rule
from app.learning.scoring import choose_metric
from app.learning.search.data import LearningData
from app.learning.source import Source, open_source, read_table
from app.learning.splits.records import TwinsFound
from app.learning.splits.splitting import Sealed
from app.learning.splits.testset import Columns, open_test
from app.learning.splits.twin_work import twins_of
from app.learning.splits.work import Divided, choose_scheme, make_split
from app.learning.target import Target


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A request, checked and read: everything that a training works on."""

    source: Source
    test: Source | None
    target: Target
    columns: tuple[PlannedColumn, ...]
    divided: Divided
    twins: TwinsFound
    stated: Stated | None
    features: tuple[Feature, ...]
    data: LearningData
    metric: str


def prepare(request: TrainRequest) -> Prepared:
    """Read and check what a request asks for, and set the hold-out aside.

    Raises
    ------
    CicloError
        What makes it unfit; ``learning.no_room`` where it doesn't fit into memory.
    """
    source = open_source(request.project, request.dataset)
    test = open_test(request.project, request.test, source, whole=True)
    target = examine_target(source, request.target, task=request.task, positive=request.positive)
    if request.positive and target.task is not Task.BINARY:
        raise CicloError("learning.positive_without_two", column=request.target)
    metric = choose_metric(target.task, request.metric)
    scheme = choose_scheme(source, target, request)
    proposed = propose_columns(source, target=request.target, group=scheme.column if scheme.kind == "group" else "")
    columns = choose_columns(proposed, exclude=request.exclude, include=request.include, target=request.target)
    divided = make_split(source, test, target, scheme, columns, request)
    stated = state_rule(source, request.rule, locale=request.locale, target=request.target, task=target.task)
    directions = check_directions(columns, target.task, increasing=request.increasing, decreasing=request.decreasing)
    _check_room(request, source, target, columns, divided, directed=bool(directions))
    features, data = _learning_data(divided, request.seed)
    if directions:
        data = replace(data, directions=tuple(directions.get(column.feature, 0) for column in data.columns))
    if stated is not None:
        data = replace(data, rule=request.rule.strip(), stated=stated.values[divided.rows.train])
    return Prepared(
        source=source,
        test=test,
        target=target,
        columns=columns,
        divided=divided,
        twins=twins_of(divided),
        stated=stated,
        features=features,
        data=data,
        metric=metric,
    )


def _check_room(
    request: TrainRequest,
    source: Source,
    target: Target,
    columns: tuple[PlannedColumn, ...],
    divided: Divided,
    *,
    directed: bool,
) -> None:
    """Before the rows are read. With one fit at a time: there are fewer where more have no room."""
    check_room(
        forecast(
            target.task,
            request.preset,
            size_of(source, target, columns, len(divided.rows.train)),
            seconds=0.0,
            processors=0 if request.cluster else 1,
            traits=Traits.of(target.task, divided.learned, words=most_words(source, columns), directed=directed),
            available_mb=available_memory_mb(),
        )
    )


def _learning_data(divided: Divided, seed: int) -> tuple[tuple[Feature, ...], LearningData]:
    rows, used, target = divided.rows, divided.columns, divided.target
    features, frame = _read_features(divided.source, used, pa.array(rows.train))
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


def _read_features(source: Source, used: Columns, rows: pa.Array) -> tuple[tuple[Feature, ...], pd.DataFrame]:
    """Column by column: no more than one is in memory beside the frame."""
    features: list[Feature] = []
    frames: list[pd.DataFrame] = []
    for name, type_ in used:
        table = read_table(source, (name,)).take(rows)
        features += describe_features(table, [(name, type_)])
        frames.append(feature_frame(table, features[-1:]))
    return tuple(features), pd.concat(frames, axis="columns")

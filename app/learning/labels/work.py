"""The jobs: the queue of doubtful labels, and what corrections change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from app.data.recipe.steps import Decided
from app.errors import CicloError
from app.jobs.contract import Context, Outcome, Progress
from app.jobs.system import available_memory_mb
from app.learning.asked import Asked, open_asked
from app.learning.columns import choose_columns, propose_columns
from app.learning.labels.confident import doubtful, noise
from app.learning.labels.effect import effect_of
from app.learning.labels.folds import BOOSTING, LEARNERS, out_of_fold
from app.learning.labels.history import decided_rows
from app.learning.labels.records import Doubt, EffectRequest, LabelsAnswer, LabelsRequest
from app.learning.preparing import learning_data
from app.learning.records import PlanRequest, Preset, Task
from app.learning.room import check_room, forecast
from app.learning.search.data import LearningData
from app.learning.source import Source, read_table
from app.learning.splits.division import divide, make_folds
from app.learning.splits.scheme import Scheme
from app.learning.splits.work import Divided
from app.learning.target import source_words
from app.project.record import encode
from app.text.message import Text

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_MOST_COLUMNS = 40
"""That are shown beside a doubtful label."""
_FOUND, _COMPARED = 0.7, 0.5
"""Where the work stands when the rows are found, and when it is known how it was before."""


@dataclass(frozen=True, kw_only=True)
class _Opened:
    asked: Asked
    data: LearningData

    @cached_property
    def place(self) -> dict[int, int]:
        """The position in the data of each row, counted from 1."""
        return {int(row) + 1: position for position, row in enumerate(self.data.rows)}

    def code(self, label: str | None) -> int | None:
        """The class of a label. What no row has yet can't be learned: it counts as nothing."""
        labels = self.asked.target.labels
        return labels.index(label) if label in labels else None


def find_doubts(context: Context, request: LabelsRequest) -> Outcome:
    """Rows whose label is probably wrong, and what it would change to correct them.

    Raises
    ------
    CicloError
        ``learning.labels.amounts``; what makes the target or its columns unfit.
    """
    with threadpool_limits(1):
        opened = _opened(context, request)
        apart = out_of_fold(context, opened.data, LEARNERS, processors=request.processors, begun=0.0, ended=_FOUND)
        answer = _queue(opened, request, np.mean(apart, axis=0))
        changes = {opened.place[one.row]: opened.code(one.likely) for one in answer.doubts}
        if changes:
            effect = effect_of(
                context, opened.data, changes, before=apart[0], processors=request.processors, begun=_FOUND
            )
            answer = msgspec.structs.replace(answer, effect=effect)
    return Outcome(answer=msgspec.Raw(encode(answer)))


def _queue(opened: _Opened, request: LabelsRequest, probabilities: Floats) -> LabelsAnswer:
    target, rows = opened.asked.target, opened.data.rows
    found, likely = doubtful(target.codes, probabilities)
    known = decided_rows(request.project, opened.asked.source, request.target)
    fresh = np.array([int(row) + 1 not in known for row in rows[found]], dtype=bool)
    listed, classes = found[fresh][: request.top], likely[fresh][: request.top]
    names = _shown(opened.asked)
    shown = _cells(opened.asked.source, rows[listed], names)
    doubts = tuple(
        Doubt(
            row=int(rows[place]) + 1,
            given=target.labels[target.codes[place]],
            likely=target.labels[code],
            confidence=float(probabilities[place, code]),
            cells=cells,
        )
        for place, code, cells in zip(listed, classes, shown, strict=True)
    )
    return LabelsAnswer(
        target=request.target,
        labels=target.labels,
        rows=len(rows),
        doubtful=int(fresh.sum()),
        noise=noise(target.codes, probabilities),
        decided=len(known),
        columns=names,
        doubts=doubts,
    )


def measure_effect(context: Context, request: EffectRequest) -> Outcome:
    """What it changes to train with some decisions; the answer is an :class:`~app.learning.labels.records.Effect`, or
    null where it can't be judged.

    Raises
    ------
    CicloError
        As :func:`find_doubts`; ``data.recipe.other_label`` or ``data.recipe.no_such_row`` where the decisions are about
        other rows.
    """
    with threadpool_limits(1):
        opened = _opened(context, request)
        changes = _changes(opened, request)
        done = out_of_fold(context, opened.data, (BOOSTING,), processors=request.processors, begun=0.0, ended=_COMPARED)
        effect = effect_of(
            context, opened.data, changes, before=done[0], processors=request.processors, begun=_COMPARED
        )
    return Outcome(answer=msgspec.Raw(encode(effect) if effect is not None else b"null"))


def _opened(context: Context, request: LabelsRequest) -> _Opened:
    """Every row that has a label, in folds; nothing is set aside, since no model comes of it."""
    context.report(Progress(step=Text("learning.step.reading")))
    plan = PlanRequest(project=request.project, dataset=request.dataset, target=request.target, task=request.task)
    opened = open_asked(plan, whole=True)
    source, target = opened.source, opened.target
    if target.task is Task.REGRESSION:
        raise CicloError("learning.labels.amounts", column=request.target)
    late = opened.request.afterwards or ()
    proposed = propose_columns(source, target=request.target, afterwards=late)
    columns = choose_columns(proposed, exclude=request.exclude, include=request.include, target=request.target)
    rows = divide(
        source,
        target,
        target_name=request.target,
        scheme=Scheme(kind="random"),
        fraction=0.0,
        seed=request.seed,
        other=np.zeros(0, dtype=np.uint64),
    )
    divided = Divided(
        source=source,
        test=None,
        target=target,
        columns=tuple((column.name, column.type) for column in columns if column.used),
        rows=rows,
        folds=make_folds(rows, target.codes),
        answers=np.zeros(0),
        matched=(),
    )
    asked = Asked(request=plan, source=source, test=None, target=target, columns=columns, divided=divided)
    _check_room(asked)
    context.check_cancelled()
    return _Opened(asked=asked, data=learning_data(asked, request.seed)[1])


def _check_room(asked: Asked) -> None:
    check_room(
        forecast(
            asked.target.task,
            Preset.QUICK,
            asked.size,
            seconds=0.0,
            processors=1,
            traits=asked.traits,
            available_mb=available_memory_mb(),
        )
    )


def _shown(asked: Asked) -> tuple[str, ...]:
    """The columns by which a person can tell: those learned from come first."""
    used = sorted(asked.columns, key=lambda column: not column.used)
    return tuple(column.name for column in used[:_MOST_COLUMNS])


def _cells(source: Source, rows: Integers, names: tuple[str, ...]) -> list[tuple[str | None, ...]]:
    table = read_table(source, names).take(pa.array(rows))
    words = [source_words(table.column(name), source.column(name).type).tolist() for name in names]
    return list(zip(*words, strict=True)) if words else [()] * len(rows)


def _changes(opened: _Opened, request: EffectRequest) -> dict[int, int | None]:
    """The decisions by positions in the data and classes."""
    return {_place(opened, one, request.target): opened.code(one.to) for one in request.decided}


def _place(opened: _Opened, one: Decided, column: str) -> int:
    position, target = opened.place.get(one.row), opened.asked.target
    if position is None:
        raise CicloError("data.recipe.no_such_row", row=one.row, rows=opened.asked.source.version.rows)
    if target.labels[target.codes[position]] != one.was:
        raise CicloError("data.recipe.other_label", row=one.row, column=column, label=one.was)
    return position

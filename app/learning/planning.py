"""What a training would do: the proposal that the analyst sees before the click."""

from __future__ import annotations

import msgspec

from app.jobs.contract import Context, Outcome
from app.jobs.system import usable_processors
from app.learning.catalogue import portfolio
from app.learning.columns import choose_columns, propose_columns
from app.learning.examination import LARGE_ROWS, examine_scheme, examine_target, notes_on, set_aside
from app.learning.records import Planned, PlannedColumn, PlanRequest, Preset, Task
from app.learning.scoring import choose_metric
from app.learning.source import open_source
from app.project.record import encode

_START_S = 1.5
_FIT_S = 0.08


def plan(context: Context, request: PlanRequest) -> Outcome:
    """Task, classes, columns, split and seconds of a training, without training.

    Raises
    ------
    CicloError
        What makes the target or the split unfit, in one sentence.
    """
    source = open_source(request.project, request.dataset)
    target = examine_target(source, request.target, task=request.task, positive=request.positive)
    context.check_cancelled()
    scheme = examine_scheme(source, request.split, target=request.target)
    proposed = propose_columns(source, target=request.target, group=scheme.column if scheme.kind == "group" else "")
    columns = choose_columns(proposed, exclude=request.exclude, include=(), target=request.target)
    rows = set_aside(
        source,
        target,
        target_name=request.target,
        scheme=scheme,
        fraction=request.holdout,
        seed=0,
        keep_all=False,
    )
    planned = Planned(
        task=target.task,
        metric=choose_metric(target.task, ""),
        classes=target.counts(),
        positive=target.positive,
        columns=columns,
        rows=source.version.rows,
        train_rows=len(rows.train),
        holdout_rows=len(rows.holdout),
        dropped_rows=target.dropped,
        seconds=expected_seconds(target.task, columns, len(rows.train), context.processors or usable_processors()),
        problems=notes_on(target, columns),
    )
    return Outcome(answer=msgspec.Raw(encode(planned)))


def expected_seconds(task: Task, columns: tuple[PlannedColumn, ...], rows: int, processors: int) -> dict[str, float]:
    """Roughly how long each preset takes, from the cells that each of its fits has to read."""
    width = sum(column.used for column in columns)
    fits = (3 if rows > LARGE_ROWS else 5) + 1
    expected = {}
    for preset in Preset:
        work = 0.0
        for kind, _ in portfolio(task, preset):
            cells = min(rows, kind.most_rows) * width / 1e6
            work += fits * (_FIT_S + cells / kind.speed)
        expected[preset.value] = round(_START_S + work / processors, 1)
    return expected

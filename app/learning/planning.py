"""What a training would do: the proposal that the analyst sees before the click."""

from __future__ import annotations

import msgspec

from app.jobs.contract import Context, Outcome
from app.jobs.system import available_memory_mb, usable_processors
from app.learning.asked import Asked, open_asked, understand
from app.learning.estimators.cost import Size
from app.learning.estimators.kind import Traits
from app.learning.examination import notes_on
from app.learning.leaks import leak_hints
from app.learning.records import Forecast, Planned, PlanRequest, Preset, Task
from app.learning.room import forecast, part_of
from app.learning.rule.outcome import notes_on_rule
from app.learning.scoring import choose_metric
from app.learning.search.remaining import seconds_left
from app.learning.search.strategy import planned_work
from app.learning.splits.advice import advise
from app.learning.splits.division import usual_folds
from app.learning.splits.twin_work import twins_of
from app.learning.splits.work import figures_of
from app.project.record import encode

_START_S = 3.0


def plan(context: Context, request: PlanRequest) -> Outcome:
    """Task, classes, columns, split and cost of a training, without training.

    Raises
    ------
    CicloError
        What makes the target or the split unfit, in one sentence.
    """
    asked = _understood(context, request)
    source, target, rows = asked.source, asked.target, asked.divided.rows
    notes = notes_on_rule(asked.stated, rows.train, target.task)
    hints = leak_hints(source, target, request.target, asked.columns)
    problems = (*notes_on(asked.source, target, asked.columns, directed=bool(asked.directions)), *notes, *hints)
    figures = figures_of(asked.divided, request)
    planned = Planned(
        task=target.task,
        metric=choose_metric(target.task, ""),
        classes=target.counts(),
        positive=target.positive,
        columns=asked.columns,
        rows=source.version.rows,
        train_rows=len(rows.train),
        holdout_rows=figures.part("holdout").rows,
        dropped_rows=target.dropped,
        forecasts=_forecasts(target.task, asked.size, context.processors or usable_processors(), asked.traits),
        problems=problems,
        split=msgspec.structs.replace(figures, advice=advise(source, target, request.target)),
    )
    return Outcome(answer=msgspec.Raw(encode(planned)))


def look_for_twins(context: Context, request: PlanRequest) -> Outcome:
    """Rows on both sides of the split that are alike. Apart from the plan, since it takes longer.

    Raises
    ------
    CicloError
        As :func:`plan`.
    """
    asked = _understood(context, request)
    context.check_cancelled()
    return Outcome(answer=msgspec.Raw(encode(twins_of(asked.divided))))


def _understood(context: Context, request: PlanRequest) -> Asked:
    opened = open_asked(request, whole=False)
    context.check_cancelled()
    return understand(opened)


def _forecasts(task: Task, whole: Size, processors: int, traits: Traits) -> dict[str, Forecast]:
    available_mb = available_memory_mb()
    return {
        preset: forecast(
            task,
            Preset(preset),
            whole,
            seconds=seconds,
            processors=processors,
            traits=traits,
            available_mb=available_mb,
        )
        for preset, seconds in expected_seconds(task, whole, processors, traits).items()
    }


def expected_seconds(task: Task, whole: Size, processors: int, traits: Traits) -> dict[str, float]:
    """Roughly how long each preset takes: every fold of every candidate, then the winner on the ``whole``."""
    folds, part = usual_folds(whole.rows), part_of(whole)
    expected = {}
    for preset in Preset:
        work = planned_work(task, preset, part, whole, folds=folds, traits=traits)
        expected[preset.value] = round(_START_S + seconds_left(work, processors), 1)
    return expected

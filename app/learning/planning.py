"""What a training would do: the proposal that the analyst sees before the click."""

from __future__ import annotations

import msgspec

from app.jobs.contract import Context, Outcome
from app.jobs.system import available_memory_mb, usable_processors
from app.learning.columns import check_directions, choose_columns, propose_columns
from app.learning.estimators.cost import Size
from app.learning.estimators.kind import Traits
from app.learning.examination import examine_target, notes_on
from app.learning.records import Forecast, Planned, PlannedColumn, PlanRequest, Preset, Task
from app.learning.room import forecast, most_words, part_of, size_of
from app.learning.rule.outcome import notes_on_rule, state_rule
from app.learning.scoring import choose_metric
from app.learning.search.strategy import planned_work
from app.learning.source import Source, open_source
from app.learning.splits.advice import advise
from app.learning.splits.division import usual_folds
from app.learning.splits.testset import open_test
from app.learning.splits.twin_work import twins_of
from app.learning.splits.work import Divided, choose_scheme, figures_of, make_split
from app.learning.target import Target
from app.project.record import encode

_START_S = 3.0
_SHARE_AT_WORK = 0.85
"""Of the processors, that the search gets: at its end not all of them have something left to do."""


def plan(context: Context, request: PlanRequest) -> Outcome:
    """Task, classes, columns, split and seconds of a training, without training.

    Raises
    ------
    CicloError
        What makes the target or the split unfit, in one sentence.
    """
    source, target, columns, divided = _divided(context, request)
    stated = state_rule(source, request.rule, locale=request.locale, target=request.target, task=target.task)
    directions = check_directions(columns, target.task, increasing=request.increasing, decreasing=request.decreasing)
    figures = figures_of(divided, request)
    rows = divided.rows
    forecasts = _forecasts(
        target.task,
        size_of(source, target, columns, len(rows.train)),
        context.processors or usable_processors(),
        Traits.of(target.task, divided.learned, words=most_words(source, columns), directed=bool(directions)),
    )
    planned = Planned(
        task=target.task,
        metric=choose_metric(target.task, ""),
        classes=target.counts(),
        positive=target.positive,
        columns=columns,
        rows=source.version.rows,
        train_rows=len(rows.train),
        holdout_rows=figures.part("holdout").rows,
        dropped_rows=target.dropped,
        seconds={preset: told.seconds for preset, told in forecasts.items()},
        forecasts=forecasts,
        problems=(
            *notes_on(target, columns, directed=bool(directions)),
            *notes_on_rule(stated, rows.train, target.task),
        ),
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
    *_, divided = _divided(context, request)
    context.check_cancelled()
    return Outcome(answer=msgspec.Raw(encode(twins_of(divided))))


def _divided(context: Context, request: PlanRequest) -> tuple[Source, Target, tuple[PlannedColumn, ...], Divided]:
    source = open_source(request.project, request.dataset, whole=False)
    test = open_test(request.project, request.test, source, whole=False)
    target = examine_target(source, request.target, task=request.task, positive=request.positive)
    context.check_cancelled()
    scheme = choose_scheme(source, target, request)
    proposed = propose_columns(source, target=request.target, group=scheme.column if scheme.kind == "group" else "")
    columns = choose_columns(proposed, exclude=request.exclude, include=request.include, target=request.target)
    return source, target, columns, make_split(source, test, target, scheme, columns, request)


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
        expected[preset.value] = round(_START_S + work / (processors * _SHARE_AT_WORK), 1)
    return expected

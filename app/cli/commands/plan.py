"""``ciclo plan``: what a training would take, without training."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from app.cli.asked import check_plan
from app.cli.commands.train import plan_arguments, plan_request
from app.cli.parser import Parser
from app.cli.split import left_out_lines, note_lines
from app.cli.terminal import Terminal, table
from app.cli.work import dataset_version, opened, project_job
from app.data.records import DatasetVersion
from app.learning.records import PLAN, Forecast, Planned, Preset
from app.text import Words
from app.text.message import amount


class _Forecast(msgspec.Struct, frozen=True, kw_only=True):
    seconds: float
    memory_mb: float
    needed_mb: float
    available_mb: float
    fits: bool
    size_mb: float
    latency_ms: dict[str, float]


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    dataset: str
    target: str
    task: str
    metric: str
    train_rows: int
    holdout_rows: int
    columns: tuple[str, ...]
    excluded: tuple[str, ...]
    presets: dict[str, _Forecast]
    problems: tuple[str, ...]


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("dataset", metavar="DATASET")
    plan_arguments(parser)


def run(terminal: Terminal, options: Namespace) -> int:
    """Foretell."""
    with opened(terminal, options.project) as project:
        version = dataset_version(terminal, project, options.dataset)
        columns = [column.name for column in version.read(DatasetVersion).columns]
        request = plan_request(options, columns, terminal.words.locale)
        check_plan(project, request, columns, version.label)
        ended = project_job(terminal, PLAN, request, project, processors=options.jobs)
    planned = msgspec.json.decode(ended.answer, type=Planned)
    terminal.answer(_answer(version.label, request.target, planned, terminal.words), _lines(planned, terminal.words))
    return 0


def _answer(dataset: str, target: str, planned: Planned, words: Words) -> _Answer:
    return _Answer(
        dataset=dataset,
        target=target,
        task=planned.task,
        metric=planned.metric,
        train_rows=planned.train_rows,
        holdout_rows=planned.holdout_rows,
        columns=tuple(column.name for column in planned.columns if column.used),
        excluded=tuple(column.name for column in planned.columns if not column.used),
        presets={preset.value: _forecast(told) for preset, told in _in_order(planned)},
        problems=tuple(words.text(problem) for problem in planned.problems),
    )


def _forecast(told: Forecast) -> _Forecast:
    return _Forecast(
        seconds=told.seconds,
        memory_mb=told.memory_mb,
        needed_mb=told.needed_mb,
        available_mb=told.available_mb,
        fits=told.fits,
        size_mb=told.size_mb,
        latency_ms={"1": told.one_row_ms, "1000": told.thousand_rows_ms},
    )


def _in_order(planned: Planned) -> list[tuple[Preset, Forecast]]:
    return [(preset, planned.forecasts[preset]) for preset in Preset]


def _lines(planned: Planned, words: Words) -> list[str]:
    names = ("preset", "time", "memory", "size", "one_row", "thousand_rows")
    rows = [tuple(words(f"cli.plan.{name}") for name in names)]
    for preset, told in _in_order(planned):
        rows.append(
            (
                words(f"learning.preset.{preset}"),
                words.duration(told.seconds),
                words.value(amount(int(1e6 * told.memory_mb), "bytes")),
                words.value(amount(int(1e6 * told.size_mb), "bytes")),
                words("cli.plan.milliseconds", value=round(told.one_row_ms)),
                words("cli.plan.milliseconds", value=round(told.thousand_rows_ms)),
            )
        )
    lines = [*table(rows, right=frozenset(range(1, 6))), "", words("cli.plan.roughly")]
    for preset, told in _in_order(planned):
        if not told.fits:
            lines.append(words("cli.plan.no_room", preset=words(f"learning.preset.{preset}"), **told.room))
    said = [*note_lines(planned.split, words), *(words.text(problem) for problem in planned.problems)]
    return [*lines, *said, *left_out_lines(planned.columns, words)]

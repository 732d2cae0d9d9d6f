"""How a version came to be, as far as it can be done again on other data: what ``ciclo run`` follows. Light."""

from __future__ import annotations

import math

import msgspec

from app.data.records import DATASET, ColumnType, Corrections, DatasetVersion
from app.learning.records import ModelVersion, TrainRequest
from app.project import Project, Record
from app.verification.policy import (
    gate_limits,
    gate_risk,
    least_differences,
    set_gate_limit,
    set_gate_risk,
    set_least_difference,
)
from app.verification.records import GateLimit, Report, Risk


class Gates(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of the model."""

    limits: tuple[GateLimit, ...] = ()
    risk: Risk = Risk.USUAL
    least: dict[str, float] = {}


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """What to train, and what to ask of it.

    Attributes
    ----------
    train
        As the version was trained; without project, cluster and champion, and with the dataset's name alone.
    types
        Of each column, where the data come as a file that was written from a table; empty where the project knows how
        its files are read.
    """

    train: TrainRequest
    types: dict[str, ColumnType] = {}
    gates: Gates = Gates()


def recipe_of(project: Project, record: Record) -> Recipe:
    """The recipe of a model version."""
    body = record.read(ModelVersion)
    train = msgspec.structs.replace(
        body.request,
        project="",
        dataset=body.dataset.partition("@")[0],
        model=record.name,
        processors=0,
        cluster="",
        champion="",
    )
    name = record.name
    gates = Gates(
        limits=gate_limits(project, name), risk=gate_risk(project, name), least=least_differences(project, name)
    )
    return Recipe(train=train, gates=gates)


def with_types(recipe: Recipe, dataset: DatasetVersion) -> Recipe:
    """The same for a table that is written as CSV: the types of its columns are said, not guessed again."""
    return msgspec.structs.replace(recipe, types={column.name: column.type for column in dataset.columns})


def corrections(recipe: Recipe) -> Corrections:
    """How the file of a recipe is read: as a table was written (:func:`app.data.tables.write_csv`), where that is what
    it is."""
    if not recipe.types:
        return Corrections()
    return Corrections(
        delimiter=",", encoding="utf-8", decimal=".", header=True, missing_words=(), types=dict(recipe.types)
    )


def ask_for(project: Project, recipe: Recipe) -> None:
    """Have a project ask of the model what the recipe asks."""
    name, gates = recipe.train.model, recipe.gates
    known = gate_limits(project, name)
    for limit in gates.limits:
        if limit not in known:
            set_gate_limit(project, model=name, metric=limit.metric, limit=limit.limit)
    if gate_risk(project, name) is not gates.risk:
        set_gate_risk(project, model=name, risk=gates.risk)
    least = least_differences(project, name)
    for metric, value in gates.least.items():
        if least.get(metric) != value:
            set_least_difference(project, model=name, metric=metric, least=value)


def newest_data(project: Project, recipe: Recipe) -> Record:
    """The newest version of the dataset."""
    return project.version(DATASET, recipe.train.dataset)


def plain_metrics(report: Report) -> dict[str, float]:
    """The metrics of a report with the ends of their intervals, by the scorer's name."""
    found: dict[str, float | None] = {}
    for row in report.metrics:
        one = row.estimate
        found |= {row.code: one.value, f"{row.code}_low": one.low, f"{row.code}_high": one.high}
    return {name: value for name, value in found.items() if value is not None and math.isfinite(value)}


def metrics_file(report: Report) -> bytes:
    """The metrics and how many gates failed, as JSON with a line each."""
    failed = sum(not gate.passed for gate in report.gates)
    told = {**plain_metrics(report), "gates": len(report.gates), "gates_failed": failed}
    return msgspec.json.format(msgspec.json.encode(told)) + b"\n"

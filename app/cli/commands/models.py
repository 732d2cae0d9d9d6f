"""``ciclo models``: every version, with its metrics and its state."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from app.cli.figures import Figure, figures, spoken
from app.cli.parser import Parser
from app.cli.terminal import Terminal, table
from app.cli.work import opened
from app.learning.records import Balance
from app.learning.search.records import Served, Spent
from app.learning.spending import together, total
from app.text import Words
from app.verification.state import VersionRow, models


class _Model(msgspec.Struct, frozen=True, kw_only=True):
    model: str
    version: int
    state: str
    metrics: dict[str, Figure]
    metrics_from: str
    judged_on: str
    judged_rows: int
    dataset: str
    data_state: str
    created: str
    estimator: str
    balance: str
    task: str
    metric: str
    openings: int
    spent: Spent | None
    served: Served | None


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    models: tuple[_Model, ...]
    spent: Spent


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")


def run(terminal: Terminal, options: Namespace) -> int:
    """List the versions."""
    with opened(terminal, options.project) as project:
        rows = models(project)
    words = terminal.words
    answer = _Answer(models=tuple(_model(row, words) for row in rows), spent=total(row.spent for row in rows))
    terminal.answer(answer, _lines(rows, words))
    return 0


def _model(row: VersionRow, words: Words) -> _Model:
    return _Model(
        model=row.model,
        version=row.number,
        state=row.state,
        metrics=figures(row.metrics, words),
        metrics_from=row.source,
        judged_on=row.judged_on,
        judged_rows=row.judged_rows,
        dataset=row.dataset,
        data_state=row.data_state,
        created=row.created,
        estimator=row.estimator,
        balance=row.balance,
        task=row.task,
        metric=row.metric,
        openings=row.openings,
        spent=row.spent,
        served=row.served,
    )


def _lines(rows: list[VersionRow], words: Words) -> list[str]:
    if not rows:
        return [words("cli.models.none")]
    shown = [
        (
            row.label,
            words(f"cli.state.{row.state}"),
            _how(row, words),
            f"{row.metric} {spoken(row.metrics.get(row.metric), words, row.metric)}",
            words(f"cli.models.judged.{row.source}", dataset=row.judged_on, n=row.judged_rows),
            f"{row.dataset} ({words(f'verification.data.{row.data_state}')})" if row.data_state else row.dataset,
        )
        for row in rows
    ]
    said = together(row.spent for row in rows)
    return [*table(shown), *(["", words.text(said)] if said is not None else [])]


def _how(row: VersionRow, words: Words) -> str:
    """The estimator, marked where classes were balanced."""
    name = words(f"learning.estimator.{row.estimator}")
    return name if row.balance is Balance.NONE else f"{name} ({words(f'learning.balance.{row.balance}')})"

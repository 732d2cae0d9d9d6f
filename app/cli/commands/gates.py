"""``ciclo gates``: what a project asks of a model before it may go out; status 1 where it fails."""

from __future__ import annotations

import math
from argparse import Namespace

import msgspec

from app.cli.gates import GateAnswer, gate_answers, gate_lines
from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.cli.work import opened
from app.errors import CicloError
from app.project import Project
from app.text import Words
from app.verification.policy import (
    gate_limits,
    gate_risk,
    gates_now,
    least_differences,
    set_gate_limit,
    set_gate_risk,
    set_least_difference,
)
from app.verification.records import Gate, Report, Risk
from app.verification.state import latest_report, model_record


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    model: str
    risk: str
    approvals: int
    limits: dict[str, float]
    least: dict[str, float]
    gates: tuple[GateAnswer, ...]


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("model", metavar="MODEL")
    parser.option("--risk", choices=[risk.value for risk in Risk], default="")
    parser.option("--limit", metavar="METRIC=VALUE|none", several=True)
    parser.option("--least", metavar="METRIC=VALUE|none", several=True)


def run(terminal: Terminal, options: Namespace) -> int:
    """Set what is given, and judge the newest report by what holds now."""
    with opened(terminal, options.project) as project:
        record = model_record(project, options.model)
        wanted = [_read(text) for text in options.limit]
        least = [_read(text) for text in options.least]
        if options.risk:
            set_gate_risk(project, model=record.name, risk=Risk(options.risk))
        for metric, limit in wanted:
            set_gate_limit(project, model=record.name, metric=metric, limit=limit)
        for metric, smallest in least:
            set_least_difference(project, model=record.name, metric=metric, least=smallest)
        report = latest_report(project, record.id)
        gates = gates_now(project, report.read(Report)) if report is not None else ()
        answer = _answer(project, record.label, record.name, gates, terminal.words)
    terminal.answer(answer, _lines(answer, terminal.words))
    return 0 if all(gate.passed for gate in gates) else 1


def _read(text: str) -> tuple[str, float | None]:
    """``roc_auc=0.8``, in the scorer's sense; ``roc_auc=none`` takes the limit away."""
    metric, _equals, value = text.partition("=")
    if value.strip() == "none":
        return metric.strip(), None
    try:
        number = float(value)
    except ValueError as error:
        raise CicloError("cli.gates.bad_limit", limit=text) from error
    if not math.isfinite(number):
        raise CicloError("cli.gates.bad_limit", limit=text)
    return metric.strip(), number


def _answer(project: Project, label: str, name: str, gates: tuple[Gate, ...], words: Words) -> _Answer:
    risk = gate_risk(project, name)
    limits = {one.metric: one.limit for one in gate_limits(project, name) if one.limit is not None}
    return _Answer(
        model=label,
        risk=risk.value,
        approvals=risk.approvals,
        limits=limits,
        least=least_differences(project, name),
        gates=gate_answers(gates, words),
    )


def _lines(answer: _Answer, words: Words) -> list[str]:
    lines = [words("cli.gates.risk", risk=answer.risk, n=answer.approvals)]
    lines += [words("cli.gates.limit", metric=metric, limit=limit) for metric, limit in answer.limits.items()]
    lines += [words("cli.gates.least", metric=metric, least=least) for metric, least in answer.least.items()]
    lines += gate_lines(answer.gates, words)
    return lines if answer.gates else [*lines, words("cli.gates.no_report", model=answer.model)]

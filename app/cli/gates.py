"""Gates as the JSON documents and the lines of the command line give them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from app.text import Words
from app.verification.records import Gate


class GateAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A gate with its outcome."""

    code: str
    passed: bool
    value: float | None
    limit: float | None
    metric: str
    message: str


def gate_answers(gates: Iterable[Gate], words: Words) -> tuple[GateAnswer, ...]:
    """As JSON."""
    return tuple(
        GateAnswer(
            code=gate.code,
            passed=gate.passed,
            value=gate.value,
            limit=gate.limit,
            metric=gate.metric,
            message=words.text(gate.sentence),
        )
        for gate in gates
    )


def gate_lines(gates: Iterable[GateAnswer], words: Words) -> list[str]:
    """For people."""
    return [f"{words('cli.verify.passed' if g.passed else 'cli.verify.failed')} {g.message}" for g in gates]

"""What is worth knowing about a file, in words: the same for ``inspect`` and ``import``."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.data.records import Problem
from app.text import Words


class SpokenProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A problem with its sentence; ``line`` 0 where it has no place."""

    code: str
    message: str
    line: int


def spoken_problems(problems: Sequence[Problem], words: Words) -> tuple[SpokenProblem, ...]:
    """The problems in words."""
    return tuple(SpokenProblem(code=p.code, message=words.text(p.message), line=p.line) for p in problems)

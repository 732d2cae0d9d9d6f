"""A list of tasks carried out in a pool of forks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.jobs.forks import Answer, fork_pool


def carry_out(
    tasks: Sequence[Callable[[], bytes]], *, processors: int = 2, timeout_s: float | None = None
) -> dict[int, Answer]:
    """What came of each, by its position."""
    pool = fork_pool(lambda order: tasks[int(order)](), processors=processors, timeout_s=timeout_s)
    positions = {pool.submit(str(position).encode()): position for position in range(len(tasks))}
    answers: dict[int, Answer] = {}
    try:
        while len(answers) < len(tasks):
            for number, answer in pool.collect(0.05):
                answers[positions[number]] = answer
    finally:
        pool.close()
    return answers

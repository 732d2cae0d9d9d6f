"""Life of the process beside a Dask worker that carries out the orders of one training, each in a fork of its own.

A worker runs tasks in threads, which can't be interrupted, and forking a process with threads isn't safe: so this
one, which has none, holds the rows and forks. Between two trainings it waits with everything imported. It ends when the
worker does, when it is killed, or when nothing came for long.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator

from app.jobs.system import offer_to_out_of_memory

_SCORE = 500


def main() -> int:
    """Wishes come over the standard input, answers go to the standard output."""
    wishes, answers = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # what libraries print goes to the worker's log
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, and this one ends with it
    offer_to_out_of_memory(_SCORE)
    with _without_dask_arrays():
        from app.learning.compute.service import serve
    with os.fdopen(answers, "wb") as told:
        serve(wishes, told)
    return 0


@contextlib.contextmanager
def _without_dask_arrays() -> Iterator[None]:
    """skops walks through scikit-learn, which imports dask.array where Dask is, as beside every worker: more than a
    second of processor time, for nothing."""
    sys.modules["dask.array"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["dask.array"]


if __name__ == "__main__":
    sys.exit(main())

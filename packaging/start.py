"""Where the one-folder build begins: the program itself, or one of the processes that it starts for its work."""

from __future__ import annotations

import multiprocessing
import sys
from importlib import import_module

# A checkout starts these with `python -m`; a frozen program can only start itself, with one of these words before
# the arguments.
PROCESSES = {
    "--ciclo-child": "app.jobs.child",
    "--ciclo-nursery": "app.jobs.nursery",
    "--ciclo-guard": "app.data.sql.guard",
    "--ciclo-reader": "app.data.reader",
}


def main(arguments: list[str]) -> int:
    """Run what the first argument says."""
    module = import_module(PROCESSES.get(arguments[0], "app.__main__") if arguments else "app.__main__")
    status: int = module.main(arguments[1:] if arguments and arguments[0] in PROCESSES else arguments)
    return status


if __name__ == "__main__":
    # A library that starts helpers through multiprocessing starts this very program again.
    multiprocessing.freeze_support()
    sys.exit(main(sys.argv[1:]))

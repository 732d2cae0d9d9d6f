"""``ciclo``: the window, or the command line. Imports nothing heavy before it knows which."""

from __future__ import annotations

import sys


def main(argv: list[str] | None = None) -> int:
    """Open the window with no argument or with a project folder; anything else is a command.

    Returns
    -------
    int
        The exit status (``cli.md``): 0 done, 1 no, 2 can't be carried out, 130 cancelled.
    """
    arguments = sys.argv[1:] if argv is None else argv
    if not arguments or (len(arguments) == 1 and _is_folder(arguments[0])):
        from app.ui.application import run_window

        return run_window(arguments[0] if arguments else "")
    if arguments[0] == "demo":
        from app.ui.demo import run_demo

        return run_demo(arguments[1:])
    from app.cli.main import run_command

    return run_command(arguments)


def _is_folder(argument: str) -> bool:
    from pathlib import Path

    return Path(argument).is_dir()


if __name__ == "__main__":
    sys.exit(main())

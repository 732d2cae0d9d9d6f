"""``ciclo``: the window, or the command line. Imports nothing heavy before it knows which."""

from __future__ import annotations

import os
import sys


def main(argv: list[str] | None = None) -> int:
    """Open the window with no argument or with a project folder; anything else is a command.

    Returns
    -------
    int
        The exit status (``cli.md``): 0 done, 1 no, 2 can't be carried out, 130 cancelled.
    """
    if argv is None:
        from app.cli.interrupts import hear_interrupt_once

        hear_interrupt_once()
    arguments = sys.argv[1:] if argv is None else argv
    try:
        return _run(arguments)
    except KeyboardInterrupt:  # before a command had begun
        return _refuse("cli.interrupted", as_json="--json" in arguments, status=130)


def _run(arguments: list[str]) -> int:
    if not arguments or (len(arguments) == 1 and _is_folder(arguments[0])):
        return _run_window(arguments[0] if arguments else "")
    if arguments[0] == "demo":
        return _run_demo(arguments[1:])
    from app.cli.main import run_command

    return run_command(arguments)


def _is_folder(argument: str) -> bool:
    from pathlib import Path

    return Path(argument).is_dir()


def _run_window(project: str) -> int:
    shown = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in shown):
        return _refuse("cli.no_display")  # Qt itself would abort the process
    from app.cli.interrupts import end_at_once

    try:
        from app.ui.application import run_window
    except ImportError as error:
        return _refuse("cli.no_window", cause=str(error))
    end_at_once()
    return run_window(project)


def _run_demo(arguments: list[str]) -> int:
    try:
        from app.ui.demo import run_demo
    except ImportError as error:
        return _refuse("cli.no_window", as_json="--json" in arguments, cause=str(error))
    return run_demo(arguments)


def _refuse(code: str, *, as_json: bool = False, status: int = 2, **params: str) -> int:
    from app.cli.terminal import Terminal
    from app.errors import CicloError
    from app.text import Words, choose_locale

    Terminal(Words(choose_locale()), as_json=as_json).refuse(CicloError(code, **params))
    return status


if __name__ == "__main__":
    sys.exit(main())

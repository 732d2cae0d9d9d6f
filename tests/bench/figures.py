"""How a figure is printed, and the programs' own exit status."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("pandas", "pyarrow", "sklearn", "joblib", "scipy")
"""What the window's process must never import."""


class Figures:
    """Prints one line a figure and remembers whether every target was reached."""

    def __init__(self) -> None:
        self.missed = 0

    def say(self, figure: str, value: str, target: str, reached: bool) -> None:
        """One figure with its target and verdict."""
        self.missed += not reached
        print(f"{'reached' if reached else 'MISSED ':7}  {figure:52} {value:24} target {target}", flush=True)

    def note(self, text: str) -> None:
        """What helps to understand a figure."""
        print(f"         {text}", flush=True)

    @property
    def status(self) -> int:
        """The exit status: 1 where a target was missed."""
        return 1 if self.missed else 0


def quantile(values: Sequence[float], q: float) -> float:
    """The smallest value that a share ``q`` of all doesn't exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-q * len(ordered) // 1) - 1))]


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards, in ``CICLO_BENCH_DIR`` where that is set (a gigabyte is written there)."""
    with tempfile.TemporaryDirectory(prefix="ciclo-bench-", dir=os.environ.get("CICLO_BENCH_DIR")) as name:
        yield Path(name)


def environment(home: Path, **more: str) -> dict[str, str]:
    """Of a program under test: settings of its own, English, no display needed."""
    variables = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    platform = variables.get("QT_QPA_PLATFORM", "offscreen")
    return variables | {"CICLO_HOME": str(home), "CICLO_LANG": "en", "QT_QPA_PLATFORM": platform, **more}


def ciclo(home: Path, *arguments: str, **more: str) -> str:
    """Run a command of Ciclo in a process of its own, with ``more`` variables; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        env=environment(home, **more),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"ciclo {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout


def program(module: str, *arguments: str) -> list[str]:
    """The command that runs a part of a benchmark in a process of its own."""
    return [sys.executable, "-m", f"tests.bench.{module}", *arguments]

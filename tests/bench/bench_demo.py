"""``ciclo demo``: from nothing to a scored bundle through the real window."""

from __future__ import annotations

import sys
import time

import msgspec

from tests.bench.figures import Figures, ciclo, scratch

LIMIT_S = 180.0


def main() -> int:
    """Print the figure."""
    figures = Figures()
    with scratch() as folder:
        began = time.perf_counter()
        answer = msgspec.json.decode(ciclo(folder / "home", "demo", "--out", str(folder / "demo"), "--json"))
        seconds = time.perf_counter() - began
        scored = (folder / "demo" / "scored.csv").stat().st_size > 0
    figures.say("demo, from nothing to a scored bundle", f"{seconds:.1f} s", "< 180 s", seconds < LIMIT_S and scored)
    figures.note(f"its own clock says {answer['seconds']} s")
    return figures.status


if __name__ == "__main__":
    sys.exit(main())

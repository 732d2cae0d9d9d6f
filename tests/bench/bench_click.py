"""From the click to the first line of the work, through the session of the real window, its nursery warm."""

from __future__ import annotations

import sys
from statistics import median

from tests.bench.bench_heartbeat import project_with, run
from tests.bench.figures import Figures, scratch
from tests.bench.files import training_csv
from tests.bench.watched_window import Script

CLICKS = 20


def main() -> int:
    """Print the figures."""
    figures = Figures()
    with scratch() as folder:
        project = project_with(folder, training_csv(folder, rows=2000))
        times = run(folder / "home", Script(project=str(project), clicks=CLICKS)).clicks_ms
    figures.say(
        f"click to first line of the work, median of {CLICKS}",
        f"{median(times):.1f} ms",
        "<= 100 ms",
        median(times) <= 100,
    )
    figures.note(f"shortest {min(times):.1f} ms, longest {max(times):.1f} ms")
    return figures.status


if __name__ == "__main__":
    sys.exit(main())

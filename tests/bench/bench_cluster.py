"""A Dask cluster on this machine beside the same training without one: two workers against ``--jobs 2``.

``python -m tests.bench.bench_cluster [--presets quick balanced] [--rounds 1]``. The runs take turns, so that what else
the machine does falls on both; the fastest of each counts. What is promised is a training of usual size (balanced): a
quick one lasts seconds, and the second that a client takes to reach a cluster weighs in it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from app.learning.compute.local import LocalCluster
from app.learning.records import MODEL
from app.project import Project
from app.resources import resource
from tests.bench.figures import Figures, ciclo, scratch
from tests.clusters import wait_for_workers

JOBS = 2
SHARE = 0.9
PROMISED = "balanced"


def training(home: Path, project: Path, model: str, *options: str) -> float:
    """Seconds of one training, from its command to its end."""
    command = ["train", str(project), "telco", "--target", "Churn", "--model", model, "--json", *options]
    began = time.monotonic()
    told = json.loads(ciclo(home, *command))
    assert told["version"] > 0
    return time.monotonic() - began


def model_hashes(project: Path, *models: str) -> set[str]:
    """The bytes of the newest version of each model."""
    opened = Project.open(project)
    try:
        return {opened.version(MODEL, model).objects["model"].sha256 for model in models}
    finally:
        opened.close()


def compare(figures: Figures, home: Path, project: Path, address: str, *, preset: str, rounds: int) -> float:
    """How fast the cluster is beside ``--jobs 2``, with one preset; 1 is as fast."""
    alone, together = [], []
    for _ in range(rounds):
        alone.append(training(home, project, f"{preset}-alone", "--preset", preset, "--jobs", str(JOBS)))
        together.append(training(home, project, f"{preset}-together", "--preset", preset, "--cluster", address))
        figures.note(f"{preset}, --jobs {JOBS}: {alone[-1]:.1f} s, {JOBS} workers: {together[-1]:.1f} s")
    same = len(model_hashes(project, f"{preset}-alone", f"{preset}-together")) == 1
    figures.say(f"the same model bytes, {preset}", "yes" if same else "no", "yes", same)
    return min(alone) / min(together)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--presets", nargs="+", default=["quick", PROMISED])
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    figures = Figures()
    with scratch() as folder, LocalCluster(workers=JOBS) as cluster:
        home, project = folder / "home", folder / "project"
        ciclo(home, "new", str(project))
        ciclo(home, "import", str(project), str(resource("samples", "telco_churn.csv")), "--name", "telco")
        wait_for_workers(cluster)
        for preset in options.presets:
            speed = compare(figures, home, project, cluster.address, preset=preset, rounds=options.rounds)
            if preset == PROMISED:
                name = f"speed of {JOBS} workers beside --jobs {JOBS}, {preset}"
                figures.say(name, f"{speed:.2f}", f">= {SHARE}", speed >= SHARE)
            else:
                figures.note(f"speed of {JOBS} workers beside --jobs {JOBS}, {preset}: {speed:.2f}")
    return figures.status


if __name__ == "__main__":
    sys.exit(main())

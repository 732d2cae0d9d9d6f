"""A Dask cluster on this machine beside the same training without one: two workers against ``--jobs 2``.

``python -m tests.bench.bench_cluster [--preset quick] [--rounds 2]``. The runs take turns, so that what else the
machine does falls on both; the fastest of each counts.
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

JOBS = 2
SHARE = 0.9


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


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--preset", default="quick")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    figures = Figures()
    with scratch() as folder, LocalCluster(workers=JOBS) as cluster:
        cluster.wait()
        home, project = folder / "home", folder / "project"
        ciclo(home, "new", str(project))
        ciclo(home, "import", str(project), str(resource("samples", "telco_churn.csv")), "--name", "telco")
        alone, together = [], []
        for _ in range(options.rounds):
            alone.append(training(home, project, "alone", "--preset", options.preset, "--jobs", str(JOBS)))
            together.append(
                training(home, project, "together", "--preset", options.preset, "--cluster", cluster.address)
            )
            figures.note(f"--jobs {JOBS}: {alone[-1]:.1f} s, --cluster with {JOBS} workers: {together[-1]:.1f} s")
        same = len(model_hashes(project, "alone", "together")) == 1
    speed = min(alone) / min(together)
    figures.say(f"speed of {JOBS} workers beside --jobs {JOBS}", f"{speed:.2f}", f">= {SHARE}", speed >= SHARE)
    figures.say("the same model bytes", "yes" if same else "no", "yes", same)
    return figures.status


if __name__ == "__main__":
    sys.exit(main())

"""Whether planted wrong labels are found: ``python -m tests.bench.bench_labels [--seeds 5] [--tasks online_shoppers]``.

One in twenty labels of two open datasets is turned into the other one, at random. Of the hundred rows that are listed
first, those count whose label was turned. Nothing here knows how the list is made.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.data.records import ImportRequest
from app.data.versions.arrival import import_source
from app.learning.labels.records import LabelsAnswer, LabelsRequest
from app.learning.labels.work import find_doubts
from app.project import Project
from tests.bench.figures import Figures, scratch
from tests.bench.tasks import DATA
from tests.integration.learning.datasets import Here

_SHARE, _TOP, _WANTED = 0.05, 100, 0.70
_OPEN = DATA / "open"


def read_rows(task: str) -> tuple[list[str], list[list[str]], int]:
    """Header, rows, and the place of the target."""
    if task == "adult_census":
        with (_OPEN / task / "adult-train.csv").open(newline="") as file:
            rows = [[cell.strip() for cell in row] for row in csv.reader(file) if row]
        return [f"column {n}" for n in range(1, 15)] + ["income"], rows, 14
    with (_OPEN / task / "online_shoppers_intention.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    return header, rows, header.index("Revenue")


def plant(rows: list[list[str]], place: int, seed: int) -> set[int]:
    """Turn one label in twenty into the other; the rows that were turned, counted from 1."""
    first, second = sorted({row[place] for row in rows})
    turned = random.Random(seed).sample(range(len(rows)), round(_SHARE * len(rows)))
    for at in turned:
        rows[at][place] = first if rows[at][place] == second else second
    return {at + 1 for at in turned}


def precision(task: str, seed: int, folder: Path) -> float:
    """The share of turned labels among the rows that are listed first."""
    header, rows, place = read_rows(task)
    turned = plant(rows, place, seed)
    file = folder / "data.csv"
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([header, *rows])
    with_project = Project.create(folder / "project")
    staging, lock = with_project.new_staging()
    try:
        told = ImportRequest(project=str(with_project.folder), source=str(file), name="data")
        with_project.commit(import_source(Here(staging), told).drafts)
        asked = LabelsRequest(project=str(with_project.folder), dataset="data", target=header[place], top=_TOP)
        found = msgspec.json.decode(find_doubts(Here(staging), asked).answer, type=LabelsAnswer)
    finally:
        lock.release()
        with_project.close()
    return sum(one.row in turned for one in found.doubts) / _TOP


def main(arguments: Sequence[str]) -> int:
    """Each dataset with each seed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--tasks", default="adult_census,online_shoppers")
    options = parser.parse_args(arguments)
    figures, every = Figures(), []
    for task in options.tasks.split(","):
        found = []
        for seed in range(options.seeds):
            began = time.monotonic()
            with scratch() as folder:
                os.environ["CICLO_HOME"] = str(folder / "home")
                found.append(precision(task, seed, folder))
            figures.note(f"{task}, seed {seed}: {found[-1]:.2f} in {time.monotonic() - began:.0f} s")
        every += found
        mean = sum(found) / len(found)
        figures.say(f"precision at {_TOP}, {task}", f"{mean:.3f}", f">= {_WANTED}", mean >= _WANTED)
    overall = sum(every) / len(every)
    figures.say(f"precision at {_TOP}, overall", f"{overall:.3f}", f">= {_WANTED}", overall >= _WANTED)
    return figures.status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

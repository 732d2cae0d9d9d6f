"""Imports from ten thousand to ten million rows, and from 20 to 2,000 columns: the processors' time for a cell
must not grow. Then the pages of the longest table, as the window asks its reader process for them."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.csv as pc

from app.data.reader_protocol import Answer, Rows, RowsAnswer
from app.data.records import DATASET
from app.jobs.channel import read_message, write_message
from app.project import Project
from tests.bench.figures import Figures, ciclo, quantile, scratch

_ROWS = (10_000, 100_000, 1_000_000, 10_000_000)
_COLUMNS = (20, 200, 2_000)
_WIDE_ROWS = 5_000
_BLOCK = 200_000
_PAGE = 60
_JUMPS = 200


class _Imported(msgspec.Struct):
    rows: int


class _Run(msgspec.Struct, frozen=True, kw_only=True):
    """One import: how many cells, and seconds of the processors in all its processes."""

    cells: int
    seconds: float


def tall(path: Path, rows: int) -> Path:
    """A file of eight mixed columns."""
    source = np.random.default_rng(1)
    with path.open("wb") as file:
        for first in range(0, rows, _BLOCK):
            n = min(_BLOCK, rows - first)
            day = np.datetime64("2020-01-01") + source.integers(0, 1500, n).astype("timedelta64[D]")
            block = pa.table(
                {
                    "id": [f"C{i:09d}" for i in range(first, first + n)],
                    "day": pa.array(day).cast(pa.date32()),
                    "shop": pa.array([f"shop {i}" for i in range(50)]).take(pa.array(source.integers(0, 50, n))),
                    "units": source.integers(1, 20, n),
                    "price": source.gamma(2.0, 30.0, n).round(2),
                    "paid": pa.array(["yes", "no"]).take(pa.array(source.integers(0, 2, n))),
                    "age": source.integers(18, 95, n),
                    "score": source.normal(0, 1, n).round(4),
                }
            )
            pc.write_csv(block, file, pc.WriteOptions(include_header=first == 0, quoting_style="needed"))
    return path


def wide(path: Path, columns: int) -> Path:
    """A file of numbers with so many columns."""
    source = np.random.default_rng(2)
    table = pa.table({f"column {i}": source.normal(100, 15, _WIDE_ROWS).round(2) for i in range(columns)})
    pc.write_csv(table, path)
    return path


def imported(folder: Path, project: Path, source: Path, name: str) -> _Run:
    """Import through the command line, and what the processes used."""
    before = os.times()
    told = ciclo(folder / "home", "import", str(project), str(source), "--name", name, "--json")
    after = os.times()
    answer = msgspec.json.decode(told, type=_Imported)
    with source.open(encoding="utf-8") as file:
        columns = file.readline().count(",") + 1
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return _Run(cells=answer.rows * columns, seconds=used)


def grown(figures: Figures, what: str, runs: dict[int, _Run]) -> None:
    """Whether the last cells cost no more than those before them."""
    small, middle, large = sorted(runs)[-3:]
    before = (runs[middle].seconds - runs[small].seconds) / (runs[middle].cells - runs[small].cells)
    last = (runs[large].seconds - runs[middle].seconds) / (runs[large].cells - runs[middle].cells)
    figures.note(f"{what}: " + ", ".join(f"{n:,}: {run.seconds:.1f} s" for n, run in sorted(runs.items())))
    ratio = last / before
    figures.say(f"import, time a cell of the last {what} / of those before", f"{ratio:.2f}", "<= 1.3", ratio <= 1.3)


def paged(figures: Figures, table: Path) -> None:
    """The first page of a table in a new reader process, and pages after jumps."""
    process = subprocess.Popen([sys.executable, "-m", "app.data.reader"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    sink, source = process.stdin.fileno(), process.stdout.fileno()

    def page(number: int, start: int) -> tuple[RowsAnswer, float]:
        began = time.perf_counter()
        write_message(sink, Rows(view=1, generation=number, path=str(table), start=start, stop=start + _PAGE))
        answer = read_message(source, Answer)  # type: ignore[arg-type]
        assert isinstance(answer, RowsAnswer)
        return answer, (time.perf_counter() - began) * 1000

    with process:
        first, first_ms = page(1, 0)
        places = random.Random(3)
        jumps = [page(n + 2, places.randrange(first.total - _PAGE))[1] for n in range(_JUMPS)]
        process.stdin.close()
    figures.say(f"first page of {first.total:,} rows", f"{first_ms:.0f} ms", "<= 300 ms", first_ms <= 300)
    worst = quantile(jumps, 0.99)
    figures.say(
        "page after a jump, median and p99",
        f"{quantile(jumps, 0.5):.0f} and {worst:.0f} ms",
        "p99 <= 50 ms",
        worst <= 50,
    )


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=_ROWS[-1], help="the longest table")
    options = parser.parse_args()
    figures = Figures()
    with scratch() as folder:
        project = folder / "project"
        ciclo(folder / "home", "new", str(project))
        tall_runs, wide_runs = {}, {}
        for rows in (n for n in _ROWS if n <= options.rows):
            tall_runs[rows] = imported(folder, project, tall(folder / "tall.csv", rows), "tall")
        for columns in _COLUMNS:
            wide_runs[columns] = imported(folder, project, wide(folder / "wide.csv", columns), "wide")
        grown(figures, "rows", tall_runs)
        grown(figures, "columns", wide_runs)
        opened = Project.open(project)
        newest = opened.version(DATASET, "tall")
        paged(figures, opened.object_path(newest.objects["table"].sha256))
        opened.close()
    return figures.status


if __name__ == "__main__":
    sys.exit(main())

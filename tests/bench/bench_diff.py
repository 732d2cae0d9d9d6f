"""Comparing two versions of a million rows and twenty columns: seconds, and a ratio to pandas doing less of it."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv

from tests.bench.figures import Figures, ciclo, scratch

_LIMIT_S = 10.0

# Joins by the key and counts the cells that changed: no schema, no distributions, no examples. It is as nice to others
# as a job of Ciclo's is, or a busy machine would favour it.
_PANDAS = """
import os, sys, time
import pandas
if hasattr(os, "nice"):
    os.nice(10)
began = time.perf_counter()
before, after = (pandas.read_parquet(path) for path in sys.argv[1:3])
both = before.merge(after, on="id", how="outer", suffixes=("_a", "_b"), indicator=True)
paired = both[both["_merge"] == "both"]
changed = 0
for name in before.columns[1:]:
    a, b = paired[name + "_a"], paired[name + "_b"]
    changed += int(((a != b) & ~(a.isna() & b.isna())).sum())
counts = both["_merge"].value_counts()
print(time.perf_counter() - began, int(counts["right_only"]), int(counts["left_only"]), changed)
"""


def make_tables(rows: int) -> tuple[pa.Table, pa.Table, dict[str, int]]:
    """A table, the same edited and shuffled, and what was done to it."""
    random = np.random.default_rng(5)
    before = _table(random, rows, start=0)
    keep = np.flatnonzero(random.random(rows) > 0.01)
    after = before.take(pa.array(keep))
    edited = 0
    for name in ("x0", "x1", "x2"):
        values = after.column(name).to_numpy().copy()
        chosen = random.random(len(values)) < 0.02
        values[chosen] += 1
        edited += int(chosen.sum())
        after = after.set_column(after.schema.get_field_index(name), name, pa.array(values))
    new = _table(random, rows // 100, start=rows)
    after = pa.concat_tables([after, new])
    after = after.take(pa.array(random.permutation(after.num_rows)))
    return before, after, {"added": new.num_rows, "removed": rows - len(keep), "cells": edited}


def _table(random: np.random.Generator, rows: int, *, start: int) -> pa.Table:
    columns = {"id": pa.array([f"C{n:08}" for n in range(start, start + rows)])}
    columns |= {f"x{n}": pa.array(np.round(random.normal(50, 10, rows), 3)) for n in range(9)}
    columns |= {f"k{n}": pa.array(random.integers(0, 1000, rows)) for n in range(3)}
    for n in range(4):
        words = pa.array([f"word {i}" for i in range(5 + 40 * n)])
        columns[f"c{n}"] = words.take(pa.array(random.integers(0, len(words), rows)))
    days = random.integers(0, 1500, rows).astype("timedelta64[D]") + np.datetime64("2020-01-01")
    columns |= {"d0": pa.array(days), "d1": pa.array(days[::-1])}
    texts = pa.array([f"some text of number {i}" for i in range(50_000)])
    columns["t0"] = texts.take(pa.array(random.integers(0, len(texts), rows)))
    return pa.table(columns)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    figures = Figures()
    with scratch() as folder:
        home, project = folder / "home", folder / "project"
        ciclo(home, "new", str(project))
        before, after, done = make_tables(rows)
        for name, table in (("before", before), ("after", after)):
            csv.write_csv(table, folder / f"{name}.csv")
            ciclo(home, "import", str(project), str(folder / f"{name}.csv"), "--name", name)
            ciclo(home, "data", str(project), name, "--out", str(folder / f"{name}.parquet"))
        del before, after, table
        began = time.perf_counter()
        said = json.loads(ciclo(home, "diff", str(project), "before", "after", "--json"))
        seconds = time.perf_counter() - began
        figures.note(f"largest process of Ciclo's, imports too: {_largest_mb():,.0f} MB")
        peer = _pandas(folder)
        figures.note(f"largest process, pandas included: {_largest_mb():,.0f} MB")
        _say(figures, said, done, seconds, peer, rows)
    return figures.status


def _largest_mb() -> float:
    """The most memory that one of the processes so far has held."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000


def _pandas(folder: Path) -> list[float]:
    arguments = [sys.executable, "-c", _PANDAS, *(str(folder / f"{name}.parquet") for name in ("before", "after"))]
    printed = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
    return [float(word) for word in printed.split()]


def _say(
    figures: Figures,
    said: dict[str, dict[str, int]],
    done: dict[str, int],
    seconds: float,
    peer: list[float],
    rows: int,
) -> None:
    columns: list[dict[str, int]] = said["columns"]  # type: ignore[assignment]
    found = {
        "added": said["rows"]["added"],
        "removed": said["rows"]["removed"],
        "cells": sum(c["cells"] for c in columns),
    }
    figures.say("what was edited is what is found", str(found), str(done), found == done)
    figures.say(
        f"ciclo diff of {rows:,} × 20, whole command", f"{seconds:.1f} s", f"≤ {_LIMIT_S:.0f} s", seconds <= _LIMIT_S
    )
    ratio = seconds / peer[0]
    figures.say(
        "against pandas (merge, count changed cells)", f"{ratio:.2f} × of {peer[0]:.1f} s", "≤ 1.5 ×", ratio <= 1.5
    )
    agreed = [found["added"], found["removed"], found["cells"]] == [int(n) for n in peer[1:]]
    figures.say("pandas counts the same", str([int(n) for n in peer[1:]]), "equal", agreed)


if __name__ == "__main__":
    sys.exit(main())

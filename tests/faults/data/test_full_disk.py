"""A disk that fills while a table comes in: one sentence, the version before untouched, nothing left of the half."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.integration.sources.books import sheet, write_book

ROOT = Path(__file__).resolve().parents[3]
ROWS = 30_000
SIZE_KB = 12_000
UNSHARE = ["unshare", "--map-root-user", "--mount"]

# Runs in a mount namespace of its own, so that the small disk goes with it whatever happens.
ON_A_SMALL_DISK = """
import json, os, subprocess, sys
from pathlib import Path

disk, size, source, *options = sys.argv[1:]
subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "none", disk], check=True)
os.environ["TMPDIR"] = disk
project = Path(disk, "project")

def ciclo(*arguments):
    done = subprocess.run([sys.executable, "-m", "app", *map(str, arguments)], capture_output=True, text=True)
    return [done.returncode, done.stdout, done.stderr]

def files():
    found = (p for p in project.rglob("*") if p.is_file() and ".ciclo" not in p.relative_to(project).parts)
    return sorted([str(p), p.stat().st_size] for p in found)

def staged():
    return sorted(str(p) for p in (project / ".ciclo").rglob("*") if p.suffix in (".parquet", ".jsonl", "") and
                  p.name.split(".")[0] in ("table", "cells", "rejected"))

first = Path(disk, "first.csv")
first.write_text("a,b\\n1,x\\n2,y\\n")
made = [ciclo("new", project), ciclo("import", project, first, "--name", "t")]
before, outcomes = files(), []
for free in (64, 500):
    space = os.statvfs(disk)
    filler = Path(disk, "filler")
    filler.write_bytes(bytes(space.f_bavail * space.f_frsize - free * 1024))
    outcomes.append(ciclo("import", project, source, "--name", "t", *options))
    filler.unlink()
    outcomes[-1].append([files() == before, staged()])
print(json.dumps({"made": made, "outcomes": outcomes, "check": ciclo("check", project),
                  "after": ciclo("import", project, source, "--name", "t", *options)}))
"""


class Said(msgspec.Struct):
    made: list[tuple[int, str, str]]
    outcomes: list[tuple[int, str, str, tuple[bool, list[str]]]]
    check: tuple[int, str, str]
    after: tuple[int, str, str]


def rows() -> list[tuple[int, float, str]]:
    chance = random.Random(3)
    return [(n, chance.random(), f"{chance.getrandbits(128):032x}") for n in range(ROWS)]


def source(kind: str, folder: Path) -> tuple[Path, list[str]]:
    path, found = folder / f"source.{kind}", rows()
    match kind:
        case "csv":
            path.write_text("n,share,word\n" + "".join(f"{n},{v!r},{w}\n" for n, v, w in found))
        case "parquet":
            columns = zip(*found, strict=True)
            pq.write_table(pa.table(dict(zip(("n", "share", "word"), map(list, columns), strict=True))), path)
        case "xlsx":
            write_book(path, {"S": sheet([["n", "share", "word"], *found])})
        case "jsonl":
            path.write_text("".join(json.dumps({"n": n, "share": v, "word": w}) + "\n" for n, v, w in found))
        case "db":
            connection = sqlite3.connect(path)
            connection.execute("CREATE TABLE t (n INTEGER, share REAL, word TEXT)")
            connection.executemany("INSERT INTO t VALUES (?, ?, ?)", found)
            connection.commit()
            connection.close()
            return path, ["--table", "t"]
    return path, []


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder over which a small file system can be laid."""
    folder = tmp_path_factory.mktemp("disk")
    probe = [*UNSHARE, "mount", "-t", "tmpfs", "none", str(folder)]
    if shutil.which("unshare") is None or subprocess.run(probe, capture_output=True).returncode != 0:
        pytest.skip("no file system may be mounted here")
    return folder


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx", "jsonl", "db"])
def test_that_a_disk_that_fills_half_way_leaves_what_there_was(kind: str, small_disk: Path, tmp_path: Path) -> None:
    path, options = source(kind, tmp_path)
    done = subprocess.run(
        [*UNSHARE, sys.executable, "-c", ON_A_SMALL_DISK, str(small_disk), str(SIZE_KB), str(path), *options],
        cwd=ROOT,
        env={**os.environ, "CICLO_HOME": str(tmp_path / "home"), "CICLO_LANG": "en", "CICLO_AUTHOR": "tester"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    said = msgspec.json.decode(done.stdout, type=Said)
    assert [status for status, _out, _errors in said.made] == [0, 0]
    for status, _out, errors, (unchanged, staged) in said.outcomes:
        assert (status, unchanged, staged) == (2, True, []), errors
        assert "The disk is full" in errors
        assert "Traceback" not in errors
    assert said.check[0] == 0, said.check
    assert said.after[0] == 0, said.after

"""Killed at any moment, a project keeps what it said was saved and shows nothing half-written."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from app.project import Project, check

WRITER = """
import sys
from pathlib import Path
import msgspec
from app.project import Project, draft
from app.project.durable import stage_bytes

class Body(msgspec.Struct):
    n: int

project = Project.open(Path(sys.argv[1]))
for n in range(100000):
    folder, lock = project.new_staging()
    staged = stage_bytes(folder, "x", b"%d %s" % (n, sys.argv[2].encode()), media="x")
    (record,) = project.commit([draft("note", Body(n), objects={"x": staged}, name=sys.argv[3])])
    lock.release()
    print(record.id, staged.sha256, flush=True)
"""


def start(folder: Path, salt: str, series: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(folder), salt, series]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def acknowledged(output: str) -> set[tuple[str, str]]:
    """The whole lines that the writer printed: what it said was saved."""
    lines = output.split("\n")[:-1]
    return {(line.split()[0], line.split()[1]) for line in lines}


def test_that_nothing_acknowledged_is_lost_when_the_writer_is_killed(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p")
    chance = random.Random(7)
    ledger: set[tuple[str, str]] = set()
    for round_ in range(12):
        with start(project.folder, str(round_), "a") as child:
            time.sleep(0.25 + chance.random() * 0.3)
            child.kill()
            ledger |= acknowledged(child.communicate()[0])
    project.sweep_staging()
    project.refresh()
    records = project.records("note")
    assert {(r.id, r.objects["x"].sha256) for r in records} >= ledger
    assert len(ledger) > 20
    assert sorted(r.number for r in records) == list(range(1, len(records) + 1))
    assert check(project).damaged == ()
    assert not [p for p in (project.local / "staging").iterdir() if p.is_dir()]


def test_that_processes_writing_at_once_lose_nothing_and_number_without_gaps(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p")
    children = [start(project.folder, str(n), "shared") for n in range(4)]
    time.sleep(2.5)
    ledger: set[tuple[str, str]] = set()
    for child in children:
        child.kill()
        ledger |= acknowledged(child.communicate()[0])
    project.refresh()
    records = project.records("note", "shared")
    assert {r.id for r in records} >= {id for id, _ in ledger}
    assert sorted(r.number for r in records) == list(range(1, len(records) + 1))
    assert check(project).damaged == ()

"""Imports of 1 GB through the real window: time against DuckDB's own conversion to Parquet, memory of all processes;
and the same file again, which is recognised by its bytes."""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median

import msgspec
import psutil

from tests.bench.bench_heartbeat import project_with
from tests.bench.figures import ROOT, Figures, environment, program, scratch
from tests.bench.files import big_csv, in_utf8, training_csv
from tests.bench.peers import conversion_s
from tests.bench.watched_window import Script, Seen

_MOST = 1.8
_MOST_MB = 1000


def proportional_mb(root: int) -> dict[str, float]:
    """Memory (PSS) of a process and all below it, by what each is."""
    found: dict[str, float] = {}
    try:
        processes = [psutil.Process(root), *psutil.Process(root).children(recursive=True)]
    except psutil.NoSuchProcess:
        return found
    for process in processes:
        try:
            text = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue
        size = next((line.split()[1] for line in text.splitlines() if line.startswith("Pss:")), "0")
        found[str(process.pid)] = int(size) * 1024 / 1e6
    return found


class Peak(threading.Thread):
    """Looks three times a second: each look takes the kernel some milliseconds a process."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self._root, self._over = root, threading.Event()
        self.most: dict[str, float] = {}

    def run(self) -> None:
        while not self._over.wait(0.3):
            now = proportional_mb(self._root)
            if sum(now.values()) > sum(self.most.values()):
                self.most = now

    def stop(self) -> None:
        self._over.set()
        self.join()


def through_window(home: Path, script: Script) -> tuple[Seen, dict[str, float]]:
    """The import's end and the peak of memory."""
    command = program("watched_window", msgspec.json.encode(script).decode())
    process = subprocess.Popen(command, env=environment(home), cwd=ROOT, stdout=subprocess.PIPE)
    peak = Peak(process.pid)
    peak.start()
    out, _none = process.communicate(timeout=1800)
    peak.stop()
    return msgspec.json.decode(out, type=Seen), peak.most


def measured(figures: Figures, folder: Path, style: str, *, gigabytes: float, runs: int) -> None:
    """The figures of one file: Ciclo and its peers in turn."""
    source = big_csv(folder, gigabytes=gigabytes, style=style)
    copy = in_utf8(source, folder) if style == "es" else source
    ours, duckdb, peaks = [], [], []
    for run in range(runs):
        duckdb.append(conversion_s("duckdb", copy, folder / "peer.parquet"))
        (project := folder / f"{style}-{run}").mkdir()
        opened = project_with(project, training_csv(project, rows=2000))
        seen, peak = through_window(project / "home", Script(project=str(opened), source=str(source)))
        if seen.ends["import"] != "done":
            raise SystemExit(f"the import ended {seen.ends['import']}")
        ours.append(seen.seconds["import"])
        peaks.append(sum(peak.values()))
    polars = conversion_s("polars", copy, folder / "peer.parquet")
    ratio = median(o / d for o, d in zip(ours, duckdb, strict=True))
    figures.note(f"{style}, {source.stat().st_size / 1e9:.2f} GB; polars {polars:.1f} s")
    figures.note("Ciclo / DuckDB: " + ", ".join(f"{o:.1f} / {d:.1f} s" for o, d in zip(ours, duckdb, strict=True)))
    figures.say(f"import ({style}), time / DuckDB's CSV to Parquet", f"{ratio:.2f}", f"<= {_MOST}", ratio <= _MOST)
    most = max(peaks)
    figures.say(f"import ({style}), peak memory (PSS of all)", f"{most:.0f} MB", f"<= {_MOST_MB} MB", most <= _MOST_MB)
    again(figures, folder, opened, source)


def again(figures: Figures, folder: Path, project: Path, source: Path) -> None:
    """The same bytes a second time."""
    began = time.perf_counter()
    hashlib.sha256(source.read_bytes()).hexdigest()
    hashing = time.perf_counter() - began
    seen, _peak = through_window(folder / "again", Script(project=str(project), source=str(source)))
    ratio = seen.seconds["import"] / hashing
    figures.say("import of the same bytes, time / hashing them", f"{ratio:.2f}", "<= 1.5", ratio <= 1.5)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gb", type=float, default=1.0)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    figures = Figures()
    for style in ("plain", "es"):
        with scratch() as folder:
            measured(figures, folder, style, gigabytes=options.gb, runs=options.runs)
    return figures.status


if __name__ == "__main__":
    sys.exit(main())

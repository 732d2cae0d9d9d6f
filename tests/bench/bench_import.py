"""A 1 GB import through the real window: peak memory of all its processes, and time against pandas."""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import psutil

from tests.bench.bench_heartbeat import project_with
from tests.bench.figures import ROOT, Figures, environment, program, scratch
from tests.bench.files import big_csv, training_csv
from tests.bench.watched_window import Script, Seen

_PANDAS = """
import sys, time
import pandas
began = time.perf_counter()
pandas.read_csv(sys.argv[1]).to_parquet(sys.argv[2])
print(time.perf_counter() - began)
"""


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


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gb", type=float, default=1.0)
    options = parser.parse_args()
    figures = Figures()
    with scratch() as folder:
        project = project_with(folder, training_csv(folder, rows=2000))
        big = big_csv(folder, gigabytes=options.gb)
        size = big.stat().st_size
        big.read_bytes()[:1]  # both read it from the page cache
        began = time.perf_counter()
        plain = subprocess.run(
            [sys.executable, "-c", _PANDAS, str(big), str(folder / "plain.parquet")], capture_output=True, check=True
        )
        figures.note(f"pandas in all {time.perf_counter() - began:.1f} s")
        pandas_s = float(plain.stdout)
        seen, peak = through_window(folder / "home", Script(project=str(project), source=str(big)))
    ours = seen.seconds["import"]
    total = sum(peak.values())
    figures.note(f"{size / 1e9:.2f} GB; the import ended {seen.ends['import']}")
    figures.note("processes at the peak: " + ", ".join(f"{mb:.0f} MB" for mb in peak.values()))
    figures.say("import, peak memory (PSS of all processes)", f"{total:.0f} MB", "<= 1000 MB", total <= 1000)
    ratio = ours / pandas_s
    figures.say(
        "import, time / pandas read_csv + to_parquet",
        f"{ratio:.2f}",
        "<= 3",
        ratio <= 3 and seen.ends["import"] == "done",
    )
    figures.note(f"{ours:.1f} s against {pandas_s:.1f} s")
    return figures.status


if __name__ == "__main__":
    sys.exit(main())

"""The window's event loop while a 200,000 x 30 training and a 1 GB import run as its jobs; Stop at the end."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from statistics import median

import msgspec

from tests.bench.figures import HEAVY, ROOT, Figures, ciclo, environment, program, quantile, scratch
from tests.bench.files import big_csv, training_csv
from tests.bench.watched_window import Script, Seen


def run(home: Path, script: Script) -> Seen:
    """One session of the real window."""
    command = program("watched_window", msgspec.json.encode(script).decode())
    jobs = str(ROOT / "tests" / "integration" / "jobs")
    found = subprocess.run(
        command,
        env=environment(home, PYTHONPATH=jobs),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
        timeout=1800,
    ).stdout
    return msgspec.json.decode(found, type=Seen)


def bare(home: Path, script: Script, training: Path) -> list[float]:
    """The stalls of an event loop with nothing to do, beside the bare libraries at the same work."""
    command = program("bare_loop", str(script.work_s), script.source, str(training), script.target)
    found = subprocess.run(command, env=environment(home), cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    return msgspec.json.decode(found, type=list[float])


def project_with(folder: Path, source: Path) -> Path:
    """A project whose one dataset is ``source``."""
    project = folder / "project"
    ciclo(folder / "home", "new", str(project))
    ciclo(folder / "home", "import", str(project), str(source), "--name", "bench")
    return project


def judge_tail(figures: Figures, name: str, runs: list[list[float]]) -> None:
    """The slowest thousandth of a run's beats; the median of the runs."""
    tail = median(quantile(run, 0.999) for run in runs)
    figures.say(f"heartbeat {name}, p99.9, median of {len(runs)} runs", f"{tail:.1f} ms", "<= 16 ms", tail <= 16)


def judge_worst(figures: Figures, name: str, runs: list[list[float]]) -> None:
    """The longest stall of each run: their median, and the worst of all."""
    most, worst = median(max(run) for run in runs), max(max(run) for run in runs)
    figures.say(f"heartbeat {name}, maximum, median of {len(runs)} runs", f"{most:.1f} ms", "<= 50 ms", most <= 50)
    figures.say(f"heartbeat {name}, worst of all", f"{worst:.1f} ms", "<= 100 ms", worst <= 100)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--gb", type=float, default=1.0)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=100.0, help="how long the jobs are watched")
    options = parser.parse_args()
    figures = Figures()
    with scratch() as folder:
        training = training_csv(folder, rows=options.rows)
        big = big_csv(folder, gigabytes=options.gb)
        seen, idle_loops = [], []
        for turn in range(options.runs):
            # a project of its own: in a used one the Training tab would ask what to learn from the imported gigabyte
            (place := folder / f"run{turn}").mkdir()
            project = project_with(place, training)
            script = Script(
                project=str(project), source=str(big), target="y", work_s=options.seconds, paints=100, tabs=True
            )
            seen.append(run(folder / "home", script))
            idle_loops.append(bare(folder / "home", script, training))
    for phase, name in (("start", "from the first paint"), ("tabs", "first show of tabs"), ("working", "under load")):
        judge_worst(figures, name, [one.stalls[phase] for one in seen])
    judge_tail(figures, "under load", [one.stalls["working"] for one in seen])
    judge_tail(figures, "in all", [[s for p in ("start", "tabs", "working") for s in one.stalls[p]] for one in seen])
    tail, most = median(quantile(loop, 0.999) for loop in idle_loops), median(max(loop) for loop in idle_loops)
    figures.note(f"an empty event loop beside bare pandas and scikit-learn: p99.9 {tail:.1f} ms, maximum {most:.1f} ms")
    for one in seen:
        phases = (f"{p} {[round(s) for s in v if s > 30]}" for p, v in one.stalls.items() if p != "painting")
        figures.note("stalls over 30 ms: " + "; ".join(phases))
        taken = [round(ms) for ms in sorted([*one.robbed, *one.robbed_paints], reverse=True) if ms > 10]
        figures.note(f"over 10 ms while the host kept a processor from this machine: {taken}")
        figures.note(f"the jobs ended: {one.ends}")
        figures.note(f"still there a second after Stop: {one.lingering or 'none'}")
        figures.missed += any(end not in ("done", "cancelled") for end in one.ends.values())
    idle = median(quantile(one.idle_paints, 0.99) for one in seen)
    busy = median(quantile(one.busy_paints, 0.99) for one in seen)
    figures.say("repaint of the data table under load, p99 / idle p99", f"{busy / idle:.2f}", "<= 2", busy <= 2 * idle)
    figures.note(f"idle {idle:.1f} ms, under load {busy:.1f} ms")
    stop = max(one.stop_ms for one in seen)
    figures.say("Stop of both jobs until their processes are gone", f"{stop:.0f} ms", "< 1000 ms", 0 <= stop < 1000)
    heavy = sorted({name for one in seen for name in HEAVY if name in one.modules})
    figures.say("never imported in the window's process", " ".join(heavy) or "none", "none", not heavy)
    return figures.status


if __name__ == "__main__":
    sys.exit(main())

"""Whether intervals, comparisons and thresholds keep what they say, in figures.

``python -m tests.bench.bench_statistics [--repeats 2000] [--trainings 200] [--clean 100] [--only CHECK ...]`` simulates
data of which the truth is known and lets the functions of the report judge them. The rules and their limits are those
of the design; what a naive tool would show stands beside. Each check is a process of its own, one a processor.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import special

from app.learning.records import Task
from app.statistics.auc import auc_interval
from app.verification.compared import differences, spent_level, spent_over
from app.verification.metrics import measure
from app.verification.observed import Classified, Measured, Observed
from app.verification.value.counting import counted
from app.verification.value.curve import WorthCurve
from app.verification.value.records import ValueTable
from app.verification.value.worth import prices
from tests.bench.figures import Figures, program
from tests.bench.leak_check import check_leaks
from tests.bench.noise_trainings import check_many_columns, check_trainings

Floats = NDArray[np.float64]
_TRUTH_ROWS = 1_000_000
_SAMPLES = 400
"""Of the bootstrap: fewer than a report draws, so that the grid takes minutes."""
_LOW, _HIGH = 0.93, 0.97
_PLENTY = 10
"""Rows on the rarer side from which on an interval may not be too wide either."""
_LAWS: dict[str, Callable[[np.random.Generator, int], Floats]] = {
    "normal": lambda g, n: g.normal(size=n),
    "laplace": lambda g, n: g.laplace(size=n),
    "t3": lambda g, n: g.standard_t(3, size=n),
    "lognormal": lambda g, n: g.lognormal(0, 0.75, size=n) - np.exp(0.28125),
}


def classified(g: np.random.Generator, n: int, share: float, apart: float) -> Classified:
    """Rows of two classes whose scores are true probabilities; at least one row of each class, by drawing again: a row
    that is put in changes how many are expected."""
    actual = (g.random(n) < share).astype(np.intp)
    while np.ptp(actual) == 0:
        actual = (g.random(n) < share).astype(np.intp)
    x = g.normal(size=n) + apart * actual
    p = special.expit(apart * x - apart * apart / 2 + special.logit(share))
    return Classified(
        labels=("no", "yes"),
        positive=1,
        actual=actual,
        predicted=(p >= 0.5).astype(np.intp),
        probabilities=np.column_stack([1 - p, p]),
        prior=np.array([1 - share, share]),
        threshold=0.5,
    )


def measured(g: np.random.Generator, n: int, law: str) -> Measured:
    """Amounts with errors of a law."""
    signal = g.normal(size=n) * 2
    return Measured(actual=signal + _LAWS[law](g, n), predicted=signal, centre=0.0)


def coverage(
    figures: Figures, name: str, draw: Callable[[np.random.Generator, int], Observed], task: Task, n: int, repeats: int
) -> list[tuple[str, float, int]]:
    """Of each metric, how often its interval holds the truth where it is shown."""
    g = np.random.default_rng(11)
    truth = {row.code: row.estimate.value for row in measure(task, draw(g, _TRUTH_ROWS))}
    held, shown = Counter[str](), Counter[str]()
    for turn in range(repeats):
        for row in measure(task, draw(g, n), seed=turn, repeats=_SAMPLES):
            true = truth[row.code]
            if row.estimate.low is None or row.estimate.high is None or true is None:
                continue
            shown[row.code] += 1
            held[row.code] += row.estimate.low <= true <= row.estimate.high
    found = [(code, held[code] / k, k) for code, k in shown.items() if k > 0.05 * repeats]
    figures.note(f"{name}: " + ", ".join(f"{code} {share:.3f}" for code, share, _ in found))
    return found


def rarer_side(n: int, rows: Classified) -> dict[str, float]:
    """How many of ``n`` rows lie on the rarer side of each share, on average: n min(p, 1 - p)."""
    said, truly = rows.predicted == 1, rows.actual == 1
    both, right = float((said & truly).mean()), float((said == truly).mean())
    found = {"recall": (truly.mean(), both), "precision": (said.mean(), both), "f1": (truly.mean(), both)}
    sides = {code: n * min(part, float(whole) - part) for code, (whole, part) in found.items()}
    return {**sides, "accuracy": n * min(right, 1 - right)}


def tolerance(repeats: int) -> float:
    """Two standard errors of a simulated coverage."""
    return 2 * float(np.sqrt(0.95 * 0.05 / repeats))


def check_coverage(figures: Figures, repeats: int) -> None:
    """The grid of n, positives and error laws."""
    found: list[tuple[str, float, int, bool]] = []
    for n, share, apart in (
        (30, 0.4, 1.5),
        (100, 0.1, 1.5),
        (200, 0.5, 1.0),
        (1_000, 0.01, 2.0),
        (1_000, 0.1, 1.5),
        (5_000, 0.02, 2.0),
        (2_000, 0.3, 0.5),
    ):

        def draw(g: np.random.Generator, rows: int, share: float = share, apart: float = apart) -> Observed:
            return classified(g, rows, share, apart)

        turns = repeats if n < 3_000 else repeats // 4
        told = coverage(figures, f"n {n}, positives {share:.0%}, d' {apart}", draw, Task.BINARY, n, turns)
        deciding = rarer_side(n, draw(np.random.default_rng(12), _TRUTH_ROWS))
        found += [(f"{code} n={n}", held, k, deciding.get(code, n * share) >= _PLENTY) for code, held, k in told]
    for law in _LAWS:
        for n in (50, 200, 1_000):

            def draw_amounts(g: np.random.Generator, rows: int, law: str = law) -> Observed:
                return measured(g, rows, law)

            told = coverage(figures, f"n {n}, errors {law}", draw_amounts, Task.REGRESSION, n, repeats // 2)
            found += [(f"{code} n={n} {law}", held, k, False) for code, held, k in told]
    low = [name for name, held, k, _ in found if held < _LOW - tolerance(k)]
    wide = [name for name, held, k, plenty in found if plenty and held > _HIGH + tolerance(k)]
    worst = min(found, key=lambda one: one[1])
    figures.say("intervals shown", str(len(found)), "", True)
    figures.say("least coverage of an interval that is shown", f"{worst[1]:.3f} ({worst[0]})", ">= 0.93", not low)
    figures.say("too low", ", ".join(low) or "none", "none", not low)
    figures.say("too wide with plenty of rows", ", ".join(wide) or "none", "none", not wide)


def challengers(g: np.random.Generator, n: int, k: int, edge: float = 0.0) -> Iterator[Classified]:
    """A champion, then ``k`` others that are better by ``edge``, on the same rows: a common signal, and noise."""
    actual = (g.random(n) < 0.4).astype(np.intp)
    common = 1.2 * actual + g.normal(size=n)
    for turn in range(k + 1):
        x = common + (edge * actual if turn else 0.0) + 0.6 * g.normal(size=n)
        p = special.expit(x - 0.6)
        yield Classified(
            labels=("no", "yes"),
            positive=1,
            actual=actual,
            predicted=(p >= 0.5).astype(np.intp),
            probabilities=np.column_stack([1 - p, p]),
            prior=np.array([0.6, 0.4]),
            threshold=0.5,
        )


def check_champion(figures: Figures, repeats: int) -> None:
    """False and true alarms that a challenger is better."""
    for code in ("roc_auc", "accuracy"):
        for k in (1, 5, 20, 50):
            g = np.random.default_rng(k)
            wrong = naive = 0
            turns = repeats if k < 50 else repeats // 4
            for _ in range(turns):
                first, *others = challengers(g, 400, k)
                lows = [differences(one, first, [code], level=spent_level(n))[code].low for n, one in enumerate(others)]
                wrong += any(low is not None and low > 0 for low in lows)
                plain = (differences(one, first, [code])[code].low for one in others)
                naive += any(low is not None and low > 0 for low in plain)
            share = wrong / turns
            limit = 0.05 + tolerance(turns)
            told = f"{share:.3f} (plain 95 %: {naive / turns:.3f})"
            figures.say(f"{k} equal challengers, any called better ({code})", told, "<= 0.05", share <= limit)


def check_power(figures: Figures, repeats: int) -> None:
    """Three points more accuracy on 2,000 rows, errors correlated by 0.6."""
    g = np.random.default_rng(5)
    both = 0.80 * 0.83 + 0.6 * np.sqrt(0.80 * 0.20 * 0.83 * 0.17)
    shares = [both, 0.83 - both, 0.80 - both, 1 - 0.83 - 0.80 + both]
    found = 0
    for _ in range(repeats):
        kinds = g.choice(4, size=2_000, p=shares)
        actual = np.zeros(2_000, dtype=np.intp)
        first, second = (_said(actual, (~np.isin(kinds, right)).astype(np.intp)) for right in ((0, 1), (0, 2)))
        low = differences(first, second, ["accuracy"], level=spent_level(0))["accuracy"].low
        found += low is not None and low > 0
    share = found / repeats
    figures.say("power: +3 points, n 2,000, rho 0.6", f"{share:.3f}", ">= 0.80", share >= 0.8)


def _said(actual: NDArray[np.intp], said: NDArray[np.intp]) -> Classified:
    probabilities = np.column_stack([1.0 - said, said.astype(np.float64)])
    return Classified(
        labels=("no", "yes"),
        positive=-1,
        actual=actual,
        predicted=said,
        probabilities=probabilities,
        prior=np.array([0.5, 0.5]),
    )


def check_threshold(figures: Figures, repeats: int) -> None:
    """What the report says of the best threshold, minus its worth on a million rows."""
    table = ValueTable(model="m", labels=("no", "yes"), cells=((0.0, -3.0), (0.0, 10.0)), rows=1)
    g = np.random.default_rng(8)
    apart, truth_rows = 1.0, classified(np.random.default_rng(9), _TRUTH_ROWS, 0.1, apart=1.0)
    reported, naive = [], []
    for _ in range(repeats):
        learned, judged = classified(g, 500, 0.1, apart), classified(g, 400, 0.1, apart)
        best = WorthCurve(counted(learned.scores, learned.is_positive), table, 1).best()
        at = best.threshold
        truth = prices(table, _at(truth_rows, at)).mean()
        each = prices(table, _at(judged, at))
        error = each.std(ddof=1) / np.sqrt(len(each)) or 1.0
        reported.append((each.mean() - truth) / error)
        naive.append((best.worth - truth) / ((best.high - best.low) / 3.92 or 1.0))
    told = f"{np.mean(reported):+.3f} SE (on the rows that chose it {np.mean(naive):+.3f})"
    figures.say("optimism of the chosen threshold", told, "within 0.5", abs(float(np.mean(reported))) <= 0.5)


def _at(data: Classified, threshold: float) -> Classified:
    return replace(data, predicted=(data.scores >= threshold).astype(np.intp), threshold=threshold)


def check_reuse(figures: Figures, repeats: int) -> None:
    """Ten adaptive looks at one hold-out of noise: votes of what did well so far."""
    g = np.random.default_rng(4)
    held = plain = 0
    for _ in range(repeats):
        actual = (g.random(500) < 0.5).astype(np.intp)
        kept: list[Floats] = []
        all_hold = all_plain = True
        for look in range(1, 11):
            fresh = g.normal(size=500)
            vote = np.sum([*kept, fresh], axis=0)
            if (auc_interval(actual == 1, fresh).value or 0.0) > 0.5:
                kept.append(fresh)
            for level, name in ((spent_over(look), "held"), (0.95, "plain")):
                told = auc_interval(actual == 1, vote, level=level)
                inside = told.low is None or told.high is None or told.low <= 0.5 <= told.high
                if name == "held":
                    all_hold &= inside
                else:
                    all_plain &= inside
        held += all_hold
        plain += all_plain
    told = f"{held / repeats:.3f} (plain 95 %: {plain / repeats:.3f})"
    figures.say("ten looks at noise: every interval holds the truth", told, ">= 0.85", held / repeats >= 0.85)


_PROC = """
library(pROC); a <- read.csv(commandArgs(TRUE)[1]); r1 <- roc(a$y, a$p1, quiet=TRUE, direction="<")
r2 <- roc(a$y, a$p2, quiet=TRUE, direction="<")
cat(sprintf("%.15f %.15f %.15f", auc(r1), var(r1, method="delong"), var(r2, method="delong") + var(r1, method="delong")
 - 2*cov(r1, r2, method="delong")))
"""


def check_reference(figures: Figures) -> None:
    """DeLong's variances beside those of R's pROC, where that is installed."""
    if shutil.which("Rscript") is None:
        figures.note("R isn't installed: not compared with pROC")
        return
    g, worst = np.random.default_rng(2), 0.0
    for _ in range(20):
        first, second = challengers(g, 150, 1)
        with tempfile.TemporaryDirectory() as folder:
            path, script = Path(folder) / "rows.csv", Path(folder) / "proc.R"
            rows = np.column_stack([first.actual, first.scores, second.scores])
            np.savetxt(path, rows, delimiter=",", header="y,p1,p2", comments="", fmt="%.17g")
            script.write_text(_PROC)
            said = subprocess.run(["Rscript", script, path], capture_output=True, text=True, check=True).stdout
        auc, _, apart = map(float, said.split())
        ours = differences(first, second, ["roc_auc"])["roc_auc"]
        half = 1.959963984540054 * np.sqrt(apart)
        worst = max(worst, abs((auc_interval(first.actual == 1, first.scores).value or 0) - auc))
        worst = max(worst, abs((ours.high or 0) - (ours.value or 0) - half))
    figures.say("largest difference from pROC (20 data sets)", f"{worst:.1e}", "<= 1e-6", worst <= 1e-6)


_CHECKS: dict[str, Callable[[Figures, argparse.Namespace], None]] = {
    "coverage": lambda figures, told: check_coverage(figures, told.repeats),
    "leaks": lambda figures, told: check_leaks(figures, told.clean),
    "trainings": lambda figures, told: check_trainings(figures, told.trainings),
    "champion": lambda figures, told: check_champion(figures, told.repeats),
    "columns": lambda figures, told: check_many_columns(figures, told.trainings // 5),
    "threshold": lambda figures, told: check_threshold(figures, told.repeats // 4),
    "reuse": lambda figures, told: check_reuse(figures, told.repeats),
    "power": lambda figures, told: check_power(figures, told.repeats),
    "reference": lambda figures, told: check_reference(figures),
}
"""Longest first, so that no processor waits at the end."""


def _alone(name: str, options: argparse.Namespace) -> subprocess.CompletedProcess[str]:
    """A check in a process of its own; its libraries keep to one thread, since the other processors are busy too."""
    sizes = ["--repeats", options.repeats, "--trainings", options.trainings, "--clean", options.clean]
    return subprocess.run(
        [*program("bench_statistics", "--only", name), *map(str, sizes)],
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )


def main() -> int:
    """Every check, each with its figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=2_000)
    parser.add_argument("--trainings", type=int, default=200)
    parser.add_argument("--clean", type=int, default=100)
    parser.add_argument("--only", choices=_CHECKS, nargs="+", default=list(_CHECKS))
    options = parser.parse_args()
    figures = Figures()
    if len(options.only) == 1:
        _CHECKS[options.only[0]](figures, options)
        return figures.status
    started = time.monotonic()
    with ThreadPoolExecutor(os.cpu_count()) as at_once:
        for done in as_completed([at_once.submit(_alone, name, options) for name in options.only]):
            print(done.result().stdout, end="", flush=True)
            figures.missed += done.result().returncode != 0
    minutes = (time.monotonic() - started) / 60
    figures.say("minutes for all of them", f"{minutes:.0f}", "<= 60", minutes <= 60)
    return figures.status


if __name__ == "__main__":
    sys.exit(main())

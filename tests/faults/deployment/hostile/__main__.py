"""The whole campaign: ``python -m tests.faults.deployment.hostile --seeds 20 --flips 100000``."""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from pathlib import Path

from tests.faults.deployment.hostile.builders import BUILDERS
from tests.faults.deployment.hostile.verdict import Verdict, campaign, flips, taken

_MOST_MB = 300


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--flips", type=int, default=100_000)
    parser.add_argument("--good", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as holder:
        folder = Path(holder) / "watched"
        folder.mkdir()
        before = _peak_mb()
        built = campaign(folder, seeds=options.seeds)
        changed = flips(folder, count=options.flips)
        refused = taken(folder, count=options.good)
    print(f"{len(BUILDERS)} builders x {options.seeds} seeds: {_words(built)}")
    print(f"changed bytes: {_words(changed)}")
    print(f"good bundles refused: {refused} of {options.good}")
    print(f"peak memory: {_peak_mb():.0f} MB, {_peak_mb() - before:.0f} MB of it while bundles were opened")
    wrong = [*built.wrong, *changed.wrong]
    print("\n".join(wrong[:50]))
    return 1 if wrong or refused else 0


def _words(verdict: Verdict) -> str:
    rules = ", ".join(f"{rule}: {n}" for rule, n in sorted(verdict.rules.items()))
    return f"{verdict.refused} of {verdict.bundles} refused (by rule {rules}), slowest {verdict.slowest_s:.2f} s"


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())

"""The campaign."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.faults.data.grammar.verdict import GOOD, run


def main() -> int:
    """Print the verdicts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        verdicts = run(options.files, options.first, Path(folder), lambda line: print(line, file=sys.stderr))
    print(", ".join(f"{name}: {count}" for name, count in verdicts.most_common()))
    return 1 if set(verdicts) - set(GOOD) else 0


if __name__ == "__main__":
    sys.exit(main())

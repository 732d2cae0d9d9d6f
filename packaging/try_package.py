"""Try a one-folder build as its user would: far from the checkout, without Python, without a display."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KEPT = ("HOME", "LANG", "TMPDIR", "SYSTEMROOT", "TEMP", "USERPROFILE")

_LIMIT_S = 600


def main(folder: str) -> int:
    """Run ``--help`` and the demo of the build in ``folder``; 1 where something that the demo promises is missing."""
    program = str(Path(folder).resolve() / ("ciclo.exe" if os.name == "nt" else "ciclo"))
    environment = {name: os.environ[name] for name in KEPT if name in os.environ} | {"QT_QPA_PLATFORM": "offscreen"}
    with tempfile.TemporaryDirectory() as place:
        subprocess.run([program, "--help"], cwd=place, env=environment, check=True, stdout=subprocess.DEVNULL)
        begin = time.monotonic()
        command = [program, "demo", "--out", "demo", "--json"]
        done = subprocess.run(command, cwd=place, env=environment, stdout=subprocess.PIPE, timeout=_LIMIT_S)
        if done.returncode:
            print(f"The demo ended with {done.returncode}: {done.stdout.decode()}", file=sys.stderr)
            return 1
        answer = json.loads(done.stdout)
        shown = [answer["project"], answer["report"], answer["bundle"], *answer["screenshots"]]
        missing = [name for name in shown if not Path(place, name).exists()]
        seconds = time.monotonic() - begin
    size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file() and not path.is_symlink())
    print(f"{folder}: {size / 1e6:.0f} MB; its demo took {seconds:.0f} s and left {len(shown)} results")
    if missing:
        print("missing: " + ", ".join(missing), file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

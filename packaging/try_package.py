"""Try a one-folder build as its user would: far from the checkout, without Python, without a display."""

from __future__ import annotations

import json
import os
import sqlite3
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
        unread = [source for source in sources(Path(place)) if not reads(program, source, place, environment)]
    size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file() and not path.is_symlink())
    print(f"{folder}: {size / 1e6:.0f} MB; its demo took {seconds:.0f} s and left {len(shown)} results")
    if missing:
        print("missing: " + ", ".join(missing), file=sys.stderr)
    if unread:
        print("can't be read: " + ", ".join(unread), file=sys.stderr)
    return 1 if missing or unread else 0


def sources(place: Path) -> tuple[str, ...]:
    """A table of each kind whose library is looked for by name; of servers, one that nobody runs."""
    (place / "table.json").write_text('[{"city": "Cádiz", "n": 1}, {"city": "Lugo", "n": 2}]', encoding="utf-8")
    with sqlite3.connect(place / "table.db") as shop:
        shop.execute("create table cities as select 'Lugo' as city, 2 as n")
    shop.close()
    return ("table.json", "table.db", "postgresql://ana@127.0.0.1:1/shop", "mysql://ana@127.0.0.1:1/shop")


def reads(program: str, source: str, place: str, environment: dict[str, str]) -> bool:
    """Whether a source is read, or its server is missed in words."""
    query = [] if source.endswith(".json") else ["--query", "select * from cities"]
    command = [program, "inspect", source, *query, "--json"]
    done = subprocess.run(command, cwd=place, env=environment, stdout=subprocess.PIPE, timeout=_LIMIT_S)
    answer = json.loads(done.stdout)
    return answer.get("error", {}).get("code") == "sql.no_server" if "://" in source else answer.get("records", 0) > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

"""Peers that are measured beside Ciclo, in an environment of their own that isn't part of the set-up."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from tests.bench.figures import ROOT

sys.path.insert(0, str(ROOT / "packaging"))
from setup import TOOLS, pip_settings, private_uv, uv_environment

_LOCK = ROOT / "requirements-peers.lock"
_FOLDER = TOOLS / "peers"

_DUCKDB = """
import sys, time
import duckdb
began = time.perf_counter()
source, out = sys.argv[1:]
duckdb.sql(f"COPY (SELECT * FROM read_csv('{source}')) TO '{out}' (FORMAT parquet)")
print(time.perf_counter() - began)
"""
_POLARS = """
import sys, time
import polars
began = time.perf_counter()
source, out = sys.argv[1:]
spanish = b";" in open(source, "rb").readline()  # polars doesn't look for the separator itself
options = {"separator": ";", "decimal_comma": True} if spanish else {}
polars.scan_csv(source, infer_schema_length=10_000, ignore_errors=True, **options).sink_parquet(out)
print(time.perf_counter() - began)
"""
_SCRIPTS = {"duckdb": _DUCKDB, "polars": _POLARS}


def peer_python() -> Path:
    """The interpreter of the peers that import files."""
    return environment_python(_FOLDER, _LOCK)


def environment_python(folder: Path, lock: Path) -> Path:
    """The interpreter of an environment that has exactly what a lock file says, made at the first call and when that
    file changed."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp, digest = folder / "lock", hashlib.sha256(lock.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != digest:
        uv, environment = str(private_uv()), uv_environment(pip_settings())
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)], check=True)
        sync = [uv, "pip", "sync", "--quiet", "--python", str(python), "--require-hashes", str(lock)]
        subprocess.run(sync, env=environment, check=True)
        stamp.write_text(digest)
    return python


def conversion_s(peer: str, source: Path, out: Path) -> float:
    """Seconds that a peer takes to turn a CSV file into Parquet, without its own start."""
    done = subprocess.run(
        [str(peer_python()), "-c", _SCRIPTS[peer], str(source), str(out)], capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[-1])  # DuckDB draws its progress before it

"""Other people's programs, each in a throw-away environment below ``.tools`` that its own lock file describes."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.figures import ROOT

sys.path.insert(0, str(ROOT / "packaging"))
from setup import TOOLS, pip_settings, private_uv, uv_environment

_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_PATIENCE_S = 120


def peer(group: str) -> Path:
    """The folder of programs of a group, such as ``peers-mlflow``; installed at the first call and when its lock
    changed."""
    folder, lock = TOOLS / group, ROOT / f"requirements-{group}.lock"
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    stamp, digest = folder / "lock", hashlib.sha256(lock.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != digest:
        uv, environment = str(private_uv()), uv_environment(pip_settings())
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)], check=True)
        sync = [uv, "pip", "sync", "--quiet", "--python", str(programs / "python"), "--require-hashes", str(lock)]
        subprocess.run(sync, env=environment, check=True)
        stamp.write_text(digest)
    return programs


def surroundings(programs: Path, **more: str) -> dict[str, str]:
    """The environment in which a peer's programs find each other; nothing of ours is on their path."""
    kept = {k: v for k, v in os.environ.items() if k.lower() not in _PROXIES and not k.startswith("PYTHON")}
    return {**kept, "PATH": f"{programs}{os.pathsep}{kept.get('PATH', '')}", "NO_PROXY": "*", **more}


def run(command: Sequence[str], *, env: Mapping[str, str], cwd: Path, status: int = 0) -> str:
    """What a peer's program prints; it must end with ``status``."""
    done = subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == status, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def served(command: Sequence[str], *, url: str, env: Mapping[str, str], cwd: Path) -> Iterator[str]:
    """A server of a peer for as long as the block lasts; ``url`` says when it is up."""
    with (cwd / "server.log").open("ab") as log:
        process = subprocess.Popen(command, env=env, cwd=cwd, stdout=log, stderr=log, start_new_session=True)
    try:
        until = time.monotonic() + _PATIENCE_S
        while not _answers(url):
            assert process.poll() is None, (cwd / "server.log").read_text()[-3000:]
            assert time.monotonic() < until, (cwd / "server.log").read_text()[-3000:]
            time.sleep(0.2)
        yield url
    finally:
        os.killpg(process.pid, 9)
        process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False

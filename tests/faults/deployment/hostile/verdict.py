"""Open hostile bundles as the program does, and see whether anything but a refusal came of it."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from app.deployment.bundle.loading import load_bundle
from app.deployment.bundle.reader import opened
from app.errors import CicloError
from app.text import Words
from tests.faults.deployment.hostile.builders import BUILDERS, CANARY, digest
from tests.faults.deployment.hostile.parts import good

_SLOW_S = 3.0


@dataclass
class Verdict:
    """What became of a campaign."""

    bundles: int = 0
    slowest_s: float = 0.0
    rules: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def refused(self) -> int:
        return sum(self.rules.values())


class Canary:
    """A file and a port that only harm would touch."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / CANARY
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.calls = 0
        os.environ |= {"CICLO_CANARY": str(self.file), "CICLO_CANARY_PORT": str(self._socket.getsockname()[1])}
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            said = connection.recv(4)
            connection.close()
            if said == b"stop":
                return
            self.calls += 1

    def close(self) -> None:
        with socket.create_connection(self._socket.getsockname()) as last:
            last.sendall(b"stop")
        self._thread.join()
        self._socket.close()


@contextmanager
def watched(folder: Path, verdict: Verdict) -> Iterator[None]:
    """Nothing outside of the bundle's own file is made, and nobody is called."""
    canary = Canary(folder)
    try:
        yield
    finally:
        canary.close()
        left = sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
        if canary.file.exists() or canary.calls:
            verdict.wrong.append(f"code was run: {canary.calls} calls")
        if set(left) - {"bundle.ciclo.zip"}:
            verdict.wrong.append(f"left behind: {left}")


def judge(name: str, data: bytes, path: Path, verdict: Verdict, use: Callable[[Path], object]) -> None:
    """Open one bundle, and note what came of it."""
    path.write_bytes(data)
    verdict.bundles += 1
    began = time.perf_counter()
    try:
        use(path)
    except CicloError as error:
        sentence, hint = Words("en").error(error)
        rule = str(error.params.get("rule", "")) or error.code.removeprefix("deployment.")
        verdict.rules[rule] += 1
        if not sentence or not hint or error.code in sentence:
            verdict.wrong.append(f"{name} {digest(data)}: no sentence for {error.code}")
    except (ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError) as error:
        verdict.wrong.append(f"{name} {digest(data)}: {type(error).__name__}: {error}"[:300])
    else:
        verdict.wrong.append(f"{name} {digest(data)}: was taken")
    took = time.perf_counter() - began
    verdict.slowest_s = max(verdict.slowest_s, took)
    if took > _SLOW_S:
        verdict.wrong.append(f"{name} {digest(data)}: {took:.1f} s")


def campaign(folder: Path, *, seeds: int) -> Verdict:
    """Every builder with every seed."""
    verdict, whole = Verdict(), good(folder.parent)
    with watched(folder, verdict):
        for name, build in BUILDERS.items():
            for seed in range(seeds):
                data = build(whole, Random(f"{name} {seed}"))
                judge(name, data, folder / "bundle.ciclo.zip", verdict, load_bundle)
    return verdict


def flips(folder: Path, *, count: int, seed: int = 0) -> Verdict:
    """A good bundle with a few changed bytes."""
    verdict, whole, random = Verdict(), good(folder.parent, name="logistic"), Random(seed)
    with watched(folder, verdict):
        for _ in range(count):
            data = bytearray(whole.data)
            for _ in range(random.choice([1, 1, 1, 2, 5])):
                data[random.randrange(len(data))] ^= 1 << random.randrange(8)
            if bytes(data) != whole.data:
                judge("flip", bytes(data), folder / "bundle.ciclo.zip", verdict, _read)
    return verdict


def _read(path: Path) -> None:
    with opened(path) as bundle:
        bundle.verify()


def taken(folder: Path, *, count: int) -> int:
    """How many good bundles are refused, of so many."""
    whole, refused = good(folder.parent), 0
    path = folder / "bundle.ciclo.zip"
    path.write_bytes(whole.data)
    for _ in range(count):
        try:
            load_bundle(path)
        except CicloError:
            refused += 1
    return refused

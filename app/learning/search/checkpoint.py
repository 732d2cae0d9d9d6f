"""What was fitted, kept on disk fit by fit: a training that was cut off goes on where it was."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import msgspec

from app.learning.search.records import Answered
from app.project import durable

_SUFFIX = ".fit"


class Checkpoint:
    """A folder with a file for each fit that is done; its name tells data, split, seed and libraries.

    An answer is only taken back where it is whole: each file ends with the hash of what stands before.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.taken = 0
        """How many fits were already there."""

    def get(self, order: bytes) -> Answered | None:
        """What came of an order before; None where it has to be carried out."""
        try:
            data = self._file(order).read_bytes()
        except FileNotFoundError:
            return None
        content, digest = data[:-32], data[-32:]
        if hashlib.sha256(content).digest() != digest:
            return None
        self.taken += 1
        return msgspec.msgpack.decode(content, type=Answered)

    def put(self, order: bytes, answer: bytes) -> None:
        """Keep what came of an order."""
        durable.make_folder(self._folder)
        content = answer + hashlib.sha256(answer).digest()
        durable.write_file(self._file(order), content, staging=self._folder)

    def seconds(self) -> float:
        """Seconds that all kept fits took."""
        total = 0.0
        for file in self._folder.glob(f"*{_SUFFIX}"):
            data = file.read_bytes()
            if hashlib.sha256(data[:-32]).digest() == data[-32:]:
                total += msgspec.msgpack.decode(data[:-32], type=Answered).seconds
        return total

    def forget(self) -> None:
        """Remove everything: the training is done."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _file(self, order: bytes) -> Path:
        return self._folder / f"{hashlib.sha256(order).hexdigest()[:40]}{_SUFFIX}"

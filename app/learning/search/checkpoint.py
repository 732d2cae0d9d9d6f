"""What was fitted, kept on disk fit by fit: a training that was cut off goes on where it was."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from app.learning.search.records import Answered
from app.project import durable

_SUFFIX = ".fit"
_DIGEST = hashlib.sha256().digest_size


class Checkpoint:
    """A folder with a file for each fit that is done; its name tells data, split, seed and libraries.

    An answer is only taken back where it is whole: each file ends with the hash of what stands before.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def key(self) -> str:
        """What names it within the project."""
        return self._folder.name

    def get(self, order: bytes) -> Answered | None:
        """What came of an order before; None where it has to be carried out."""
        return _read(self._file(order))

    def put(self, order: bytes, answer: bytes) -> None:
        """Keep what came of an order."""
        durable.make_folder(self._folder)
        content = answer + hashlib.sha256(answer).digest()
        durable.write_file(self._file(order), content, staging=self._folder)

    def seconds(self) -> float:
        """Seconds that all kept fits took."""
        kept = map(_read, self._folder.glob(f"*{_SUFFIX}"))
        return sum((answer.seconds for answer in kept if answer is not None), 0.0)

    def _file(self, order: bytes) -> Path:
        return self._folder / f"{hashlib.sha256(order).hexdigest()[:40]}{_SUFFIX}"


def _read(file: Path) -> Answered | None:
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return None
    content, digest = data[:-_DIGEST], data[-_DIGEST:]
    if hashlib.sha256(content).digest() != digest:
        return None
    return msgspec.msgpack.decode(content, type=Answered)

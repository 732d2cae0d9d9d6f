"""What a training, the workers of a cluster and the processes beside them say to each other. Light."""

from __future__ import annotations

import struct
from typing import BinaryIO

import msgspec

from app.jobs.forks import FitFailure

_LENGTH = struct.Struct("<q")


class Open(msgspec.Struct, frozen=True, kw_only=True, tag="open"):
    """Read the rows of a training from a file, and be ready for so many of its orders at once."""

    parcel: str
    processors: int


class Rest(msgspec.Struct, frozen=True, kw_only=True, tag="rest"):
    """The training is over: kill what runs, let go of its rows, and wait for the next."""


class Do(msgspec.Struct, frozen=True, kw_only=True, tag="do"):
    """Carry out an order (see :mod:`app.learning.search.records`)."""

    number: int
    order: bytes


class Forget(msgspec.Struct, frozen=True, kw_only=True, tag="forget"):
    """Nobody wants the answer to an order any more: kill what carries it out."""

    number: int


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an order: of ``result`` and ``failure`` one is there."""

    number: int
    result: bytes | None = None
    failure: FitFailure | None = None


class Done(msgspec.Struct, frozen=True, kw_only=True, tag="done"):
    """An order's encoded answer."""

    result: bytes


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """An order that gave nothing, and why."""

    failure: FitFailure


class Absent(msgspec.Struct, frozen=True, kw_only=True, tag="absent"):
    """The worker at this address doesn't have the rows (it came later, or started again): bring them, ask again."""

    worker: str


Wish = Open | Rest | Do | Forget
Reply = Done | Failed | Absent


def framed(message: msgspec.Struct) -> bytes:
    """An encoded message after its length. No limit: a fitted forest may have hundreds of megabytes."""
    payload = msgspec.msgpack.encode(message)
    return _LENGTH.pack(len(payload)) + payload


def receive_told(stream: BinaryIO) -> Told | None:
    """Wait for an answer; None at the end of the stream, also where it ends within one."""
    payload = _receive(stream)
    return None if payload is None else msgspec.msgpack.decode(payload, type=Told)


def receive_wish(stream: BinaryIO) -> Wish | None:
    """Wait for a wish; None at the end of the stream, also where it ends within one."""
    payload = _receive(stream)
    wish: Wish | None = None if payload is None else msgspec.msgpack.decode(payload, type=Wish)
    return wish


def _receive(stream: BinaryIO) -> bytes | None:
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    payload = stream.read(length)
    return payload if len(payload) == length else None


class Frames:
    """Cuts a stream of wishes that comes in pieces of any size into wishes."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[Wish]:
        """The wishes that are complete with ``data``."""
        self._held += data
        found: list[Wish] = []
        while len(self._held) >= _LENGTH.size:
            end = _LENGTH.size + _LENGTH.unpack_from(self._held)[0]
            if len(self._held) < end:
                break
            found.append(msgspec.msgpack.decode(memoryview(self._held)[_LENGTH.size : end], type=Wish))
            self._held = self._held[end:]
        return found

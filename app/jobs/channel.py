"""Messages between our own processes: length-prefixed JSON over a file descriptor. Nothing is ever unpickled."""

from __future__ import annotations

import os
import select
import struct
from typing import TypeVar

import msgspec

LIMIT = 64 << 20
"""The largest message, in bytes; large data crosses as files."""

_HEADER = struct.Struct(">I")
_CHUNK = 1 << 16
Message = TypeVar("Message")


class ChannelError(Exception):
    """What came isn't a message: the other side is broken, and the channel can't be used any more."""


def frame(payload: bytes) -> bytes:
    """A payload with its length before it.

    Raises
    ------
    ChannelError
        Where the payload is larger than :data:`LIMIT`.
    """
    if len(payload) > LIMIT:
        raise ChannelError(f"a message of {len(payload)} bytes is too large")
    return _HEADER.pack(len(payload)) + payload


def write_message(handle: int, message: object) -> None:
    """Write one message, waiting for room also on a non-blocking descriptor."""
    write_frame(handle, frame(msgspec.json.encode(message)))


def write_frame(handle: int, data: bytes) -> None:
    """Write all of ``data``."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(handle, rest) :]
        except BlockingIOError:
            select.select([], [handle], [])


def read_message(handle: int, type: type[Message]) -> Message | None:
    """Wait for one message; None where the other side closed the channel between two messages.

    Raises
    ------
    ChannelError
        Where it closed the channel within a message, or sent something else.
    """
    header = _read_exactly(handle, _HEADER.size)
    if not header:
        return None
    size = _size(header)
    payload = _read_exactly(handle, size)
    if len(payload) < size or len(header) < _HEADER.size:
        raise ChannelError("the channel was closed within a message")
    return decode(payload, type)


def decode(payload: bytes, type: type[Message]) -> Message:
    """A payload as a message of ``type`` (a struct, or a union of tagged structs).

    Raises
    ------
    ChannelError
        Where it isn't one.
    """
    try:
        return msgspec.json.decode(payload, type=type)
    except msgspec.MsgspecError as error:
        raise ChannelError(str(error)) from error


def _size(header: bytes) -> int:
    if len(header) < _HEADER.size:
        raise ChannelError("the channel was closed within a message")
    size: int = _HEADER.unpack(header)[0]
    if size > LIMIT:
        raise ChannelError(f"a message of {size} bytes is too large")
    return size


def _read_exactly(handle: int, size: int) -> bytes:
    parts, missing = [], size
    while missing:
        part = os.read(handle, min(missing, 1 << 20))
        if not part:
            break
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


class Decoder:
    """Cuts a stream that comes in pieces of any size into payloads."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The payloads that are complete with ``data``.

        Raises
        ------
        ChannelError
            Where a length can't be right.
        """
        self._held += data
        found = []
        while len(self._held) >= _HEADER.size:
            end = _HEADER.size + _size(bytes(self._held[: _HEADER.size]))
            if len(self._held) < end:
                break
            found.append(bytes(self._held[_HEADER.size : end]))
            del self._held[:end]
        return found

    def read_from(self, handle: int) -> list[bytes] | None:
        """Feed what can be read from ``handle`` at once; None at its end.

        On a non-blocking descriptor the list is empty where there is nothing yet.
        """
        try:
            data = os.read(handle, _CHUNK)
        except BlockingIOError:
            return []
        if data:
            return self.feed(data)
        self.finish()
        return None

    def finish(self) -> None:
        """The stream is over.

        Raises
        ------
        ChannelError
            Where it ended within a message.
        """
        if self._held:
            raise ChannelError("the channel was closed within a message")

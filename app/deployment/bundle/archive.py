"""A zip read strictly: only the plainest form of the format, every claim checked, nothing inflated beyond its limit.

Python's ``zipfile`` takes duplicates, links, data between members and headers that contradict each other; a bundle
comes from strangers, so its zip is parsed here.
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zlib
from pathlib import Path
from typing import IO

import msgspec

from app.errors import CicloError

MEMBERS = 64
MEMBER_BYTES = 512_000_000
TOTAL_BYTES = 1_000_000_000
RATIO = 200
_SMALL = 4096
_CHUNK = 1 << 18

FORM, LIMITS, SEAL, MODEL = "1", "2", "3", "4"
"""The rules that an error names: the form of the zip and of its names; limits; the bytes are those that were sealed;
what may be in a model."""

_END = struct.Struct("<4sHHHHIIH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_NAME = re.compile(r"[a-z0-9._-]+(/[a-z0-9._-]+)*")
_STORED, _DEFLATED = 0, 8
_LINK, _TYPE = 0o120000, 0o170000
_UNIX, _VERSION, _DAY = 3, 20, 0x21
_ATTRIBUTES = 0o100644 << 16
"""Every member is a plain file of the same kind and day (1980-01-01), so that no byte of a bundle is free."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A member as the central directory declares it."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    offset: int


def refuse(rule: str, member: str, reason: str, **params: str | int | float) -> CicloError:
    """The error of a broken rule: ``deployment.bundle.<reason>`` names member and rule."""
    return CicloError(f"deployment.bundle.{reason}", member=member, rule=rule, **params)


class Archive:
    """An open zip whose structure holds. Reading a member counts and checks its bytes.

    Raises
    ------
    CicloError
        ``deployment.bundle.…`` with the member and the rule that it breaks; ``deployment.not_a_bundle`` where the file
        isn't a zip at all.
    """

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._file = file
        self._size = path.stat().st_size
        self._path = path
        if self._read(0, 4) != b"PK\x03\x04":
            raise CicloError("deployment.not_a_bundle", path=path.name)
        directory, count, length = self._end()
        self.members = {m.name: m for m in self._central(directory, count, length)}
        self._check_places(directory)

    def _read(self, offset: int, length: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(length)

    def _unpack(self, form: struct.Struct, offset: int) -> tuple[bytes | int, ...]:
        data = self._read(offset, form.size)
        if len(data) != form.size:
            raise refuse(FORM, self._path.name, "truncated")
        return form.unpack(data)

    def _end(self) -> tuple[int, int, int]:
        """Place, number of entries and length of the central directory, which must end where the file ends."""
        if self._size > TOTAL_BYTES + MEMBERS * 1000:
            raise refuse(LIMITS, self._path.name, "too_large", limit=TOTAL_BYTES)
        if self._size < _END.size:
            raise refuse(FORM, self._path.name, "truncated")
        mark, disk, first_disk, here, count, length, offset, comment = self._unpack(_END, self._size - _END.size)
        if mark != b"PK\x05\x06":
            raise refuse(FORM, self._path.name, "truncated")
        if disk or first_disk or comment or here != count:
            raise refuse(FORM, self._path.name, "unusual")
        places = (int(offset), int(count), int(length))
        if places[1] > MEMBERS:
            raise refuse(LIMITS, self._path.name, "too_many", n=places[1], limit=MEMBERS)
        if places[0] + places[2] != self._size - _END.size:
            raise refuse(FORM, self._path.name, "gap")
        return places

    def _central(self, offset: int, count: int, length: int) -> list[Member]:
        found: list[Member] = []
        seen: set[str] = set()
        start = offset
        for _ in range(count):
            member, used = self._entry(start)
            folded = unicodedata.normalize("NFC", member.name).casefold()
            if folded in seen:
                raise refuse(FORM, member.name, "duplicate")
            seen.add(folded)
            found.append(member)
            start += used
        if start != offset + length:
            raise refuse(FORM, self._path.name, "gap")
        if sum(m.size for m in found) > TOTAL_BYTES:
            raise refuse(LIMITS, self._path.name, "too_large", limit=TOTAL_BYTES)
        return found

    def _entry(self, start: int) -> tuple[Member, int]:
        """One entry of the central directory, and its length."""
        fields = self._unpack(_CENTRAL, start)
        mark, made_by, needed, flags, method, time, date, crc, packed, size, named, extra, comment = fields[:13]
        disk, internal, external, offset = (int(f) for f in fields[13:])
        name = _decode(self._read(start + _CENTRAL.size, int(named)))
        if (external >> 16) & _TYPE == _LINK:
            raise refuse(FORM, name, "link")
        member = Member(name=name, method=int(method), crc=int(crc), packed=int(packed), size=int(size), offset=offset)
        _check_member(member, flags=int(flags))
        found = (mark, made_by, needed, time, date, extra, comment, disk, internal, external)
        if found != (b"PK\x01\x02", _UNIX << 8 | _VERSION, _VERSION, 0, _DAY, 0, 0, 0, 0, _ATTRIBUTES):
            raise refuse(FORM, name, "unusual")
        return member, _CENTRAL.size + int(named)

    def _check_places(self, directory: int) -> None:
        """Members follow each other without a gap, and their local headers say what the directory says."""
        place = 0
        for member in sorted(self.members.values(), key=lambda m: m.offset):
            if member.offset != place:
                raise refuse(FORM, member.name, "gap")
            fields = self._unpack(_LOCAL, place)
            name = _decode(self._read(place + _LOCAL.size, int(fields[9])))
            told = (b"PK\x03\x04", _VERSION, 0, member.method, 0, _DAY, member.crc, member.packed, member.size)
            if (*fields, name) != (*told, len(member.name), 0, member.name):
                raise refuse(FORM, member.name, "contradiction")
            place += _LOCAL.size + len(name) + member.packed
        if place != directory:
            raise refuse(FORM, self._path.name, "gap")

    def read(self, name: str, *, limit: int = MEMBER_BYTES) -> bytes:
        """The bytes of a member, counted while they are inflated and checked against its CRC.

        ``limit`` is the most that is accepted, in bytes.
        """
        member = self.members[name]
        if member.size > limit:
            raise refuse(LIMITS, name, "member_too_large", limit=limit)
        start = member.offset + _LOCAL.size + len(name)
        data = self._stored(start, member) if member.method == _STORED else self._inflated(start, member)
        if len(data) != member.size or zlib.crc32(data) != member.crc:
            raise refuse(SEAL, name, "altered_member")
        return data

    def _stored(self, start: int, member: Member) -> bytes:
        return self._read(start, member.packed)

    def _inflated(self, start: int, member: Member) -> bytes:
        inflate, data, place = zlib.decompressobj(-15), bytearray(), start
        end = start + member.packed
        try:
            while not inflate.eof and (place < end or inflate.unconsumed_tail):
                packed = inflate.unconsumed_tail
                if not packed:
                    packed = self._read(place, min(_CHUNK, end - place))
                    place += len(packed)
                data += inflate.decompress(packed, _CHUNK)
                if len(data) > member.size:
                    raise refuse(LIMITS, member.name, "lying_size")
        except zlib.error as error:
            raise refuse(SEAL, member.name, "altered_member") from error
        if not inflate.eof or inflate.unused_data or place != end:
            raise refuse(SEAL, member.name, "altered_member")
        return bytes(data)


def _decode(name: bytes) -> str:
    return name.decode("ascii", errors="backslashreplace")[:200]


def _check_member(member: Member, *, flags: int) -> None:
    if not _NAME.fullmatch(member.name) or any(part.strip(".") == "" for part in member.name.split("/")):
        raise refuse(FORM, member.name, "bad_name")
    if flags & 1:
        raise refuse(FORM, member.name, "encrypted")
    if flags or member.method not in (_STORED, _DEFLATED):
        raise refuse(FORM, member.name, "unusual")
    if member.size > MEMBER_BYTES or member.packed > MEMBER_BYTES:
        raise refuse(LIMITS, member.name, "member_too_large", limit=MEMBER_BYTES)
    if member.size > max(_SMALL, RATIO * member.packed):
        raise refuse(LIMITS, member.name, "ratio", limit=RATIO)
    if member.method == _STORED and member.size != member.packed:
        raise refuse(FORM, member.name, "contradiction")

"""A file to read: what it is, its bytes in blocks (decompressed), and whether it stayed the same meanwhile."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

import msgspec

from app.data import limits
from app.errors import CicloError, cause, worded

_MAGIC = (
    (b"\x1f\x8b", "gz"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"BZh", "bz2"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)
_FOREIGN = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel (xls)"),
    (b"PAR1", "Parquet"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"\x7fELF", worded("data.format.program")),
    (b"MZ\x90", worded("data.format.program")),
    (b"{\\rtf", "RTF"),
    (b"ARROW1", "Arrow"),
)
_PACKED_DOCUMENTS = (
    ("xl/", "Excel (xlsx)"),
    ("content.xml", "OpenDocument"),
    ("word/", "Word"),
    ("ppt/", "PowerPoint"),
)


class Stamp(msgspec.Struct, frozen=True):
    """What tells one state of a file from another without reading it."""

    size: int
    modified_ns: int
    inode: int


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A readable file. ``member`` is the one file inside a zip."""

    path: Path
    stamp: Stamp
    compression: str = ""
    member: str = ""

    @property
    def size(self) -> int:
        return self.stamp.size


class Digest(Protocol):
    """The part of a hash object that is used here."""

    def update(self, data: bytes, /) -> None:
        """Take in bytes."""


def open_source(path: Path) -> Source:
    """Look at a file's first bytes and refuse what can't hold a table as text.

    Raises
    ------
    CicloError
        ``data.source_missing``, ``data.source_folder``, ``data.source_unreadable``, ``data.empty_file``,
        ``data.file_too_large``,
        ``data.not_text`` and the like.
    """
    stamp = stamp_of(path)
    if stamp.size == 0:
        raise CicloError("data.empty_file", path=path.name)
    _check_size(path, stamp.size)
    with reading(path), path.open("rb") as file:
        head = file.read(64)
    for magic, format in _FOREIGN:
        if head.startswith(magic):
            raise CicloError("data.foreign_format", path=path.name, format=format)
    for magic, compression in _MAGIC:
        if head.startswith(magic):
            member = _member(path) if compression == "zip" else ""
            return Source(path=path, stamp=stamp, compression=compression, member=member)
    return Source(path=path, stamp=stamp)


def _check_size(path: Path, size: int) -> None:
    limit = limits.FILE_BYTES
    if size > limit:
        raise CicloError("data.file_too_large", path=path.name, size=round(size / 1e9, 1), limit=limit / 1e9)


def stamp_of(path: Path) -> Stamp:
    """The state of a file, which must be one.

    Raises
    ------
    CicloError
        ``data.source_missing``, ``data.source_folder``, ``data.source_not_file`` and the like.
    """
    with reading(path):
        status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise CicloError("data.source_folder", path=str(path))
    if not stat.S_ISREG(status.st_mode):
        raise CicloError("data.source_not_file", path=str(path))
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ino)


class reading:  # noqa: N801 - a context manager that reads as a word, as in ``with reading(path)``
    """Turn the operating system's refusals to read ``path`` into errors with a sentence."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        name = self._path.name
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            raise CicloError("data.source_missing", path=str(self._path)) from error
        if isinstance(error, PermissionError):
            raise CicloError("data.source_forbidden", path=str(self._path)) from error
        if isinstance(error, EOFError | zlib.error | lzma.LZMAError | zipfile.BadZipFile | gzip.BadGzipFile):
            raise CicloError("data.damaged_archive", path=name) from error
        if isinstance(error, OSError):
            raise CicloError("data.source_unreadable", path=str(self._path), cause=cause(error)) from error


def _member(path: Path) -> str:
    with reading(path), zipfile.ZipFile(path) as archive:
        entries = [i for i in archive.infolist() if not i.is_dir()]
    names = [entry.filename for entry in entries]
    for part, format in _PACKED_DOCUMENTS:
        if any(name.startswith(part) for name in names):
            raise CicloError("data.foreign_format", path=path.name, format=format)
    if len(entries) != 1:
        raise CicloError("data.zip_members", path=path.name, n=len(entries))
    if entries[0].flag_bits & 1:
        raise CicloError("data.zip_encrypted", path=path.name)
    return names[0]


def verify_unchanged(source: Source) -> None:
    """Refuse a file that was changed since it was opened.

    Raises
    ------
    CicloError
        ``data.source_changed``.
    """
    if stamp_of(source.path) != source.stamp:
        raise CicloError("data.source_changed", path=source.path.name)


class Blocks:
    """The bytes of a source in blocks; ``position`` is how far the file on disk was read, ``mended`` how many signs its
    reader had to mend."""

    def __init__(self, source: Source, *, digest: Digest | None = None, block_bytes: int = limits.BLOCK_BYTES) -> None:
        self._source = source
        self._digest = digest
        self._block_bytes = block_bytes
        self.position = 0
        self.total = 0
        self.mended = 0

    def count_mended(self, signs: int) -> None:
        """Some signs more were mended."""
        self.mended += signs

    def __iter__(self) -> Iterator[bytes]:
        path = self._source.path
        with reading(path), path.open("rb") as raw, self._decompressed(raw) as file:
            while True:
                block = self._read(file)
                if not block:
                    break
                self._count(block, raw)
                yield block

    def _read(self, file: IO[bytes]) -> bytes:
        """The next block; bzip2 and Zstandard call damage an OSError, without a number since no system said it."""
        try:
            return file.read(self._block_bytes)
        except OSError as error:
            if self._source.compression and error.errno is None:
                raise EOFError from error
            raise

    def _count(self, block: bytes, raw: IO[bytes]) -> None:
        self.total += len(block)
        self.position = raw.tell()
        plain = not self._source.compression
        if plain and self._digest is not None:
            self._digest.update(block)
        if plain and self.total > self._source.size:  # it grows while it is read, perhaps for ever
            raise CicloError("data.source_changed", path=self._source.path.name)
        _check_size(self._source.path, self.total)
        ratio = self.total / max(1, self.position)
        if not plain and self.total > limits.INFLATION_FROM_BYTES and ratio > limits.INFLATION:
            raise CicloError("data.inflation", path=self._source.path.name, limit=limits.INFLATION)

    def _decompressed(self, raw: IO[bytes]) -> IO[bytes]:
        match self._source.compression:
            case "gz":
                return gzip.GzipFile(fileobj=raw, mode="rb")  # type: ignore[return-value]
            case "xz":
                return lzma.LZMAFile(raw)
            case "bz2":
                return bz2.BZ2File(raw)
            case "zst":
                return _zstandard(raw)
            case "zip":
                return zipfile.ZipFile(raw).open(self._source.member)
            case _:
                return raw


def _zstandard(raw: IO[bytes]) -> IO[bytes]:
    import pyarrow as pa

    return pa.CompressedInputStream(raw, "zstd")  # type: ignore[no-any-return]


def read_head(source: Source, size: int) -> tuple[bytes, bool]:
    """The first ``size`` bytes (decompressed), and whether that is everything."""
    parts, length = [], 0
    for block in Blocks(source, block_bytes=min(size + 1, limits.BLOCK_BYTES)):
        parts.append(block)
        length += len(block)
        if length > size:
            break
    data = b"".join(parts)
    return data[:size], length <= size


def hash_source(source: Source) -> str:
    """SHA-256 of the file as it lies on the disk."""
    digest = hashlib.sha256()
    with reading(source.path), source.path.open("rb") as file:
        while block := file.read(limits.BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()

"""A good bundle in parts, and how parts become a bundle again, however wrong."""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.deployment.bundle.manifest import MANIFEST, SIGNATURE_FILE, Entry, Manifest, canonical
from app.deployment.bundle.signature import Signature
from app.deployment.onnx.writing import write_onnx
from app.learning.records import Task
from tests.unit.deployment.models import fitted, write

STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@dataclass(frozen=True)
class Good:
    """A whole bundle, signed by a stranger: its bytes, and its members without manifest and signature."""

    data: bytes
    manifest: Manifest
    files: Mapping[str, bytes]


def good(folder: Path, task: Task = Task.BINARY, name: str = "boosting") -> Good:
    path = write(folder / "good.ciclo.zip", task, onnx=write_onnx(fitted(task, name)), signature=stranger, name=name)
    with zipfile.ZipFile(path) as archive:
        files = {member: archive.read(member) for member in archive.namelist()}
    manifest = msgspec.json.decode(files.pop(MANIFEST), type=Manifest)
    del files[SIGNATURE_FILE]
    return Good(data=path.read_bytes(), manifest=manifest, files=files)


def stranger(manifest: bytes) -> bytes:
    """A signature of a key that nobody trusts; whoever means harm has one too."""
    key = STRANGER.public_key().public_bytes_raw()
    made = Signature(
        format=1,
        algorithm="ed25519",
        key=key.hex(),
        key_id=hashlib.sha256(key).hexdigest(),
        signature=STRANGER.sign(manifest).hex(),
    )
    return canonical(made)


def sealed(manifest: Manifest, files: Mapping[str, bytes], **more: bytes) -> bytes:
    """A bundle whose manifest names these members, signed."""
    entries = tuple(
        Entry(path=name, size=len(data), sha256=hashlib.sha256(data).hexdigest(), media="x/y")
        for name, data in sorted(files.items())
    )
    told = canonical(msgspec.structs.replace(manifest, files=entries))
    return raw({MANIFEST: told, SIGNATURE_FILE: stranger(told), **files, **more})


def resealed(manifest: bytes, files: Mapping[str, bytes]) -> bytes:
    """A bundle with a manifest of one's own, signed."""
    return raw({MANIFEST: manifest, SIGNATURE_FILE: stranger(manifest), **files})


def raw(files: Mapping[str, bytes], *, method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(_info(name, method), data)
    return buffer.getvalue()


def added(data: bytes, name: str, content: bytes = b"x", *, mode: int = 0o100644) -> bytes:
    """A zip with one more member, whatever its name."""
    buffer = io.BytesIO(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(buffer, "a") as archive:
            info = _info("placeholder", zipfile.ZIP_STORED)
            info.filename, info.external_attr = name, mode << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def _info(name: str, method: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.create_system, info.external_attr, info.compress_type = 3, 0o100644 << 16, method
    return info


def patched(data: bytes, name: str, *, central: bool, offset: int, form: str, value: int) -> bytes:
    """A zip with another value in a header of a member."""
    mark, length = (b"PK\x01\x02", 46) if central else (b"PK\x03\x04", 30)
    place = data.index(mark)
    while data[place + length : place + length + len(name)] != name.encode():
        place = data.index(mark, place + 1)
    changed = bytearray(data)
    struct.pack_into(form, changed, place + offset, value)
    return bytes(changed)

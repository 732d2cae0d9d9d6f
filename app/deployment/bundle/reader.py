"""Open a bundle from a stranger: every rule checked before a byte of the model is looked at. Runs nothing of it.

Of the members only the manifest is read at first; the others are read when they are asked for, and given out only if
they hash to what the manifest says.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from app.deployment.bundle.archive import FORM, SEAL, Archive, refuse
from app.deployment.bundle.manifest import (
    ACCEPTANCE_FILE,
    CARD_FILE,
    MANIFEST,
    MANIFEST_BYTES,
    MODEL_FILE,
    ONNX,
    ONNX_FILE,
    README_FILE,
    REPORT_FILE,
    SIGNATURE_FILE,
    Manifest,
    parse_manifest,
)
from app.deployment.bundle.signature import SIGNATURE_BYTES, check_signature
from app.errors import CicloError, cause

_HASH = re.compile(r"[0-9a-f]{64}")
_BEGINNING = 1 << 16
REQUIRED = (ACCEPTANCE_FILE, CARD_FILE, MODEL_FILE, README_FILE, REPORT_FILE)


class Bundle:
    """A bundle whose form holds. ``manifest`` was checked; members are checked as they are read. ``key`` is that which
    signed it, empty where it isn't signed."""

    def __init__(self, archive: Archive, manifest: Manifest, *, key: str = "") -> None:
        self._archive = archive
        self.manifest = manifest
        self.key = key
        self._entries = {entry.path: entry for entry in manifest.files}

    def read(self, name: str) -> bytes:
        """The bytes of a member, which are those that the manifest names.

        Raises
        ------
        CicloError
            ``deployment.bundle.altered_member`` where they aren't.
        """
        entry = self._entries[name]
        data = self._archive.read(name)
        if len(data) != entry.size or hashlib.sha256(data).hexdigest() != entry.sha256:
            raise refuse(SEAL, name, "altered_member")
        return data

    def verify(self) -> None:
        """Read every member once."""
        for name in self._entries:
            self.read(name)


@contextmanager
def opened(path: Path) -> Iterator[Bundle]:
    """Open the bundle at ``path`` for a block.

    Raises
    ------
    CicloError
        ``deployment.no_file``, ``deployment.not_a_bundle``, ``deployment.newer_bundle`` or ``deployment.bundle.…``
        (member and rule).
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise CicloError("deployment.no_file", path=str(path), cause=cause(error)) from error
    with file:
        archive = _archive(file, path)
        sealed = archive.read(MANIFEST, limit=MANIFEST_BYTES)
        manifest = parse_manifest(sealed)
        check_members(archive, manifest)
        yield Bundle(archive, manifest, key=_key(archive, sealed))


def _key(archive: Archive, manifest: bytes) -> str:
    if SIGNATURE_FILE not in archive.members:
        return ""
    return check_signature(archive.read(SIGNATURE_FILE, limit=SIGNATURE_BYTES), manifest)


def _archive(file: IO[bytes], path: Path) -> Archive:
    """The zip, strictly read. One that breaks a rule and has no manifest either isn't an altered bundle but none."""
    try:
        archive = Archive(file, path)
    except CicloError as error:
        file.seek(0)
        if MANIFEST.encode() not in file.read(_BEGINNING) and not _lists_manifest(file):
            raise CicloError("deployment.not_a_bundle", path=path.name) from error
        raise
    if MANIFEST not in archive.members:
        raise CicloError("deployment.not_a_bundle", path=path.name)
    return archive


def _lists_manifest(file: IO[bytes]) -> bool:
    try:
        return MANIFEST in zipfile.ZipFile(file).namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def check_members(archive: Archive, manifest: Manifest) -> None:
    """The members are exactly those of the manifest, each as large as it says.

    Raises
    ------
    CicloError
        ``deployment.bundle.…`` with the member.
    """
    listed = {entry.path: entry for entry in manifest.files}
    if len(listed) != len(manifest.files):
        raise refuse(FORM, MANIFEST, "bad_manifest")
    unlisted = {MANIFEST} if manifest.format == 1 else {MANIFEST, SIGNATURE_FILE}
    if not unlisted.isdisjoint(listed):
        raise refuse(FORM, MANIFEST, "bad_manifest")
    for name in archive.members:
        if name not in unlisted and name not in listed:
            raise refuse(FORM, name, "extra_member")
    for name in (*listed, *REQUIRED, *([ONNX_FILE] if manifest.runs_on == ONNX else [])):
        if name not in archive.members:
            raise refuse(FORM, name, "missing_member")
    for name, entry in listed.items():
        if not _HASH.fullmatch(entry.sha256):
            raise refuse(FORM, MANIFEST, "bad_manifest")
        if archive.members[name].size != entry.size:
            raise refuse(SEAL, name, "altered_member")

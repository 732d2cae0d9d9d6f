"""The key with which personal data of a project become pseudonyms: made when it is first needed, kept in this user's
keyring, or where there is none in a file that nobody else can read. It never lies in the project nor in anything that
leaves it: whoever has it can find out by trying whose pseudonym one is. Light."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from app.errors import CicloError, worded
from app.project.durable import reading
from app.project.lock import locked
from app.project.private import from_keyring, into_keyring, read_private, write_private
from app.resources import user_folder

_BYTES = 32
_WHICH = b"ciclo: which key is this?"
_MOST_BYTES = 1 << 16


class _Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key as it is kept, and as it is carried to another computer."""

    ciclo_pseudonym_key: int
    project: str
    key: str
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PseudonymKey:
    """``replaces`` are the fingerprints of keys in whose place it came, knowing that their pseudonyms are others."""

    secret: bytes = field(repr=False)
    replaces: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Tells keys apart, and nothing about them: 64 bits of an HMAC, in hexadecimal."""
        return hmac.digest(self.secret, _WHICH, "sha256")[:8].hex()

    def strange(self, fingerprints: Iterable[str]) -> list[str]:
        """Those of other keys that it doesn't replace."""
        return [one for one in fingerprints if one != self.fingerprint and one not in self.replaces]

    def replacing(self, fingerprints: Iterable[str]) -> PseudonymKey:
        """In the place of these as well."""
        return replace(self, replaces=(*self.replaces, *self.strange(fingerprints)))


def find_key(project: str) -> PseudonymKey | None:
    """The key that this user has for a project, by the project's id; None where they have none.

    Raises
    ------
    CicloError
        ``project.pseudonym_key_damaged``, ``project.private_unreadable`` or ``project.private_open``.
    """
    path = _place(project)
    if path.exists():  # only where the keyring took nothing: what it may hold is older
        return _read(read_private(path), project, str(path))
    held = from_keyring(_name(project))
    return _read(held, project, worded("project.keyring")) if held else None


def make_key(project: str) -> PseudonymKey:
    """The key that this user has for a project, made where they have none.

    Raises
    ------
    CicloError
        As :func:`find_key`, and where neither the keyring nor the disk takes it.
    """
    with _alone():  # of two that are made at once one would be lost, with pseudonyms made by it
        return find_key(project) or _kept(project, _fresh())


def begin_key(project: str, replaces: Iterable[str]) -> PseudonymKey:
    """Another key from now on, in the place of those with these fingerprints."""
    with _alone():
        return _kept(project, _fresh().replacing(replaces))


def keep_key(project: str, key: PseudonymKey) -> None:
    """Keep a key that was made elsewhere, in the place of the one that is there."""
    with _alone():
        _kept(project, key)


def place_of_key(project: str) -> Path | None:
    """The file in which the key is kept; None where it is in the keyring, or nowhere."""
    path = _place(project)
    return path if path.exists() else None


# Carrying it


def write_key(project: str, key: PseudonymKey, path: Path) -> None:
    """Write the key into a file that nobody else can read, to carry it to another computer."""
    write_private(path, _written(project, key))


def read_key(project: str, path: Path) -> PseudonymKey:
    """The key in a file that was carried here; on a memory stick its mode says nothing.

    Raises
    ------
    CicloError
        ``project.pseudonym_key_damaged``, ``project.pseudonym_key_of_another``, or why the file can't be read.
    """
    with reading(path), path.open("rb") as file:
        data = file.read(_MOST_BYTES)
    return _read(data, project, str(path))


# As it is kept


def _fresh() -> PseudonymKey:
    return PseudonymKey(secret=secrets.token_bytes(_BYTES))


def _kept(project: str, key: PseudonymKey) -> PseudonymKey:
    text, path = _written(project, key), _place(project)
    if into_keyring(_name(project), text.decode()):
        path.unlink(missing_ok=True)
    else:
        write_private(path, text)
    return key


def _written(project: str, key: PseudonymKey) -> bytes:
    written = _Written(ciclo_pseudonym_key=1, project=project, key=key.secret.hex(), replaces=key.replaces)
    return msgspec.json.encode(written)


def _read(text: str | bytes, project: str, place: str) -> PseudonymKey:
    try:
        written = msgspec.json.decode(text, type=_Written)
        secret = bytes.fromhex(written.key)
    except (msgspec.MsgspecError, ValueError) as error:  # its own words would show what is in it
        raise CicloError("project.pseudonym_key_damaged", place=place) from error
    if written.ciclo_pseudonym_key != 1 or len(secret) != _BYTES:
        raise CicloError("project.pseudonym_key_damaged", place=place)
    if written.project != project:
        raise CicloError("project.pseudonym_key_of_another", place=place)
    return PseudonymKey(secret=secret, replaces=written.replaces)


def _name(project: str) -> str:
    return f"pseudonyms-{hashlib.sha256(project.encode()).hexdigest()[:24]}"


def _folder() -> Path:
    return user_folder() / "pseudonyms"


def _place(project: str) -> Path:
    return _folder() / _name(project)


def _alone() -> AbstractContextManager[None]:
    return locked(_folder() / "lock")

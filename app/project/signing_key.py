"""The key with which this user signs: Ed25519 (S. Josefsson, I. Liusvaara, RFC 8032), made the first time, kept in the
system's keyring, or where there is none in a file that nobody else can read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import CicloError
from app.project.private import from_keyring, into_keyring, read_private, write_private
from app.resources import user_folder

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_NAME = "signing-key"
_SHOWN = 16


def own_key() -> str:
    """The public half of this user's key, in hexadecimal.

    Raises
    ------
    CicloError
        ``project.no_key`` where the key can't be read or kept.
    """
    return _public(_own_key())


def known_own_key() -> str:
    """The public half of this user's key; empty where they have never signed.

    Raises
    ------
    CicloError
        ``project.no_key`` where the key can't be read.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    kept = _kept()
    try:
        return _public(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(kept))) if kept else ""
    except ValueError as error:
        raise CicloError("project.no_key", path=str(_place())) from error


def sign_with_own_key(message: bytes) -> str:
    """This user's signature of a message, in hexadecimal. Equal messages get equal signatures.

    Raises
    ------
    CicloError
        ``project.no_key`` where the key can't be read or kept.
    """
    return _own_key().sign(message).hex()


def is_signed(message: bytes, *, key: str, signature: str) -> bool:
    """Whether the signature of a message is that of a key, both in hexadecimal."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), message)
    except (ValueError, InvalidSignature):
        return False
    return True


def fingerprint(key: str) -> str:
    """A key as people compare it: its first sixteen hexadecimal digits, in groups of four."""
    return " ".join(key[n : n + 4] for n in range(0, min(len(key), _SHOWN), 4))


def _public(key: Ed25519PrivateKey) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def _own_key() -> Ed25519PrivateKey:
    """This user's key, made where there is none yet."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        seed = bytes.fromhex(_kept() or _made())
        return Ed25519PrivateKey.from_private_bytes(seed)
    except ValueError as error:
        raise CicloError("project.no_key", path=str(_place())) from error


def _place() -> Path:
    return user_folder() / _NAME


def _kept() -> str:
    path = _place()
    return from_keyring(_NAME) or (read_private(path).strip() if path.exists() else "")


def _made() -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    made = Ed25519PrivateKey.generate().private_bytes_raw().hex()
    if not into_keyring(_NAME, made):
        write_private(_place(), made.encode())
    return _kept()  # of two that are made at once, the one that stayed

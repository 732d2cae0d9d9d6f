"""Decisions are signed with the key of who decides and each names the one before, so that none can be altered, put in
or taken out unseen.

The key is an Ed25519 key (S. Josefsson, I. Liusvaara, RFC 8032) that is made the first time: kept in the system's
keyring, or where there is none in a file that nobody else can read.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.errors import CicloError
from app.project import Project, Record, encode
from app.project.private import from_keyring, into_keyring, read_private, write_private
from app.resources import user_folder
from app.verification.records import DECISION, Decision

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_NAME = "signing-key"
_PREFIX = b"ciclo decision 1\n"
_SHOWN = 16


class SignatureState(StrEnum):
    """What a signature says: it is whole; there is none yet, in a decision from before there were signatures; it is
    missing although decisions before it are signed; or it doesn't fit what was decided."""

    SIGNED = "signed"
    UNSIGNED = "unsigned"
    MISSING = "missing"
    BROKEN = "broken"

    @property
    def sound(self) -> bool:
        return self in (SignatureState.SIGNED, SignatureState.UNSIGNED)


def own_key() -> str:
    """The public half of this user's key, as decisions name it.

    Raises
    ------
    CicloError
        ``verification.no_key`` where the key can't be read or kept.
    """
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return _own_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def sign(decision: Decision, project: Project) -> Decision:
    """The decision with its moment, the one before it, and the signature of this user's key.

    Raises
    ------
    CicloError
        ``verification.no_key`` where the key can't be read or kept.
    """
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = _own_key()
    before = max(project.records(DECISION), key=attrgetter("order"), default=None)
    named = msgspec.structs.replace(
        decision,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        previous=before.id if before else "",
        key=key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex(),
        signature="",
    )
    return msgspec.structs.replace(named, signature=key.sign(_message(encode(named))).hex())


def signature_state(record: Record, project: Project) -> SignatureState:
    """Whether the decision of a record is as it was signed.

    Who takes a signature away must not get through as one who came before there were any: that is told by the
    decisions before it.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    body = record.read(Decision)
    if not body.signature and not body.key:
        before = (r for r in project.records(DECISION) if r.envelope.lamport < record.envelope.lamport)
        late = any(r.read(Decision).signature for r in before)
        return SignatureState.MISSING if late else SignatureState.UNSIGNED
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(body.key))
        key.verify(bytes.fromhex(body.signature), _message(bytes(record.envelope.body)))
    except (ValueError, InvalidSignature):
        return SignatureState.BROKEN
    return SignatureState.SIGNED


def fingerprint(key: str) -> str:
    """A key as people compare it: its first sixteen hexadecimal digits, in groups of four."""
    return " ".join(key[n : n + 4] for n in range(0, min(len(key), _SHOWN), 4))


def _message(body: bytes) -> bytes:
    """What is signed: the decision as it is stored, whatever its format, without the signature."""
    fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    fields.pop("signature", None)
    return _PREFIX + encode(fields)


def _own_key() -> Ed25519PrivateKey:
    """This user's key, made where there is none yet."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        seed = bytes.fromhex(_kept() or _made())
        return Ed25519PrivateKey.from_private_bytes(seed)
    except ValueError as error:
        raise CicloError("verification.no_key", path=str(_place())) from error


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

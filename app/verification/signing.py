"""Decisions are signed with the key of who decides and each names the one before, so that none can be altered, put in
or taken out unseen."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter

import msgspec

from app.project import Project, Record, encode
from app.project.signing_key import is_signed, own_key, sign_with_own_key
from app.verification.records import DECISION, Decision

_PREFIX = b"ciclo decision 1\n"


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


def sign(decision: Decision, project: Project) -> Decision:
    """The decision with its moment, the one before it, and the signature of this user's key.

    Raises
    ------
    CicloError
        ``project.no_key`` where the key can't be read or kept.
    """
    before = max(project.records(DECISION), key=attrgetter("order"), default=None)
    named = msgspec.structs.replace(
        decision,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        previous=before.id if before else "",
        key=own_key(),
        signature="",
    )
    return msgspec.structs.replace(named, signature=sign_with_own_key(_message(encode(named))))


def signature_state(record: Record, project: Project) -> SignatureState:
    """Whether the decision of a record is as it was signed.

    Who takes a signature away must not get through as one who came before there were any: that is told by the
    decisions before it.
    """
    body = record.read(Decision)
    if not body.signature and not body.key:
        before = (r for r in project.records(DECISION) if r.envelope.lamport < record.envelope.lamport)
        late = any(r.read(Decision).signature for r in before)
        return SignatureState.MISSING if late else SignatureState.UNSIGNED
    sound = is_signed(_message(bytes(record.envelope.body)), key=body.key, signature=body.signature)
    return SignatureState.SIGNED if sound else SignatureState.BROKEN


def _message(body: bytes) -> bytes:
    """What is signed: the decision as it is stored, whatever its format, without the signature."""
    fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    fields.pop("signature", None)
    return _PREFIX + encode(fields)

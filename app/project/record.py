"""Records: small immutable facts. What is hashed is what lies on the disk, never a re-encoding."""

from __future__ import annotations

import hashlib
from typing import TypeVar

import msgspec

from app.errors import CicloError, worded

FORMAT = 1
IDENTITY = "ciclo.json"
Body = TypeVar("Body", bound=msgspec.Struct)


class Object(msgspec.Struct, frozen=True, kw_only=True):
    """Something large, by the hash of its bytes."""

    sha256: str
    size: int
    media: str


class StagedFile(msgspec.Struct, frozen=True, kw_only=True):
    """An object that a job has written, synced and hashed again, in its own staging folder."""

    path: str
    sha256: str
    size: int
    media: str


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A record to be: what the job knows. The rest (number, order, author, id) is given at the commit.

    ``name`` puts it into a numbered series (the versions of a dataset or of a model). ``kept`` are objects that the
    project holds already.
    """

    kind: str
    body: msgspec.Raw
    parents: tuple[str, ...] = ()
    objects: dict[str, StagedFile] = {}
    kept: dict[str, Object] = {}
    name: str = ""


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A record as stored. Unknown fields of a later minor format are kept, since the bytes are never rewritten."""

    format: int
    kind: str
    time: str
    lamport: int
    author: str
    writer: str
    seq: int
    software: str
    body: msgspec.Raw
    previous: str = ""
    parents: tuple[str, ...] = ()
    objects: dict[str, Object] = {}
    name: str = ""
    number: int = 0


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A record that was read: its id (SHA-256 of its bytes) and its envelope."""

    id: str
    envelope: Envelope

    @property
    def kind(self) -> str:
        return self.envelope.kind

    @property
    def name(self) -> str:
        return self.envelope.name

    @property
    def number(self) -> int:
        return self.envelope.number

    @property
    def time(self) -> str:
        """ISO 8601, UTC."""
        return self.envelope.time

    @property
    def author(self) -> str:
        return self.envelope.author

    @property
    def parents(self) -> tuple[str, ...]:
        return self.envelope.parents

    @property
    def objects(self) -> dict[str, Object]:
        return self.envelope.objects

    @property
    def order(self) -> tuple[int, str]:
        """Sorts records as they came, the same on every computer."""
        return self.envelope.lamport, self.id

    @property
    def label(self) -> str:
        """``churn@4``."""
        return f"{self.name}@{self.number}"

    def read(self, body: type[Body]) -> Body:
        """The body as the struct of its kind.

        Raises
        ------
        CicloError
            ``project.unreadable_record`` where the body isn't of that shape.
        """
        try:
            return msgspec.json.decode(self.envelope.body, type=body)
        except msgspec.MsgspecError as error:
            raise CicloError("project.unreadable_record", id=self.id[:12], kind=kind_in_words(self.kind)) from error


def readable(label: str) -> str:
    """A version as people name it: ``churn@3`` is churn v3."""
    return label.replace("@", " v")


def kind_in_words(kind: str) -> str:
    """A kind of record as the parameter of an error."""
    return worded(f"project.kind.{kind.replace('-', '_')}")


def is_series_name(name: str) -> bool:
    """Whether the versions of a dataset or model may be called so: readable, and without the signs of ``name@3``,
    ``name@3~b3f2`` and of paths."""
    clean = name.strip()
    return bool(clean.strip(".")) and clean.isprintable() and len(clean) <= 100 and not set(clean) & set("@~/\\")


def encode(value: object) -> bytes:
    """Canonical JSON: sorted keys, so that equal content has equal bytes."""
    return msgspec.json.encode(value, order="sorted")


def draft(
    kind: str,
    body: msgspec.Struct,
    *,
    parents: tuple[str, ...] = (),
    objects: dict[str, StagedFile] | None = None,
    kept: dict[str, Object] | None = None,
    name: str = "",
) -> Draft:
    """A draft of ``kind`` around a body struct."""
    return Draft(
        kind=kind,
        body=msgspec.Raw(encode(body)),
        parents=parents,
        objects=objects or {},
        kept=kept or {},
        name=name,
    )


def parse(data: bytes) -> Record:
    """A record from the bytes of its file; its id is their hash.

    Raises
    ------
    CicloError
        ``project.newer_record`` for a format of a later release, ``project.unreadable_record`` for anything else.
    """
    id = hashlib.sha256(data).hexdigest()
    try:
        envelope = msgspec.json.decode(data, type=Envelope)
    except msgspec.MsgspecError as error:
        raise CicloError("project.unreadable_record", id=id[:12], kind=kind_in_words("record")) from error
    if envelope.format > FORMAT:
        raise CicloError("project.newer_record", id=id[:12], format=envelope.format)
    return Record(id=id, envelope=envelope)

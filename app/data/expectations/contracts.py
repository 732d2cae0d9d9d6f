"""The contract of a dataset: the newest record about it. Light."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter

import msgspec

from app.data.expectations.proposing import propose
from app.data.expectations.records import CONTRACT, Contract, Expectation
from app.data.records import DatasetVersion, Profile
from app.errors import CicloError
from app.project.record import Draft, Record, draft
from app.project.store import Project


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """The contract that holds, with the id of its record."""

    id: str
    contract: Contract


def contract_of(project: Project, dataset: str, *, until: tuple[int, str] | None = None) -> Held | None:
    """The contract of a dataset; None where nothing is expected of it. One that can't be read is left to ``check``.

    ``until`` is the order of a record: the contract that held when that was made.
    """
    for record in sorted(project.records(CONTRACT), key=attrgetter("order"), reverse=True):
        if until is not None and record.order > until:
            continue
        try:
            body = record.read(Contract)
        except CicloError:
            continue
        if body.dataset == dataset:
            return Held(id=record.id, contract=body) if body.expectations else None
    return None


def contracting(dataset: str, expectations: tuple[Expectation, ...], *, learned_from: str = "") -> Draft:
    """The draft of a contract."""
    return draft(CONTRACT, Contract(dataset=dataset, expectations=expectations, learned_from=learned_from))


def proposal(project: Project, record: Record) -> tuple[Expectation, ...]:
    """What a stored version lets expect.

    Raises
    ------
    CicloError
        ``project.damaged_object``, or that its profile isn't there.
    """
    stored = record.objects["profile"]
    try:
        profile = msgspec.json.decode(project.object_bytes(stored.sha256), type=Profile)
    except msgspec.MsgspecError as error:
        raise CicloError("project.damaged_object", sha256=stored.sha256[:12]) from error
    return propose(record.read(DatasetVersion), profile, datetime.fromisoformat(record.time))

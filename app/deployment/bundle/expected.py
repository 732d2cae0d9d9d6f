"""What is expected of the rows that a model gets: the part of its dataset's contract that each row keeps or breaks,
in a member of the bundle. Light."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.data.expectations.contracts import contract_of
from app.data.expectations.editing import make_sure
from app.data.expectations.records import Categories, Filled, OfRows, Range
from app.data.types import ColumnType
from app.deployment.approved import ApprovedVersion
from app.deployment.bundle.archive import FORM, refuse
from app.deployment.bundle.manifest import canonical, check_depth
from app.errors import CicloError
from app.learning.records import Feature

EXPECTATIONS_FILE = "expectations.json"


def expectations_of(version: ApprovedVersion) -> tuple[OfRows, ...]:
    """What the contract expects of the features of a version. It is the one that held when the version was approved, so
    that the same version gives the same bytes."""
    approved = version.decision_record.order
    held = contract_of(version.project, version.dataset_record.name, until=approved)
    types = _types(version.model.features)
    if held is None:
        return ()
    return tuple(
        one
        for one in held.contract.expectations
        if isinstance(one, Range | Categories | Filled) and one.column in types and _fits(one, types)
    )


def write_expectations(expectations: Sequence[OfRows]) -> bytes:
    """The member's bytes."""
    return canonical(expectations)


def read_expectations(data: bytes, features: Sequence[Feature]) -> tuple[OfRows, ...]:
    """The member read; nothing in it is trusted.

    Raises
    ------
    CicloError
        ``deployment.bundle.bad_expectations``, or that it is nested too deep.
    """
    check_depth(data, name=EXPECTATIONS_FILE)
    types = _types(features)
    try:
        found = msgspec.json.decode(data, type=tuple[OfRows, ...])
        for one in found:
            make_sure(one, types)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, CicloError) as error:
        raise refuse(FORM, EXPECTATIONS_FILE, "bad_expectations") from error
    return found


def _types(features: Sequence[Feature]) -> dict[str, ColumnType]:
    return {feature.name: feature.type for feature in features}


def _fits(expectation: OfRows, types: dict[str, ColumnType]) -> bool:
    try:
        make_sure(expectation, types)
    except CicloError:
        return False
    return True

"""Which key makes the pseudonyms of a project: the one with which its versions were made, or a new one where none was.
Light."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from app.data.recipe.steps import KeyedStep, Recipe
from app.data.records import DATASET, DatasetVersion
from app.errors import CicloError
from app.project import Project
from app.project.pseudonym_key import PseudonymKey, find_key, make_key


class Pseudonyms(msgspec.Struct, frozen=True, kw_only=True):
    """Those that a project has: its id and, by the fingerprint of each key, the newest version made with it."""

    project: str
    versions: dict[str, str] = {}


def needs_key(recipe: Recipe) -> bool:
    """Whether a step works with the project's key."""
    return any(isinstance(step, KeyedStep) for step in recipe.steps)


def pseudonyms_of(project: Project) -> Pseudonyms:
    """The pseudonyms of a project; those of versions in the bin too, which may come back."""
    told = ((record.read(DatasetVersion).pseudonym_key, record.label) for record in project.records(DATASET))
    return Pseudonyms(project=project.identity.id, versions={key: label for key, label in told if key})


def right_key(pseudonyms: Pseudonyms) -> PseudonymKey | None:
    """The key that this user has; None where no pseudonyms were made yet.

    Raises
    ------
    CicloError
        ``data.pseudonyms.no_key`` or ``data.pseudonyms.other_key`` where pseudonyms of the project were made with a key
        that isn't here: those made here wouldn't match them.
    """
    key = find_key(pseudonyms.project)
    refuse_strange(pseudonyms, key)
    return key


def refuse_strange(pseudonyms: Pseudonyms, key: PseudonymKey | None) -> None:
    """Refuse a key whose pseudonyms wouldn't match those that were made.

    Raises
    ------
    CicloError
        As :func:`right_key`.
    """
    strange: Iterable[str] = pseudonyms.versions if key is None else key.strange(pseudonyms.versions)
    for fingerprint in strange:
        code = "data.pseudonyms.no_key" if key is None else "data.pseudonyms.other_key"
        raise CicloError(code, label=pseudonyms.versions[fingerprint])


def needed_key(pseudonyms: Pseudonyms) -> PseudonymKey:
    """The key that this user has, made where no pseudonyms were made yet.

    Raises
    ------
    CicloError
        As :func:`right_key`, and where it can't be kept.
    """
    return right_key(pseudonyms) or make_key(pseudonyms.project)

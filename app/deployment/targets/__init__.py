"""Where an approved version can go: one file a target, also from other packages (entry points ``ciclo.targets``)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

from app.deployment.approved import ApprovedVersion
from app.deployment.records import Certificate
from app.errors import CicloError
from app.jobs.contract import Context

GROUP = "ciclo.targets"


class Target(Protocol):
    """A kind of export."""

    @property
    def name(self) -> str:
        """How it is called on the command line."""

    def file_name(self, version: ApprovedVersion) -> str:
        """What the export is called where the user names no file."""

    def make(self, context: Context, version: ApprovedVersion, path: Path) -> Certificate:
        """Write the export to ``path``, have it opened by its own runtime, and certify it.

        Raises
        ------
        CicloError
            Where it can't be made, or where its answers aren't the model's.
        """


def known_targets() -> Sequence[Target]:
    """The targets of this installation."""
    from app.deployment.targets.bundle import BundleTarget

    return [BundleTarget(), *(point.load()() for point in entry_points(group=GROUP))]


def target_names() -> tuple[str, ...]:
    """The names of the targets, without loading any."""
    return ("bundle", *(point.name for point in entry_points(group=GROUP)))


def find_target(name: str) -> Target:
    """The target called ``name``.

    Raises
    ------
    CicloError
        ``deployment.unknown_target``.
    """
    targets = known_targets()
    for target in targets:
        if target.name == name:
            return target
    raise CicloError("deployment.unknown_target", name=name, known=", ".join(t.name for t in targets))

"""Where an approved version can go: one file a target, also from other packages (entry points ``ciclo.targets``)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Protocol

import msgspec
import pyarrow as pa

from app.deployment.approved import ApprovedVersion
from app.deployment.declared import Declared, Delivered, Settings
from app.deployment.made import Source
from app.deployment.records import Certificate
from app.errors import CicloError
from app.jobs.contract import Context
from app.learning.model import Predictions
from app.learning.records import Signature

GROUP = "ciclo.targets"


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a runtime said of rows, and which runtime that was, with its version."""

    predictions: Predictions
    runtime: str


class Target(Protocol):
    """A kind of export. Each of its parts is called in this order: ``write``, then ``answer`` in a fresh process, then
    ``seal``, ``answer`` again, and for a server ``deliver``."""

    @property
    def declared(self) -> Declared:
        """What it says of itself."""

    def file_name(self, version: ApprovedVersion) -> str:
        """What the export is called where the user names no file."""

    def write(self, context: Context, source: Source, path: Path, settings: Settings) -> None:
        """Write the export to ``path``, a free name in a staging folder.

        Raises
        ------
        CicloError
            Where it can't be made.
        """

    def answer(self, path: Path, table: pa.Table, signature: Signature) -> Answers:
        """What the export says of the rows of ``table`` (a typed column for each feature), by the runtime of its
        format."""

    def seal(self, path: Path, certificate: Certificate) -> None:
        """Put the proof into the export."""

    def deliver(self, context: Context, source: Source, path: Path, settings: Settings) -> Delivered:
        """Bring a sealed export to its server and read it back; where it stands there.

        Raises
        ------
        CicloError
            Where the server is away, refuses, or gives other bytes back; what stood there before stays.
        """

    def check(self, settings: Settings) -> str:
        """Who answers at the address, with the version, as ``MLflow 3.17``.

        Raises
        ------
        CicloError
            Where nobody does, or somebody else.
        """


class Local:
    """The parts of a target without a server."""

    def deliver(self, context: Context, source: Source, path: Path, settings: Settings) -> Delivered:
        """There is nowhere to bring it."""
        raise NotImplementedError

    def check(self, settings: Settings) -> str:
        """There is nobody to ask."""
        raise NotImplementedError


def _own() -> Mapping[str, Callable[[], Target]]:
    """Ciclo's own, in the order in which people see them; none is loaded before it is asked for."""

    def bundle() -> Target:
        from app.deployment.targets.bundle import BundleTarget

        return BundleTarget()

    def onnx() -> Target:
        from app.deployment.targets.onnx import OnnxTarget

        return OnnxTarget()

    def pmml() -> Target:
        from app.deployment.targets.pmml import PmmlTarget

        return PmmlTarget()

    def mlflow() -> Target:
        from app.deployment.targets.mlflow.target import MlflowTarget

        return MlflowTarget()

    def dvc() -> Target:
        from app.deployment.targets.dvc.target import DvcTarget

        return DvcTarget()

    def submarine() -> Target:
        from app.deployment.targets.submarine.target import SubmarineTarget

        return SubmarineTarget()

    return {
        "bundle": bundle,
        "onnx": onnx,
        "pmml": pmml,
        "mlflow": mlflow,
        "dvc": dvc,
        "submarine": submarine,
    }


def target_names() -> tuple[str, ...]:
    """The names of the targets, without loading any."""
    return (*_own(), *(point.name for point in entry_points(group=GROUP)))


def find_target(name: str) -> Target:
    """The target called ``name``.

    Raises
    ------
    CicloError
        ``deployment.unknown_target``, or ``deployment.broken_target`` where its package can't be loaded.
    """
    own = _own()
    if name in own:
        return own[name]()
    point = next((point for point in entry_points(group=GROUP) if point.name == name), None)
    if point is None:
        raise CicloError("deployment.unknown_target", name=name, known=", ".join(target_names()))
    return _loaded(point)


def foreign() -> Sequence[Declared]:
    """What the targets of other packages say of themselves. One that can't be loaded doesn't hide the others."""
    found = []
    for point in entry_points(group=GROUP):
        with contextlib.suppress(CicloError):
            found.append(msgspec.structs.replace(_loaded(point).declared, package=_package(point)))
    return found


def _loaded(point: EntryPoint) -> Target:
    try:
        found: Target = point.load()()
    except Exception as error:
        cause = str(error) or type(error).__name__
        raise CicloError("deployment.broken_target", name=point.name, package=_package(point), cause=cause) from error
    return found


def _package(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist is not None else point.module

"""Apache Submarine as a target: its files as a folder, or with an address a version in its registry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from app.deployment.approved import ApprovedVersion, safe_name
from app.deployment.declared import Delivered, Settings
from app.deployment.made import Source
from app.deployment.own import SUBMARINE
from app.deployment.records import Certificate
from app.deployment.targets import Answers
from app.errors import CicloError
from app.jobs.contract import Context
from app.learning.records import Signature

if TYPE_CHECKING:
    from app.deployment.targets.s3 import Bucket
    from app.deployment.targets.submarine.server import Server

_URL, _S3 = "url", "s3"


class SubmarineTarget:
    """Registers versions by the REST interface of Submarine 0.8.0. Its server can't serve them, and that is said."""

    declared = SUBMARINE

    def file_name(self, version: ApprovedVersion) -> str:
        """``churn-4-submarine``, a folder."""
        return f"{safe_name(version.record.name)}-{version.record.number}-submarine"

    def write(self, context: Context, source: Source, path: Path, settings: Settings) -> None:
        """Write the folder; server and bucket that don't answer, or a name of another's, are found out before.

        Raises
        ------
        CicloError
            As :meth:`check`; ``deployment.submarine.bad_name``, ``deployment.name_taken``.
        """
        from app.deployment.targets.submarine.folder import write_folder
        from app.deployment.targets.submarine.registering import check_owner, checked_name

        if settings[_URL]:
            name = checked_name(settings["name"] or source.version.record.name)
            self.check(settings)
            check_owner(_server(settings), name, project=source.version.project.identity.id)
        write_folder(source, path)

    def answer(self, path: Path, table: pa.Table, signature: Signature) -> Answers:
        """What the bundle in it says."""
        from app.deployment.targets.bundle import BundleTarget
        from app.deployment.targets.submarine.folder import bundle_in

        return BundleTarget().answer(bundle_in(path), table, signature)

    def seal(self, path: Path, certificate: Certificate) -> None:
        """Put the proof in."""
        from app.deployment.targets.submarine.folder import seal_folder

        seal_folder(path, certificate)

    def deliver(self, context: Context, source: Source, path: Path, settings: Settings) -> Delivered:
        """Register the version; its address.

        Raises
        ------
        CicloError
            As :meth:`app.deployment.targets.submarine.registering.Registration.run`.
        """
        from app.deployment.targets.submarine.registering import Registration

        made = Registration(context, _server(settings), _bucket(settings), source, path, settings)
        return Delivered(place=made.run())

    def check(self, settings: Settings) -> str:
        """``Apache Submarine``: its server doesn't say its version. The bucket is looked for as well."""
        from app.deployment.targets.submarine.server import NAME

        _server(settings).ping()
        _bucket(settings).check()
        return NAME


def _server(settings: Settings) -> Server:
    from app.deployment.targets.submarine.server import Server
    from app.deployment.targets.web import Web

    return Server(Web(settings[_URL]))


def _bucket(settings: Settings) -> Bucket:
    from app.deployment.targets.s3 import Bucket

    if not settings[_S3]:
        raise CicloError("deployment.missing_setting", name=_S3, target="submarine")
    return Bucket(settings[_S3], settings["bucket"], key=settings["access_key"], secret=settings["secret_key"])

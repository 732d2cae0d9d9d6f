"""DVC as a target: a folder that its tools accept, with a commit and a tag where git is there; or with a repository, a
commit and a tag on top of the releases before."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pyarrow as pa

from app.deployment.approved import ApprovedVersion
from app.deployment.declared import Delivered, Settings
from app.deployment.made import Source
from app.deployment.own import DVC
from app.deployment.records import Certificate
from app.deployment.targets import Answers
from app.jobs.contract import Context
from app.learning.records import Signature

_RELEASE = ".release.json"
_REPOSITORY = DVC.address


class DvcTarget:
    """Writes what DVC reads; DVC itself isn't needed, and git only where a commit is wanted."""

    declared = DVC

    def file_name(self, version: ApprovedVersion) -> str:
        """``churn-4-dvc``, a folder."""
        from app.deployment.targets.dvc.commit import tag_of

        return f"{tag_of(version)}-dvc"

    def write(self, context: Context, source: Source, path: Path, settings: Settings) -> None:
        """Write data, model, metrics and the stage; a repository that can't take them is found out before that.

        Raises
        ------
        CicloError
            As :func:`app.deployment.targets.dvc.folder.write_folder`, and
            :func:`app.deployment.targets.dvc.growing.check_repository`.
        """
        from app.deployment.targets.dvc.commit import told_of
        from app.deployment.targets.dvc.folder import write_folder
        from app.deployment.targets.dvc.git import has_git
        from app.deployment.targets.dvc.growing import check_repository

        growing = bool(settings[_REPOSITORY])
        if growing:
            project, name = source.version.project.identity.id, source.version.record.name
            check_repository(_folder(source, settings), project=project, name=name)
        write_folder(source, path, remote=settings["remote"], growing=growing)
        if not growing and settings["git"] == "yes" and has_git():
            # what the commit says is kept until the proof is there, and then in git alone
            (path / _RELEASE).write_bytes(msgspec.json.encode(told_of(source)))

    def answer(self, path: Path, table: pa.Table, signature: Signature) -> Answers:
        """What the bundle in it says."""
        from app.deployment.targets.bundle import BundleTarget
        from app.deployment.targets.dvc.folder import bundle_in

        return BundleTarget().answer(bundle_in(path), table, signature)

    def seal(self, path: Path, certificate: Certificate) -> None:
        """Put the proof into the bundle and beside it, have DVC keep the bundle, and commit all of it."""
        from app.deployment.bundle.writing import seal_bundle
        from app.deployment.targets.dvc.commit import Told, commit_release
        from app.deployment.targets.dvc.folder import CERTIFICATE, bundle_in, track

        bundle = bundle_in(path)
        seal_bundle(bundle, certificate)
        track(path, bundle.relative_to(path).as_posix())
        (path / CERTIFICATE).write_bytes(msgspec.json.format(msgspec.json.encode(certificate)) + b"\n")
        wanted = path / _RELEASE
        if wanted.exists():
            told = msgspec.json.decode(wanted.read_bytes(), type=Told)
            wanted.unlink()
            commit_release(path, told)

    def deliver(self, context: Context, source: Source, path: Path, settings: Settings) -> Delivered:
        """Put it into the repository, with a commit and a tag.

        Raises
        ------
        CicloError
            As :func:`app.deployment.targets.dvc.growing.deliver`.
        """
        from app.deployment.targets.dvc.commit import told_of
        from app.deployment.targets.dvc.folder import add_contents
        from app.deployment.targets.dvc.growing import deliver

        contents = add_contents(source, path)
        return deliver(path, contents, _folder(source, settings), told_of(source))

    def check(self, settings: Settings) -> str:
        """A folder answers nobody; it is looked at before anything is written."""
        raise NotImplementedError


def _folder(source: Source, settings: Settings) -> Path:
    """The repository; one within the project is named as seen from there."""
    return source.version.project.folder.absolute() / settings[_REPOSITORY]

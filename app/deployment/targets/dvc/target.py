"""DVC as a target: a folder that its tools accept, with a commit and a tag where git is there."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pyarrow as pa

from app.deployment.approved import ApprovedVersion, safe_name
from app.deployment.declared import Settings
from app.deployment.made import Source
from app.deployment.own import DVC
from app.deployment.records import Certificate
from app.deployment.targets import Answers, Local
from app.jobs.contract import Context
from app.learning.records import Signature

_RELEASE = ".release.json"


class _Release(msgspec.Struct, frozen=True, kw_only=True):
    """What a commit says; kept until the proof is there, and then in git alone."""

    by: str
    at: str
    subject: str
    body: str
    tag: str


class DvcTarget(Local):
    """Writes what DVC reads; DVC itself isn't needed, and git only where a commit is wanted."""

    declared = DVC

    def file_name(self, version: ApprovedVersion) -> str:
        """``churn-4-dvc``, a folder."""
        return f"{_tag(version)}-dvc"

    def write(self, context: Context, source: Source, path: Path, settings: Settings) -> None:
        """Write data, model, metrics and the stage.

        Raises
        ------
        CicloError
            As :func:`app.deployment.targets.dvc.folder.write_folder`.
        """
        from app.deployment.targets.dvc.commit import has_git
        from app.deployment.targets.dvc.folder import write_folder

        write_folder(source, path, remote=settings["remote"])
        if settings["git"] == "yes" and has_git():
            (path / _RELEASE).write_bytes(msgspec.json.encode(_release(source)))

    def answer(self, path: Path, table: pa.Table, signature: Signature) -> Answers:
        """What the bundle in it says."""
        from app.deployment.targets.bundle import BundleTarget
        from app.deployment.targets.dvc.folder import bundle_in

        return BundleTarget().answer(bundle_in(path), table, signature)

    def seal(self, path: Path, certificate: Certificate) -> None:
        """Put the proof into the bundle and beside it, have DVC keep the bundle, and commit all of it."""
        from app.deployment.bundle.writing import seal_bundle
        from app.deployment.targets.dvc.commit import commit_release
        from app.deployment.targets.dvc.folder import CERTIFICATE, bundle_in, track

        bundle = bundle_in(path)
        seal_bundle(bundle, certificate)
        track(path, bundle.relative_to(path).as_posix())
        (path / CERTIFICATE).write_bytes(msgspec.json.format(msgspec.json.encode(certificate)) + b"\n")
        wanted = path / _RELEASE
        if wanted.exists():
            release = msgspec.json.decode(wanted.read_bytes(), type=_Release)
            wanted.unlink()
            commit_release(path, **msgspec.structs.asdict(release))


def _release(source: Source) -> _Release:
    from app.deployment.targets.facts import tags

    version = source.version
    return _Release(
        by=version.decision.by,
        at=version.decision_record.time,
        subject=f"Release {version.record.label}",
        body="\n".join(f"{name}: {' '.join(value.split())}" for name, value in tags(source, "").items()),
        tag=_tag(version),
    )


def _tag(version: ApprovedVersion) -> str:
    return f"{safe_name(version.record.name)}-{version.record.number}"

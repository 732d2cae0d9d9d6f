"""The bundle: one zip that holds a model with everything that another machine needs to use and to judge it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from app import __version__
from app.data.stored import read_stored
from app.deployment.acceptance import make_acceptance, write_acceptance
from app.deployment.approved import ApprovedVersion, safe_name
from app.deployment.manifest import (
    ACCEPTANCE_FILE,
    CARD_ES_FILE,
    CARD_FILE,
    FORMAT,
    KIND,
    MANIFEST,
    MODEL_FILE,
    README_ES_FILE,
    README_FILE,
    REPORT_ES_FILE,
    REPORT_FILE,
    Approval,
    Entry,
    Lineage,
    Manifest,
    Schema,
    canonical,
    metric,
)
from app.deployment.read_me import read_me
from app.deployment.records import Certificate
from app.errors import CicloError
from app.jobs.contract import Context, Progress
from app.jobs.launcher import environment
from app.learning.model import load_model, signature_of
from app.project.durable import writing
from app.text import Text, Words
from app.verification.papers.card import card
from app.verification.papers.gathered import gather

_TIME = (1980, 1, 1, 0, 0, 0)
_MEDIA = {".json": "application/json", ".md": "text/markdown", ".html": "text/html", ".skops": "application/zip"}
_PATIENCE_S = 300


class BundleTarget:
    """Writes and certifies bundles."""

    name = "bundle"

    def file_name(self, version: ApprovedVersion) -> str:
        """``churn-4.ciclo.zip``."""
        return file_name(version)

    def make(self, context: Context, version: ApprovedVersion, path: Path) -> Certificate:
        """Write the bundle, then have a fresh process open it and score its acceptance rows."""
        write_bundle(version, path)
        context.report(Progress(step=Text("deployment.step.certifying", {"name": path.name}), done=1, total=3))
        return certify(path)


def file_name(version: ApprovedVersion) -> str:
    """``churn-4.ciclo.zip``."""
    return f"{safe_name(version.record.name)}-{version.record.number}.ciclo.zip"


def write_bundle(version: ApprovedVersion, path: Path) -> None:
    """Write the bundle of a version. The same version gives the same bytes."""
    model = version.object_bytes(version.record, "model")
    fitted = load_model(model, signature=signature_of(version.model))
    columns = [f.name for f in version.model.features]
    table = read_stored(version.table_path, columns)
    files = {MODEL_FILE: model, ACCEPTANCE_FILE: write_acceptance(make_acceptance(fitted, table))}
    manifest = _manifest(version, model)
    known = gather(version.project, version.record, report=version.report_record)
    for words, about, read, report, key in (
        (Words("en"), CARD_FILE, README_FILE, REPORT_FILE, "html_en"),
        (Words("es"), CARD_ES_FILE, README_ES_FILE, REPORT_ES_FILE, "html_es"),
    ):
        files[about] = card(known, words).encode()
        files[read] = read_me(manifest, words, file_name=file_name(version)).encode()
        files[report] = version.object_bytes(version.report_record, key)
    entries = tuple(_entry(name, data) for name, data in sorted(files.items()))
    sealed = canonical(msgspec.structs.replace(manifest, files=entries))
    pack(path, {MANIFEST: sealed, **dict(sorted(files.items()))})


def _entry(name: str, data: bytes) -> Entry:
    media = _MEDIA[Path(name).suffix]
    return Entry(path=name, size=len(data), sha256=hashlib.sha256(data).hexdigest(), media=media)


def pack(path: Path, files: Mapping[str, bytes]) -> None:
    """Stored, not packed: packers differ from machine to machine, and equal content shall have equal bytes."""
    with writing(path), zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, _TIME)
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            archive.writestr(info, data)


def _manifest(version: ApprovedVersion, model: bytes) -> Manifest:
    """The manifest, still without the list of files."""
    body, report = version.model, version.report
    return Manifest(
        format=FORMAT,
        kind=KIND,
        model=version.record.name,
        version=version.record.number,
        software=f"ciclo {__version__}",
        created=version.decision_record.time,
        estimator=body.estimator,
        schema=_schema(version),
        lineage=Lineage(
            dataset=body.dataset,
            dataset_version=version.dataset_record.id,
            source_name=version.dataset.source_name,
            source_sha256=version.dataset.source_sha256,
            model_version=version.record.id,
            model_sha256=hashlib.sha256(model).hexdigest(),
            report=version.report_record.id,
            decision=version.decision_record.id,
        ),
        metrics={row.code: metric(row.estimate) for row in report.metrics},
        judged_on="test" if report.on_test_file else "holdout",
        decision=_approval(version),
        libraries=body.versions,
        files=(),
    )


def _schema(version: ApprovedVersion) -> Schema:
    body = version.model
    return Schema(
        task=body.task,
        target=body.target,
        features=body.features,
        labels=body.labels,
        positive=body.positive,
        threshold=body.threshold,
        missing_words=version.dataset.corrections.missing_words or (),
        decimal=version.dataset.decimal,
        day_first=version.dataset.day_first,
    )


def _approval(version: ApprovedVersion) -> Approval:
    decision = version.decision
    return Approval(
        by=decision.by,
        time=version.decision_record.time,
        comment=decision.comment,
        override=decision.override,
        failed_gates=decision.failed_gates,
    )


# Certifying


class _Proof(msgspec.Struct, frozen=True):
    certificate: Certificate


def certify(path: Path) -> Certificate:
    """Have a process that knows nothing of this one open the bundle and score its acceptance rows.

    Raises
    ------
    CicloError
        ``deployment.not_certified`` where it can't, or where one bit of its answers differs.
    """
    arguments = ["open", str(path), "--rescore", "--json"]
    frozen = getattr(sys, "frozen", False)
    command = [sys.executable, *([] if frozen else ["-P", "-m", "app"]), *arguments]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env={**environment(), "PYTHONSAFEPATH": "1"},
            cwd=path.parent,
            timeout=_PATIENCE_S,
            check=False,
        )
        certificate = msgspec.json.decode(done.stdout, type=_Proof).certificate
    except (OSError, subprocess.TimeoutExpired, msgspec.MsgspecError) as error:
        raise CicloError("deployment.not_certified", cause=type(error).__name__) from error
    if done.returncode or certificate.max_difference or certificate.label_flips:
        raise CicloError("deployment.not_certified", cause=f"{certificate.max_difference:.3g}")
    return certificate

"""Write the bundle of an approved version: the same version gives the same bytes."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from app import __version__
from app.data.stored import read_stored
from app.deployment.approved import ApprovedVersion, safe_name
from app.deployment.bundle.acceptance import make_acceptance, write_acceptance
from app.deployment.bundle.bom import bill, licences, requirements
from app.deployment.bundle.expected import EXPECTATIONS_FILE, expectations_of, write_expectations
from app.deployment.bundle.manifest import (
    ACCEPTANCE_FILE,
    BOM_FILE,
    CARD_ES_FILE,
    CARD_FILE,
    CERTIFICATE_FILE,
    CHECKER_FILE,
    FORMAT,
    FORMAT_PREPARED,
    KIND,
    LICENCES_FILE,
    MANIFEST,
    MODEL_FILE,
    ONNX,
    ONNX_FILE,
    PREPARE_FILE,
    README_ES_FILE,
    README_FILE,
    RECIPE_FILE,
    REPORT_ES_FILE,
    REPORT_FILE,
    REQUIREMENTS_FILE,
    RUNBOOK_ES_FILE,
    RUNBOOK_FILE,
    SIGNATURE_FILE,
    SKOPS,
    Approval,
    Entry,
    Lineage,
    Manifest,
    Schema,
    canonical,
    metric,
)
from app.deployment.bundle.read_me import read_me, runbook
from app.deployment.bundle.reader import opened
from app.deployment.bundle.row_part import write_row_part
from app.deployment.bundle.signature import signed
from app.deployment.made import Source, onnx_of
from app.deployment.records import Certificate
from app.errors import CicloError
from app.learning.records import RowPart
from app.project.durable import writing
from app.resources import resource
from app.text import Words
from app.verification.papers.card import card
from app.verification.papers.gathered import gather
from app.verification.papers.statements import Statement

_TIME = (1980, 1, 1, 0, 0, 0)
_MEDIA = {
    ".json": "application/json",
    ".md": "text/markdown",
    ".html": "text/html",
    ".skops": "application/zip",
    ".onnx": "application/octet-stream",
    ".txt": "text/plain",
    ".py": "text/x-python",
}
_TEXTS = {
    "en": (CARD_FILE, README_FILE, RUNBOOK_FILE, REPORT_FILE, "html_en"),
    "es": (CARD_ES_FILE, README_ES_FILE, RUNBOOK_ES_FILE, REPORT_ES_FILE, "html_es"),
}
"""The papers in each language, and the report's name among the objects of its record."""


def file_name(version: ApprovedVersion) -> str:
    """``churn-4.ciclo.zip``."""
    return f"{safe_name(version.record.name)}-{version.record.number}.ciclo.zip"


def write_bundle(source: Source, path: Path) -> None:
    """Write the bundle of a version, without its proof and signature: the same version gives the same bytes under the
    same name, which its papers speak of."""
    version, onnx = source.version, _onnx(source)
    table = read_stored(version.table_path, [f.name for f in version.model.features])
    files = {
        MODEL_FILE: source.model_bytes,
        ACCEPTANCE_FILE: write_acceptance(make_acceptance(source.model, table)),
        CHECKER_FILE: resource("templates", CHECKER_FILE).read_bytes(),
        REQUIREMENTS_FILE: requirements(version.model.versions).encode(),
        LICENCES_FILE: canonical(licences(version.model.versions)),
    }
    expected = expectations_of(version)
    if expected:
        files[EXPECTATIONS_FILE] = write_expectations(expected)
    if onnx:
        files[ONNX_FILE] = onnx
    if source.part is not None:
        files[RECIPE_FILE] = write_row_part(source.part)
        files[PREPARE_FILE] = resource("templates", PREPARE_FILE).read_bytes()
    manifest = _manifest(source, runs_on=ONNX if onnx else SKOPS)
    files[BOM_FILE] = bill(version, manifest)
    known = gather(version.project, version.record, report=version.report_record)
    contact = known.statements["provider"].read(Statement).text if "provider" in known.statements else ""
    for language, (about, read, run, report, key) in _TEXTS.items():
        words = Words(language)
        files[about] = card(known, words).encode()
        files[read] = read_me(manifest, words, file_name=path.name, held=set(files), part=source.part).encode()
        files[run] = runbook(manifest, words, file_name=path.name, contact=contact).encode()
        files[report] = version.object_bytes(version.report_record, key)
    _seal(path, manifest, files)


def seal_bundle(path: Path, certificate: Certificate) -> None:
    """Put the proof into a bundle of this installation's own making, and sign it with this user's key."""
    with opened(path) as bundle:
        manifest = bundle.manifest
        files = {entry.path: bundle.read(entry.path) for entry in manifest.files}
    _seal(path, manifest, {**files, CERTIFICATE_FILE: canonical(certificate)}, sign=True)


def _seal(path: Path, manifest: Manifest, files: Mapping[str, bytes], *, sign: bool = False) -> None:
    entries = tuple(_entry(name, data) for name, data in sorted(files.items()))
    sealed = canonical(msgspec.structs.replace(manifest, files=entries))
    signature = {SIGNATURE_FILE: signed(sealed)} if sign else {}
    pack(path, {MANIFEST: sealed, **signature, **dict(sorted(files.items()))})


def _onnx(source: Source) -> bytes:
    """The ONNX file that the bundle is scored with, of prepared rows; nothing where the model's kind has none."""
    try:
        return onnx_of(source.plain())
    except CicloError as error:
        if error.code != "deployment.onnx.no_converter":
            raise
        return b""


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


def _manifest(source: Source, *, runs_on: str) -> Manifest:
    """The manifest, still without the list of files."""
    version = source.version
    body, report = version.model, version.report
    return Manifest(
        format=FORMAT if source.part is None else FORMAT_PREPARED,
        kind=KIND,
        model=version.record.name,
        version=version.record.number,
        software=f"ciclo {__version__}",
        created=version.decision_record.time,
        estimator=body.estimator,
        schema=_schema(version, source.part),
        lineage=Lineage(
            dataset=body.dataset,
            dataset_version=version.dataset_record.id,
            source_name=version.dataset.source_name,
            source_sha256=version.dataset.source_sha256,
            model_version=version.record.id,
            model_sha256=hashlib.sha256(source.model_bytes).hexdigest(),
            report=version.report_record.id,
            decision=version.decision_record.id,
        ),
        metrics={row.code: metric(row.estimate) for row in report.metrics},
        judged_on="test" if report.on_test_file else "holdout",
        decision=_approval(version),
        libraries=body.versions,
        files=(),
        release=source.release,
        runs_on=runs_on,
    )


def _schema(version: ApprovedVersion, part: RowPart | None) -> Schema:
    body, read = version.model, version.dataset
    return Schema(
        task=body.task,
        target=body.target,
        features=body.features,
        labels=body.labels,
        positive=body.positive,
        threshold=body.threshold,
        missing_words=(read.corrections.missing_words or ()) if part is None else part.missing_words,
        decimal=read.decimal if part is None else part.decimal,
        day_first=read.day_first if part is None else part.day_first,
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

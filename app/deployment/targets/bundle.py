"""The bundle as a target."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from app.deployment.approved import ApprovedVersion
from app.deployment.bundle.loading import prove_bundle
from app.deployment.bundle.writing import file_name, seal_bundle, write_bundle
from app.deployment.declared import Settings
from app.deployment.made import Source
from app.deployment.own import BUNDLE
from app.deployment.prepared import prepared, without
from app.deployment.records import Certificate
from app.deployment.targets import Answers, Local
from app.jobs.contract import Context
from app.learning.records import Signature


class BundleTarget(Local):
    """One zip with the model and everything that another machine needs to use and to judge it."""

    declared = BUNDLE

    def file_name(self, version: ApprovedVersion) -> str:
        """``churn-4.ciclo.zip``."""
        return file_name(version)

    def write(self, context: Context, source: Source, path: Path, settings: Settings) -> None:
        """Write the bundle, still without its proof."""
        write_bundle(source, path)

    def answer(self, path: Path, table: pa.Table, signature: Signature) -> Answers:
        """What the bundle says, opened as whoever receives it does."""
        loaded = prove_bundle(path)
        if loaded.part is None:
            found = loaded.answer(table)
        else:
            rows, excluded = prepared(loaded.part, table, loaded.manifest.schema.features)
            found = without(loaded.answer(rows), excluded > 0)
        return Answers(predictions=found, runtime=loaded.certificate.runtime)

    def seal(self, path: Path, certificate: Certificate) -> None:
        """Put the proof into the bundle, and sign it."""
        seal_bundle(path, certificate)

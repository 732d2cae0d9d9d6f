"""PMML: one file with everything from the raw columns to the decision, written without Java, for programs with it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pyarrow as pa

from app.deployment.approved import ApprovedVersion, safe_name
from app.deployment.declared import Settings
from app.deployment.made import Source, pmml_of
from app.deployment.own import PMML
from app.deployment.records import Certificate
from app.deployment.targets import Answers, Local
from app.jobs.contract import Context
from app.learning.records import Signature


class PmmlTarget(Local):
    """Writes PMML files with our own converters, and has JPMML answer where it is installed, else our own reader."""

    declared = PMML

    def file_name(self, version: ApprovedVersion) -> str:
        """``churn-4.pmml``."""
        return f"{safe_name(version.record.name)}-{version.record.number}.pmml"

    def write(self, context: Context, source: Source, path: Path, settings: Settings) -> None:
        """Write the file.

        Raises
        ------
        CicloError
            ``deployment.pmml.no_converter`` naming what can't be written, ``deployment.pmml.bad_character``.
        """
        path.write_bytes(pmml_of(source))

    def answer(self, path: Path, table: pa.Table, signature: Signature) -> Answers:
        """What the file says.

        Raises
        ------
        CicloError
            ``deployment.pmml.unreadable``.
        """
        from app.deployment.pmml import java
        from app.deployment.pmml.reader import RUNTIME, check, read_pmml, run

        document = read_pmml(path.read_bytes())
        check(document)
        if java.installed():
            return Answers(predictions=java.run(path, document, table, signature), runtime=java.runtime())
        return Answers(predictions=run(document, table, signature), runtime=RUNTIME)

    def seal(self, path: Path, certificate: Certificate) -> None:
        """Put the proof into the file's header."""
        from app.deployment.pmml.writing import with_extension

        sealed = with_extension(path.read_bytes(), "certificate", msgspec.json.encode(certificate).decode())
        path.write_bytes(sealed)

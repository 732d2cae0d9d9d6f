"""ONNX: one file with everything from the raw columns to the decision, for every runtime of the format."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pyarrow as pa

from app.deployment.approved import ApprovedVersion, safe_name
from app.deployment.declared import Settings
from app.deployment.made import Source, onnx_of
from app.deployment.own import ONNX
from app.deployment.records import Certificate
from app.deployment.targets import Answers, Local
from app.jobs.contract import Context
from app.learning.records import Signature


class OnnxTarget(Local):
    """Writes ONNX files with our own converters, and has onnxruntime answer."""

    declared = ONNX

    def file_name(self, version: ApprovedVersion) -> str:
        """``churn-4.onnx``."""
        return f"{safe_name(version.record.name)}-{version.record.number}.onnx"

    def write(self, context: Context, source: Source, path: Path, settings: Settings) -> None:
        """Write the file.

        Raises
        ------
        CicloError
            ``deployment.onnx.no_converter`` naming what can't be written.
        """
        path.write_bytes(onnx_of(source))

    def answer(self, path: Path, table: pa.Table, signature: Signature) -> Answers:
        """What onnxruntime says."""
        import onnxruntime

        from app.deployment.onnx.parity import open_session, run

        found = run(open_session(path.read_bytes()), table, signature)
        return Answers(predictions=found, runtime=f"onnxruntime {onnxruntime.__version__}")

    def seal(self, path: Path, certificate: Certificate) -> None:
        """Put the proof among the file's metadata."""
        from app.deployment.onnx.writing import with_metadata

        path.write_bytes(with_metadata(path.read_bytes(), "certificate", msgspec.json.encode(certificate).decode()))

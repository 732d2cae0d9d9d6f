"""MLflow as a target: a model folder, or with an address a registered version on a server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

from app.deployment.approved import ApprovedVersion, safe_name
from app.deployment.declared import Delivered, Settings
from app.deployment.made import Source
from app.deployment.own import MLFLOW
from app.deployment.records import Certificate
from app.deployment.targets import Answers
from app.jobs.contract import Context
from app.learning.records import Signature

if TYPE_CHECKING:
    from app.deployment.targets.mlflow.server import Server

_URL = MLFLOW.address


class MlflowTarget:
    """Writes what MLflow loads and serves, and speaks to its server by REST; MLflow itself isn't needed."""

    declared = MLFLOW

    def file_name(self, version: ApprovedVersion) -> str:
        """``churn-4-mlflow``, a folder."""
        return f"{safe_name(version.record.name)}-{version.record.number}-mlflow"

    def write(self, context: Context, source: Source, path: Path, settings: Settings) -> None:
        """Write the folder; a server that doesn't answer, or has another's model under the name, is found out before
        that.

        Raises
        ------
        CicloError
            ``deployment.onnx.no_converter`` naming what can't be written, ``deployment.name_taken``; as :meth:`check`.
        """
        from app.deployment.targets.mlflow.folder import write_folder
        from app.deployment.targets.mlflow.registering import is_ours, name_of

        if settings[_URL]:
            self.check(settings)
            is_ours(_server(settings), name_of(source, settings), project=source.version.project.identity.id)
        write_folder(source, path)

    def answer(self, path: Path, table: pa.Table, signature: Signature) -> Answers:
        """What onnxruntime says, asked through the source that MLflow asks it through."""
        from app.deployment.targets.mlflow.asking import RUNTIME, ask_folder

        return Answers(predictions=ask_folder(path, table, signature), runtime=RUNTIME)

    def seal(self, path: Path, certificate: Certificate) -> None:
        """Put the proof beside the model, and into it."""
        from app.deployment.onnx.writing import with_metadata
        from app.deployment.targets.mlflow.folder import CERTIFICATE_FILE, MODEL_FILE

        proof = msgspec.json.format(msgspec.json.encode(certificate))
        (path / CERTIFICATE_FILE).write_bytes(proof + b"\n")
        told = msgspec.json.encode(certificate).decode()
        (path / MODEL_FILE).write_bytes(with_metadata((path / MODEL_FILE).read_bytes(), "certificate", told))

    def deliver(self, context: Context, source: Source, path: Path, settings: Settings) -> Delivered:
        """Register the version; the address of its page.

        Raises
        ------
        CicloError
            As :func:`app.deployment.targets.mlflow.registering.register`.
        """
        from app.deployment.targets.mlflow.registering import register

        server = _server(settings)
        server.version()
        return Delivered(place=register(context, server, source, path, settings))

    def check(self, settings: Settings) -> str:
        """``MLflow 3.17.2``."""
        return f"MLflow {_server(settings).version()}"


def _server(settings: Settings) -> Server:
    from app.deployment.targets.mlflow.server import connected

    return connected(settings[_URL], user=settings["user"], password=settings["password"], token=settings["token"])

"""Register a version in Submarine: files to its bucket, a version under a name, and last its stage.

The server copies the files into its registry when the version is made; they are read back from there.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlencode

from app.deployment.declared import Settings
from app.deployment.made import Source
from app.deployment.targets import facts
from app.deployment.targets.s3 import Bucket
from app.deployment.targets.submarine.folder import described
from app.deployment.targets.submarine.server import ModelVersion, Server
from app.deployment.targets.undoing import Undoing
from app.errors import CicloError
from app.jobs.contract import Context
from app.project.durable import files_below, measured

_NAME = re.compile(r"[0-9A-Za-z]([0-9A-Za-z_-]*[0-9A-Za-z])?")
_UNSAID = re.compile(r"[^/\w.\- ]+")
_MOST_TAG, _MOST_TEXT, _MOST_USER = 256, 5000, 64
_SERVING = "Submarine serves TensorFlow and PyTorch only, so it keeps this model and can't serve it: use ciclo score."


def checked_name(name: str) -> str:
    """A name that Submarine takes.

    Raises
    ------
    CicloError
        ``deployment.submarine.bad_name``.
    """
    if not _NAME.fullmatch(name):
        raise CicloError("deployment.submarine.bad_name", name=name)
    return name


def plain_tags(tags: Mapping[str, str]) -> list[str]:
    """Tags as Submarine has them: one text each, of letters, digits and few signs."""
    return [_UNSAID.sub("-", f"{name}/{value}")[:_MOST_TAG] for name, value in tags.items()]


def check_owner(server: Server, name: str, *, project: str) -> None:
    """That a name of the registry is free, or belongs to this project.

    Raises
    ------
    CicloError
        ``deployment.name_taken``.
    """
    known = server.model(name)
    if known is not None and plain_tags({f"{facts.TAG}project": project})[0] not in (known.tags or ()):
        raise CicloError("deployment.name_taken", name=name, url=server.web.address)


class Registration:
    """One registration."""

    def __init__(
        self, context: Context, server: Server, bucket: Bucket, source: Source, folder: Path, settings: Settings
    ) -> None:
        self._context, self._server, self._bucket, self._source = context, server, bucket, source
        self._folder, self._settings = folder, settings
        self._name = checked_name(settings["name"] or source.version.record.name)
        self._id = described(folder).id
        self._tags = facts.tags(source, measured(folder)[0])
        self._undoing = Undoing()

    def run(self) -> str:
        """Register; the address of the version. One with the same bundle is there only once, and gets the stage.

        Raises
        ------
        CicloError
            Where server or bucket are away, refuse or give other bytes back; ``deployment.name_taken``.
        """
        address = self._server.web.address
        check_owner(self._server, self._name, project=self._source.version.project.identity.id)
        with self._undoing.all_or_nothing(url=address, name=self._name):
            version = self._find() or self._registered()
            self._read_back(f"registry/{self._name}-{version.version}-{self._id}/{self._name}/{version.version}")
            self._set_stage(version)
        return f"{address}/api/v1/model-version/{quote(self._name)}/{version.version}"

    def _find(self) -> ModelVersion | None:
        return next((one for one in self._server.versions(self._name) if one.id == self._id), None)

    def _registered(self) -> ModelVersion:
        server, base = self._server, f"experiment/{checked_name(self._settings['experiment'])}/{self._id}"
        self._put(base)
        self._model()
        version = self._source.version
        about = {
            "name": self._name,
            "experimentId": self._settings["experiment"],
            "userId": version.decision.by[:_MOST_USER],
            "description": f"{version.decision.comment} {_SERVING}".strip()[:_MOST_TEXT],
            "tags": plain_tags(self._tags),
        }
        # the server notes a version before it copies the files, so it may be there although this fails
        self._undoing.add(self._forget)
        server.send("POST", f"/model-version?{urlencode({'baseDir': base})}", about)
        made = self._find()
        if made is None:
            raise CicloError("deployment.other_bytes", name=self._name, url=server.web.address)
        return made

    def _forget(self) -> None:
        made = self._find()
        if made is not None:
            self._server.send("DELETE", f"/model-version/{quote(self._name)}/{made.version}")

    def _model(self) -> None:
        server = self._server
        if server.model(self._name) is not None:
            return
        own = {key: self._tags[f"{facts.TAG}{key}"] for key in ("project", "software")}
        tags = plain_tags({f"{facts.TAG}{key}": value for key, value in own.items()})
        server.send("POST", "/registered-model", {"name": self._name, "description": _SERVING, "tags": tags})
        self._undoing.add(lambda: server.send("DELETE", f"/registered-model/{quote(self._name)}"))

    def _set_stage(self, version: ModelVersion) -> None:
        about = {
            "name": self._name,
            "version": version.version,
            "currentStage": self._settings["stage"],
            "dataset": f"{self._source.version.model.dataset} {self._source.version.dataset.source_sha256}"[:_MOST_TAG],
        }
        self._server.send("PATCH", "/model-version", about)

    # Files

    def _files(self) -> dict[str, bytes]:
        return {path.relative_to(self._folder).as_posix(): path.read_bytes() for path in files_below(self._folder)}

    def _put(self, base: str) -> None:
        for name, data in self._files().items():
            self._context.check_cancelled()
            self._undo_file(f"{base}/{name}")
            self._bucket.put(f"{base}/{name}", data)
        self._read_back(base)

    def _undo_file(self, key: str) -> None:
        self._undoing.add(lambda: self._bucket.delete(key))

    def _read_back(self, base: str) -> None:
        for name, data in self._files().items():
            self._context.check_cancelled()
            if hashlib.sha256(self._bucket.get(f"{base}/{name}")).digest() != hashlib.sha256(data).digest():
                raise CicloError("deployment.other_bytes", name=name, url=self._bucket.web.address)

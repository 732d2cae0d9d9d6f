"""Register a version on an MLflow server: a run with its files, a version of a registered model, and last the alias.

The alias is moved when everything else stands and was read back, so that whoever asks for it gets the version before or
this one, and never half of one. Where something fails, what was made is taken away again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import msgspec

from app.deployment.declared import Settings
from app.deployment.made import Source
from app.deployment.targets import facts
from app.deployment.targets.mlflow.server import Nothing, Server, Tag, file_place
from app.deployment.targets.undoing import Undoing
from app.errors import CicloError
from app.jobs.contract import Context
from app.project.durable import files_below, measured

_MOST_VALUE = 5000
_DIGEST = 36
_FOLDER = "model"
_ADOPT = f"{facts.TAG}project"
Pairs = list[dict[str, str]]


class _Info(msgspec.Struct, frozen=True):
    run_id: str
    artifact_uri: str


class _Run(msgspec.Struct, frozen=True):
    info: _Info


class _RunMade(msgspec.Struct, frozen=True):
    run: _Run


class _Experiment(msgspec.Struct, frozen=True):
    experiment_id: str


class _ExperimentFound(msgspec.Struct, frozen=True):
    experiment: _Experiment


class _Alias(msgspec.Struct, frozen=True):
    alias: str
    version: str


class _Model(msgspec.Struct, frozen=True):
    name: str
    tags: list[Tag] = []
    aliases: list[_Alias] = []


class _ModelFound(msgspec.Struct, frozen=True):
    registered_model: _Model


class _Version(msgspec.Struct, frozen=True):
    version: str
    source: str = ""
    status: str = "READY"
    tags: list[Tag] = []


class _VersionFound(msgspec.Struct, frozen=True):
    model_version: _Version


class _Versions(msgspec.Struct, frozen=True):
    model_versions: list[_Version] = []


def register(context: Context, server: Server, source: Source, folder: Path, settings: Settings) -> str:
    """Register the folder of a version; the address of the registered version.

    A version whose files are the same already is not registered twice: it is read back, and gets the alias.

    Raises
    ------
    CicloError
        Where the server is away, refuses, or gives other bytes back; ``deployment.name_taken``.
    """
    return _Registration(context, server, source, folder, settings).run()


def is_ours(server: Server, name: str, *, project: str) -> bool:
    """Whether a registered model of that name is there, from this project.

    Raises
    ------
    CicloError
        ``deployment.name_taken`` where it comes from elsewhere.
    """
    found = server.find("registered-models/get", {"name": name}, _ModelFound)
    if found is None:
        return False
    if project not in [tag.value for tag in found.registered_model.tags if tag.key == _ADOPT]:
        raise CicloError("deployment.name_taken", name=name, url=server.web.address)
    return True


def name_of(source: Source, settings: Settings) -> str:
    """What the model is called on the server."""
    return settings.get("name") or source.version.record.name


class _Registration:
    def __init__(self, context: Context, server: Server, source: Source, folder: Path, settings: Settings) -> None:
        self._context, self._server, self._source, self._folder = context, server, source, folder
        self._name = name_of(source, settings)
        self._experiment = settings["experiment"]
        self._alias = settings["alias"]
        self._sha256 = measured(folder)[0]
        self._tags = facts.tags(source, self._sha256)
        self._undoing = Undoing()

    def run(self) -> str:
        server, version = self._server, self._known()
        with self._undoing.all_or_nothing(url=server.web.address, name=self._name):
            if version is None:
                version = self._registered()
            else:
                self._read_back(file_place(version.source), self._files())
            if self._alias:
                self._call_so(version.version)
        return f"{server.web.address}/#/models/{quote(self._name, safe='')}/versions/{version.version}"

    # What is there already

    def _known(self) -> _Version | None:
        """The version with the same files; None where there is none yet."""
        if not is_ours(self._server, self._name, project=self._tags[_ADOPT]):
            return None
        query = {"filter": f"name='{_quoted(self._name)}'", "max_results": "1000"}
        versions = self._server.find("model-versions/search", query, _Versions) or _Versions()
        wanted = Tag(f"{facts.TAG}sha256", self._sha256)
        return next((one for one in versions.model_versions if wanted in one.tags), None)

    # What is made

    def _registered(self) -> _Version:
        server, info = self._server, self._run()
        place = file_place(info.artifact_uri)
        files = {f"{_FOLDER}/{name}": data for name, data in self._files().items()}
        self._put(place, {**files, **self._papers()})
        done = {"run_id": info.run_id, "status": "FINISHED", "end_time": _ms(self._source.version.decision_record.time)}
        server.post("runs/update", done, Nothing)
        self._model()
        about = {
            "name": self._name,
            "source": f"{info.artifact_uri.rstrip('/')}/{_FOLDER}",
            "run_id": info.run_id,
            "description": self._source.version.decision.comment[:_MOST_VALUE],
            "tags": _pairs(self._tags),
        }
        version = server.post("model-versions/create", about, _VersionFound).model_version
        gone = {"name": self._name, "version": version.version}
        self._undoing.add(lambda: server.forget("model-versions/delete", gone, method="DELETE"))
        if version.status not in ("READY", ""):
            raise CicloError("deployment.server_refuses", url=server.web.address, status=200, said=version.status)
        return version

    def _run(self) -> _Info:
        server, version = self._server, self._source.version
        began = _ms(version.record.time)
        tags = {**self._tags, "mlflow.user": version.decision.by, "mlflow.source.name": "ciclo"}
        asked = {
            "experiment_id": self._experiment_id(),
            "run_name": version.record.label,
            "start_time": began,
            "tags": _pairs(tags),
        }
        info = server.post("runs/create", asked, _RunMade).run.info
        self._undoing.add(lambda: server.forget("runs/delete", {"run_id": info.run_id}))
        metrics = [
            {"key": key, "value": value, "timestamp": _ms(version.report_record.time), "step": 0}
            for key, value in facts.metrics(self._source).items()
        ]
        batch = {"run_id": info.run_id, "metrics": metrics, "params": _pairs(facts.params(self._source))}
        server.post("runs/log-batch", batch, Nothing)
        server.post("runs/log-inputs", {"run_id": info.run_id, "datasets": [self._dataset()]}, Nothing)
        return info

    def _experiment_id(self) -> str:
        server, name = self._server, self._experiment
        found = server.find("experiments/get-by-name", {"experiment_name": name}, _ExperimentFound)
        if found is not None:
            return found.experiment.experiment_id
        # it stays where the rest is taken back: the name of an experiment that was deleted can't be used again
        return server.post("experiments/create", {"name": name}, _Experiment).experiment_id

    def _dataset(self) -> dict[str, object]:
        """The dataset that the version learned from, by name and digest; the data stay here."""
        dataset = self._source.version.dataset
        about = {
            "name": self._source.version.model.dataset,
            "digest": dataset.source_sha256[:_DIGEST],
            "source_type": "local",
            "source": json.dumps({"uri": dataset.source_name}),
            "profile": json.dumps({"num_rows": dataset.rows, "sha256": dataset.source_sha256}),
        }
        return {"tags": _pairs({"mlflow.data.context": "training"}), "dataset": about}

    def _model(self) -> None:
        server = self._server
        if server.find("registered-models/get", {"name": self._name}, _ModelFound) is not None:
            return
        kept = {key: self._tags[key] for key in (_ADOPT, f"{facts.TAG}software")}
        server.post("registered-models/create", {"name": self._name, "tags": _pairs(kept)}, Nothing)
        gone = {"name": self._name}
        self._undoing.add(lambda: server.forget("registered-models/delete", gone, method="DELETE"))

    def _call_so(self, version: str) -> None:
        """Move the alias; where the server's answer gets lost, it is moved back."""
        server, asked = self._server, {"name": self._name, "alias": self._alias}
        found = server.find("registered-models/get", {"name": self._name}, _ModelFound)
        aliases = found.registered_model.aliases if found is not None else []
        before = next((one.version for one in aliases if one.alias == self._alias), "")
        if before:
            back = {**asked, "version": before}
            self._undoing.add(lambda: server.forget("registered-models/alias", back))
        server.post("registered-models/alias", {**asked, "version": version}, Nothing)

    # Files

    def _files(self) -> dict[str, bytes]:
        return {path.relative_to(self._folder).as_posix(): path.read_bytes() for path in files_below(self._folder)}

    def _papers(self) -> dict[str, bytes]:
        version = self._source.version
        return {
            f"report/report.{language}.html": version.object_bytes(version.report_record, f"html_{language}")
            for language in ("en", "es")
        }

    def _put(self, place: str, files: Mapping[str, bytes]) -> None:
        self._undoing.add(lambda: self._server.forget_file(place))
        for name, data in files.items():
            self._context.check_cancelled()
            self._server.put_file(f"{place}/{name}", data)
        self._read_back(place, files)

    def _read_back(self, place: str, files: Mapping[str, bytes]) -> None:
        """Every file as the server gives it has the same SHA-256.

        Raises
        ------
        CicloError
            ``deployment.other_bytes``.
        """
        for name, data in files.items():
            self._context.check_cancelled()
            stored = hashlib.sha256(self._server.get_file(f"{place}/{name}")).digest()
            if stored != hashlib.sha256(data).digest():
                raise CicloError("deployment.other_bytes", name=name, url=self._server.web.address)


def _pairs(values: Mapping[str, str]) -> Pairs:
    return [{"key": key, "value": value[:_MOST_VALUE]} for key, value in values.items()]


def _quoted(name: str) -> str:
    return name.replace("'", "''")


def _ms(moment: str) -> int:
    with contextlib.suppress(ValueError):
        return round(datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp() * 1000)
    return 0

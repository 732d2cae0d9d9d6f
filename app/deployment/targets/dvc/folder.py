"""The files of a DVC project, written by hand: all of them are text but for data and model.

DVC names what it keeps by the MD5 of its bytes, which guards against mistakes and not against forgers: certificate and
signature of the bundle rest on SHA-256.
"""

from __future__ import annotations

import json
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.data.tables import write_csv
from app.deployment.approved import ApprovedVersion, safe_name
from app.deployment.bundle.writing import file_name, write_bundle
from app.deployment.made import Source
from app.deployment.predicted import HEADER, predicted_file
from app.deployment.recipe import metrics_file, recipe_of, with_types
from app.deployment.repository import CACHE, CONTENTS, Contents, md5_of
from app.deployment.targets.dvc.merging import stage_file
from app.errors import CicloError
from app.learning.records import Task
from app.project.durable import files_below, hash_file, writing
from app.resources import resource

CERTIFICATE = "certificate.json"
MODELS = "model"
_DATA, _PROJECT = "data", "project"
_PARAMS, _METRICS, _PLOT = "params.json", "metrics.json", "plots/predictions.csv"
_STAGE = "train"
_READ_ME, _GROWN = "dvc.md", "dvc_repository.md"
_CONFIG = "[core]\n    analytics = false\n"
_REMOTE = "    remote = storage\n['remote \"storage\"']\n    url = {}\n"
Document = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class Tracked:
    """A file as DVC knows it."""

    md5: str
    size: int

    def entry(self, path: str) -> Document:
        """In the words of DVC's files."""
        return {"path": path, "hash": "md5", "md5": self.md5, "size": self.size}


def write_folder(source: Source, folder: Path, *, remote: str = "", growing: bool = False) -> None:
    """Write the project, still without its proof; ``growing`` as it lies in a repository of many releases.

    Raises
    ------
    CicloError
        ``deployment.dvc.test_dataset`` where the version was judged on another dataset.
    """
    version = source.version
    if version.model.split.test_dataset:
        raise CicloError("deployment.dvc.test_dataset", model=version.record.label)
    data = f"{_DATA}/{safe_name(version.dataset_record.name)}.csv"
    with writing(folder):
        for part in (".dvc", _DATA, MODELS, "plots"):
            (folder / part).mkdir(parents=True)
        config = _CONFIG + (_REMOTE.format(remote) if remote else "")
        (folder / ".dvc" / "config").write_text(config, encoding="utf-8")
        (folder / ".dvc" / ".gitignore").write_text("/config.local\n/tmp\n/cache\n", encoding="utf-8")
        (folder / ".dvcignore").write_text(f"/{_PROJECT}\n", encoding="utf-8")
        (folder / ".gitignore").write_text(f"/{_PROJECT}\n", encoding="utf-8")
        read_me = "".join(
            resource("templates", name).read_text(encoding="utf-8")
            for name in (_READ_ME, *([_GROWN] if growing else []))
        )
        (folder / "README.md").write_text(read_me.format(model=version.record.label, data=data), encoding="utf-8")
        write_csv(version.table_path, folder / data)
        # one name for all releases: DVC leaves a file that another release calls differently where it is
        bundle = f"{safe_name(version.record.name)}.ciclo.zip" if growing else file_name(version)
        write_bundle(source, folder / MODELS / bundle)
        _write_facts(version, folder)
    track(folder, data)
    _write_stage(folder, data, version.model.task, growing=growing)


def _write_facts(version: ApprovedVersion, folder: Path) -> None:
    """What the stage reads, and what it writes: as it would, were it run on the same data."""
    recipe = with_types(recipe_of(version.project, version.record), version.dataset)
    (folder / _PARAMS).write_bytes(msgspec.json.format(msgspec.json.encode(recipe)) + b"\n")
    (folder / _METRICS).write_bytes(metrics_file(version.report))
    predictions = version.object_bytes(version.report_record, "predictions")
    (folder / _PLOT).write_bytes(predicted_file(predictions, version.model, version.report))


def _write_stage(folder: Path, data: str, task: Task, *, growing: bool) -> None:
    """The stage, and that it is up to date."""
    command = f"ciclo run {_PROJECT} --recipe {_PARAMS} --data {shlex.quote(data)}"
    command += f" --metrics {_METRICS} --predictions {_PLOT}"
    params = json.loads((folder / _PARAMS).read_bytes())
    shown = {"template": "scatter" if task is Task.REGRESSION else "confusion", "x": HEADER[0], "y": HEADER[1]}
    stage = {
        "cmd": command,
        "deps": [data],
        "params": [{_PARAMS: sorted(params)}],
        "metrics": [{_METRICS: {"cache": False}}],
        "plots": [{_PLOT: {"cache": False, **shown}}],
    }
    locked = {
        "cmd": command,
        "deps": [measured_md5(folder / data).entry(data)],
        "params": {_PARAMS: {name: params[name] for name in sorted(params)}},
        "outs": [measured_md5(folder / path).entry(path) for path in (_METRICS, _PLOT)],
    }
    if growing:
        with writing(folder):
            (folder / "dvc.yaml").write_text(stage_file(_STAGE, stage, locked=False), encoding="utf-8")
            (folder / "dvc.lock").write_text(stage_file(_STAGE, locked, locked=True), encoding="utf-8")
        return
    _write(folder / "dvc.yaml", {"stages": {_STAGE: stage}})
    _write(folder / "dvc.lock", {"schema": "2.0", "stages": {_STAGE: locked}})


def track(folder: Path, path: str) -> None:
    """Have DVC keep a file: its note beside it, a copy in the cache, and git told to leave it out."""
    file = folder / path
    known = measured_md5(file)
    _write(file.with_name(f"{file.name}.dvc"), {"outs": [known.entry(file.name)]})
    file.with_name(".gitignore").write_text(f"/{file.name}\n", encoding="utf-8")
    kept = folder / CACHE / known.md5[:2] / known.md5[2:]
    with writing(kept):
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, kept)


def measured_md5(path: Path) -> Tracked:
    """MD5 and size."""
    return Tracked(md5=md5_of(path), size=path.stat().st_size)


def add_contents(source: Source, folder: Path) -> Contents:
    """Say in the folder itself whose release it is and what belongs to it: the next release goes by that."""
    version = source.version
    files = [path for path in files_below(folder) if not path.is_relative_to(folder / CACHE)]
    tracked = [path.with_suffix("") for path in files if path.suffix == ".dvc"]
    contents = Contents(
        project=version.project.identity.id,
        name=version.record.name,
        model=version.record.label,
        release=source.release,
        files={path.relative_to(folder).as_posix(): hash_file(path)[0] for path in files},
        tracked={path.relative_to(folder).as_posix(): md5_of(path) for path in tracked},
    )
    with writing(folder):
        (folder / CONTENTS).write_bytes(msgspec.json.format(msgspec.json.encode(contents)) + b"\n")
    return contents


def bundle_in(folder: Path) -> Path:
    """The model."""
    return next((folder / MODELS).glob("*.ciclo.zip"))


def _write(path: Path, document: Document) -> None:
    """JSON is YAML as well."""
    with writing(path):
        path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

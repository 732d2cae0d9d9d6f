"""Foreign readers of PMML, asked in an environment of their own: JPMML, PMML4S (pypmml), and the schema."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa

from app.deployment.pmml.inputs import given
from app.deployment.pmml.outputs import names_of
from app.deployment.pmml.writing import write_pmml
from app.learning.model import FittedModel, Predictions
from app.learning.records import Signature, Task
from tests.bench.figures import ROOT
from tests.bench.peers import environment_python

LOCK, FOLDER = ROOT / "requirements-peers-pmml.lock", ROOT / ".tools" / "peers-pmml"
WORKER = Path(__file__).with_name("pmml_worker.py")
JPMML, PMML4S, SCHEMA = "jpmml", "pypmml", "schema"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A file, and the rows that a reader is asked about."""

    data: bytes
    signature: Signature
    table: pa.Table

    @classmethod
    def of(cls, model: FittedModel, table: pa.Table) -> Asked:
        return cls(data=write_pmml(model), signature=model.signature, table=table)


def lacks_java() -> bool:
    """Whether there is no Java: then nobody can be asked."""
    return shutil.which("java") is None


def ask(reader: str, asked: Sequence[Asked], work: Path) -> list[Predictions | str]:
    """What a reader says of each, or its complaint; the schema says nothing where it has none."""
    jobs = [_written(one, work / f"{place}") for place, one in enumerate(asked)]
    (work / "jobs.json").write_text(json.dumps(jobs))
    python = str(environment_python(FOLDER, LOCK))
    subprocess.run([python, "-W", "ignore", str(WORKER), reader, str(work / "jobs.json")], check=True)
    return [_read(Path(job["answers"]), one) for job, one in zip(jobs, asked, strict=True)]


def _written(one: Asked, stem: Path) -> dict[str, str]:
    paths = {name: str(stem.with_suffix(f".{name}")) for name in ("pmml", "rows", "answers")}
    Path(paths["pmml"]).write_bytes(one.data)
    columns = {
        name: [None if cell is None or cell != cell else cell for cell in values.tolist()]
        for name, values in given(one.table, one.signature.features).items()
    }
    Path(paths["rows"]).write_text(json.dumps(columns))
    return paths


def _read(path: Path, one: Asked) -> Predictions | str:
    told = json.loads(path.read_text())
    if "error" in told or not told:
        return str(told.get("error", ""))
    names = names_of(one.signature, "")
    if one.signature.task is Task.REGRESSION:
        values = _numbers(told[names.value])
        return Predictions(labels=np.empty(0, dtype=object), values=values, probabilities=np.empty((len(values), 0)))
    shares = np.column_stack([_numbers(told[name]) for name in names.probabilities])
    return Predictions(labels=np.array(told[names.label], dtype=object), values=np.empty(0), probabilities=shares)


def _numbers(values: Sequence[float | None]) -> np.ndarray:
    return np.array([math.nan if value is None else float(value) for value in values])


def with_threshold(model: FittedModel, threshold: float) -> FittedModel:
    """The same model, which decides elsewhere."""
    signature = msgspec.structs.replace(model.signature, threshold=threshold)
    return FittedModel(pipeline=model.pipeline, signature=signature)

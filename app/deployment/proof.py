"""The proof of an export: rows that find out a wrong one, asked of it in a process that knows nothing of this one."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa

from app.deployment.bundle.acceptance import chosen_rows, raw_rows, spoiled_rows, typed_rows
from app.deployment.comparing import compare
from app.deployment.onnx.changes import typed
from app.deployment.onnx.edges import threshold_rows
from app.deployment.onnx.nodes import evenly
from app.deployment.records import LIMIT, Certificate
from app.errors import CicloError
from app.jobs.launcher import environment
from app.learning.model import FittedModel, Predictions, predict_table
from app.learning.records import Signature, Task

_PATIENCE_S = 300
_MOST_ROWS, _PART_ROWS = 20_000, 2_000
_SIGNATURE, _RUNTIME = b"ciclo.signature", b"ciclo.runtime"
_LABEL, _VALUE, _PROBABILITY = "label", "value", "probability_{}"


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Rows with the answers of the model.

    Attributes
    ----------
    table
        A typed column for each feature, shape (n, features).
    at_thresholds
        How many of the rows lie at the model's own thresholds.
    """

    table: pa.Table
    expected: Predictions
    signature: Signature
    at_thresholds: int
    model_sha256: str

    def part(self) -> Proof:
        """Some of its rows, evenly spread: whether an export that was asked with all of them is still the same."""
        places = evenly(self.table.num_rows, _PART_ROWS)
        expected = Predictions(
            labels=self.expected.labels[places] if len(self.expected.labels) else self.expected.labels,
            values=self.expected.values[places] if len(self.expected.values) else self.expected.values,
            probabilities=self.expected.probabilities[places],
        )
        return replace(self, table=self.table.take(pa.array(places)), expected=expected)


def make_proof(model: FittedModel, table: pa.Table, *, model_sha256: str, most: int = _MOST_ROWS) -> Proof:
    """Rows that were learned from as text and spoiled, and rows at the thresholds of the model, with its answers.

    Parameters
    ----------
    table
        Stored rows, best those that the model learned from.
    most
        How many rows at thresholds there may be.
    """
    features = model.signature.features
    plain = raw_rows(table.take(chosen_rows(table.num_rows)), features)
    spoken = typed(typed_rows(plain + spoiled_rows(plain, features), features), features)
    edges = threshold_rows(model, table, most=most)
    rows = pa.concat_tables([spoken, edges.select(spoken.column_names)])
    return Proof(
        table=rows,
        expected=predict_table(model, rows),
        signature=model.signature,
        at_thresholds=edges.num_rows,
        model_sha256=model_sha256,
    )


def certify(proof: Proof, target: str, path: Path, *, work: Path) -> Certificate:
    """Have a fresh process ask an export, and compare.

    Parameters
    ----------
    work
        A folder for the rows and the answers.

    Raises
    ------
    CicloError
        ``deployment.not_certified`` where the process fails, ``deployment.export_differs`` where its answers lie
        further from the model's than :data:`app.deployment.records.LIMIT`, or a label differs.
    """
    found, runtime = ask(proof.table, proof.signature, target, path, work=work)
    difference, flips, ties = compare(proof.expected, found, proof.signature)
    if flips or not difference <= LIMIT:
        raise CicloError("deployment.export_differs", target=target, difference=f"{difference:.3g}", n=flips)
    return Certificate(
        runtime=runtime,
        rows=proof.table.num_rows,
        max_difference=difference,
        label_flips=flips,
        ties=ties,
        threshold_rows=proof.at_thresholds,
        model_sha256=proof.model_sha256,
    )


def both(alone: Certificate, whole: Certificate) -> Certificate:
    """What is certified where the model was asked without the steps that go along with it, and with them."""
    return msgspec.structs.replace(
        alone,
        rows=alone.rows + whole.rows,
        max_difference=max(alone.max_difference, whole.max_difference),
        label_flips=alone.label_flips + whole.label_flips,
        ties=alone.ties + whole.ties,
        prepared_rows=whole.rows,
    )


def ask(table: pa.Table, signature: Signature, target: str, path: Path, *, work: Path) -> tuple[Predictions, str]:
    """What an export says of rows, asked in a fresh process, and the runtime that read it there.

    Raises
    ------
    CicloError
        ``deployment.not_certified``.
    """
    rows, answers = work / "proof-rows.arrow", work / "proof-answers.arrow"
    told = table.replace_schema_metadata({_SIGNATURE: msgspec.json.encode(signature)})
    with pa.ipc.new_file(str(rows), told.schema) as writer:
        writer.write_table(told)
    answers.unlink(missing_ok=True)
    frozen = getattr(sys, "frozen", False)
    command = [sys.executable, *([] if frozen else ["-P", "-m", "app"]), "answer", target]
    command += [str(path), str(rows), "--out", str(answers), "--json"]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env={**environment(), "PYTHONSAFEPATH": "1"},
            cwd=work,
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CicloError("deployment.not_certified", cause=type(error).__name__) from error
    if done.returncode:
        raise CicloError("deployment.not_certified", cause=_said(done.stdout) or str(done.returncode))
    return _read(answers, signature)


class _Failure(msgspec.Struct, frozen=True):
    class _Error(msgspec.Struct, frozen=True):
        message: str

    error: _Error


def _said(stdout: bytes) -> str:
    try:
        return msgspec.json.decode(stdout, type=_Failure).error.message
    except msgspec.MsgspecError:
        return ""


def _read(path: Path, signature: Signature) -> tuple[Predictions, str]:
    with pa.memory_map(str(path)) as source:
        table = pa.ipc.open_file(source).read_all()
        runtime = (table.schema.metadata or {}).get(_RUNTIME, b"").decode()
        if signature.task is Task.REGRESSION:
            values = np.array(table[_VALUE])
            nothing = np.empty(0, dtype=object)
            return Predictions(labels=nothing, values=values, probabilities=np.empty((len(values), 0))), runtime
        columns = [np.array(table[_PROBABILITY.format(place)]) for place in range(len(signature.labels))]
        labels = np.array(table[_LABEL].to_pylist(), dtype=object)
        return Predictions(labels=labels, values=np.empty(0), probabilities=np.column_stack(columns)), runtime


def read_rows(path: Path) -> tuple[pa.Table, Signature]:
    """The rows that a fresh process is asked, and how its answers are read."""
    with pa.memory_map(str(path)) as source:
        table = pa.ipc.open_file(source).read_all()
        signature = msgspec.json.decode(table.schema.metadata[_SIGNATURE], type=Signature)
        return table.replace_schema_metadata(None), signature


def write_answers(found: Predictions, runtime: str, path: Path) -> None:
    """What the fresh process found."""
    columns: dict[str, pa.Array] = {}
    if len(found.values):
        columns[_VALUE] = pa.array(found.values, pa.float64())
    else:
        columns[_LABEL] = pa.array([str(label) for label in found.labels], pa.string())
        for place in range(found.probabilities.shape[1]):
            columns[_PROBABILITY.format(place)] = pa.array(np.ascontiguousarray(found.probabilities[:, place]))
    table = pa.table(columns).replace_schema_metadata({_RUNTIME: runtime.encode()})
    with pa.ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table)

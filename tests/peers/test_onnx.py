"""ONNX files in the hands of other builds of the runtime: the oldest that is named, one a year old, and Node's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from app.data.recipe.travelling import Place
from app.deployment.comparing import compare
from app.deployment.onnx.changes import typed
from app.deployment.onnx.edges import threshold_rows
from app.deployment.onnx.inputs import feeds
from app.deployment.onnx.writing import OLDEST_RUNTIME, write_onnx
from app.deployment.prepared import within
from app.learning.model import FittedModel, Predictions, predict_table
from app.learning.records import Feature, Signature, Task
from tests.peers.places import ROOT, TOOLS, peer, run, surroundings
from tests.unit.deployment.models import fitted as small
from tests.unit.deployment.onnx.cases import fitted, rows, table, variants
from tests.unit.deployment.onnx.test_kinds import REFUSED
from tests.unit.deployment.preparation import by_hand, part, raw_table

HERE = Path(__file__).parent
LIMIT = 1e-9
AT_THRESHOLDS = 2_000
NODE = ("1.30.0", "1.23.2")
"""Today's onnxruntime-node, and the one of a year before."""
CASES = sorted({(name, task) for name, task, _ in variants() if name not in REFUSED})

Ask = Callable[[Path, Path, Path], None]


def asked(model: FittedModel) -> pa.Table:
    """Ordinary and spoiled rows, and rows at the model's own thresholds."""
    at = threshold_rows(model, table(), most=AT_THRESHOLDS)
    return pa.concat_tables([typed(rows(), model.signature.features).select(at.column_names), at])


def as_json(features: tuple[Feature, ...], asked: pa.Table) -> str:
    """Rows in the form that both scripts read: JSON has no word for what isn't a number, so it stands there as text."""
    columns = []
    for name, values in feeds(asked, features).items():
        cells, words = values.ravel(), values.dtype == object
        told = cells.tolist() if words else [_number(float(cell)) for cell in cells]
        columns.append({"name": name, "words": words, "values": told})
    return json.dumps({"columns": columns, "count": asked.num_rows})


def _number(value: float) -> str:
    if np.isnan(value):
        return "NaN"
    return repr(value) if np.isfinite(value) else "Infinity" if value > 0 else "-Infinity"


def said(model: FittedModel, folder: Path, ask: Ask) -> tuple[float, int]:
    """The largest difference between the model and what a runtime says of its file, and how many labels differ."""
    wanted = asked(model)
    rows_ = as_json(model.signature.features, wanted)
    return differing(predict_table(model, wanted), write_onnx(model), rows_, model.signature, folder, ask)


def differing(
    expected: Predictions, file: bytes, rows_: str, signature: Signature, folder: Path, ask: Ask
) -> tuple[float, int]:
    (folder / "m.onnx").write_bytes(file)
    (folder / "rows.json").write_text(rows_, encoding="utf-8")
    ask(folder / "m.onnx", folder / "rows.json", folder / "out.json")
    told = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    found = Predictions(
        labels=np.array(told.get("label", []), dtype=object),
        values=np.array(told.get("value", []), dtype=np.float64),
        probabilities=np.array(told.get("probabilities", []), dtype=np.float64).reshape(expected.probabilities.shape),
    )
    difference, flips, _ = compare(expected, found, signature)
    return difference, flips


def said_of_raw(task: Task, folder: Path, ask: Ask) -> tuple[float, int]:
    """The same of rows as they come, of a file that does the steps of a recipe first."""
    model = small(task)
    inside = within(part(), model.signature.features, Place.ONNX)
    rows_ = as_json(inside.inputs, inside.table(raw_table()))
    return differing(by_hand(task), write_onnx(model, part=part()), rows_, model.signature, folder, ask)


@pytest.fixture(scope="module", params=["peers-onnx-oldest", "peers-onnx-year"])
def older(request: pytest.FixtureRequest) -> Ask:
    programs = peer(request.param)

    def ask(file: Path, rows: Path, out: Path) -> None:
        command = [str(programs / "python"), str(HERE / "onnx_answer.py"), str(file), str(rows), str(out)]
        run(command, env=surroundings(programs), cwd=out.parent)

    return ask


@pytest.fixture(scope="module", params=NODE)
def node(request: pytest.FixtureRequest) -> Ask:
    program, packages = shutil.which("node"), shutil.which("npm")
    if program is None or packages is None:
        pytest.skip("Node isn't installed")
    folder = TOOLS / f"peers-node-{request.param}"
    if not (folder / "node_modules" / "onnxruntime-node").exists():
        folder.mkdir(parents=True, exist_ok=True)
        install = [packages, "install", "--silent", "--no-audit", f"onnxruntime-node@{request.param}"]
        # what is for the processor comes with the package; only CUDA would be fetched
        quiet = {**os.environ, "ONNXRUNTIME_NODE_INSTALL": "skip"}
        subprocess.run(install, cwd=folder, env=quiet, check=True, timeout=300)

    def ask(file: Path, rows: Path, out: Path) -> None:
        command = [program, str(HERE / "onnx_answer.mjs"), str(file), str(rows), str(out)]
        subprocess.run(command, cwd=folder, check=True, timeout=300)

    return ask


@pytest.mark.parametrize(("name", "task"), CASES)
def test_that_older_runtimes_give_the_models_answers(name: str, task: Task, older: Ask, tmp_path: Path) -> None:
    difference, flips = said(fitted(name, task), tmp_path, older)
    assert flips == 0
    assert difference <= LIMIT


@pytest.mark.parametrize(("name", "task"), CASES)
def test_that_node_gives_the_models_answers(name: str, task: Task, node: Ask, tmp_path: Path) -> None:
    difference, flips = said(fitted(name, task), tmp_path, node)
    assert flips == 0
    assert difference <= LIMIT


@pytest.mark.parametrize("task", list(Task))
def test_that_older_runtimes_do_the_steps_that_go_along(task: Task, older: Ask, tmp_path: Path) -> None:
    difference, flips = said_of_raw(task, tmp_path, older)
    assert flips == 0
    assert difference <= LIMIT


@pytest.mark.parametrize("task", list(Task))
def test_that_node_does_the_steps_that_go_along(task: Task, node: Ask, tmp_path: Path) -> None:
    difference, flips = said_of_raw(task, tmp_path, node)
    assert flips == 0
    assert difference <= LIMIT


def test_that_the_oldest_runtime_is_the_one_that_files_name() -> None:
    lock = (ROOT / "requirements-peers-onnx-oldest.lock").read_text(encoding="utf-8")
    assert f"onnxruntime=={OLDEST_RUNTIME}." in lock

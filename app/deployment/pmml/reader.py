"""Ciclo's own reader of the PMML that Ciclo writes, for computers without Java: vectorised, and strict.

What it doesn't know it refuses, so that no answer rests on a guess. Another reader is the better witness: where JPMML
is installed, that one is asked (:mod:`app.deployment.pmml.java`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from app.deployment.comparing import compare
from app.deployment.pmml.evaluating import Rows, Values
from app.deployment.pmml.inputs import given
from app.deployment.pmml.models import MODELS, output_of, said_by
from app.deployment.pmml.outputs import UNFILTERED
from app.deployment.pmml.parsing import Node, number_of, parse, unreadable
from app.learning.matrix import Objects
from app.learning.model import FittedModel, Predictions, predict_table
from app.learning.records import Signature, Task

_CLOSE = 1e-9
RUNTIME = "Ciclo's own PMML reader (self-checked, no foreign runtime)"


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file that was read: its model, and the names of what it gives back."""

    model: Node
    types: dict[str, str]
    """Of the inputs and the target."""
    probabilities: dict[str, str]
    """By label."""
    decided: str
    """The label, or the value."""


def read_pmml(data: bytes) -> Document:
    """A file of Ciclo's.

    Raises
    ------
    CicloError
        ``deployment.pmml.unreadable`` naming what it isn't.
    """
    root = parse(data).one("PMML")
    if root.told("version") != "4.4":
        raise unreadable("PMML/@version")
    model = root.one(*MODELS)
    fields = list(model.one("Output").all("OutputField"))
    shares = {
        one.told("value"): one.told("name").removesuffix(UNFILTERED)
        for one in fields
        if one.told("feature") == "probability"
    }
    final = [one.told("name") for one in fields if one.attributes.get("isFinalResult") != "false"]
    rest = [name for name in final if name not in shares.values()]
    if len(rest) != 1:
        raise unreadable("Output")
    types = {one.told("name"): one.told("dataType") for one in root.one("DataDictionary").all("DataField")}
    return Document(model=model, types=types, probabilities=shares, decided=rest[0])


def run(document: Document, table: pa.Table, signature: Signature) -> Predictions:
    """What a file says of a table's rows; raises as :func:`read_pmml`."""
    found = _asked(document, given(table, signature.features), table.num_rows)
    if signature.task is Task.REGRESSION:
        values = found.numbers(document.decided)
        nothing = np.empty(0, dtype=object)
        return Predictions(labels=nothing, values=values, probabilities=np.empty((table.num_rows, 0)))
    if set(document.probabilities) != set(signature.labels):
        raise unreadable("labels")
    shares = [found.numbers(document.probabilities[label]) for label in signature.labels]
    labels = no_label(np.array(found.field(document.decided), dtype=object))
    return Predictions(labels=labels, values=np.empty(0), probabilities=np.column_stack(shares))


def no_label(labels: Objects) -> Objects:
    """Labels, empty where there is none."""
    return np.array([label if isinstance(label, str) else "" for label in labels.tolist()], dtype=object)


def _asked(document: Document, inputs: dict[str, Values], count: int) -> Rows:
    rows = Rows(inputs, {}, count)
    return output_of(document.model, said_by(document.model, rows), rows)


def check(document: Document) -> None:
    """See whether the rows inside a file come out as it says; raises as :func:`read_pmml`."""
    node = document.model.one("ModelVerification")
    columns = {one.told("field"): one.told("column") for one in node.one("VerificationFields").all("VerificationField")}
    rows = [{cell.tag: cell.text for cell in row.children} for row in node.one("InlineTable").all("row")]
    if str(len(rows)) != node.told("recordCount") or not rows:
        raise unreadable("ModelVerification")
    cells = {name: [row.get(column) for row in rows] for name, column in columns.items()}
    inputs = {
        name: _typed(cells[name], words=type_ == "string") for name, type_ in document.types.items() if name in cells
    }
    found = _asked(document, inputs, len(rows))
    for name in (*document.probabilities.values(), document.decided):
        said = found.field(name)
        expected = _typed(cells.get(name, []), words=said.dtype == object)
        if said.shape != expected.shape or not _close(said, expected):
            raise unreadable("ModelVerification")


def _typed(cells: list[str | None], *, words: bool) -> Values:
    if words:
        return np.array(cells, dtype=object)
    return np.array([np.nan if cell is None else number_of(cell, "InlineTable") for cell in cells])


def _close(said: Values, expected: Values) -> bool:
    if said.dtype == object:
        return bool(np.array_equal(said, expected))
    return bool(np.allclose(said.astype(np.float64), expected.astype(np.float64), rtol=_CLOSE, atol=_CLOSE))


def parity(model: FittedModel, data: bytes, table: pa.Table) -> tuple[float, int]:
    """The largest difference between a model and its file over a table's rows, and how many labels differ."""
    found = run(read_pmml(data), table, model.signature)
    difference, flips, _ = compare(predict_table(model, table), found, model.signature)
    return difference, flips

"""Steps that go along with a model: whole files take rows as they come, and answer as the model does."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from app.data.recipe.steps import Concatenate, Condition, Filter, Rename, Retype, Split
from app.data.recipe.travelling import Place
from app.data.records import ColumnType
from app.deployment.bundle.loading import load_bundle
from app.deployment.bundle.manifest import PREPARE_FILE, RECIPE_FILE, canonical
from app.deployment.bundle.row_part import write_row_part
from app.deployment.comparing import compare
from app.deployment.onnx.parity import open_session, run
from app.deployment.onnx.writing import write_onnx
from app.deployment.pmml import reader
from app.deployment.pmml.writing import write_pmml
from app.deployment.prepared import prepared, within, without
from app.errors import CicloError
from app.learning.model import predict_table
from app.learning.records import Feature, RowPart, Task
from tests.unit.deployment.models import fitted, write
from tests.unit.deployment.preparation import EVERYWHERE, by_hand, given_signature, part, raw_table

TINY = 1e-9


@pytest.mark.parametrize("task", list(Task))
def test_that_the_model_sees_what_somebody_prepares_by_hand(task: Task) -> None:
    rows, excluded = prepared(part(), raw_table(), fitted(task).signature.features)
    found = without(predict_table(fitted(task), rows), excluded > 0)
    assert 0 < (excluded > 0).sum() < raw_table().num_rows
    assert compare(by_hand(task), found, fitted(task).signature)[:2] == (0.0, 0)


@pytest.mark.parametrize("task", list(Task))
def test_that_an_onnx_file_does_the_steps_itself(task: Task) -> None:
    """All but trimming, which is said and left to the caller."""
    model, inside = fitted(task), within(part(), fitted(task).signature.features, Place.ONNX)
    assert [type(step).__name__ for step in inside.left] == ["Trim"]
    found = run(
        open_session(write_onnx(model, part=part())), inside.table(raw_table()), given_signature(task, inside.inputs)
    )
    difference, flips, _ = compare(by_hand(task), found, model.signature)
    assert difference <= TINY
    assert flips == 0


@pytest.mark.parametrize("task", list(Task))
def test_that_a_pmml_file_does_the_steps_itself(task: Task) -> None:
    model, inside = fitted(task), within(part(), fitted(task).signature.features, Place.PMML)
    document = reader.read_pmml(write_pmml(model, part=part()))
    reader.check(document)
    found = reader.run(document, inside.table(raw_table()), given_signature(task, inside.inputs))
    difference, flips, _ = compare(by_hand(task), found, model.signature)
    assert difference <= TINY
    assert flips == 0


def test_that_a_filter_on_what_is_trimmed_before_is_left_to_the_caller() -> None:
    steps = (Filter(column="hue", test=Condition.PRESENT), *part().steps)
    inside = within(part(steps), fitted().signature.features, Place.ONNX)
    assert [type(step).__name__ for step in inside.left] == ["Filter", "Trim"]
    assert len(inside.steps) == len(EVERYWHERE)


def bundle(path: Path, found: RowPart | bytes) -> Path:
    data = found if isinstance(found, bytes) else write_row_part(found)
    return write(path, onnx=write_onnx(fitted()), more={RECIPE_FILE: data, PREPARE_FILE: b"pass"})


def test_that_a_bundle_prepares_rows_first(tmp_path: Path) -> None:
    loaded = load_bundle(bundle(tmp_path / "b.ciclo.zip", part()))
    assert loaded.part == part()
    assert [one.name for one in loaded.inputs] == ["sum", "per", "n", "begun", "hue", "age"]


def _too_often() -> RowPart:
    doubled = (Concatenate(columns=("hue", "hue"), into="hue"),) * 12
    return part((*doubled, *part().steps))


@pytest.mark.parametrize(
    "found",
    [
        b"{}",
        b"[]",
        b"\xff",
        canonical(part()) + b" ",
        write_row_part(part(())),
        write_row_part(part(EVERYWHERE[:3])),
        write_row_part(part((*part().steps, Rename(column="colour", to="gone")))),
        write_row_part(part((*part().steps, Retype(column="amount", type=ColumnType.TEXT)))),
        write_row_part(part((*part().steps, *(Split(column="colour", separator="-", into=("a", "b")),) * 500))),
        write_row_part(_too_often()),
        write_row_part(
            msgspec.structs.replace(part(), inputs=(*part().inputs, Feature(name="sum", type=ColumnType.TEXT)))
        ),
    ],
    ids=["empty", "list", "bytes", "form", "none", "few", "renamed", "type", "many", "growing", "twice"],
)
def test_that_a_preparation_that_doesnt_make_the_models_columns_is_refused(found: bytes, tmp_path: Path) -> None:
    with pytest.raises(CicloError, match="bad_recipe"):
        load_bundle(bundle(tmp_path / "b.ciclo.zip", found))


def test_that_a_table_step_isnt_taken_from_a_bundle(tmp_path: Path) -> None:
    told = msgspec.json.decode(write_row_part(part()))
    told["steps"][0] = {"step": "sort", "note": "", "columns": ["sum"], "descending": False}
    with pytest.raises(CicloError, match="bad_recipe"):
        load_bundle(bundle(tmp_path / "b.ciclo.zip", canonical(told)))


@pytest.mark.parametrize("onnx", [b"", write_onnx(fitted())], ids=["1", "2"])
def test_that_steps_are_refused_in_a_format_that_knows_none(onnx: bytes, tmp_path: Path) -> None:
    more = {RECIPE_FILE: write_row_part(part())}
    path = write(tmp_path / "b.ciclo.zip", onnx=onnx, more=more, prepared=False)
    with pytest.raises(CicloError, match="bad_manifest"):
        load_bundle(path)


def test_that_rows_without_an_answer_have_neither_label_nor_number() -> None:
    found = predict_table(fitted(), prepared(part(), raw_table(), fitted().signature.features)[0])
    gone = np.zeros(raw_table().num_rows, dtype=bool)
    gone[3] = True
    left = without(found, gone)
    assert left.labels[3] == ""
    assert np.isnan(left.probabilities[3]).all()
    assert left.labels[2] == found.labels[2]
    assert found.labels[3] != ""

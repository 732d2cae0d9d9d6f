"""Acceptance rows prove a model to the last bit, and a bundle whose model answers otherwise is refused."""

from __future__ import annotations

import io
import zipfile
from functools import partial
from pathlib import Path

import msgspec
import pytest

from app.deployment.bundle.acceptance import Acceptance, make_acceptance, read_acceptance, rescore, write_acceptance
from app.deployment.bundle.loading import load_bundle
from app.deployment.bundle.read_me import read_me
from app.deployment.place import put_new, put_over
from app.deployment.records import Certificate
from app.errors import CicloError
from app.learning import canonical as skops_form
from app.learning.estimators.catalogue import builtin
from app.learning.model import FittedModel, predict_table
from app.learning.records import Task
from app.text import Words
from tests.unit.deployment.models import fitted, manifest, table, write


def rescored(model: FittedModel, acceptance: Acceptance) -> Certificate:
    return rescore(partial(predict_table, model), model.signature, acceptance, runtime="r")


CASES = [(kind.id, task) for kind in builtin() for task in sorted(kind.tasks)]


@pytest.mark.parametrize(("name", "task"), CASES)
def test_that_every_kind_of_model_answers_its_acceptance_rows_to_the_last_bit(name: str, task: Task) -> None:
    model = fitted(task, name)
    acceptance = read_acceptance(write_acceptance(make_acceptance(model, table())), name="acceptance.json")
    assert len(acceptance.rows) >= 20
    assert any("" in row for row in acceptance.rows)
    assert any("never seen before" in row for row in acceptance.rows)
    proof = rescored(model, acceptance)
    assert (proof.rows, proof.max_difference, proof.label_flips) == (len(acceptance.rows), 0.0, 0)


def test_that_acceptance_rows_are_the_same_every_time() -> None:
    made = [write_acceptance(make_acceptance(fitted(), table())) for _ in range(2)]
    assert made[0] == made[1]


def test_that_one_bit_is_noticed() -> None:
    acceptance = make_acceptance(fitted(), table())
    value = float.fromhex(acceptance.numbers[0][0])
    nudged = ((value + 2.0**-53).hex(), *acceptance.numbers[0][1:])
    changed = msgspec.structs.replace(acceptance, numbers=(nudged, *acceptance.numbers[1:]))
    assert rescored(fitted(), changed).max_difference > 0


def test_that_a_flipped_label_is_noticed() -> None:
    acceptance = make_acceptance(fitted(), table())
    changed = msgspec.structs.replace(acceptance, predictions=("?", *acceptance.predictions[1:]))
    assert rescored(fitted(), changed).label_flips == 1


@pytest.mark.parametrize("task", list(Task))
def test_that_a_good_bundle_is_loaded(task: Task, tmp_path: Path) -> None:
    found = load_bundle(write(tmp_path / "b.ciclo.zip", task))
    assert found.manifest.schema.task is task
    assert found.certificate.max_difference == 0


def refused(path: Path) -> str:
    with pytest.raises(CicloError) as caught:
        load_bundle(path)
    for language in ("en", "es"):
        sentence, _ = Words(language).error(caught.value)
        assert caught.value.code not in sentence
    return caught.value.code


def test_that_a_bundle_with_another_model_is_refused_before_it_answers(tmp_path: Path) -> None:
    other = skops_form.dump(fitted(Task.BINARY, "tree").pipeline)
    assert refused(write(tmp_path / "b", model=other)) == "deployment.other_answers"


def test_that_a_model_that_is_no_model_is_refused(tmp_path: Path) -> None:
    assert refused(write(tmp_path / "b", model=b"\x80\x04pickle")) == "deployment.bundle.unusual"


def test_that_a_packed_model_is_refused_for_it_could_grow(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", b" " * 10**6)
    assert refused(write(tmp_path / "b", model=packed.getvalue())) == "deployment.bundle.unusual"


@pytest.mark.parametrize(
    "change",
    [
        {"rows": ()},
        {"numbers": (("nonsense",),)},
        {"numbers": (("1e400",),)},
        {"columns": ("a",)},
        {"predictions": ("x",)},
    ],
)
def test_that_senseless_acceptance_rows_are_refused(change: dict[str, object], tmp_path: Path) -> None:
    good: Acceptance = make_acceptance(fitted(), table())
    bad = write_acceptance(msgspec.structs.replace(good, **change))
    assert refused(write(tmp_path / "b", acceptance=bad)) == "deployment.bundle.bad_acceptance"


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("task", list(Task))
def test_that_the_read_me_speaks_both_languages(language: str, task: Task) -> None:
    words = Words(language)
    text = read_me(manifest(task), words, file_name="m-1.ciclo.zip")
    assert "deployment." not in text
    assert "ciclo score m-1.ciclo.zip" in text
    if task is Task.BINARY:
        assert "\\<=50K" in text  # a label is no markup


def test_that_an_export_never_replaces_another_file(tmp_path: Path) -> None:
    place = tmp_path / "there.zip"
    place.write_bytes(b"mine")
    made = tmp_path / "made"
    made.write_bytes(b"new")
    with pytest.raises(CicloError, match=r"deployment\.exists"):
        put_new(made, place)
    assert place.read_bytes() == b"mine"
    made.write_bytes(b"mine")
    put_new(made, place)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["made", "there.zip"]


def test_that_a_result_replaces_what_was_there_at_once(tmp_path: Path) -> None:
    place = tmp_path / "out.csv"
    place.write_bytes(b"old")
    made = tmp_path / "made"
    made.write_bytes(b"new")
    put_over(made, place)
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]
    assert place.read_bytes() == b"new"

"""PMML files in the hands of others: JPMML and PMML4S answer as the model does, and the schema has nothing to say."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from app.data.recipe.travelling import Place
from app.deployment.comparing import compare
from app.deployment.onnx.changes import typed
from app.deployment.onnx.edges import threshold_rows
from app.deployment.pmml.reader import no_label
from app.deployment.pmml.writing import with_extension, write_pmml
from app.deployment.prepared import within
from app.learning.estimators.catalogue import builtin
from app.learning.estimators.combined import ensemble
from app.learning.estimators.kind import PMML
from app.learning.model import FittedModel, Predictions, predict_table
from app.learning.records import Task
from tests.peers.pmml_readers import JPMML, PMML4S, SCHEMA, Asked, ask, lacks_java, with_threshold
from tests.unit.deployment.models import fitted as small
from tests.unit.deployment.onnx.cases import features, fitted, rows, signature, table, variants
from tests.unit.deployment.preparation import by_hand, given_signature, part, raw_table

pytestmark = [
    pytest.mark.skipif(lacks_java(), reason="there is no Java here (Debian: apt-get install openjdk-17-jre-headless)"),
    pytest.mark.timeout(1_800),
]
LIMIT = 1e-9
DECLARED = {kind.id for kind in builtin() if PMML in kind.exports}
WRITTEN = [variant for variant in variants() if variant[0] in DECLARED]
FIRST = [(name, task) for name, task, number in WRITTEN if number == 0]


OVERFLOWING = [(name, Task.MULTICLASS) for name in ("logistic", "elastic_net", "additive")]


def mean(task: Task) -> FittedModel:
    """The mean of whole pipelines."""
    linear = "ridge" if task is Task.REGRESSION else "logistic"
    members = [fitted(name, task).pipeline for name in (linear, "boosting", "forest", "additive")]
    return FittedModel(pipeline=ensemble(task, members, [3.0, 1.0, 2.0, 0.5]), signature=signature(task))


def models() -> list[FittedModel]:
    return [*(fitted(*variant) for variant in WRITTEN), *map(mean, Task)]


def apart(model: FittedModel, asked: pa.Table, found: Predictions | str) -> str:
    """How a reader's answer differs; nothing where it doesn't."""
    if isinstance(found, str):
        return found
    difference, flips, _ = compare(predict_table(model, asked), found, model.signature)
    return "" if difference <= LIMIT and not flips else f"{difference:.2g}, {flips} labels"


def differing(reader: str, asked: list[tuple[FittedModel, pa.Table]], work: Path) -> list[str]:
    found = ask(reader, [Asked.of(model, rows_) for model, rows_ in asked], work)
    return [text for (model, rows_), one in zip(asked, found, strict=True) if (text := apart(model, rows_, one))]


def test_that_jpmml_answers_as_every_model_does(tmp_path: Path) -> None:
    """With gaps, unseen words and extreme numbers; the rows inside each file come out right as well."""
    assert differing(JPMML, [(model, rows()) for model in models()], tmp_path) == []


def test_that_jpmml_agrees_at_every_threshold(tmp_path: Path) -> None:
    asked = [fitted(name, task) for name, task in FIRST if name not in ("baseline", "logistic", "ridge")]
    assert differing(JPMML, [(model, threshold_rows(model, table(), most=4_000)) for model in asked], tmp_path) == []


def test_that_pmml4s_answers_as_every_kind_does(tmp_path: Path) -> None:
    """But for numbers so far away that its softmax overflows."""
    ordinary, all_sorts = table().slice(0, 250), rows().slice(500)
    asked = [(fitted(*one), ordinary if one in OVERFLOWING else all_sorts) for one in FIRST]
    asked += [(mean(task), ordinary) for task in Task]
    assert differing(PMML4S, asked, tmp_path) == []


@pytest.mark.parametrize("who", [JPMML, PMML4S])
def test_that_others_do_the_steps_that_go_along_with_a_model(who: str, tmp_path: Path) -> None:
    """Also for rows that a filter takes away, which get no answer."""
    asked = []
    for task in Task:
        inside = within(part(), small(task).signature.features, Place.PMML)
        data = write_pmml(small(task), part=part())
        asked.append(Asked(data=data, signature=given_signature(task, inside.inputs), table=inside.table(raw_table())))
    for task, found in zip(Task, ask(who, asked, tmp_path), strict=True):
        assert not isinstance(found, str), found
        told = Predictions(labels=no_label(found.labels), values=found.values, probabilities=found.probabilities)
        difference, flips, _ = compare(by_hand(task), told, small(task).signature)
        assert (difference <= LIMIT, flips) == (True, 0), (task, difference, flips)


def test_that_the_label_follows_the_threshold(tmp_path: Path) -> None:
    models_ = [with_threshold(fitted("logistic", Task.BINARY), share) for share in (0.05, 0.95)]
    asked = [(model, table()) for model in models_]
    for reader in (JPMML, PMML4S):
        assert differing(reader, asked, tmp_path) == []


def test_that_every_file_keeps_to_the_schema(tmp_path: Path) -> None:
    asked = [Asked.of(model, table().slice(0, 1)) for model in models()]
    assert ask(SCHEMA, asked, tmp_path) == [""] * len(asked)


def test_that_a_sealed_file_keeps_to_the_schema_and_a_wrong_one_does_not(tmp_path: Path) -> None:
    model = fitted("logistic", Task.BINARY)
    data = write_pmml(model, software="ciclo 1.2.3", told={"release": "a"})
    sealed = with_extension(data, "certificate", '{"rows": 1}')
    wrong = data.replace(b"<True/>", b"").replace(b'optype="continuous"', b'optype="any"')
    asked = [Asked(data=one, signature=model.signature, table=table().slice(0, 1)) for one in (sealed, wrong)]
    right, complaint = ask(SCHEMA, asked, tmp_path)
    assert right == ""
    assert "categorical" in str(complaint)


MUTATIONS = {
    "threshold": (r'operator="lessOrEqual" value="(-?\d+\.\d+)"', lambda value: repr(float(value) * 1.5 + 1)),
    "category": (r'<NormDiscrete field="[^"]*" value="([^"]+)"', lambda value: value + "!"),
    "filling": (
        r"</Apply>\n<Constant dataType=\"double\">(-?\d+\.\d+)</Constant>\n<FieldRef",
        lambda v: repr(float(v) + 9),
    ),
}


@pytest.mark.parametrize(
    ("name", "what"),
    [("tree", "threshold"), ("boosting", "threshold"), ("logistic", "category"), ("logistic", "filling")],
)
def test_that_jpmml_finds_a_changed_file_out(name: str, what: str, tmp_path: Path) -> None:
    """By the rows inside or by its answers at the thresholds of the model."""
    model = fitted(name, Task.BINARY)
    text = write_pmml(model).decode()
    pattern, change = MUTATIONS[what]
    places = list(re.finditer(pattern, text))
    chosen = np.random.default_rng(0).permutation(len(places))[:8]
    asked_rows = pa.concat_tables([typed(rows(), features()), threshold_rows(model, table())])
    changed = []
    for place in chosen:
        start, end = places[place].span(1)
        data = (text[:start] + change(text[start:end]) + text[end:]).encode()
        changed.append(Asked(data=data, signature=model.signature, table=asked_rows))
    assert changed
    assert all(apart(model, asked_rows, found) for found in ask(JPMML, changed, tmp_path))

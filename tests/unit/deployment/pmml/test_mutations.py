"""A file in which one number or word was changed is found out by the rows of the certificate, or by those inside it.

Some changes change no answer (a word that counts as an unseen one, a threshold between two days): those of which 20,000
mixed rows notice nothing either aren't counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from app.deployment.comparing import compare
from app.deployment.onnx.changes import typed
from app.deployment.onnx.edges import threshold_rows
from app.deployment.pmml.reader import check, read_pmml, run
from app.deployment.pmml.writing import write_pmml
from app.errors import CicloError
from app.learning.model import FittedModel, Predictions, predict_table
from app.learning.records import Task
from tests.unit.deployment.onnx.cases import features, fitted, rows, table

LIMIT = 1e-9
MOST = 6
THRESHOLD = re.compile(r'<SimplePredicate field="([^"]*)" operator="(?:lessOrEqual|greaterThan)" value="([^"]*)"')
LEAF = re.compile(r'<Node score="([^"]*)"')
WORD = re.compile(r'<NormDiscrete field="[^"]*" value="([^"]*)"')
CELL = re.compile(r"<input>([^<]*)</input>")
CODES = re.compile(r'<Array type="int" n="\d+">(\d+)')
COEFFICIENT = re.compile(r'coefficient="([^"]*)"')
FILLED = re.compile(r'<Apply function="isMissing">\n.*\n</Apply>\n<Constant dataType="double">([^<]*)<')
SCALED = re.compile(r'<Constant dataType="double">([^<]*)<')
Change = Callable[[str], str]


@dataclass
class Watched:
    """A model, its file, the rows of a certificate, and a mixture of rows, both with the model's answers."""

    model: FittedModel
    text: str
    certified: tuple[pa.Table, Predictions]
    mixed: tuple[pa.Table, Predictions]

    @classmethod
    @cache
    def of(cls, name: str, task: Task) -> Watched:
        model = fitted(name, task)
        random = np.random.default_rng(9)
        stored = typed(table(), features())
        mixed = pa.table(
            {c: stored[c].take(pa.array(random.integers(0, len(stored), 20_000))) for c in stored.schema.names}
        )
        certified = pa.concat_tables([typed(rows(), features()), threshold_rows(model, table())])
        told = predict_table(model, certified), predict_table(model, mixed)
        return cls(model=model, text=write_pmml(model).decode(), certified=(certified, told[0]), mixed=(mixed, told[1]))

    def unnoticed(self, pattern: re.Pattern[str], change: Change) -> list[str]:
        """Which changes of what a pattern finds change answers, and weren't noticed."""
        places = list(pattern.finditer(self.text))
        assert places
        chosen = np.random.default_rng(2).permutation(len(places))[:MOST]
        return [text for place in chosen if (text := self._tried(places[place], change))]

    def _tried(self, place: re.Match[str], change: Change) -> str:
        start, end = place.span(place.lastindex or 1)
        changed = (self.text[:start] + change(self.text[start:end]) + self.text[end:]).encode()
        try:
            document = read_pmml(changed)
            check(document)
        except CicloError:
            return ""
        noticed = self._differs(changed, self.certified)
        return place[0] if not noticed and self._differs(changed, self.mixed) else ""

    def _differs(self, data: bytes, asked: tuple[pa.Table, Predictions]) -> bool:
        found = run(read_pmml(data), asked[0], self.model.signature)
        difference, flips, _ = compare(asked[1], found, self.model.signature)
        return difference > LIMIT or flips > 0


def _plus(step: float) -> Change:
    return lambda text: repr(float(text) + step)


def _next(text: str) -> str:
    return repr(float(np.nextafter(float(text), np.inf)))


TREES = [
    ("tree", Task.BINARY),
    ("boosting", Task.MULTICLASS),
    ("boosting", Task.REGRESSION),
    ("forest", Task.BINARY),
    ("extra_trees", Task.REGRESSION),
]
SUMS = [("logistic", Task.BINARY), ("logistic", Task.MULTICLASS), ("ridge", Task.REGRESSION)]


@pytest.mark.parametrize("change", [_plus(1.0), _next])
@pytest.mark.parametrize(("name", "task"), TREES)
def test_that_a_changed_threshold_is_noticed(name: str, task: Task, change: Change) -> None:
    """By one, and by what is least."""
    assert Watched.of(name, task).unnoticed(THRESHOLD, change) == []


@pytest.mark.parametrize(("name", "task"), TREES)
def test_that_a_changed_leaf_is_noticed(name: str, task: Task) -> None:
    assert Watched.of(name, task).unnoticed(LEAF, _plus(0.05)) == []


@pytest.mark.parametrize(("name", "task"), SUMS)
def test_that_a_changed_word_is_noticed(name: str, task: Task) -> None:
    watched = Watched.of(name, task)
    assert watched.unnoticed(WORD, lambda word: word + "!") == []


@pytest.mark.parametrize(("name", "task"), [("boosting", Task.BINARY), ("forest", Task.REGRESSION)])
def test_that_a_changed_row_of_a_table_of_words_is_noticed(name: str, task: Task) -> None:
    assert Watched.of(name, task).unnoticed(CELL, lambda word: word + "!") == []


def test_that_a_changed_category_of_a_tree_is_noticed() -> None:
    assert Watched.of("boosting", Task.REGRESSION).unnoticed(CODES, lambda code: str(int(code) + 200)) == []


@pytest.mark.parametrize(("name", "task"), [*SUMS, ("forest", Task.REGRESSION), ("tree", Task.BINARY)])
def test_that_a_changed_filling_is_noticed(name: str, task: Task) -> None:
    assert Watched.of(name, task).unnoticed(FILLED, _plus(5.0)) == []


@pytest.mark.parametrize(("name", "task"), [*SUMS, ("scorecard", Task.BINARY), ("bayes", Task.MULTICLASS)])
def test_that_a_changed_coefficient_is_noticed(name: str, task: Task) -> None:
    assert Watched.of(name, task).unnoticed(COEFFICIENT, _plus(1e-4)) == []


def test_that_a_changed_constant_of_a_curve_is_noticed() -> None:
    assert Watched.of("additive", Task.BINARY).unnoticed(SCALED, _plus(0.5)) == []

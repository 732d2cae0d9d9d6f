"""Sentences and many words, prepared inside the pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from app.data.records import ColumnType
from app.learning import canonical
from app.learning.columns import is_prose
from app.learning.estimators.catalogue import builtin, portfolio
from app.learning.estimators.kind import Params, Traits
from app.learning.matrix import describe_features, feature_frame, frame_columns
from app.learning.model import open_pipeline, raw_predictions
from app.learning.records import Feature, Preset, Task
from app.learning.search.data import LearningData, fit
from app.learning.search.proposals import open_space
from app.learning.splits.splitting import Sealed

ROWS = 500
KINDS = {kind.id: kind for kind in builtin()}


def sentences(rows: int = ROWS, seed: int = 0) -> list[str | None]:
    random = np.random.default_rng(seed)
    known = [f"word{n}" for n in range(40)]
    made: list[str | None] = [" ".join(random.choice(known, 7)) for _ in range(rows)]
    made[::25] = [None] * len(made[::25])
    return made


def of_sentences() -> LearningData:
    """Classes that follow from whether one word occurs."""
    notes = sentences()
    table = pa.table({"note": pa.array(notes), "luck": np.random.default_rng(1).normal(size=ROWS)})
    return learning(
        table, [("note", ColumnType.TEXT), ("luck", ColumnType.NUMBER)], ["word7" in (n or "") for n in notes]
    )


def of_many_words() -> LearningData:
    """Classes that follow from which of a hundred words it is, in no order."""
    random = np.random.default_rng(2)
    codes = random.integers(0, 100, ROWS)
    yes = random.permutation(100)[codes] < 40
    return learning(pa.table({"town": [f"t{c}" for c in codes]}), [("town", ColumnType.CATEGORY)], yes)


def learning(table: pa.Table, columns: Sequence[tuple[str, ColumnType]], truth: Sequence[bool]) -> LearningData:
    features = describe_features(table, columns, prose={"note"})
    rows = np.arange(ROWS)
    return LearningData(
        task=Task.BINARY,
        classes=2,
        frame=feature_frame(table, features),
        columns=frame_columns(features),
        values=np.array(truth, dtype=np.float64),
        rows=rows,
        units=rows.astype(np.uint64),
        folds=((rows[:350], rows[350:]),),
        sealed=Sealed(np.empty(0, dtype=np.int64)),
        seed=0,
    )


def auc(data: LearningData, kind: str, params: Params) -> float:
    fitted, scored = data.folds[0]
    model = fit(KINDS[kind], params, data, fitted)
    found: NDArray[np.float64] = raw_predictions(model, data.frame.iloc[scored], classes=2)[:, 1]
    return float(roc_auc_score(data.values[scored], found))


def test_that_sentences_are_told_from_names() -> None:
    def prose(values: list[str | None]) -> bool:
        return is_prose(pa.chunked_array([pa.array(values, pa.string())]))

    assert prose(sentences())
    assert not prose([f"customer {n}" for n in range(ROWS)])
    assert not prose([f"{n} a{n} b{n} c{n} d{n}" for n in range(ROWS)])
    assert not prose([None] * ROWS)


def test_that_no_sentence_stands_in_features_or_in_the_file() -> None:
    data = of_sentences()
    (note, _luck) = describe_features(
        pa.table({"note": sentences(), "luck": np.zeros(ROWS)}),
        [("note", ColumnType.TEXT), ("luck", ColumnType.NUMBER)],
        prose={"note"},
    )
    assert note == Feature(name="note", type=ColumnType.TEXT, missing_seen=True, prose=True)
    stored = canonical.dump(fit(KINDS["logistic"], {"C": 1.0}, data, np.arange(ROWS)))
    assert b"word7" not in stored
    assert canonical.dump(open_pipeline(stored)) == stored


@pytest.mark.parametrize(("kind", "params"), [("logistic", {"C": 1.0}), ("forest", {"min_samples_leaf": 2})])
def test_that_a_word_within_sentences_is_learned(kind: str, params: Params) -> None:
    assert auc(of_sentences(), kind, params) > 0.75


def test_that_means_of_the_target_learn_many_words_without_an_order() -> None:
    data = of_many_words()
    tree = {"min_samples_leaf": 20}
    assert auc(data, "forest", {**tree, "words": "target"}) > auc(data, "forest", tree) + 0.05


def test_that_means_of_amounts_that_are_whole_numbers_are_means() -> None:
    data = of_many_words()
    data = replace(data, task=Task.REGRESSION, classes=0, values=np.round(10 * data.values))
    model = fit(KINDS["ridge"], {"alpha": 1.0, "words": "target"}, data, np.arange(ROWS))
    assert model[:-1].transform(data.frame).shape == (ROWS, 1)


def test_that_means_of_the_target_are_tried_only_where_there_are_many_words() -> None:
    few, many = Traits(words=8), Traits(words=80)
    assert set(open_space(KINDS["boosting"], few)["words"].values) == {"codes", "columns"}  # type: ignore[union-attr]
    assert "target" in open_space(KINDS["boosting"], many)["words"].values  # type: ignore[union-attr]
    assert "words" not in open_space(KINDS["logistic"], few)
    tried = [[kind.id for kind, _ in portfolio(Task.BINARY, Preset.BALANCED, traits)] for traits in (few, many)]
    assert tried[1].count("boosting") == tried[0].count("boosting") + 1


def test_that_scoring_takes_a_missing_sentence_and_new_words() -> None:
    data = of_sentences()
    model = fit(KINDS["logistic"], {"C": 1.0}, data, np.arange(ROWS))
    features = (Feature(name="note", type=ColumnType.TEXT, prose=True), Feature(name="luck", type=ColumnType.NUMBER))
    table = pa.table({"note": pa.array([None, "nobody wrote this before", "word7"]), "luck": [0.0, None, 1.0]})
    assert np.isfinite(raw_predictions(model, feature_frame(table, features), classes=2)).all()

"""Every pair of columns has its sentences, in both languages."""

from __future__ import annotations

from itertools import product

import pytest

from app.data.pairs.records import Association
from app.data.pairs.wording import measure_said, sentences
from app.data.types import ColumnType
from app.text import Words

TYPES = (ColumnType.INTEGER, ColumnType.DATE, ColumnType.CATEGORY)


def pair(**told: object) -> Association:
    usual = {"column": "a", "other": "b", "measure": "spearman", "value": 0.6, "sign": 1, "rows": 90, "chance": False}
    return Association(**(usual | told))  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(("one", "other"), list(product(TYPES, TYPES)))
def test_that_there_is_a_sentence_for_each_kind_of_pair(language: str, one: ColumnType, other: ColumnType) -> None:
    words = Words(language)
    for value, sign in product((0.0, 0.2, 0.4, 0.7, 0.95, 1.0), (-1, 0, 1)):
        made = pair(value=value, sign=sign, chance=True, missing_both=3, missing_together=0.9)
        for text in sentences(made, {"a": one, "b": other}):
            assert words.has(text.id), text.id
            assert "{" not in words.text(text)
    for measure in ("spearman", "rank_ratio", "cramers_v"):
        assert words.has(measure_said(pair(measure=measure)).id)


def test_that_a_date_is_what_the_other_follows() -> None:
    types = {"a": ColumnType.INTEGER, "b": ColumnType.DATE}
    said = [Words("en").text(text) for text in sentences(pair(sign=-1), types)]
    assert said == ["They go together strongly.", "The later b, the lower a mostly is."]


def test_that_cells_that_are_missing_together_or_in_turn_are_said() -> None:
    types = {"a": ColumnType.INTEGER, "b": ColumnType.INTEGER}
    together = sentences(pair(value=0.0, missing_both=12, missing_together=0.8), types)
    assert Words("en").text(together[-1]) == "Both are mostly missing in the same rows: 12 rows have neither."
    apart = sentences(pair(value=0.0, missing_together=-0.8), types)
    assert apart[-1].id == "data.pair.missing_apart"

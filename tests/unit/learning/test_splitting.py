"""A row's side depends on what the row says, and on nothing else."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.records import Column, ColumnType
from app.errors import CicloError
from app.learning.splits.splitting import (
    Sealed,
    deal_folds,
    hashed_columns,
    held_out,
    row_hashes,
    split_key,
)

COLUMNS = (
    Column(name="amount", type=ColumnType.NUMBER, missing=0, distinct=0),
    Column(name="town", type=ColumnType.CATEGORY, missing=0, distinct=0),
)
CELLS = st.tuples(
    st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=3),
)


def table_of(rows: list[tuple[float | None, str | None]]) -> pa.Table:
    amounts, towns = [r[0] for r in rows], [r[1] for r in rows]
    return pa.table({"amount": pa.array(amounts, pa.float64()), "town": pa.array(towns, pa.string())})


def many(rows: int, seed: int = 0) -> pa.Table:
    random = np.random.default_rng(seed)
    towns = random.choice(["Vigo", "Lugo", "Jaca"], rows)
    return pa.table({"amount": random.normal(size=rows), "town": pa.array(towns.tolist(), pa.string())})


@settings(max_examples=60, deadline=None)
@given(first=st.lists(CELLS, min_size=1, max_size=20), more=st.lists(CELLS, max_size=20))
def test_that_the_hash_of_a_row_depends_on_that_row_only(first: list, more: list) -> None:
    alone = row_hashes(table_of(first), COLUMNS, seed=3)
    together = row_hashes(table_of(more + first), COLUMNS, seed=3)
    assert (together[len(more) :] == alone).all()


def test_that_a_row_keeps_its_side_when_others_are_added() -> None:
    early, late = many(3_000), many(2_000, seed=1)
    both = pa.concat_tables([late, early])
    before = held_out(row_hashes(early, COLUMNS, seed=0), np.zeros(3_000, np.int64), fraction=0.2)
    after = held_out(row_hashes(both, COLUMNS, seed=0), np.zeros(5_000, np.int64), fraction=0.2)
    assert (after[2_000:] == before).all()


def test_that_about_the_wanted_share_is_set_aside() -> None:
    out = held_out(row_hashes(many(5_000), COLUMNS, seed=0), np.zeros(5_000, np.int64), fraction=0.2)
    assert 0.17 < out.mean() < 0.23


def test_that_a_rare_class_gives_exactly_its_share() -> None:
    strata = np.repeat([0, 1], [4_960, 40]).astype(np.int64)
    out = held_out(row_hashes(many(5_000), COLUMNS, seed=0), strata, fraction=0.25)
    assert out[strata == 1].sum() == 10


@pytest.mark.parametrize("rows", [60, 4_000])
def test_that_equal_rows_share_a_side_and_a_fold(rows: int) -> None:
    once = many(rows)
    hashes = row_hashes(pa.concat_tables([once, once]), COLUMNS, seed=0)
    strata = np.zeros(2 * rows, np.int64)
    out, fold = held_out(hashes, strata, fraction=0.3), deal_folds(hashes, strata, folds=5)
    assert (out[:rows] == out[rows:]).all()
    assert (fold[:rows] == fold[rows:]).all()
    assert out.any()


def test_that_another_seed_sets_other_rows_aside() -> None:
    sides = [held_out(row_hashes(many(900), COLUMNS, seed=s), np.zeros(900, np.int64), fraction=0.2) for s in (0, 1)]
    assert (sides[0] != sides[1]).any()


def test_that_numbers_count_by_value_whatever_their_storage() -> None:
    whole = Column(name="n", type=ColumnType.INTEGER, missing=0, distinct=0)
    real = Column(name="n", type=ColumnType.NUMBER, missing=0, distinct=0)
    integers = pa.table({"n": pa.array([1, 0, None], pa.int64())})
    reals = pa.table({"n": pa.array([1.0, -0.0, None], pa.float64())})
    assert (row_hashes(integers, (whole,), seed=0) == row_hashes(reals, (real,), seed=0)).all()


def test_that_folds_hold_their_share_of_each_class() -> None:
    strata = np.repeat([0, 1], [900, 100]).astype(np.int64)
    fold = deal_folds(row_hashes(many(1_000), COLUMNS, seed=0), strata, folds=5)
    assert np.bincount(fold[strata == 1], minlength=5).tolist() == [20] * 5


def test_that_identifiers_and_target_decide_nothing() -> None:
    columns = (*COLUMNS, Column(name="key", type=ColumnType.IDENTIFIER, missing=0, distinct=0))
    assert [c.name for c in hashed_columns(columns, "town")] == ["amount"]


def test_that_a_fit_that_touches_the_hold_out_is_refused() -> None:
    sealed = Sealed(np.array([4, 9], dtype=np.int64))
    sealed.check(np.array([1, 2, 3], dtype=np.int64))
    with pytest.raises(CicloError) as raised:
        sealed.check(np.array([3, 4, 9], dtype=np.int64))
    assert raised.value.code == "learning.sealed_rows"
    assert raised.value.params == {"n": 2}


def test_that_a_hold_out_is_named_by_what_made_it() -> None:
    def key(**other: object) -> str:
        given = {"dataset": "d", "target": "t", "scheme": "random", "seed": 0, "fraction": 0.2} | other
        return split_key(**given)  # type: ignore[arg-type]

    assert key() == key()
    assert key(rows="ab") != key()
    assert len({key(), key(seed=1), key(fraction=0.3), key(target="u"), key(scheme="time:d"), key(dataset="e")}) == 6

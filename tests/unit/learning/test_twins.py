"""Rows that are the same, or almost, are found wherever they stand; what agrees by chance isn't taken for it."""

from __future__ import annotations

import time

import numpy as np
import pyarrow as pa
import pytest

from app.data.records import ColumnType as T
from app.learning.splits.twins import EXACT, ONE_COLUMN, ROUNDED, SPELLING, Twins, alike, find_twins

COLUMNS = (("income", T.NUMBER), ("age", T.INTEGER), ("town", T.CATEGORY), ("street", T.TEXT), ("spent", T.NUMBER))
Row = dict[str, object]


def people(rows: int, seed: int = 0) -> list[Row]:
    random = np.random.default_rng(seed)
    return [
        {
            "income": float(random.normal(30_000, 9_000)),
            "age": int(random.integers(18, 90)),
            "town": str(random.choice(["Vigo", "Lugo", "Jaca"])),
            "street": f"street {random.integers(0, 10**6)}",
            "spent": float(random.normal(100, 30)),
        }
        for _ in range(rows)
    ]


def table_of(rows: list[Row]) -> pa.Table:
    return pa.table({name: [row[name] for row in rows] for name, _ in COLUMNS})


def twins(learned: list[Row], judged: list[Row]) -> Twins:
    train, holdout = np.arange(len(learned)), np.arange(len(learned), len(learned) + len(judged))
    return find_twins(table_of(learned + judged), COLUMNS, train=train, holdout=holdout)


@pytest.mark.parametrize(
    ("change", "kind", "column"),
    [
        ({}, EXACT, ""),
        ({"town": " vIGO  "}, SPELLING, ""),
        ({"income": 31_234.5}, ROUNDED, ""),
        ({"street": "another"}, ONE_COLUMN, "street"),
        ({"age": None}, ONE_COLUMN, "age"),
        ({"spent": 1e6}, ONE_COLUMN, "spent"),
        ({"income": 31_234.5, "age": 99}, ONE_COLUMN, "age"),
    ],
)
def test_that_a_copy_is_found_and_its_likeness_named(change: Row, kind: str, column: str) -> None:
    own: Row = {"income": 31_234.4, "age": 51, "town": "Vigo", "street": "Main 1", "spent": 12.345}
    found = twins([*people(400), own], [*people(100, seed=1), own | change])
    assert found.rows.tolist() == [501]
    assert found.partners.tolist() == [400]
    assert (found.kinds[0], found.columns[0], bool(found.telling[0])) == (kind, column, True)


def test_that_rows_that_differ_in_two_columns_are_no_twins() -> None:
    own = people(1, seed=9)[0]
    assert not len(twins([*people(400), own], [own | {"street": "another", "town": "Jaca "[:4], "age": 17}]).rows)


def test_that_strangers_are_no_twins() -> None:
    assert not len(twins(people(4_000), people(1_000, seed=1)).rows)


def test_that_the_same_few_words_may_be_chance() -> None:
    random = np.random.default_rng(0)
    columns = tuple((f"c{n}", T.CATEGORY) for n in range(4))
    table = pa.table({name: random.choice(["a", "b", "c"], 2_000).tolist() for name, _ in columns})
    found = find_twins(table, columns, train=np.arange(1_500), holdout=np.arange(1_500, 2_000))
    assert len(found.rows) == 500
    assert set(found.kinds) == {EXACT}
    assert not found.telling.any()


def test_that_columns_that_say_the_same_count_once() -> None:
    random = np.random.default_rng(0)
    word = random.choice(["a", "b", "c", "d"], 3_000).tolist()
    columns = tuple((f"c{n}", T.CATEGORY) for n in range(20))
    table = pa.table(dict.fromkeys((name for name, _ in columns), word))
    found = find_twins(table, columns, train=np.arange(2_000), holdout=np.arange(2_000, 3_000))
    assert not found.telling.any()


def test_that_missing_cells_and_missing_columns_do_no_harm() -> None:
    table = pa.table({"income": pa.array([None, None, 1.0], pa.float64())})
    columns = (("income", T.NUMBER),)
    found = find_twins(table, columns, train=np.array([0]), holdout=np.array([1, 2]))
    assert found.rows.tolist() == [1]
    assert not len(find_twins(table, (), train=np.array([0]), holdout=np.array([1])).rows)
    assert not len(find_twins(table, columns, train=np.array([0]), holdout=np.zeros(0, np.int64)).rows)


def test_that_rows_alike_by_way_of_others_belong_together() -> None:
    own = people(1, seed=9)[0]
    rows = [own, own | {"town": "Cee"}, own | {"town": "Cee", "age": 17}, *people(900)]
    found = alike(table_of(rows), COLUMNS)
    assert found[0] == found[1] == found[2]
    assert len(np.unique(found)) == 901


def test_that_what_is_together_has_no_twin_on_the_other_side() -> None:
    rows = people(300)
    copies = [row | {"spent": float(n)} for n, row in enumerate(rows[:80])]
    table = table_of(rows + copies)
    together = alike(table, COLUMNS)
    side = together % 3 == 0
    train, holdout = np.flatnonzero(~side), np.flatnonzero(side)
    assert not len(find_twins(table, COLUMNS, train=train, holdout=holdout).rows)


def test_that_twice_the_rows_take_about_twice_the_time() -> None:
    def seconds(rows: int) -> float:
        random = np.random.default_rng(0)
        columns = tuple((f"x{n}", T.NUMBER) for n in range(12))
        # every row alike in most columns: what would be slow if rows were compared with each other
        data = {name: np.round(random.normal(size=rows), 0 if n else 6) for n, (name, _) in enumerate(columns)}
        table = pa.table(data)
        began = time.perf_counter()
        find_twins(table, columns, train=np.arange(rows // 2), holdout=np.arange(rows // 2, rows))
        alike(table, columns)
        return time.perf_counter() - began

    seconds(5_000)
    assert seconds(80_000) < 16 * max(0.05, seconds(20_000))

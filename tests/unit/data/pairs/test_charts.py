"""Groups, grids and calendars of two columns: every row is somewhere, once."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.data.pairs.answering import Pairs
from app.data.pairs.associations import associations, associations_of
from app.data.pairs.charts import chart_of, periods
from app.data.pairs.coded import MOST_LEVELS, Coded, coded, sample_of
from app.data.pairs.records import PairChart
from app.data.reader_protocol import Associations, AssociationsAnswer, Pair, PairAnswer
from app.data.types import ColumnType

KINDS = {ColumnType.INTEGER: pa.int64(), ColumnType.NUMBER: pa.float64(), ColumnType.DATE: pa.date32()}
CELLS = {
    ColumnType.INTEGER: st.integers(-(2**62), 2**62) | st.integers(0, 5),
    ColumnType.NUMBER: st.floats(allow_nan=False, allow_infinity=False) | st.floats(0, 1),
    ColumnType.DATE: st.dates(),
    ColumnType.DATETIME: st.datetimes(),
    ColumnType.CATEGORY: st.sampled_from("abcdefghijklmnopqrstuvwxyz"),
}


def column(name: str, type: ColumnType, cells: list[object]) -> Coded:
    kind = KINDS.get(type, pa.timestamp("us") if type is ColumnType.DATETIME else pa.string())
    made = coded(name, type, pa.chunked_array([pa.array(cells, kind)]))
    assert made is not None
    return made


@st.composite
def columns(draw: st.DrawFn) -> tuple[Coded, Coded]:
    types = [draw(st.sampled_from(list(CELLS))) for _side in range(2)]
    rows = draw(st.integers(2, 40))
    # every row twice, so that no column of words names rows
    cells = [draw(st.lists(st.none() | CELLS[type], min_size=rows, max_size=rows)) * 2 for type in types]
    return column("x", types[0], cells[0]), column("y", types[1], cells[1])


@given(columns())
def test_that_each_row_with_both_cells_is_in_one_group_and_each_group_is_described(pair: tuple[Coded, Coded]) -> None:
    x, y = pair
    chart = chart_of(x, y)
    both = int((x.filled & y.filled).sum())
    assert sum(group.rows for group in chart.groups) == both
    for group in chart.groups:
        if y.ordered:
            assert list(group.quantiles) == sorted(group.quantiles)
            assert set(group.quantiles) <= set(y.values.tolist())
        else:
            assert sum(group.counts) == group.rows
            assert len(group.counts) == len(chart.y.levels) + bool(chart.y.rest)
    if x.ordered and y.ordered and both:
        assert chart.dots is not None
        assert len(chart.dots.x) == len(chart.dots.y) == both


@given(
    st.lists(st.tuples(CELLS[ColumnType.NUMBER], CELLS[ColumnType.INTEGER]), min_size=1, max_size=20),
    st.booleans(),
)
def test_that_a_grid_holds_every_row_or_says_how_many_lie_beyond(rows: list[tuple[float, int]], swapped: bool) -> None:
    cells = [list(side) * (1600 // len(rows) + 1) for side in zip(*rows, strict=True)]
    x, y = column("x", ColumnType.NUMBER, cells[0]), column("y", ColumnType.INTEGER, cells[1])
    chart = chart_of(y, x) if swapped else chart_of(x, y)
    assert chart.cells is not None
    assert chart.dots is None
    grid = np.array(chart.cells.counts)
    assert grid.shape == (len(chart.cells.x) - 1, len(chart.cells.y) - 1)
    assert max(grid.shape) <= 60
    assert grid.sum() + chart.cells.beyond == len(cells[0])
    for edges in (chart.cells.x, chart.cells.y):
        assert list(edges) == sorted(edges)
        assert all(map(math.isfinite, edges))


def test_that_a_grid_of_whole_numbers_has_no_stripes() -> None:
    random = np.random.default_rng(0)
    x, y = (column(name, ColumnType.INTEGER, random.integers(0, 73, 50_000).tolist()) for name in "xy")
    cells = chart_of(x, y).cells
    assert cells is not None
    assert set(np.diff(cells.x)) == {2.0}
    inner = np.array(cells.counts).sum(axis=1)[:-1]
    assert inner.min() > 0.8 * inner.max()


def test_that_one_far_value_doesnt_make_all_others_a_dot() -> None:
    random = np.random.default_rng(0)
    cells = random.normal(size=2000).tolist()
    chart = chart_of(column("x", ColumnType.NUMBER, [*cells, 1e9]), column("y", ColumnType.NUMBER, [*cells, 0.0]))
    assert chart.cells is not None
    assert chart.cells.beyond == 1
    assert chart.cells.x[-1] < 10


def test_that_tenths_of_a_number_share_no_value() -> None:
    x = column("x", ColumnType.INTEGER, [min(n // 3, 50) for n in range(1000)])
    groups = chart_of(x, column("y", ColumnType.CATEGORY, ["a", "b"] * 500)).groups
    ends = [(group.low, group.high) for group in groups]
    assert all(before[1] < after[0] for before, after in pairwise(ends))  # type: ignore[operator]
    assert ends[-1] == (50, 50)
    assert groups[-1].rows == 850


@given(st.dates(), st.dates())
def test_that_days_fall_into_few_calendar_periods(one: date, other: date) -> None:
    low, high = sorted((day - date(1970, 1, 1)).days for day in (one, other))
    edges = periods(low, high, days=True)
    assert edges[0] <= low
    assert edges[-1] > high or other == date.max or one == date.max
    assert len(edges) <= 62
    assert edges == sorted(edges)
    if high - low > 100:
        starts = [date(1970, 1, 1) + timedelta(days=edge) for edge in edges]
        assert {day.day for day in starts[:-1]} == {1}


@given(st.datetimes(), st.datetimes())
def test_that_moments_fall_into_few_calendar_periods(one: datetime, other: datetime) -> None:
    low, high = sorted((moment - datetime(1970, 1, 1)).total_seconds() for moment in (one, other))
    edges = periods(low, high, days=False)
    assert edges[0] <= low
    assert edges[-1] > high or high > 253_402_214_400
    assert len(edges) <= 62


def test_that_the_most_frequent_words_come_first_and_the_rest_are_together() -> None:
    words = [f"w{n % 40}" for n in range(400)] + ["often"] * 300 + ["seldom"]
    x = column("x", ColumnType.CATEGORY, words)
    chart = chart_of(x, column("y", ColumnType.INTEGER, list(range(701))))
    assert chart.groups[0].label == "often"
    assert chart.groups[-1].rest
    assert len(chart.groups) == 13
    assert chart.x.rest == 42 - 12


def test_that_too_many_words_are_taken_together_and_words_that_name_rows_say_nothing() -> None:
    many = column("x", ColumnType.CATEGORY, [f"w{n % 500}" for n in range(2000)])
    assert len(many.words) == MOST_LEVELS
    assert many.rest == 500 - (MOST_LEVELS - 1)
    assert coded("id", ColumnType.IDENTIFIER, pa.chunked_array([pa.array([f"k{n}" for n in range(100)])])) is None


# Stored tables


@pytest.fixture
def table(tmp_path: Path) -> tuple[Path, dict[str, ColumnType]]:
    n = 3000
    random = np.random.default_rng(3)
    tenure = random.integers(0, 70, n)
    paid = tenure * 20.0 + random.normal(size=n)
    gone = random.random(n) < 0.3
    made = pa.table(
        {
            "id": pa.array([f"K{i}" for i in range(n)]),
            "tenure": pa.array(tenure),
            "paid": pa.array(paid, mask=gone),
            "taxed": pa.array(-paid, mask=gone),
            "plan": pa.array(np.where(tenure > 30, "long", "short").tolist()).dictionary_encode(),
            "same": pa.array(["x"] * n),
            "empty": pa.array([None] * n, pa.string()),
        }
    )
    path = tmp_path / "table.parquet"
    pq.write_table(made, path, row_group_size=100)
    kinds = (
        ColumnType.IDENTIFIER,
        ColumnType.INTEGER,
        ColumnType.NUMBER,
        ColumnType.NUMBER,
        ColumnType.CATEGORY,
        ColumnType.CATEGORY,
        ColumnType.TEXT,
    )
    return path, dict(zip(made.column_names, kinds, strict=True))


def test_that_each_column_is_compared_with_each_and_missing_cells_are_told(
    table: tuple[Path, dict[str, ColumnType]],
) -> None:
    found, sample = associations(*table)
    assert sample.whole
    by_pair = {frozenset((one.column, one.other)): one for one in found}
    assert {name for pair in by_pair for name in pair} == {"tenure", "paid", "taxed", "plan"}
    assert len(by_pair) == 6
    taxed = by_pair[frozenset(("paid", "taxed"))]
    assert (taxed.value, taxed.sign, taxed.missing_together) == pytest.approx((1, -1, 1))
    assert taxed.rows + taxed.missing_both == 3000
    assert by_pair[frozenset(("tenure", "plan"))].measure == "rank_ratio"
    assert found[0] == taxed
    of_plan = associations_of(sample, "plan")
    assert {one.column for one in of_plan} == {"plan"}
    assert associations_of(sample, "id") == []


def test_that_a_long_table_is_looked_at_in_stretches_over_all_of_it(
    table: tuple[Path, dict[str, ColumnType]],
) -> None:
    sample = sample_of(*table, most=500)
    assert not sample.whole
    assert 500 <= sample.rows <= 525
    assert len({len(one.codes) for one in sample.columns.values()}) == 1


def test_that_two_columns_are_answered_and_those_that_name_rows_are_said(
    table: tuple[Path, dict[str, ColumnType]],
) -> None:
    path, types = table
    pairs = Pairs()
    told = {"view": 1, "generation": 2, "path": str(path), "types": types}
    seen = pairs.answer(Pair(**told, x="plan", y="paid"))  # type: ignore[arg-type]
    assert isinstance(seen, PairAnswer)
    assert isinstance(seen.chart, PairChart)
    assert [group.label for group in seen.chart.groups] == ["long", "short"]
    assert seen.association is not None
    unseen = pairs.answer(Pair(**told, x="id", y="paid"))  # type: ignore[arg-type]
    assert isinstance(unseen, PairAnswer)
    assert (unseen.untold, unseen.chart, unseen.association) == (("id",), None, None)
    one = pairs.answer(Associations(**told, column="tenure"))  # type: ignore[arg-type]
    assert isinstance(one, AssociationsAnswer)
    assert one.told
    assert one.associations[0].other in ("paid", "taxed")
    none = pairs.answer(Associations(**told, column="empty"))  # type: ignore[arg-type]
    assert isinstance(none, AssociationsAnswer)
    assert none.associations == ()

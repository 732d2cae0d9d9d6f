"""Types are decided on every cell, and a value is never changed without a word."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.records import ColumnType
from app.data.values.conversion import Notation, convert_column
from app.data.values.inference import decide_day_first, decide_numerals, decide_type
from app.data.values.tally import Tally


def tally_of(cells: list[str]) -> Tally:
    tally = Tally()
    tally.add(pa.array(cells, pa.string()))
    return tally


def type_of(cells: list[str], *, name: str = "x", delimiter: str = ",") -> ColumnType:
    tally = tally_of(cells)
    numerals = decide_numerals([tally], delimiter=delimiter)
    notation = Notation(
        decimal=numerals.decimal,
        thousands=numerals.thousands,
        day_first=decide_day_first([tally]) is not False,
    )
    return decide_type(tally, name, notation=notation)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "-2", "30"] * 5, ColumnType.INTEGER),
        (["1", "", "3"] * 5, ColumnType.INTEGER),
        (["1", "2.5", "-.5", "1e-3"], ColumnType.NUMBER),
        (["1", "NA", "3"] * 5, ColumnType.INTEGER),
        (["1", "x", "3"] * 9, ColumnType.CATEGORY),
        (["007", "012", "007"] * 9, ColumnType.CATEGORY),
        (["12345678901234567", "1", "2"], ColumnType.TEXT),
        (["2021-01-02", "2021-12-31"], ColumnType.DATE),
        (["31/12/2021", "01/02/2021"], ColumnType.DATE),
        (["2021-02-30", "2021-01-01"], ColumnType.CATEGORY),
        (["2021-01-02T10:00:00", "2021-01-02 11:30"], ColumnType.DATETIME),
        (["sí", "no", "no"] * 3, ColumnType.BOOLEAN),
        (["Yes", "No"] * 3, ColumnType.BOOLEAN),
        (["1,234,567", "12"], ColumnType.INTEGER),
        (["inf", "1"] * 9, ColumnType.CATEGORY),
        ([" 12", "13 "] * 3, ColumnType.INTEGER),
    ],
)
def test_that_a_column_gets_the_type_that_fits_every_cell(cells: list[str], expected: ColumnType) -> None:
    assert type_of(cells) is expected


def test_that_keys_are_identifiers() -> None:
    assert type_of([str(n) for n in (7, 12, 5, 19)], name="customerID") is ColumnType.IDENTIFIER
    assert type_of([str(n) for n in range(1, 40)], name="whatever") is ColumnType.IDENTIFIER
    assert type_of([f"{n:04}-XYZ" for n in range(40)], name="ref") is ColumnType.IDENTIFIER
    assert type_of([str(n * n) for n in range(1, 40)], name="price") is ColumnType.INTEGER


def test_that_both_orders_of_dates_leave_words() -> None:
    assert type_of(["31/12/2021", "12/31/2021"]) not in (ColumnType.DATE, ColumnType.DATETIME)


def test_that_decimal_commas_and_thousands_points_are_told_apart() -> None:
    tally = tally_of(["1.234,50", "12,75", "2.000.000"])
    numerals = decide_numerals([tally], delimiter=";")
    assert (numerals.decimal, numerals.thousands) == (",", ".")
    values, failed = convert_column(
        pa.array(["1.234,50", "12,75", "2.000.000", "x", ""]), ColumnType.NUMBER, Notation(decimal=",", thousands=".")
    )
    assert values.to_pylist() == [1234.5, 12.75, 2000000.0, None, None]
    assert failed.tolist() == [False, False, False, True, False]


def test_that_words_stay_exactly_as_they_are() -> None:
    cells = [" a ", "007", "NA", "", "a\x00b", "É\n"]
    values, failed = convert_column(pa.array(cells), ColumnType.TEXT, Notation(value_words=("NA",)))
    assert values.to_pylist() == [" a ", "007", "NA", None, "a\x00b", "É\n"]
    assert not failed.any()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-(10**15) + 1, 10**15 - 1), min_size=1, max_size=50))
def test_that_integers_come_back_exactly(numbers: list[int]) -> None:
    values, failed = convert_column(pa.array([str(n) for n in numbers]), ColumnType.INTEGER, Notation())
    assert values.to_pylist() == numbers
    assert not failed.any()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=50))
def test_that_decimals_come_back_to_the_last_bit(numbers: list[float]) -> None:
    values, failed = convert_column(pa.array([repr(n) for n in numbers]), ColumnType.NUMBER, Notation())
    assert values.to_pylist() == numbers
    assert not failed.any()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2200, 1, 1)), min_size=1, max_size=30),
    st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%b-%Y"]),
)
def test_that_dates_come_back(moments: list[datetime.datetime], form: str) -> None:
    values, failed = convert_column(pa.array([m.strftime(form) for m in moments]), ColumnType.DATE, Notation())
    assert values.to_pylist() == [m.date() for m in moments]
    assert not failed.any()


def test_that_times_with_fractions_and_halves_of_the_day_are_read() -> None:
    cells = ["2021-03-04T05:06:07.25", "04/03/2021 12:00 AM", "04/03/2021 1:02:03 PM", "04/03/2021 25:00"]
    values, failed = convert_column(pa.array(cells), ColumnType.DATETIME, Notation())
    assert values.to_pylist() == [
        datetime.datetime(2021, 3, 4, 5, 6, 7, 250000),
        datetime.datetime(2021, 3, 4),
        datetime.datetime(2021, 3, 4, 13, 2, 3),
        None,
    ]
    assert failed.tolist() == [False, False, False, True]


def test_that_a_late_word_among_thirty_thousand_numbers_is_seen() -> None:
    assert type_of([str(n % 977) for n in range(30_000)] + ["n/a?"]) is ColumnType.TEXT
    assert type_of([str(n % 977) for n in range(30_000)] + ["1.5"]) is ColumnType.NUMBER


def test_that_failures_are_marked_cell_by_cell_in_long_columns() -> None:
    cells = [str(n % 10) for n in range(2_000)]
    cells[1234] = "x"
    values, failed = convert_column(pa.array(cells), ColumnType.INTEGER, Notation())
    assert np.flatnonzero(failed).tolist() == [1234]
    assert values[1234].as_py() is None

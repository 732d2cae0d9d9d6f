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
from app.data.values.inference import check_two_words, decide_day_first, decide_numerals, decide_type
from app.data.values.tally import Tally
from app.errors import CicloError


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


def read(cells: list[str], *, name: str = "x", delimiter: str = ";") -> list[object]:
    """The cells as an import would store them."""
    tally = tally_of(cells)
    numerals = decide_numerals([tally], delimiter=delimiter)
    notation = Notation(
        decimal=numerals.decimal,
        thousands=numerals.thousands,
        day_first=decide_day_first([tally]) is not False,
        value_words=tuple(tally.disguised()),
    )
    type = decide_type(tally, name, notation=notation)
    values, failed = convert_column(pa.array(cells), type, notation, proven=True)
    assert not failed.any()
    return list(values.to_pylist())


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1.234,50 €", "12,00 €", "-3,5 €"], [1234.5, 12.0, -3.5]),
        (["$1,234.50", "$2", "($3.10)"], [1234.5, 2.0, -3.1]),
        (["R$ 1.234,50", "R$ 2"], [1234.5, 2.0]),
        (["EUR 5", "EUR 7,5", "NA"], [5.0, 7.5, None]),
        (["12%", "13.5 %"], [12.0, 13.5]),
        (["(1)", "2", "+3"], [-1, 2, 3]),
        (["5-", "6", "−7"], [-5, 6, -7]),
        (["1 234,5", "12", "1 000 000"], [1234.5, 12.0, 1000000.0]),
        (["1\u00a0234", "1\u00a0000"], [1234, 1000]),
        (["1'234.5", "12"], [1234.5, 12.0]),
        (["1.234 €", "2.500 €"], [1234, 2500]),
    ],
)
def test_that_numbers_are_laid_bare_of_what_is_around_them(cells: list[str], expected: list[object]) -> None:
    assert read(cells) == expected


@pytest.mark.parametrize(
    "cells",
    [
        ["12%", "13"],
        ["5 €", "5 $"],
        ["(1)", "(2)", "(3)"],
        ["912 345 678", "911 222 333"],
        ["(5", "5)"],
        ["1 234", "1'234"],
        ["€007", "€012"],
        ["2021-03-04T10:00:00+02:00", "2021-03-04T10:00:00"],
    ],
)
def test_that_marks_which_mean_several_things_leave_words(cells: list[str]) -> None:
    assert read(cells) == cells


def test_that_compact_days_are_dates_where_each_is_one_and_the_name_or_their_number_says_so() -> None:
    few = ["20240131", "20231201", "20240131"]
    assert read(few, name="fecha")[0] == datetime.date(2024, 1, 31)
    assert read(few, name="amount") == [20240131, 20231201, 20240131]
    assert read(["20241301", "20231201"], name="date") == [20241301, 20231201]
    many = [f"202401{day:02}" for day in range(1, 31)]
    assert read(many)[-1] == datetime.date(2024, 1, 30)
    assert read(many, name="order_id") == many


def test_that_dates_with_months_in_words_and_times_with_zones_are_read() -> None:
    day = datetime.date(2021, 4, 3)
    assert read(["3 de abril de 2021", "03-abr-21"]) == [day, day]
    assert read(["April 3, 2021", "Apr 3rd, 2021"]) == [day, day]
    assert read(["03.04.21", "25.12.99"]) == [day, datetime.date(1999, 12, 25)]
    noon = datetime.datetime(2021, 4, 3, 12)
    assert read(["2021-04-03T14:00:00+02:00", "2021-04-03 12:00Z", "2021-04-03 06:30 -0530"]) == [noon] * 3


def test_that_a_share_among_plain_numbers_fails_where_the_type_was_chosen() -> None:
    values, failed = convert_column(pa.array(["12%", "13"]), ColumnType.NUMBER, Notation(shares=False))
    assert values.to_pylist() == [None, 13.0]
    assert failed.tolist() == [True, False]


def test_that_a_column_of_three_words_is_no_boolean() -> None:
    with pytest.raises(CicloError, match=r"data\.not_boolean"):
        check_two_words(tally_of(["a", "b", "c"]), "answer")
    check_two_words(tally_of(["a", "b", "", "?"]), "answer", missing_words=("?",))

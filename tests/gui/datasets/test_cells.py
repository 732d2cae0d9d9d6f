"""Cells, choices and summaries of the Datasets tab, without a window."""

from __future__ import annotations

import pytest

from app.data.records import (
    Bars,
    ColumnProfile,
    ColumnType,
    Corrections,
    Dialect,
    Histogram,
    Inspected,
)
from app.project.record import is_series_name
from app.text.words import Words
from app.ui.datasets.cells import CellFormat, Marks, formats_of, reads_as_code
from app.ui.datasets.choices import corrected, dataset_name, in_force, options, with_type
from app.ui.datasets.column_chart import nice_ticks
from app.ui.datasets.columns_table import small_counts
from app.ui.datasets.raw_text import separators
from app.ui.datasets.summary import examples, facts, line

ENGLISH, SPANISH = Words("en"), Words("es_ES")
SEMICOLON = Dialect(encoding="cp1252", delimiter=";", decimal=",")


def looked_at(dialect: Dialect) -> Inspected:
    return Inspected(
        source="/data/a.csv",
        modified_ns=0,
        size=10,
        dialect=dialect,
        evidence=(),
        columns=(),
        problems=(),
        rejected=(),
        records=0,
        complete=True,
        raw_lines=(),
        rows=(),
    )


def test_that_a_number_is_written_in_the_readers_marks() -> None:
    for words, expected in ((ENGLISH, "1,234.50"), (SPANISH, "1.234,50")):
        assert CellFormat(words, Marks(words), ColumnType.NUMBER, decimals=2)("1234.5") == expected


def test_that_a_column_shows_as_many_decimals_as_its_finest_cell_needs() -> None:
    (shown,) = formats_of(ENGLISH, [ColumnType.NUMBER], (("1.5",), ("2.25",), (None,), ("3",)))
    assert [shown(cell) for cell in ("1.5", "2.25", "3")] == ["1.50", "2.25", "3.00"]


def test_that_years_are_not_grouped_but_amounts_are() -> None:
    years, amounts = formats_of(ENGLISH, [ColumnType.INTEGER] * 2, (("1999", "1999"), ("2021", "20210")))
    assert (years("2021"), amounts("20210")) == ("2021", "20,210")


def test_that_large_integers_keep_every_digit() -> None:
    assert CellFormat(ENGLISH, Marks(ENGLISH), ColumnType.INTEGER)("9007199254740993") == "9,007,199,254,740,993"


def test_that_a_date_is_written_in_words_and_a_wrong_one_stays_as_it_is() -> None:
    shown = CellFormat(SPANISH, Marks(SPANISH), ColumnType.DATE)
    assert (shown("2021-04-03"), shown("soon")) == ("3 abr 2021", "soon")


def test_that_an_identifier_keeps_its_zeros() -> None:
    assert CellFormat(ENGLISH, Marks(ENGLISH), ColumnType.IDENTIFIER)("00042") == "00042"


def test_that_the_separator_in_force_is_offered_even_where_it_is_rare() -> None:
    assert options("delimiter", looked_at(Dialect(encoding="utf-8", delimiter="~")), ENGLISH)[0].value == "~"


@pytest.mark.parametrize(
    ("aspect", "value", "expected"),
    [
        ("delimiter", "\t", Corrections(delimiter="\t")),
        ("encoding", "cp1252", Corrections(encoding="cp1252")),
        ("decimal", ",", Corrections(decimal=",")),
        ("dates", "month", Corrections(day_first=False)),
        ("header", "no", Corrections(header=False)),
        ("missing", "n/d, NA ,", Corrections(missing_words=("n/d", "NA"))),
        ("missing", "", Corrections(missing_words=())),
    ],
)
def test_that_a_correction_can_be_set_and_taken_back(aspect: str, value: str, expected: Corrections) -> None:
    made = corrected(Corrections(), aspect, value)
    assert made == expected
    assert corrected(made, aspect, "detected") == Corrections()


def test_that_the_type_of_a_column_can_be_set_and_given_back() -> None:
    made = with_type(Corrections(), "code", ColumnType.TEXT)
    assert made.types == {"code": ColumnType.TEXT}
    assert with_type(made, "code", None).types == {}


def test_that_every_aspect_has_a_value_in_force() -> None:
    values = [in_force(aspect, SEMICOLON) for aspect in ("delimiter", "encoding", "decimal", "dates", "header")]
    assert values == [";", "cp1252", ",", "any", "yes"]


@pytest.mark.parametrize(
    ("path", "name"),
    [("/a/clientes_2021.csv.gz", "clientes_2021"), ("/a/x@y~z.csv", "x-y-z"), ("/a/.csv", "data"), ("/a/b", "b")],
)
def test_that_a_dataset_is_named_after_its_file(path: str, name: str) -> None:
    assert dataset_name(path) == name
    assert is_series_name(name)


def test_that_a_name_that_the_command_line_could_not_say_is_refused() -> None:
    assert [is_series_name(name) for name in ("a", "", " ", "a@2", "a~b", "a/b")] == [True, *[False] * 5]


def test_that_separators_between_quotes_are_not_tinted() -> None:
    assert separators('a;"b;c";d', SEMICOLON) == [1, 7]


def test_that_a_date_column_is_summarised_in_dates() -> None:
    profile = ColumnProfile(
        name="since",
        type=ColumnType.DATE,
        rows=10,
        missing=2,
        distinct=8,
        chart=Histogram(edges=(0.0, 1.0), counts=(8,)),
        quantiles=(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 18720.0),
        examples=("1970-01-01",),
    )
    shown = [fact.value for fact in facts(profile, ENGLISH)]
    assert shown[1] == "Jan 1, 1970"
    assert shown[-1] == "Apr 3, 2021"
    assert examples(profile, ENGLISH) == "Jan 1, 1970"
    assert line(profile, ENGLISH) == "date · 8 filled, 2 missing (20%)"


def test_that_small_charts_keep_every_row_and_few_bars() -> None:
    counts = tuple(range(100))
    profile = ColumnProfile(
        name="x",
        type=ColumnType.NUMBER,
        rows=sum(counts),
        missing=0,
        distinct=9,
        chart=Histogram(edges=tuple(float(i) for i in range(101)), counts=counts),
    )
    assert len(small_counts(profile)) <= 24
    assert sum(small_counts(profile)) == sum(counts)
    words = Bars(labels=("a", "b"), counts=(3, 1))
    assert small_counts(
        ColumnProfile(name="x", type=ColumnType.CATEGORY, rows=4, missing=0, distinct=2, chart=words)
    ) == (
        3,
        1,
    )


def test_that_ticks_are_round_and_inside() -> None:
    assert nice_ticks(18.25, 118.75, 4) == [50.0, 100.0]
    assert nice_ticks(5.0, 5.0, 4) == [5.0]


def test_that_numbers_that_name_things_are_told_by_their_column() -> None:
    named = ("CustomerID", "customer_id", "id", "Zip code", "order no", "InvoiceNo", "código postal", "StoreCode")
    counted = ("Number of rooms", "paid", "width", "number", "Ideal", "valid", "num_visits", "kid", "Age")
    assert all(map(reads_as_code, named))
    assert not any(map(reads_as_code, counted))
    (written,) = formats_of(ENGLISH, [ColumnType.INTEGER], (("12583",),), names=["CustomerID"])
    assert written("12583") == "12583"

"""Which rule is meant for a file, and what is said of what changed."""

from __future__ import annotations

import pytest

from app.data.records import ColumnType, Corrections, Dialect
from app.data.rules.changes import Side, Trait, Witness, find_changes, renames
from app.data.rules.matching import by_name, merged, says_nothing, source_pattern
from app.data.rules.records import Change, KnownRule, SourceRule
from app.text import Words


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("ventas_2024-03.csv", "ventas_#.csv"),
        ("Ventas_2024-04.CSV", "ventas_#.csv"),
        ("ventas_20240301_1530.csv.gz", "ventas_#.csv.gz"),
        ("ventas marzo 2024.csv", "ventas #.csv"),
        ("ventas_2024-03 (1).csv", "ventas_#.csv"),
        ("Sales-Mar-2024 - copy.csv", "sales-#.csv"),
        ("ventas.csv", "ventas.csv"),
        ("2024.csv", "#.csv"),
        ("marzo_menor.txt", "#_menor.txt"),
        ("smart.csv", "smart.csv"),
    ],
)
def test_that_the_files_of_a_source_have_one_pattern(name: str, pattern: str) -> None:
    assert source_pattern(name) == pattern


def test_that_a_name_of_digits_alone_says_nothing() -> None:
    assert says_nothing(source_pattern("2024-03.csv"))
    assert not says_nothing(source_pattern("ventas_2024-03.csv"))


def known(id: str, dataset: str, file: str, **corrections: object) -> KnownRule:
    rule = SourceRule(
        dataset=dataset,
        pattern=source_pattern(file),
        file=file,
        header=("a", "b"),
        corrections=Corrections(**corrections),  # type: ignore[arg-type]
    )
    return KnownRule(id=id, rule=rule)


def test_that_the_rule_of_dataset_and_name_goes_before_that_of_the_dataset_and_that_of_the_name() -> None:
    rules = [
        known("name", "otros", "ventas_2023.csv"),
        known("dataset", "ventas", "export.csv"),
        known("both", "ventas", "ventas_2022.csv"),
    ]
    assert by_name(rules, dataset="ventas", file_name="ventas_2024.csv") is rules[2]
    assert by_name(rules[:2], dataset="ventas", file_name="ventas_2024.csv") is rules[1]
    assert by_name(rules[:1], dataset="ventas", file_name="ventas_2024.csv") is rules[0]
    assert by_name(rules[:1], dataset="ventas", file_name="compras_2024.csv") is None


def test_that_names_without_a_word_match_no_rule_of_another_dataset() -> None:
    assert by_name([known("a", "uno", "2023.csv")], dataset="dos", file_name="2024.csv") is None


def test_that_what_is_set_by_hand_goes_before_the_rule() -> None:
    proposed = Corrections(delimiter=";", header=True, day_first=True, types={"a": ColumnType.TEXT})
    own = Corrections(header=False, day_first=False, types={"b": ColumnType.NUMBER})
    assert merged(own, proposed) == Corrections(
        delimiter=";", header=False, day_first=False, types={"a": ColumnType.TEXT, "b": ColumnType.NUMBER}
    )


# Changes

DIALECT = Dialect(encoding="utf-8", delimiter=",")
AGE = Trait(name="edad", type=ColumnType.INTEGER, low=18, high=80)
CITY = Trait(name="ciudad", type=ColumnType.CATEGORY, words={"Lima": 5, "Cuzco": 3})
PAID = Trait(name="pagado", type=ColumnType.NUMBER, low=0, high=900)


def side(*traits: Trait, rows: int = 100, dialect: Dialect = DIALECT, complete: bool = True) -> Side:
    return Side(traits=traits, rows=rows, dialect=dialect, complete=complete)


def codes(changes: tuple[Change, ...]) -> list[str]:
    return [change.code.removeprefix("rules.change.") for change in changes]


def test_that_nothing_is_said_where_nothing_changed() -> None:
    assert find_changes(side(AGE, CITY, PAID), side(AGE, CITY, PAID), {}) == ()


def test_that_a_column_in_the_same_place_with_similar_values_was_probably_renamed() -> None:
    money = Trait(name="importe", type=ColumnType.NUMBER, low=10, high=1000)
    assert renames(side(AGE, CITY, PAID), side(AGE, CITY, money)) == {"pagado": "importe"}
    other = Trait(name="importe", type=ColumnType.NUMBER, low=5_000, high=9_000)
    assert codes(find_changes(side(AGE, CITY, PAID), side(AGE, CITY, other), {})) == ["columns_gone", "columns_added"]


def test_that_columns_in_another_order_are_said_once() -> None:
    assert codes(find_changes(side(AGE, CITY, PAID), side(PAID, AGE, CITY), {})) == ["columns_reordered"]


def test_that_the_word_which_changed_a_type_is_named_with_its_line() -> None:
    half = Trait(name="edad", type=ColumnType.NUMBER, low=18, high=80)
    (change,) = find_changes(side(AGE), side(half), {"edad": Witness(line=812, word="34,5")})
    assert change.treat is ColumnType.INTEGER
    assert change.serious
    assert Words("en").text(change.message) == (
        "“edad” was a whole number; now it is a number, since line 812 has “34,5”."
    )


def test_that_new_words_and_words_that_are_gone_are_counted() -> None:
    now = Trait(name="ciudad", type=ColumnType.CATEGORY, words={"Lima": 7, "Puno": 1, "Tacna": 1})
    fresh, gone = find_changes(side(CITY), side(now), {})
    assert Words("en").text(fresh.message) == "“ciudad” has 2 new words, in 2 cells: Puno, Tacna."
    assert Words("en").text(gone.message) == "“ciudad” lacks a word that stood in 3 cells: Cuzco."
    assert codes(find_changes(side(CITY), side(now, complete=False), {})) == ["words_new"]


@pytest.mark.parametrize(
    ("rows", "said", "serious"),
    [(60, [], False), (40, ["rows_fewer"], False), (5, ["rows_fewer"], True), (500, ["rows_more"], False)],
)
def test_that_a_suspicious_number_of_rows_is_said(rows: int, said: list[str], serious: bool) -> None:
    found = find_changes(side(AGE), side(AGE, rows=rows), {})
    assert codes(found) == said
    assert any(change.serious for change in found) is serious


def test_that_another_way_of_writing_is_said() -> None:
    now = Dialect(encoding="cp1252", delimiter=";", decimal=",", day_first=False)
    then = Dialect(encoding="utf-8", delimiter=",", day_first=True)
    found = find_changes(side(PAID, dialect=then), side(PAID, dialect=now), {})
    assert sorted(codes(found)) == ["dates_month", "decimal", "delimiter", "encoding"]


def test_that_the_encoding_of_plain_letters_is_no_change() -> None:
    now = Side(traits=(AGE,), rows=100, dialect=Dialect(encoding="cp1252", delimiter=","))
    then = Side(traits=(AGE,), rows=100, dialect=DIALECT, plain=True)
    assert find_changes(then, now, {}) == ()


def test_that_hundreds_of_new_columns_are_one_sentence() -> None:
    many = [Trait(name=f"c{n}", type=ColumnType.NUMBER) for n in range(300)]
    (change,) = find_changes(side(AGE), side(AGE, *many), {})
    assert "300 columns are new" in Words("en").text(change.message)
    assert "292 more" in Words("en").text(change.message)

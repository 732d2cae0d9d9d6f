"""The rule that an analyst writes: what is understood, what it gives, and what is said where it isn't understood."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.data.records import Column, ColumnType
from app.errors import CicloError
from app.learning.records import Task
from app.learning.rule.grammar import read_rule
from app.learning.rule.outcome import notes_on_rule, state_rule
from app.learning.rule.phrases import PHRASES, SIGNS
from app.learning.rule.tokens import Notation
from app.learning.source import Source
from app.text import Words

ENGLISH, SPANISH = "en_US", "es_ES"
TABLE = pa.table(
    {
        "tenure": pa.array([1, 5, 6, 40, None]),
        "Monthly Charges": pa.array([10.0, 0.0, 30.5, 1500.0, 20.0]),
        "Contract": pa.array(["Month-to-month", "Two year", "Month-to-month", None, "One year"]),
        "signed": pa.array(
            [datetime(2024, 1, 2), datetime(2024, 2, 1), datetime(2023, 5, 1), None, datetime(2025, 1, 1)]
        ),
        "left": pa.array([datetime(2024, 1, 9), None, datetime(2023, 5, 2), None, datetime(2025, 1, 1)]),
        "senior": pa.array(["1", "0", "1", "0", None]),
        "Antigüedad (años)": pa.array([1.0, 2.0, 3.0, 4.0, 5.0]),
        "no": pa.array([1.0, 2.0, 3.0, 4.0, 5.0]),
        "No of visits": pa.array([9.0, 8.0, 7.0, 6.0, 5.0]),
        "Churn": pa.array(["Yes", "No", "Yes", "No", "No"]),
    }
)
TYPES = {
    "tenure": ColumnType.INTEGER,
    "Contract": ColumnType.CATEGORY,
    "signed": ColumnType.DATE,
    "left": ColumnType.DATETIME,
    "senior": ColumnType.BOOLEAN,
    "Churn": ColumnType.BOOLEAN,
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    path = tmp_path_factory.mktemp("rule") / "table.parquet"
    pq.write_table(TABLE, path)
    return Source(record=SimpleNamespace(), version=SimpleNamespace(columns=columns(), rows=len(TABLE)), path=path)  # type: ignore[arg-type]


def columns() -> tuple[Column, ...]:
    made = []
    for name in TABLE.column_names:
        type_ = TYPES.get(name, ColumnType.NUMBER)
        levels = (
            tuple(sorted(set(TABLE.column(name).drop_null().to_pylist())))
            if isinstance(TABLE.column(name)[0].as_py(), str)
            else ()
        )
        made.append(Column(name=name, type=type_, missing=0, distinct=5, levels=levels))
    return tuple(made)


Applied = Callable[..., list[float]]


@pytest.fixture
def applied(source: Source) -> Applied:
    def apply(rule: str, locale: str = ENGLISH, task: Task = Task.BINARY) -> list[float]:
        stated = state_rule(source, rule, locale=locale, target="Churn", task=task)
        assert stated is not None
        return [None if np.isnan(value) else value for value in stated.values.tolist()]

    return apply


@pytest.mark.parametrize(
    ("rule", "locale", "yes"),
    [
        ('tenure < 6 and Contract = "Month-to-month"', ENGLISH, "10000"),
        ('TENURE<6 AND contract="month-to-month"', ENGLISH, "10000"),
        ("tenure is less than 6 and Contract is Month-to-month", ENGLISH, "10000"),
        ("tenure menor que 6 y Contract es «Month-to-month»", SPANISH, "10000"),
        ("tenure < 6 o Contract = Two year", SPANISH, "11000"),
        ("not tenure >= 6", ENGLISH, "11001"),
        ("no (tenure mayor o igual que 6)", SPANISH, "11001"),
        ("tenure between 5 and 6", ENGLISH, "01100"),
        ("tenure entre 5 y 6 o tenure > 30", SPANISH, "01110"),
        ("tenure is missing", ENGLISH, "00001"),
        ("tenure falta o Contract falta", SPANISH, "00011"),
        ("tenure is not missing", ENGLISH, "11110"),
        ('Contract != "Two year"', ENGLISH, "10101"),
        ('Contract in ("Two year", "One year")', ENGLISH, "01001"),
        ("Contract en (Two year; One year)", SPANISH, "01001"),
        ('Contract not in ("Two year")', ENGLISH, "10101"),
        ('Contract contains "YEAR"', ENGLISH, "01001"),
        ('Contract no contiene "year"', SPANISH, "10100"),
        ('Contract starts with "two"', ENGLISH, "01000"),
        ("Monthly Charges >= 1,500", ENGLISH, "00010"),
        ("Monthly Charges >= 1.500", SPANISH, "00010"),
        ("Monthly Charges = 30,5", SPANISH, "00100"),
        ("Monthly Charges = 30.5", ENGLISH, "00100"),
        ("Monthly Charges = 30.5 €", SPANISH, "00100"),
        ("signed < 2024-01-15", ENGLISH, "10100"),
        ("signed before 01/15/2024", "en_US", "10100"),
        ("signed antes del 15/01/2024", SPANISH, "10100"),
        ("left - signed > 6", ENGLISH, "10000"),
        ("senior = 1", ENGLISH, "10100"),
        ('senior = "1"', ENGLISH, "10100"),
        ("antiguedad (anos) >= 4", SPANISH, "00011"),
        ("[no] > 4 and not No of visits > 5", ENGLISH, "00001"),
        ("tenure * 2 + 1 > 12 and tenure / 0 is missing", ENGLISH, "00110"),
        ("tenure > 10 % * 100", ENGLISH, "00010"),
        ("((tenure < 6)) && !(senior = 0)", ENGLISH, "10000"),
        ("tenure ≤ 5 || tenure ≥ 40", ENGLISH, "11010"),
        ("-tenure < -5", ENGLISH, "00110"),
    ],
)
def test_that_a_condition_is_understood(applied: Applied, rule: str, locale: str, yes: str) -> None:
    assert "".join(str(int(value)) for value in applied(rule, locale)) == yes


@pytest.mark.parametrize(
    ("rule", "locale", "amounts"),
    [
        ("12 * Monthly Charges", ENGLISH, [120, 0, 366, 18000, 240]),
        ("tenure + 0,5", SPANISH, [1.5, 5.5, 6.5, 40.5, None]),
        ("if tenure < 6 then 100 else 2 * [Monthly Charges]", ENGLISH, [100, 100, 61, 3000, 40]),
        ("si tenure falta entonces 7 si no tenure", SPANISH, [1, 5, 6, 40, 7]),
        ("tenure / Monthly Charges * 61", ENGLISH, [6.1, None, 12, 61 * 40 / 1500, None]),
        ("100", ENGLISH, [100] * 5),
    ],
)
def test_that_an_amount_is_worked_out(applied: Applied, rule: str, locale: str, amounts: list[float | None]) -> None:
    assert applied(rule, locale, Task.REGRESSION) == pytest.approx(amounts)


@pytest.mark.parametrize(
    ("rule", "code", "place", "found"),
    [
        ("tenur < 6", "likely_column", 1, "tenur"),
        ("tenure < 6 and xyzzy = 2", "unknown_word", 16, "xyzzy"),
        ("[Kontrakt] = 2", "likely_column", 1, "Kontrakt"),
        ("tenure << 6", "unexpected", 9, "<"),
        ("tenure < 6 Contract", "unexpected", 12, "Contract"),
        ("tenure < 6 )", "unexpected", 12, ")"),
        ('tenure < "six"', "wrong_kind", 10, "six"),
        ("Contract < 6", "wrong_kind", 1, "Contract"),
        ("tenure and Contract is missing", "wrong_kind", 1, "tenure"),
        ("signed > 5", "wrong_kind", 10, "5"),
        ('Contract = "Month', "open_quote", 12, '"Month'),
        ("signed > 2024-13-45", "not_a_date", 10, "2024-13-45"),
        ("tenure <", "unfinished", None, None),
        ("(tenure < 6", "unfinished", None, None),
        ("Contract contains tenure", "wrong_kind", 19, "tenure"),
        ("tenure + signed > 3", "wrong_kind", 10, "signed"),
        ("tenure in 5", "unexpected", 11, "5"),
        ("(" * 60 + "tenure", "too_deep", None, None),
        ("1" * 5_000, "too_long", None, None),
        ("12 * tenure", "no_condition", None, None),
        ('Churn = "Yes"', "target", None, None),
    ],
)
@pytest.mark.parametrize("language", ["en", "es"])
def test_that_a_mistake_gets_one_sentence_with_its_place(
    applied: Applied, language: str, rule: str, code: str, place: int | None, found: str | None
) -> None:
    with pytest.raises(CicloError) as caught:
        applied(rule)
    error = caught.value
    assert error.code == f"learning.rule_{code}"
    assert place is None or error.params["place"] == place
    assert found is None or error.params["found"] == found
    sentence, _hint = Words(language).error(error)
    assert "{" not in sentence
    assert "learning." not in sentence
    assert sentence.endswith(".")
    assert place is None or str(place) in sentence


def test_that_an_amount_is_asked_for_where_amounts_are_predicted(applied: Applied) -> None:
    with pytest.raises(CicloError, match="rule_no_amount"):
        applied("tenure < 6", task=Task.REGRESSION)
    with pytest.raises(CicloError, match="rule_many_classes"):
        applied("tenure < 6", task=Task.MULTICLASS)


def test_that_a_word_that_never_occurs_is_noted(source: Source) -> None:
    stated = state_rule(source, 'Contract = "Weekly"', locale=ENGLISH, target="Churn", task=Task.BINARY)
    ids = [note.id for note in notes_on_rule(stated, np.arange(5), Task.BINARY)]
    assert ids == ["learning.note.rule_yes", "learning.note.rule_word"]


def test_that_no_rule_states_nothing(source: Source) -> None:
    assert state_rule(source, "  ", locale="", target="Churn", task=Task.BINARY) is None


_PIECES = [*PHRASES, *SIGNS, "tenure", "Contract", '"Two year"', "5", "2024-01-01", "[no]", "zz", '"']


@given(st.lists(st.sampled_from(_PIECES), max_size=12))
def test_that_any_sentence_is_understood_or_refused_in_words(pieces: list[str]) -> None:
    refused: CicloError | None = None
    try:
        read_rule(" ".join(pieces), columns(), Notation.of(SPANISH))
    except CicloError as error:
        refused = error
    if refused is not None:
        assert refused.code.startswith("learning.rule_")
        assert "{" not in "".join(Words("es").error(refused))


def test_that_the_notation_follows_the_locale() -> None:
    assert Notation.of("es_ES") == Notation(comma=True, day_first=True)
    assert Notation.of("es_MX") == Notation(comma=False, day_first=True)
    assert Notation.of("en_US") == Notation(comma=False, day_first=False)
    assert Notation.of("en_GB") == Notation(comma=False, day_first=True)

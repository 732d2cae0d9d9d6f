"""From text to features: what is refused, what is remarked, and in whose words."""

from __future__ import annotations

import pyarrow as pa
import pytest

from app.data.records import ColumnType
from app.data.values.conversion import Notation
from app.deployment.scoring.columns import match_columns, output_names
from app.deployment.scoring.rows import Judged, judge
from app.errors import CicloError
from app.learning.records import Feature
from app.text import Words

FEATURES = (
    Feature(name="age", type=ColumnType.INTEGER, low=18.0, high=90.0),
    Feature(name="income", type=ColumnType.NUMBER, low=0.0, high=1e5, missing_seen=True),
    Feature(name="since", type=ColumnType.DATE, low=18262.0, high=18993.0),
    Feature(name="city", type=ColumnType.CATEGORY, levels=("Lima", "Cuzco"), missing_seen=True),
    Feature(name="dni", type=ColumnType.IDENTIFIER, levels=("1", "2")),
)
GOOD = {"age": "40", "income": "1200.5", "since": "2020-05-01", "city": "Lima", "dni": "77"}


def judged(notation: Notation | None = None, **changes: str) -> Judged:
    row = {**GOOD, **changes}
    texts = {name: pa.array([GOOD[name], value], pa.string()) for name, value in row.items()}
    return judge(texts, FEATURES, dict.fromkeys(GOOD, notation or Notation()))


def sentences(found: Judged, language: str = "en") -> list[str]:
    assert 0 not in found.remarks
    return [Words(language).text(text) for text in found.remarks.get(1, [])]


def test_that_an_ordinary_row_has_no_remark() -> None:
    found = judged()
    assert sentences(found) == []
    assert found.rejected.tolist() == [False, False]
    assert found.table["income"].to_pylist() == [1200.5, 1200.5]


@pytest.mark.parametrize(
    ("changes", "rejected", "sentence"),
    [
        ({"age": "forty"}, True, "age: forty isn't a whole number."),
        ({"age": "4.5"}, True, "age: 4.5 isn't a whole number."),
        ({"income": "12k"}, True, "income: 12k isn't a number."),
        ({"since": "31/02/2020"}, True, "since: 31/02/2020 isn't a date."),
        ({"age": ""}, False, "age is empty, which it never was in training."),
        ({"city": "Puno"}, False, "city: Puno didn't occur in training."),
        ({"age": "17"}, False, "age: 17 is outside the range seen in training (18 to 90)."),
        ({"since": "2031-01-01"}, False, "since: 2031-01-01 is outside the range seen in training"),
    ],
)
def test_that_an_unusual_row_says_what_is_unusual(changes: dict[str, str], rejected: bool, sentence: str) -> None:
    found = judged(**changes)
    assert found.rejected.tolist() == [False, rejected]
    assert len(sentences(found)) == 1
    assert sentences(found)[0].startswith(sentence)
    assert sentences(found, "es")[0] != sentences(found)[0]


@pytest.mark.parametrize("changes", [{"income": ""}, {"city": ""}, {"dni": "never seen"}])
def test_that_what_training_knew_is_not_remarked(changes: dict[str, str]) -> None:
    assert sentences(judged(**changes)) == []


def test_that_each_column_has_its_own_notation_and_each_fault_its_own_sentence() -> None:
    found = judged(Notation(decimal=","), income="1200,5", age="200", city="Puno")
    assert found.table["income"].to_pylist() == [None, 1200.5]
    assert found.rejected.tolist() == [True, False]


def test_that_all_faults_of_a_row_are_named() -> None:
    assert len(sentences(judged(age="x", income="y", city="z"))) == 3


def test_that_a_long_value_is_shortened() -> None:
    assert len(sentences(judged(age="x" * 5000))[0]) < 120


def test_that_columns_are_found_in_any_order_and_others_are_named() -> None:
    found = match_columns(["a", "b"], ["z", "b", "a", "y"], target="y")
    assert found.places == {"a": 2, "b": 1}
    assert [Words("en").text(note) for note in found.notes] == ["The model doesn't use the column z."]


def test_that_a_column_in_other_letters_is_taken_with_a_note() -> None:
    found = match_columns(["Age", "b"], [" age ", "b"], target="y")
    assert found.places == {"Age": 0, "b": 1}
    assert "age" in Words("en").text(found.notes[0])


def test_that_two_columns_in_other_letters_are_not_guessed_between() -> None:
    with pytest.raises(CicloError) as caught:
        match_columns(["Age"], ["age", "AGE"], target="y")
    assert caught.value.code == "deployment.missing_columns_similar"


def test_that_missing_columns_are_all_named_and_similar_ones_proposed() -> None:
    with pytest.raises(CicloError) as caught:
        match_columns(["MonthlyCharges", "tenure", "x"], ["Monthly_Charges", "x"], target="y")
    message, hint = Words("en").error(caught.value)
    assert message == "The file lacks 2 columns that the model needs: MonthlyCharges, tenure."
    assert "Monthly_Charges → MonthlyCharges" in hint


def test_that_the_answers_keep_their_names_whatever_the_file_calls_its_columns() -> None:
    header = ["prediction", "x", "remark", "probability_Yes", "prediction_in_file"]
    names = output_names(header, ["No", "Yes"])
    assert names == (
        "prediction_in_file_in_file",
        "x",
        "remark_in_file",
        "probability_Yes_in_file",
        "prediction_in_file",
    )
    assert len({*names, "prediction", "remark", "probability_No", "probability_Yes"}) == 9

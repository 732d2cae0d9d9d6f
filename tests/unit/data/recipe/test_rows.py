"""Row steps: Arrow gives what the Python in a bundle gives, a row at a time, with missing cells and any letters."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.recipe.checking import types_after
from app.data.recipe.frame import Frame, Types
from app.data.recipe.rows import apply_row
from app.data.recipe.steps import (
    Bin,
    Blank,
    Calculate,
    Case,
    Clip,
    Concatenate,
    Condition,
    DatePart,
    Drop,
    Extract,
    Fill,
    Filter,
    Operator,
    Part,
    Recipe,
    Rename,
    Replace,
    Retype,
    RowStep,
    Split,
    Trim,
    What,
)
from app.data.types import ColumnType
from app.data.values.conversion import ARROW_TYPES
from tests.unit.data.recipe.rowwise import one_row

TYPES: Types = {
    "w": ColumnType.CATEGORY,
    "v": ColumnType.TEXT,
    "x": ColumnType.NUMBER,
    "y": ColumnType.NUMBER,
    "d": ColumnType.DATE,
}
WORDS = st.none() | st.sampled_from(["a", " a ", "A-B", "a - b -c", "12 kg", "ñ", "", "x7"]) | st.text(max_size=8)
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-5, 5).map(float)
DAYS = st.none() | st.dates(date(1800, 1, 1), date(2200, 1, 1))
ROWS = st.lists(st.tuples(WORDS, WORDS, NUMBERS, NUMBERS, DAYS), max_size=12)
COMPARING = [test for test in Condition if test not in (Condition.MISSING, Condition.PRESENT)]
STEPS: list[RowStep] = [
    Rename(column="w", to="z"),
    Drop(columns=("v", "d")),
    Trim(column="w"),
    Trim(column="w", case=Case.LOWER),
    Trim(column="w", case=Case.UPPER),
    Replace(column="w", words={"a": "b", "A-B": "", "ñ": "n"}),
    Blank(column="w", values=("a", "x7")),
    Blank(column="x", values=(0.0, -1.0, 3.0)),
    Fill(column="w", value="none"),
    Fill(column="x", value=1.5),
    Clip(column="x", low=-2.0, high=3.5),
    Clip(column="x", high=0.0, blank=True),
    Bin(column="x", edges=(-1.0, 0.0, 2.5), labels=("low", "some", "more", "high"), into="kind"),
    Split(column="w", separator="-", into=("w", "rest")),
    Extract(column="w", what=What.DIGITS, into="n"),
    Extract(column="w", what=What.LETTERS, into="n"),
    Extract(column="w", what=What.BEFORE, mark="-", into="n"),
    Extract(column="w", what=What.AFTER, mark=" ", into="n"),
    *(DatePart(column="d", part=part, into="p") for part in Part if part not in (Part.HOUR, Part.MINUTE)),
    *(Calculate(left="x", operator=op, right="y", into="z") for op in Operator if op is not Operator.DAYS),
    Calculate(left=2.0, operator=Operator.OVER, right="x", into="x"),
    Concatenate(columns=("w", "v"), separator="/", into="both"),
    *(
        Filter(column="x", test=test, values=(0.0,))
        for test in Condition
        if test not in (Condition.MISSING, Condition.PRESENT)
    ),
    *(Filter(column="w", test=test, values=("a",)) for test in (Condition.EQUAL, Condition.UNEQUAL, Condition.AMONG)),
    Filter(column="w", test=Condition.MISSING),
    Filter(column="d", test=Condition.PRESENT),
]


def frame(rows: list[tuple[object, ...]], *, coded: bool = False) -> Frame:
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(TYPES)
    arrays = [pa.array(c, ARROW_TYPES[t]) for c, t in zip(cells, TYPES.values(), strict=True)]
    if coded:
        arrays = [a.dictionary_encode() if pa.types.is_string(a.type) else a for a in arrays]
    return Frame(table=pa.table(dict(zip(TYPES, arrays, strict=True))), types=dict(TYPES))


def others(_label: str) -> Types:
    raise AssertionError


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.__struct_config__.tag}")
@settings(deadline=None, max_examples=25)
@given(rows=ROWS, coded=st.booleans())
def test_that_a_step_does_to_a_table_what_it_does_to_each_row(
    step: RowStep, rows: list[tuple[object, ...]], coded: bool
) -> None:
    made = apply_row(step, frame(rows, coded=coded))
    assert made.types == types_after(Recipe(steps=(step,)), TYPES, others)
    assert made.table.column_names == list(made.types)
    plain = [one_row((step,), TYPES, dict(zip(TYPES, row, strict=True))) for row in rows]
    assert made.table.to_pylist() == [row for row in plain if row is not None]


@pytest.mark.parametrize(
    ("case", "wanted"), [(Case.LOWER, "straße 5"), (Case.UPPER, "STRASSE 5"), (Case.KEEP, "Straße 5")]
)
def test_that_capitals_become_what_is_asked(case: Case, wanted: str) -> None:
    made = apply_row(Trim(column="w", case=case), frame([("  Straße \t 5", None, None, None, None)]))
    assert made.table.column("w").to_pylist()[0] == wanted


@pytest.mark.parametrize(
    ("type", "words", "wanted"),
    [
        (ColumnType.NUMBER, ["1.5", " 2 ", "x", None], [1.5, 2.0, None, None]),
        (ColumnType.INTEGER, ["1", "007", "1.5", ""], [1, 7, None, None]),
        (ColumnType.DATE, ["2024-02-29", "2023-02-29", None], [date(2024, 2, 29), None, None]),
    ],
)
def test_that_words_are_read_as_another_type_and_the_rest_is_missing(
    type: ColumnType, words: list[str | None], wanted: list[object]
) -> None:
    rows = [(word, None, None, None, None) for word in words]
    for coded in (False, True):
        made = apply_row(Retype(column="w", type=type), frame(rows, coded=coded))
        assert made.table.column("w").to_pylist() == wanted


def test_that_numbers_become_words_and_whole_numbers() -> None:
    rows = [(None, None, value, None, None) for value in (1.0, 2.5, -3.0, None)]
    as_words = apply_row(Retype(column="x", type=ColumnType.CATEGORY), frame(rows))
    assert as_words.table.column("x").to_pylist() == ["1", "2.5", "-3", None]
    whole = apply_row(Retype(column="x", type=ColumnType.INTEGER), frame(rows))
    assert whole.table.column("x").to_pylist() == [1, None, -3, None]


def test_that_days_lie_between_dates() -> None:
    rows = [(None, None, None, None, day) for day in (date(2024, 3, 1), None)]
    step = Calculate(left="2024-03-11", operator=Operator.DAYS, right="d", into="away")
    assert apply_row(step, frame(rows)).table.column("away").to_pylist() == [10.0, None]

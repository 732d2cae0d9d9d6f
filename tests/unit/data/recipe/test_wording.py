"""Each step is a sentence in both languages, with numbers as the reader writes them."""

from __future__ import annotations

import pytest

from app.data.recipe.steps import (
    Aggregate,
    AnyStep,
    Bin,
    Blank,
    Calculate,
    Case,
    Clip,
    Concatenate,
    Condition,
    DatePart,
    Decided,
    Deduplicate,
    Drop,
    Extract,
    Fill,
    Filter,
    Function,
    Join,
    Measure,
    Operator,
    Part,
    Pseudonymise,
    Relabel,
    Rename,
    Replace,
    Retype,
    Sample,
    Sort,
    Split,
    Trim,
    What,
)
from app.data.recipe.wording import kind_of, name_of, said_of
from app.data.types import ColumnType
from app.text import Words

KINDS = [kind.__struct_config__.tag for kind in AnyStep.__args__]


EVERY: list[AnyStep] = [
    Rename(column="a", to="b"),
    Drop(columns=("a",)),
    *(Retype(column="a", type=type) for type in ColumnType),
    *(Trim(column="a", case=case) for case in Case),
    Replace(column="a", words={"b": "c", "d": ""}),
    Blank(column="a", values=(1, "x")),
    Fill(column="a", value=1.5),
    *(
        Clip(column="a", low=low, high=high, blank=b)
        for low, high in ((0, 1), (0, None), (None, 1))
        for b in (True, False)
    ),
    Bin(column="a", edges=(1.0, 2.0), labels=("x", "y", "z"), into="b"),
    Split(column="a", separator=" ", into=("b", "c")),
    *(Extract(column="a", what=what, into="b", mark="@") for what in What),
    *(DatePart(column="a", part=part, into="b") for part in Part),
    *(Calculate(left="a", operator=operator, right=2, into="b") for operator in Operator),
    Concatenate(columns=("a", "b"), into="c"),
    *(Filter(column="a", test=test, values=(1, 2)) for test in Condition),
    Pseudonymise(columns=("a", "b")),
    *(Deduplicate(columns=columns, last=last) for columns in ((), ("a",)) for last in (True, False)),
    *(Sort(columns=("a",), descending=down) for down in (True, False)),
    Sample(rows=10),
    Relabel(column="a", rows=(Decided(row=1, was="x", to="y"),)),
    Aggregate(by=("a",), measures=(Measure(function=Function.ROWS, into="n"),)),
    *(Join(dataset="d", on={"a": "b", "c": "c"}, inner=inner) for inner in (True, False)),
]


@pytest.mark.parametrize("language", ["en", "es"])
def test_that_every_step_has_a_name_and_a_sentence(language: str) -> None:
    words = Words(language)
    assert {kind_of(step) for step in EVERY} == set(KINDS)
    said = [words.text(text) for step in EVERY for text in (name_of(kind_of(step)), said_of(step))]
    assert not [one for one in said if "data." in one or "{" in one]


def test_that_numbers_and_words_are_written_as_the_reader_does() -> None:
    assert Words("es").text(said_of(Clip(column="x", low=0.5, high=1200.0))) == "Mantener x entre 0,5 y 1.200"
    assert Words("en").text(said_of(Blank(column="x", values=(-1, "none")))) == "In x, -1, “none” means missing"
    assert Words("en").text(said_of(Drop(columns=tuple("abcdef")))) == "Leave out a, b, c, d and 2 more"
    merged = Replace(column="x", words={"a": "b", "c": ""})
    assert Words("en").text(said_of(merged)) == "In x, write “a” as “b”, “c” as missing"

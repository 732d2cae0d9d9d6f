"""What a target column calls for, and what makes it unfit."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pytest

from app.data.records import ColumnType
from app.errors import CicloError
from app.learning.records import Task
from app.learning.target import Target, read_target


def read(values: list[object], type_: ColumnType, task: str = "auto", positive: str = "") -> Target:
    arrow = {ColumnType.INTEGER: pa.int64(), ColumnType.NUMBER: pa.float64(), ColumnType.DATE: pa.date32()}
    array = pa.chunked_array([pa.array(values, arrow.get(type_, pa.string()))])
    return read_target(array, "t", type_, task=task, positive=positive)


@pytest.mark.parametrize(
    ("values", "type_", "task"),
    [
        (["Sí", "No"] * 20, ColumnType.BOOLEAN, Task.BINARY),
        ([0, 1] * 20, ColumnType.INTEGER, Task.BINARY),
        ([0.0, 1.0] * 20, ColumnType.NUMBER, Task.BINARY),
        ([3, 4, 5, 6, 7, 8, 9] * 10, ColumnType.INTEGER, Task.MULTICLASS),
        (list(range(40)), ColumnType.INTEGER, Task.REGRESSION),
        ([1.5, 2.5, 3.5] * 20, ColumnType.NUMBER, Task.REGRESSION),
        (["a", "b", "c"] * 20, ColumnType.CATEGORY, Task.MULTICLASS),
    ],
)
def test_that_the_task_follows_from_the_column(values: list[object], type_: ColumnType, task: Task) -> None:
    assert read(values, type_).task is task


def test_that_the_task_can_be_told() -> None:
    assert read([0, 1] * 20, ColumnType.INTEGER, task="regression").task is Task.REGRESSION
    assert read([n % 15 for n in range(150)], ColumnType.INTEGER, task="classification").task is Task.MULTICLASS


@pytest.mark.parametrize(
    ("words", "positive"),
    [
        (["Sí"] * 30 + ["No"] * 10, "Sí"),
        (["yes"] * 30 + ["no"] * 10, "yes"),
        (["stays"] * 30 + ["leaves"] * 10, "leaves"),
        (["1"] * 30 + ["2"] * 10, "2"),
    ],
)
def test_that_the_case_that_matters_is_the_yes_or_the_rarer(words: list[object], positive: str) -> None:
    target = read(words, ColumnType.CATEGORY)
    assert target.positive == positive
    assert target.labels[1] == positive


def test_that_labels_keep_the_words_of_the_source() -> None:
    assert read([10, 9, 8] * 10, ColumnType.INTEGER).labels == ("8", "9", "10")
    assert read([0.0, 1.0] * 20, ColumnType.NUMBER).labels == ("0", "1")
    assert read([" Yes", "No"] * 20, ColumnType.BOOLEAN).labels == ("No", " Yes")


def test_that_rows_without_a_target_are_left_out_and_counted() -> None:
    target = read([None, *(["a", "b"] * 20), None], ColumnType.CATEGORY)
    assert target.dropped == 2
    assert target.rows.tolist() == list(range(1, 41))
    assert dict(target.counts()) == {"a": 20, "b": 20}


@pytest.mark.parametrize(
    ("values", "type_", "task", "code"),
    [
        ([None] * 30, ColumnType.NUMBER, "auto", "learning.target_empty"),
        (["a"] * 30, ColumnType.CATEGORY, "auto", "learning.target_constant"),
        (["a", "b", "a", "b", "b"], ColumnType.CATEGORY, "auto", "learning.too_few_rows"),
        (["a"] * 30 + ["b"] * 2, ColumnType.CATEGORY, "auto", "learning.too_few_of_class"),
        ([f"w{n}" for n in range(200)], ColumnType.CATEGORY, "auto", "learning.too_many_classes"),
        ([f"w{n}" for n in range(200)], ColumnType.IDENTIFIER, "auto", "learning.target_identifier"),
        (["a", "b"] * 20, ColumnType.CATEGORY, "regression", "learning.target_words"),
        (["a", "b"] * 20, ColumnType.CATEGORY, "guessing", "learning.unknown_task"),
        ([datetime.date(2026, 1, 1 + n % 9) for n in range(30)], ColumnType.DATE, "auto", "learning.target_moment"),
    ],
)
def test_that_an_unfit_target_gets_its_own_sentence(
    values: list[object], type_: ColumnType, task: str, code: str
) -> None:
    with pytest.raises(CicloError) as raised:
        read(values, type_, task=task)
    assert raised.value.code == code


def test_that_an_unknown_positive_label_is_refused_with_those_there_are() -> None:
    with pytest.raises(CicloError) as raised:
        read(["a", "b"] * 20, ColumnType.CATEGORY, positive="z")
    assert raised.value.code == "learning.unknown_positive"
    assert raised.value.params["known"] == "a, b"

"""Splits and gaps as they are written."""

from __future__ import annotations

import pytest

from app.errors import CicloError
from app.learning.splits.scheme import Gap, Scheme, read_gap, read_scheme


@pytest.mark.parametrize("text", ["", "group:", "group", "time:", "stratified:", "random:x", "random:", "shuffled"])
def test_that_an_unknown_split_is_refused(text: str) -> None:
    with pytest.raises(CicloError, match="unknown_split"):
        read_scheme(text)


@pytest.mark.parametrize("text", ["random", "stratified", "stratified:a", "group:a:b", "time", "time:day"])
def test_that_a_split_is_read_back_as_it_was_written(text: str) -> None:
    assert str(read_scheme(text)) == text


def test_that_a_column_may_hold_a_colon() -> None:
    assert read_scheme("group:a:b") == Scheme(kind="group", column="a:b")


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("", Gap()),
        ("0", Gap()),
        ("30d", Gap(seconds=30 * 86_400)),
        (" 4 W ", Gap(seconds=28 * 86_400)),
        ("12h", Gap(seconds=43_200)),
        ("500", Gap(rows=500)),
    ],
)
def test_that_a_gap_is_days_weeks_hours_or_rows(text: str, gap: Gap) -> None:
    assert read_gap(text) == gap


@pytest.mark.parametrize("text", ["-1", "1.5d", "a month", "30 days", "d"])
def test_that_another_gap_is_refused(text: str) -> None:
    with pytest.raises(CicloError, match="bad_gap"):
        read_gap(text)


@pytest.mark.parametrize("split", ["random", "stratified", "group:a"])
def test_that_a_gap_needs_a_split_in_time(split: str) -> None:
    with pytest.raises(CicloError, match="gap_without_time"):
        read_scheme(split, gap="30d")


def test_that_only_duplicates_can_be_kept_together() -> None:
    assert read_scheme("random", keep_together="duplicates").together
    with pytest.raises(CicloError, match="unknown_together"):
        read_scheme("random", keep_together="twins")

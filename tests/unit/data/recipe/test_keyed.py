"""Pseudonyms are what the standard library's HMAC says, the same for equal values, and another with another key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.recipe.frame import Frame, Types
from app.data.recipe.keyed import apply_keyed, pseudonyms
from app.data.recipe.steps import Pseudonymise
from app.data.types import ColumnType

KEY, OTHER = b"k" * 32, b"o" * 32
WORDS = st.lists(st.none() | st.text(max_size=20) | st.sampled_from(["", "  ", " a", "a", "ana@example.org"]))


def plainly(word: str | None, key: bytes) -> str | None:
    """A cell at a time, by the definition."""
    text = "" if word is None else unicodedata.normalize("NFC", word.strip())
    if not text:
        return None
    made = hmac.new(key, text.encode(), hashlib.sha256).digest()[:10]
    return base64.b32encode(made).decode().lower()


def made(*columns: list[object], coded: bool = False, key: bytes = KEY) -> Frame:
    names = [f"c{place}" for place in range(len(columns))]
    cells = [pa.array(column) for column in columns]
    if coded:
        cells = [one.dictionary_encode() for one in cells]
    types: Types = {
        name: ColumnType.INTEGER if pa.types.is_integer(one.type) else ColumnType.TEXT
        for name, one in zip(names, cells, strict=True)
    }
    frame = Frame(table=pa.table(dict(zip(names, cells, strict=True))), types=types)
    return apply_keyed(Pseudonymise(columns=tuple(names)), frame, key)[0]


@settings(deadline=None)
@given(words=WORDS, coded=st.booleans())
def test_that_pseudonyms_are_those_of_the_standard_library(words: list[str | None], coded: bool) -> None:
    cells = made(pa.array(words, pa.string()), coded=coded).table.column("c0")  # type: ignore[arg-type]
    assert cells.to_pylist() == [plainly(word, KEY) for word in words]


@settings(deadline=None)
@given(words=st.lists(st.text(min_size=1).filter(lambda word: bool(word.strip())), unique=True, min_size=2))
def test_that_equal_values_have_one_pseudonym_and_others_another(words: list[str]) -> None:
    found = pseudonyms(pa.array([*words, *words]), key=KEY).to_pylist()
    assert found[: len(words)] == found[len(words) :]
    assert len(set(found)) == len({unicodedata.normalize("NFC", word.strip()) for word in words})
    assert not set(found) & set(pseudonyms(pa.array(words), key=OTHER).to_pylist())


def test_that_the_same_value_is_known_in_every_form_that_it_may_have() -> None:
    words = ["12345", " 12345\t", "Jose\u0301", "José\u00a0", "josé"]
    found = made(words).table.column("c0").to_pylist()  # type: ignore[arg-type]
    numbers = made([12345, None]).table.column("c0").to_pylist()
    assert found[0] == found[1] == numbers[0]
    assert numbers[1] is None
    assert found[2] == found[3] != found[4]


def test_that_a_pseudonym_is_short_plain_and_no_longer_than_another_whatever_the_cell() -> None:
    (short, long) = made(["x", "ñ" * 5_000_000]).table.column("c0").to_pylist()
    assert len(short) == len(long) == 16
    assert set(short + long) <= set("abcdefghijklmnopqrstuvwxyz234567")


def test_that_several_columns_share_their_pseudonyms_and_each_counts() -> None:
    frame = Frame(
        table=pa.table({"a": ["x", None, "y"], "b": ["y", "x", " "]}),
        types={"a": ColumnType.TEXT, "b": ColumnType.CATEGORY},
    )
    after, touched = apply_keyed(Pseudonymise(columns=("a", "b")), frame, KEY)
    a, b = (after.table.column(name).to_pylist() for name in "ab")
    assert (a[0], a[2], a[1], b[2]) == (b[1], b[0], None, None)
    assert (touched.rows, touched.cells) == (3, 5)
    assert set(after.types.values()) == {ColumnType.IDENTIFIER}


@pytest.mark.parametrize("rows", [0, 1])
def test_that_a_table_without_values_stays_one(rows: int) -> None:
    cells = pa.chunked_array([pa.nulls(rows, pa.string())] if rows else [], pa.string())
    frame = Frame(table=pa.table({"a": cells}), types={"a": ColumnType.TEXT})
    assert apply_keyed(Pseudonymise(columns=("a",)), frame, KEY)[0].table.column("a").to_pylist() == [None] * rows

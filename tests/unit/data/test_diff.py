"""What a comparison of two versions says is exactly what was done to the first."""

from __future__ import annotations

import datetime
import tempfile
from collections import Counter
from pathlib import Path

import hypothesis.strategies as st
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings

from app.data.records import Column, ColumnType
from app.data.versions.comparing import compare_tables
from app.data.versions.records import Difference, DiffRequest, Renaming, Size, TypeChange, WordShift
from app.data.versions.sides import Table
from app.data.versions.summary import sentences
from app.errors import CicloError
from app.jobs.contract import Progress
from app.text import Words

Cell = str | int | float | datetime.date | None
Row = tuple[Cell, ...]

TYPES = {
    "id": ColumnType.IDENTIFIER,
    "n": ColumnType.INTEGER,
    "x": ColumnType.NUMBER,
    "c": ColumnType.CATEGORY,
    "d": ColumnType.DATE,
}
ARROW = {
    ColumnType.INTEGER: pa.int64(),
    ColumnType.NUMBER: pa.float64(),
    ColumnType.DATE: pa.date32(),
    ColumnType.DATETIME: pa.timestamp("us"),
}


class Bench:
    """A context without a process around it."""

    staging = Path("unused")
    processors = 2

    def report(self, progress: Progress) -> None:
        """Nobody looks."""

    def publish(self, topic: str, value: msgspec.Struct) -> None:
        raise AssertionError(topic)

    def check_cancelled(self) -> None:
        """Nobody stops it."""


def stored(folder: Path, name: str, rows: list[Row], types: dict[str, ColumnType]) -> Table:
    arrays = {
        column: pa.array([row[i] for row in rows], ARROW.get(type, pa.string()))
        for i, (column, type) in enumerate(types.items())
    }
    path = folder / name
    pq.write_table(pa.table(arrays), path, row_group_size=7)
    columns = {
        column: Column(
            name=column,
            type=types[column],
            missing=values.null_count,
            distinct=len(set(values.to_pylist()) - {None}),
        )
        for column, values in arrays.items()
    }
    return Table(id=name, label=f"{name}@1", rows=len(rows), columns=columns, path=path)


def compared(
    before: list[Row],
    after: list[Row],
    types: dict[str, ColumnType] = TYPES,
    later: dict[str, ColumnType] | None = None,
    **more: object,
) -> Difference:
    with tempfile.TemporaryDirectory() as name:
        sides = stored(Path(name), "before", before, types), stored(Path(name), "after", after, later or types)
        request = DiffRequest(project="", before="", after="", examples=10_000, **more)  # type: ignore[arg-type]
        return compare_tables(Bench(), request, *sides)


def text(cell: Cell) -> str | None:
    if cell is None:
        return None
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


numbers = st.integers(-(2**53), 2**53)
cells = st.tuples(
    st.none() | numbers,
    st.none() | st.integers(-1000, 1000).map(lambda n: n / 8),
    st.none() | st.sampled_from(["Málaga", "León", "", "a,b", "∅"]),
    st.none() | st.dates(datetime.date(1900, 1, 1), datetime.date(2200, 1, 1)),
)


@st.composite
def scripts(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    """A table, and what a script of deletions, insertions and changes made of it, in any order of rows."""
    keys = draw(st.lists(st.text("abc012-ñ", min_size=1, max_size=5), unique=True, min_size=1, max_size=24))
    new = draw(st.lists(st.text("XYZ", min_size=1, max_size=4), unique=True, max_size=6))
    before = {key: draw(cells) for key in keys}
    after = dict(before)
    for key in draw(st.lists(st.sampled_from(keys), unique=True, max_size=6)):
        del after[key]
    for key in draw(st.lists(st.sampled_from(keys), max_size=8)):
        if key in after:
            changed = list(after[key])
            place = draw(st.integers(0, 3))
            changed[place] = draw(cells)[place]
            after[key] = tuple(changed)  # type: ignore[assignment]
    after |= {key: draw(cells) for key in new}
    rows = draw(st.permutations([(key, *rest) for key, rest in after.items()]))
    return [(key, *rest) for key, rest in before.items()], list(rows)


@settings(max_examples=150, deadline=None)
@given(scripts())
def test_that_any_script_of_edits_is_reported_exactly(script: tuple[list[Row], list[Row]]) -> None:
    before, after = script
    found = compared(before, after, key=("id",))
    old, new = {row[0]: row for row in before}, {row[0]: row for row in after}
    both = [key for key in old if key in new]
    edits = {
        (key, name): (text(old[key][i]), text(new[key][i]))
        for key in both
        for i, name in enumerate(TYPES)
        if old[key][i] != new[key][i]
    }
    rows = found.rows
    assert {e.key[0] for e in rows.added_examples} == new.keys() - old.keys()
    assert {e.key[0] for e in rows.removed_examples} == old.keys() - new.keys()
    assert (rows.added, rows.removed) == (len(new.keys() - old.keys()), len(old.keys() - new.keys()))
    assert (rows.changed, rows.unchanged) == (len({k for k, _ in edits}), len(both) - len({k for k, _ in edits}))
    told = {(e.key[0], c.column): (c.before, c.after) for e in rows.changed_examples for c in e.cells}
    assert told == edits
    assert {c.name: c.cells for c in found.columns} == {n: sum(name == n for _, name in edits) for n in TYPES}
    assert {e.after_row for e in rows.changed_examples} == {after.index(new[k]) + 1 for k, _ in edits}
    assert rows.moved == ([row[0] for row in after if row[0] in old] != both)
    assert found.identical == (before == after)


@settings(max_examples=100, deadline=None)
@given(scripts(), st.integers(0, 3))
def test_that_without_a_key_rows_are_counted_as_wholes(script: tuple[list[Row], list[Row]], twice: int) -> None:
    before, after = script
    after = after + after[:twice]
    found = compared(before, after, whole_rows=True)
    old, new = Counter(before), Counter(after)
    assert (found.rows.added, found.rows.removed) == ((new - old).total(), (old - new).total())
    assert found.rows.unchanged == (old & new).total()
    assert found.rows.changed == 0
    assert [c.cells for c in found.columns] == [None] * len(TYPES)
    told = Counter(e.values for e in found.rows.added_examples)
    assert told == Counter(tuple(map(text, row)) for row in (new - old).elements())


def rows_of(*columns: list[Cell]) -> list[Row]:
    return list(zip(*columns, strict=True))


IDS: list[Cell] = [f"C{n:03}" for n in range(100)]
AMOUNTS: list[Cell] = [n * 7 % 101 for n in range(100)]


def test_that_the_column_that_names_each_row_is_proposed_as_the_key() -> None:
    types = {"amount": ColumnType.INTEGER, "code": ColumnType.IDENTIFIER}
    found = compared(rows_of(AMOUNTS, IDS), rows_of(AMOUNTS, IDS), types)
    assert (found.rows.key, found.rows.proposed, found.identical) == (("code",), True, True)


def test_that_a_key_that_repeats_is_said_and_pairs_rows_in_their_order() -> None:
    types = {"k": ColumnType.CATEGORY, "v": ColumnType.INTEGER}
    found = compared([("a", 1), ("a", 2), ("b", 3)], [("a", 1), ("a", 5), ("b", 3), ("b", 4)], types, key=("k",))
    rows = found.rows
    assert (rows.changed, rows.added, rows.removed, rows.repeated) == (1, 1, 0, 2)


def test_that_a_key_of_several_columns_names_rows_together() -> None:
    types = {"shop": ColumnType.CATEGORY, "day": ColumnType.INTEGER, "v": ColumnType.NUMBER}
    before: list[Row] = [("x", 1, 1.5), ("x", 2, 2.5), ("y", 1, 3.5)]
    found = compared(before, [("y", 1, 3.5), ("x", 2, 9.5), ("x", 3, 2.5)], types, key=("shop", "day"))
    assert (found.rows.added, found.rows.removed, found.rows.changed) == (1, 1, 1)
    assert found.rows.changed_examples[0].key == ("x", "2")


def test_that_a_key_that_one_side_lacks_is_refused_in_words() -> None:
    with pytest.raises(CicloError, match="no_such_key"):
        compared(rows_of(IDS), rows_of(IDS), {"id": ColumnType.TEXT}, key=("code",))


def test_that_columns_added_removed_retyped_and_moved_are_told_apart() -> None:
    later = {"new": ColumnType.CATEGORY, "n": ColumnType.NUMBER, "id": ColumnType.IDENTIFIER}
    words: list[Cell] = ["x" if n % 2 else "y" for n in range(100)]
    gone: list[Cell] = [n % 3 for n in range(100)]
    found = compared(
        rows_of(IDS, AMOUNTS, gone),
        rows_of(words, [float(a) for a in AMOUNTS if isinstance(a, int)], IDS),
        {"id": ColumnType.IDENTIFIER, "n": ColumnType.INTEGER, "gone": ColumnType.INTEGER},
        later,
    )
    schema = found.schema
    assert (schema.added, schema.removed, schema.renamed, schema.reordered) == (("new",), ("gone",), (), True)
    assert schema.retyped == (TypeChange(column="n", before=ColumnType.INTEGER, after=ColumnType.NUMBER),)
    assert [(c.name, c.cells) for c in found.columns] == [("n", 0), ("id", 0)]


@pytest.mark.parametrize("whole_rows", [False, True])
def test_that_a_renamed_column_is_recognised_by_its_content(whole_rows: bool) -> None:
    types = {"id": ColumnType.IDENTIFIER, "amount": ColumnType.INTEGER}
    edited = [0, *AMOUNTS[1:-1], -1]
    later = {"id": ColumnType.IDENTIFIER, "importe": ColumnType.INTEGER}
    found = compared(rows_of(IDS, AMOUNTS), rows_of(IDS, edited), types, later, whole_rows=whole_rows)
    assert found.schema.renamed == (Renaming(before="amount", after="importe", share=0.99),)
    assert found.columns[1].renamed_from == "amount"
    assert found.columns[1].cells == (None if whole_rows else 1)


def test_that_new_and_vanished_words_and_a_missing_share_are_named() -> None:
    types = {"id": ColumnType.IDENTIFIER, "plan": ColumnType.CATEGORY}
    before: list[Cell] = ["basic"] * 60 + ["gold"] * 40
    after: list[Cell] = ["basic"] * 30 + ["silver"] * 20 + [None] * 50
    shift = compared(rows_of(IDS, before), rows_of(IDS, after), types).columns[1].shift
    assert shift is not None
    assert isinstance(shift.shift, WordShift)
    assert (shift.shift.new, shift.shift.vanished) == ((("silver", 20),), (("gold", 40),))
    assert (shift.missing, shift.size) == ((0.0, 0.5), Size.LARGE)


def test_that_the_number_of_rows_does_not_make_an_effect_large() -> None:
    random = np.random.default_rng(3)
    types = {"x": ColumnType.NUMBER}
    for rows, moved, size in ((20_000, 0.03, Size.NONE), (20_000, 1.0, Size.LARGE), (60, 1.0, Size.LARGE)):
        before, after = random.normal(0, 1, rows), random.normal(moved, 1, rows)
        found = compared([(v,) for v in before.tolist()], [(v,) for v in after.tolist()], types)
        shift = found.columns[0].shift
        assert shift is not None
        assert shift.size is size


def test_that_few_rows_say_that_it_may_be_chance() -> None:
    types = {"x": ColumnType.NUMBER}
    shift = compared([(1.0,), (2.0,), (3.0,)], [(2.0,), (3.0,), (4.0,)], types).columns[0].shift
    assert shift is not None
    assert shift.perhaps_chance


@pytest.mark.parametrize("language", ["en", "es"])
def test_that_a_comparison_is_summed_up_in_words(language: str) -> None:
    later = {"id": ColumnType.IDENTIFIER, "importe": ColumnType.INTEGER}
    types = {"id": ColumnType.IDENTIFIER, "amount": ColumnType.INTEGER}
    found = compared(rows_of(IDS, AMOUNTS), rows_of(IDS[1:], [5, *AMOUNTS[2:]]), types, later)
    words = Words(language)
    said = " ".join(words.text(sentence) for sentence in sentences(found))
    assert "importe" in said
    assert "1" in said
    assert "{" not in said


def test_that_empty_tables_compare() -> None:
    found = compared([], [], TYPES)
    assert found.identical
    grown = compared([], [("a", 1, 1.0, "x", None)], TYPES)
    assert (grown.rows.added, grown.identical) == (1, False)

"""A row step means the same everywhere: in a table, in the Python of a bundle, in ONNX and in PMML."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.recipe.replaying import replay
from app.data.recipe.steps import (
    AnyRowStep,
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
    Rename,
    Replace,
    Retype,
    Split,
    Trim,
    What,
)
from app.data.recipe.travelling import Place, alone, places_of
from app.data.types import TIMES, WORDS, ColumnType, Types
from app.data.values.conversion import ARROW_TYPES
from app.deployment.onnx import steps as onnx_steps
from app.deployment.onnx.graph import Graph
from app.deployment.onnx.inputs import declare, feeds
from app.deployment.onnx.parity import open_session
from app.deployment.pmml import steps as pmml_steps
from app.deployment.pmml.evaluating import Rows
from app.deployment.pmml.inputs import given as pmml_given
from app.deployment.pmml.markup import element
from app.deployment.pmml.models import derived_in
from app.deployment.pmml.parsing import parse
from app.deployment.pmml.table import PREDICTORS, TRANSFORMERS
from app.deployment.pmml.writer import Writer
from app.deployment.pmml.writing import NAMESPACE
from app.errors import CicloError
from app.learning.records import Feature
from tests.unit.data.recipe.rowwise import one_row

TYPES: Types = {
    "w": ColumnType.CATEGORY,
    "v": ColumnType.TEXT,
    "x": ColumnType.NUMBER,
    "y": ColumnType.NUMBER,
    "n": ColumnType.INTEGER,
    "d": ColumnType.DATE,
    "t": ColumnType.DATETIME,
}
Rowly = tuple[Any, ...]
SIGNS = st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00")
TEXT = st.sampled_from(["a", " a ", "A-B", "a - b -c", "ñ Ñ", "İstanbul", "STRASSE ß", "ὈΔΥΣΣΕΎΣ", "7 kg", "\xa0x"])
CELLS: dict[ColumnType, st.SearchStrategy[Any]] = {
    ColumnType.CATEGORY: st.none() | TEXT | st.text(SIGNS, min_size=1, max_size=6),
    ColumnType.TEXT: st.none() | TEXT | st.text(SIGNS, min_size=1, max_size=6),
    ColumnType.NUMBER: st.none()
    | st.sampled_from([0.0, -0.0, 0.5, -1.0, 2.0, 1e300, -1e-300])
    | st.floats(-1e6, 1e6, allow_subnormal=False),
    ColumnType.INTEGER: st.none() | st.integers(-4, 4) | st.integers(-(2**50), 2**50),
    ColumnType.DATE: st.none() | st.dates(date(1700, 1, 1), date(2300, 1, 1)),
    ColumnType.DATETIME: st.none()
    | st.datetimes(datetime(1700, 1, 1), datetime(2300, 1, 1)).map(lambda at: at.replace(microsecond=0)),
}
ROWS = st.lists(st.tuples(*(CELLS[type] for type in TYPES.values())), min_size=2, max_size=8)
VALUES = (0.0, -1.0, 2.0)
TIMED = (Part.HOUR, Part.MINUTE)
STEPS: list[AnyRowStep] = [
    Rename(column="w", to="z"),
    Drop(columns=("v", "d")),
    Retype(column="w", type=ColumnType.TEXT),
    Retype(column="x", type=ColumnType.INTEGER),
    Retype(column="n", type=ColumnType.NUMBER),
    Retype(column="d", type=ColumnType.DATETIME),
    Retype(column="t", type=ColumnType.DATE),
    *(Trim(column="w", case=case) for case in Case),
    Replace(column="w", words={"a": "b", "A-B": "", "ñ Ñ": "n"}),
    Blank(column="w", values=("a", "7 kg")),
    Blank(column="x", values=VALUES),
    Blank(column="n", values=(0, 2.5, 4)),
    Blank(column="d", values=("1900-01-01",)),
    Fill(column="w", value="none"),
    Fill(column="x", value=1.5),
    Fill(column="n", value=3),
    Fill(column="d", value="2000-02-29"),
    Fill(column="t", value="2000-02-29T12:30:00"),
    Clip(column="x", low=-2.0, high=3.5),
    Clip(column="n", low=-2.5, high=3.5),
    Clip(column="x", high=0.0, blank=True),
    Bin(column="x", edges=(-1.0, 0.0, 2.5), labels=("low", "some", "more", "high"), into="kind"),
    Bin(column="n", edges=(0.5,), labels=("few", "many"), into="w"),
    Split(column="w", separator="-", into=("w", "rest")),
    Extract(column="w", what=What.DIGITS, into="run"),
    Extract(column="w", what=What.LETTERS, into="run"),
    Extract(column="w", what=What.BEFORE, mark="-", into="run"),
    *(DatePart(column="d", part=part, into="p") for part in Part if part not in TIMED),
    *(DatePart(column="t", part=part, into="p") for part in Part),
    *(Calculate(left="x", operator=op, right="y", into="z") for op in Operator if op is not Operator.DAYS),
    Calculate(left=2.0, operator=Operator.OVER, right="x", into="x"),
    Calculate(left="n", operator=Operator.TIMES, right=0.5, into="half"),
    Calculate(left="t", operator=Operator.DAYS, right="d", into="apart"),
    Calculate(left="2024-01-01", operator=Operator.DAYS, right="d", into="apart"),
    Concatenate(columns=("w", "v"), separator=" / ", into="both"),
    *(Filter(column="x", test=test, values=(0.0,)) for test in Condition if test not in ("missing", "present", "in")),
    Filter(column="x", test=Condition.AMONG, values=VALUES),
    Filter(column="n", test=Condition.AMONG, values=(1, 2.5)),
    Filter(column="d", test=Condition.AT_LEAST, values=("1990-01-01",)),
    Filter(column="t", test=Condition.LESS, values=("1990-01-01T06:00:00",)),
    *(Filter(column="w", test=test, values=("a",)) for test in (Condition.EQUAL, Condition.UNEQUAL, Condition.AMONG)),
    Filter(column="w", test=Condition.MISSING),
    Filter(column="d", test=Condition.PRESENT),
]


def table_of(rows: Sequence[Rowly]) -> pa.Table:
    columns = zip(*rows, strict=True)
    return pa.table(
        {name: pa.array(cells, ARROW_TYPES[type]) for (name, type), cells in zip(TYPES.items(), columns, strict=True)}
    )


def by_table(steps: Sequence[AnyRowStep], table: pa.Table) -> tuple[pa.Table, list[bool]]:
    found = replay(steps, table, TYPES)
    return found.table, (found.excluded > 0).tolist()


def features() -> tuple[Feature, ...]:
    return tuple(Feature(name=name, type=type, missing_seen=True) for name, type in TYPES.items())


def by_onnx(steps: Sequence[AnyRowStep], table: pa.Table) -> tuple[dict[str, list[Any]], list[bool]]:
    graph, columns = Graph(), features()
    made = onnx_steps.Steps(graph, columns, declare(graph, columns))
    made.run(steps, ())
    for place, column in enumerate(made.columns.values()):
        graph.output(column.name, f"out {place}", words=column.type in WORDS, shape=("rows", 1))
    if made.excluded:
        graph.output(graph.double(made.excluded), "excluded", words=False, shape=("rows", 1))
    session = open_session(graph.model(name="m", producer="p", version="1", metadata={}))
    said = session.run(None, feeds(table, columns))
    cells = {
        name: [None if word == column.missing else word for word in values.ravel().tolist()]
        if column.type in WORDS
        else numbers(values)
        for (name, column), values in zip(made.columns.items(), said, strict=False)
    }
    gone = said[-1].ravel() > 0 if made.excluded else np.zeros(table.num_rows, dtype=bool)
    return cells, gone.tolist()


def by_pmml(steps: Sequence[AnyRowStep], table: pa.Table) -> tuple[dict[str, list[Any]], list[bool]]:
    columns = features()
    writer = Writer(TRANSFORMERS, PREDICTORS, list(TYPES))
    made = pmml_steps.Steps(writer, columns)
    made.run(steps)
    root = parse(element("LocalTransformations", {"xmlns": NAMESPACE}, *writer.shared).encode())
    derived = derived_in(root.one("LocalTransformations"))
    rows = Rows(pmml_given(table, columns), derived, table.num_rows)
    cells = {
        name: rows.field(column.field).tolist() if column.type in WORDS else numbers(rows.numbers(column.field))
        for name, column in made.columns.items()
    }
    kept = rows.numbers(made.kept) if made.kept else np.ones(table.num_rows)
    return cells, (kept != 1.0).tolist()


def numbers(values: np.ndarray[Any, Any]) -> list[float | None]:
    return [None if math.isnan(value) else value for value in values.ravel().tolist()]


def plainly(table: pa.Table, types: Types) -> dict[str, list[Any]]:
    """A table's cells as files have them: dates as days, moments as seconds."""
    found = {}
    for name, type in types.items():
        cells = table.column(name)
        if type in TIMES:
            unit = 1 if type is ColumnType.DATE else 1e6
            kind = pa.int32() if type is ColumnType.DATE else pa.int64()
            found[name] = [None if at is None else at / unit for at in cells.cast(kind).to_pylist()]
        else:
            found[name] = cells.cast(pa.string()).to_pylist() if type in WORDS else cells.to_pylist()
    return found


def assert_alike(found: Mapping[str, list[Any]], wanted: Mapping[str, list[Any]], skipped: Sequence[bool]) -> None:
    assert list(found) == list(wanted)
    for name, cells in wanted.items():
        for mine, theirs, away in zip(cells, found[name], skipped, strict=True):
            if away:
                continue
            if isinstance(mine, float) and theirs is not None:
                assert theirs == pytest.approx(mine, rel=1e-12, abs=1e-9), name
            else:
                assert theirs == mine, name


@pytest.mark.parametrize("step", STEPS, ids=lambda step: str(step.__struct_config__.tag))
@settings(deadline=None, max_examples=6)
@given(rows=ROWS)
def test_that_a_step_means_the_same_in_every_place_that_has_it(step: AnyRowStep, rows: list[Rowly]) -> None:
    places = places_of(step, TYPES)
    table, types = table_of(rows), alone((step,), TYPES)[-1]
    made, gone = by_table((step,), table)
    wanted = plainly(made, types)
    if Place.ROW in places:
        one_by_one = [one_row((step,), TYPES, dict(zip(TYPES, row, strict=True))) for row in rows]
        assert [row is None for row in one_by_one] == gone
        kept = [row for row in one_by_one if row is not None]
        assert made.filter(pa.array([not away for away in gone])).to_pylist() == [
            {name: row[name] for name in types} for row in kept
        ]
    for place, run in ((Place.ONNX, by_onnx), (Place.PMML, by_pmml)):
        if place in places:
            found, away = run((step,), table)
            assert away == gone
            assert_alike({name: found[name] for name in types}, wanted, gone)


def test_that_a_step_which_has_no_meaning_in_a_place_is_refused_there() -> None:
    for step in STEPS:
        missing = {Place.ONNX, Place.PMML} - places_of(step, TYPES)
        for place in missing:
            with pytest.raises(CicloError, match="no_converter"):
                (by_onnx if place is Place.ONNX else by_pmml)((step,), table_of([(None,) * len(TYPES)]))


@settings(deadline=None, max_examples=15)
@given(rows=ROWS, picked=st.lists(st.integers(0, len(STEPS) - 1), min_size=2, max_size=5))
def test_that_several_steps_after_one_another_mean_the_same(rows: list[Rowly], picked: list[int]) -> None:
    steps: list[AnyRowStep] = []
    for place in picked:
        try:
            types = alone((*steps, STEPS[place]), TYPES)
        except CicloError:  # it doesn't go after the others
            continue
        if {Place.ONNX, Place.PMML} <= places_of(STEPS[place], types[-2]):
            steps.append(STEPS[place])
    table, types = table_of(rows), alone(steps, TYPES)
    made, gone = by_table(steps, table)
    wanted = plainly(made, types[-1])
    for run in (by_onnx, by_pmml):
        found, away = run(steps, table)
        assert away == gone
        assert_alike({name: found[name] for name in types[-1]}, wanted, gone)

"""The frame that pipelines eat is made from the schema alone."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pytest

from app.data.records import ColumnType
from app.errors import CicloError
from app.learning.matrix import describe_features, feature_frame, frame_columns
from app.learning.records import Feature

DAY = datetime.date(2026, 11, 23)  # a Monday


def test_that_numbers_are_float_and_words_are_objects_with_one_kind_of_missing() -> None:
    table = pa.table({"n": pa.array([1, None], pa.int64()), "x": [np.inf, 2.0], "w": ["a", None]})
    features = tuple(
        Feature(name=name, type=type_)
        for name, type_ in [("n", ColumnType.INTEGER), ("x", ColumnType.NUMBER), ("w", ColumnType.CATEGORY)]
    )
    frame = feature_frame(table, features)
    assert [str(t) for t in frame.dtypes] == ["float64", "float64", "object"]
    assert np.isnan(frame["x"][0])
    assert frame["w"][1] is None
    assert np.isnan(frame["n"][1])


def test_that_dates_become_their_parts() -> None:
    feature = Feature(name="d", type=ColumnType.DATE)
    frame = feature_frame(pa.table({"d": pa.array([DAY, None], pa.date32())}), (feature,))
    expected = {"d|day": (DAY - datetime.date(1970, 1, 1)).days, "d|year": 2026, "d|month": 11, "d|monthday": 23}
    assert frame.iloc[0].to_dict() == expected | {"d|weekday": 0}
    assert frame.iloc[1].isna().all()


def test_that_a_datetime_gives_its_hour_too() -> None:
    feature = Feature(name="d", type=ColumnType.DATETIME)
    moment = datetime.datetime(2026, 11, 23, 17, 30)
    frame = feature_frame(pa.table({"d": pa.array([moment], pa.timestamp("us"))}), (feature,))
    assert frame["d|hour"][0] == 17
    assert [c.name for c in frame_columns((feature,))] == list(frame.columns)


def test_that_columns_may_stand_in_any_order_with_others_between() -> None:
    features = (Feature(name="b", type=ColumnType.NUMBER), Feature(name="a", type=ColumnType.CATEGORY))
    table = pa.table({"a": ["x"], "other": [1], "b": [2.0]})
    assert list(feature_frame(table, features).columns) == ["b", "a"]


def test_that_a_missing_column_is_named() -> None:
    with pytest.raises(CicloError) as raised:
        feature_frame(pa.table({"a": [1.0]}), (Feature(name="b", type=ColumnType.NUMBER),))
    assert raised.value.code == "learning.missing_column"
    assert raised.value.params == {"column": "b"}


def test_that_words_in_a_column_of_numbers_are_refused() -> None:
    with pytest.raises(CicloError, match="wrong_type"):
        feature_frame(pa.table({"a": ["many"]}), (Feature(name="a", type=ColumnType.NUMBER),))


def test_that_the_schema_keeps_levels_ranges_and_missing() -> None:
    table = pa.table({"w": ["b", "a", "b", None], "n": [3.0, None, -1.0, 2.0]})
    word, number = describe_features(table, [("w", ColumnType.CATEGORY), ("n", ColumnType.NUMBER)])
    assert word.levels == ("b", "a")
    assert word.missing_seen
    assert (number.low, number.high, number.missing_seen) == (-1.0, 3.0, True)

"""The ends of what a column was seen to hold, as people read them. Light."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.data.records import ColumnType
from app.learning.records import Feature
from app.text.message import Value, amount

_EPOCH = datetime(1970, 1, 1)


def bound(feature: Feature, value: float) -> Value:
    """An end of a feature's range as people read it."""
    match feature.type:
        case ColumnType.DATE:
            return amount(iso(feature.type, value), "date")
        case ColumnType.DATETIME:
            return amount(iso(feature.type, value), "datetime")
        case ColumnType.INTEGER:
            return amount(int(value))
        case _:
            return amount(value, digits=6)


def iso(type: ColumnType, value: float) -> str:
    """A date (given as days since 1970) or a datetime (as seconds) in ISO form."""
    if type is ColumnType.DATE:
        return (_EPOCH + timedelta(days=int(value))).date().isoformat()
    return (_EPOCH + timedelta(seconds=value)).isoformat()

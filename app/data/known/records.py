"""The light half: which columns are known before the moment of prediction, and which only afterwards."""

from __future__ import annotations

from enum import StrEnum

import msgspec

KNOWN = "columns-known"


class When(StrEnum):
    """When the value of a column is known."""

    BEFORE = "before"
    AFTER = "after"
    UNKNOWN = "unknown"


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Body of the record: what was answered about columns of a dataset, for one target. The newest one of both holds,
    and says which target was named last. ``UNKNOWN`` is an answer too; a column that nobody was asked about is missing.
    """

    dataset: str
    target: str
    columns: dict[str, When] = {}

    @property
    def afterwards(self) -> tuple[str, ...]:
        """The columns that are known only afterwards."""
        return tuple(name for name, when in self.columns.items() if when is When.AFTER)

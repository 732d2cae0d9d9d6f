"""The light half: what can be expected of a dataset, the contract that holds it, and what a check found."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.data.types import ColumnType
from app.jobs.contract import JobKind

CONTRACT = "dataset-contract"

CHECK = JobKind("data.expect", "app.data.expectations.work:check_version")

Limit = float | str
"""The end of a range: a number, or a day or moment as ISO 8601."""


class Present(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="type"):
    """The column is there; with a ``type``, what it holds."""

    column: str
    type: ColumnType | None = None


class Range(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="range"):
    """No value lies below ``low`` or above ``high``; None is no limit on that side."""

    column: str
    low: Limit | None = None
    high: Limit | None = None


class Categories(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="categories"):
    """No other words than these, apart from a share ``others`` of the values (0 to 1)."""

    column: str
    words: tuple[str, ...]
    others: float = 0.0


class Filled(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="missing"):
    """At most this share of the rows (0 to 1) has no value."""

    column: str
    share: float = 0.0


class Unique(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="unique"):
    """No value stands in two rows."""

    column: str


class Fresh(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="fresh"):
    """The newest date is at most so many days older than the import."""

    column: str
    days: int


class Rows(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="rows"):
    """How many rows there are, at least and at most."""

    low: int | None = None
    high: int | None = None


Expectation = Present | Range | Categories | Filled | Unique | Fresh | Rows
OfRows = Range | Categories | Filled
"""What is kept or broken by each row alone."""


def kind_of(expectation: Expectation) -> str:
    """Its kind, as records and the command line write it."""
    return str(expectation.__struct_config__.tag)


def column_of(expectation: Expectation) -> str:
    """The column that it is about; empty where it is about all rows."""
    return "" if isinstance(expectation, Rows) else expectation.column


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a contract: what is expected of every version of a dataset. The newest one holds.

    ``learned_from`` is the version that it was proposed from. Without expectations it says that nothing is expected any
    more.
    """

    dataset: str
    expectations: tuple[Expectation, ...]
    learned_from: str = ""


class Verdict(StrEnum):
    """What became of an expectation. ``unchecked``: another one that is broken already says why it can't be told."""

    MET = "met"
    BROKEN = "broken"
    UNCHECKED = "unchecked"


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A row that breaks an expectation, from 1, and what stands in it."""

    row: int
    value: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """An expectation with its verdict.

    ``rows`` of ``of`` rows don't keep to it. ``found`` is what is there instead where no single row tells: a type
    (empty: no such column), the newest date, or the number of rows.
    """

    expectation: Expectation
    verdict: Verdict
    rows: int = 0
    of: int = 0
    examples: tuple[Example, ...] = ()
    found: str = ""

    @property
    def by_nobody(self) -> bool:
        """Whether no row at all keeps to it."""
        return self.verdict is Verdict.BROKEN and 0 < self.of == self.rows


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What an import keeps of a check: by which contract (its record), how many expectations were met, and the rest."""

    contract: str
    met: int
    broken: tuple[Result, ...] = ()
    unchecked: tuple[Result, ...] = ()


class CheckRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Check a version (``name@3``) by what is given."""

    project: str
    dataset: str
    expectations: tuple[Expectation, ...]


class CheckAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One result for each expectation, in their order."""

    results: tuple[Result, ...]


def summed(contract: str, results: tuple[Result, ...]) -> Checked:
    """What is kept of results."""
    return Checked(
        contract=contract,
        met=sum(one.verdict is Verdict.MET for one in results),
        broken=tuple(one for one in results if one.verdict is Verdict.BROKEN),
        unchecked=tuple(one for one in results if one.verdict is Verdict.UNCHECKED),
    )


def spread(checked: Checked, expectations: tuple[Expectation, ...]) -> tuple[Result, ...]:
    """What was kept of a check by these expectations, as one result for each."""
    told = {one.expectation: one for one in (*checked.broken, *checked.unchecked)}
    return tuple(told.get(one, Result(expectation=one, verdict=Verdict.MET)) for one in expectations)

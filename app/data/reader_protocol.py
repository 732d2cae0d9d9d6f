"""What the window and its reader process say to each other. Light: structs only.

``python -m app.data.reader`` reads requests on its standard input and writes answers on its standard output, each a
frame of :mod:`app.jobs.channel` around one of these structs; it ends when its input is closed, or (on Linux) when the
thread that started it ends: start it from the main thread, and not niced.

- ``view`` is any number that the client gives to a thing on the screen (a table, a list); ``generation`` grows with
  each request of the client. Of the requests of one view that wait together, only the newest is answered: a table that
  is scrolled fast sends as many as it likes. An answer carries both numbers, so that a stale one can be dropped.
- ``path`` is the absolute path of an object (Parquet of a table, JSON lines of rejected records). Objects never
  change, so what was read is kept.
- Cells are typed: ``int``, ``float``, ``str`` (dates and moments in ISO 8601), ``None`` where missing. The client
  writes them in the user's language.
- A request that can't be carried out is answered with :class:`Failed`.
"""

from __future__ import annotations

import msgspec

from app.data.pairs.records import Association, PairChart
from app.data.pseudonyms import Pseudonyms
from app.data.recipe.steps import Recipe, Touched
from app.data.records import ColumnType, Rejected

Cell = int | float | str | None


class Rows(msgspec.Struct, frozen=True, kw_only=True, tag="rows"):
    """Rows ``start`` to ``stop`` (exclusive) of a stored table; of the columns at these places, or of all."""

    view: int
    generation: int
    path: str
    start: int
    stop: int
    columns: tuple[int, ...] | None = None


class RejectedRows(msgspec.Struct, frozen=True, kw_only=True, tag="rejected_rows"):
    """Rejected records ``start`` to ``stop`` (exclusive) of an import."""

    view: int
    generation: int
    path: str
    start: int
    stop: int


class RowsAnswer(msgspec.Struct, frozen=True, kw_only=True, tag="rows_answer"):
    """The rows from ``start`` on, as far as there are any, and how many the table has."""

    view: int
    generation: int
    start: int
    total: int
    rows: tuple[tuple[Cell, ...], ...]


class RejectedAnswer(msgspec.Struct, frozen=True, kw_only=True, tag="rejected_answer"):
    """The rejected records from ``start`` on, and how many there are."""

    view: int
    generation: int
    start: int
    total: int
    rejected: tuple[Rejected, ...]


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """A request failed: the code of a sentence with its parameters."""

    view: int
    generation: int
    code: str
    params: dict[str, str | int | float] = {}


class StoredTable(msgspec.Struct, frozen=True, kw_only=True):
    """A stored table and the types of its columns."""

    path: str
    types: dict[str, ColumnType]


class Preview(msgspec.Struct, frozen=True, kw_only=True, tag="preview"):
    """What a recipe makes of the first rows of a stored table; rows are wanted from before and after the step at
    ``place`` (from 0; -1: the table as it is). ``others`` are the datasets that it joins, by their labels;
    ``pseudonyms`` tell which key makes them, where a step does."""

    view: int
    generation: int
    path: str
    types: dict[str, ColumnType]
    recipe: Recipe
    place: int
    others: dict[str, StoredTable] = {}
    pseudonyms: Pseudonyms | None = None


class PreviewRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row after the step. ``before`` holds what cells held that are other ones now, by their place; ``gone``: the
    step takes the row away."""

    cells: tuple[Cell, ...]
    before: dict[int, Cell] = {}
    gone: bool = False


class PreviewAnswer(msgspec.Struct, frozen=True, kw_only=True, tag="preview_answer"):
    """The columns and some rows after the step, those that it touches first, and what each step did to the ``looked``
    rows at the table's beginning (``whole``: all of them). ``made`` are the columns that it made; ``examples``: its
    pseudonyms come from a key that is thrown away."""

    view: int
    generation: int
    looked: int
    whole: bool
    types: dict[str, ColumnType]
    made: tuple[str, ...]
    touched: tuple[Touched, ...]
    rows: tuple[PreviewRow, ...]
    examples: bool = False


class Associations(msgspec.Struct, frozen=True, kw_only=True, tag="associations"):
    """How much a column of a stored table goes together with each other one."""

    view: int
    generation: int
    path: str
    types: dict[str, ColumnType]
    column: str


class AssociationsAnswer(msgspec.Struct, frozen=True, kw_only=True, tag="associations_answer"):
    """The strongest first, found in ``looked`` rows that lie evenly over the table (``whole``: in all of them).
    ``told`` is False where the column's words name rows, and so tell nothing."""

    view: int
    generation: int
    column: str
    looked: int
    whole: bool
    told: bool
    associations: tuple[Association, ...]


class Pair(msgspec.Struct, frozen=True, kw_only=True, tag="pair"):
    """How the column ``y`` of a stored table looks beside ``x``."""

    view: int
    generation: int
    path: str
    types: dict[str, ColumnType]
    x: str
    y: str


class PairAnswer(msgspec.Struct, frozen=True, kw_only=True, tag="pair_answer"):
    """The chart of two columns and how much they go together, of ``looked`` rows. ``untold`` names columns whose words
    name rows, of which there is nothing to show."""

    view: int
    generation: int
    looked: int
    whole: bool
    association: Association | None = None
    chart: PairChart | None = None
    untold: tuple[str, ...] = ()


Request = Rows | RejectedRows | Preview | Associations | Pair
Answer = RowsAnswer | RejectedAnswer | PreviewAnswer | AssociationsAnswer | PairAnswer | Failed

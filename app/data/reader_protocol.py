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

from app.data.records import Rejected

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


Request = Rows | RejectedRows
Answer = RowsAnswer | RejectedAnswer | Failed

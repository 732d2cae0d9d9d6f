"""The table engine: the good records of a part as columns of text. Arrow's reader with everything explicit; its count
of rows is compared with the scanner's."""

from __future__ import annotations

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from app.data.delimited.careful import Grammar
from app.data.delimited.parts import Part, Piece
from app.errors import CicloError


class Want(msgspec.Struct, frozen=True):
    """How the engine hands out cells: which columns as dictionaries (quicker where words recur), empty cells as null.

    Records that were split by the careful reader come as plain cells whatever is wanted, but with the same nulls.
    """

    encoded: frozenset[int] = frozenset()
    nulls: bool = False


_AS_TEXT = Want()


def to_table(part: Part, *, grammar: Grammar, width: int, want: Want = _AS_TEXT) -> pa.Table:
    """The good records of ``part`` as ``width`` columns of text.

    Raises
    ------
    CicloError
        ``data.count_mismatch`` where the engine reads another number of rows than the scanner counted.
    """
    if part.fields is not None:
        table = _from_fields(part.fields, width, nulls=want.nulls)
    elif part.good == 0:
        table = _from_fields([], width, nulls=False)
    elif grammar.skip_spaces:
        table = _without_spaces(_from_bytes(part.data, grammar=grammar, width=width, want=_AS_TEXT), nulls=want.nulls)
    else:
        table = _from_bytes(part.data, grammar=grammar, width=width, want=want)
    if table.num_rows != part.good:
        raise CicloError("data.count_mismatch", scanned=part.good, read=table.num_rows, line=part.first_line)
    return table


def piece_table(piece: Piece, *, grammar: Grammar, width: int, want: Want = _AS_TEXT) -> pa.Table | None:
    """The records of a piece as columns of text; None where the engine finds something wrong with one of them."""
    try:
        return _from_bytes(piece.data, grammar=grammar, width=width, want=want)
    except CicloError:
        return None


def _without_spaces(table: pa.Table, *, nulls: bool) -> pa.Table:
    """Cells without the spaces before them, which the engine doesn't know how to cut off."""
    columns = [pc.utf8_ltrim(column, " ") for column in table.columns]
    if nulls:
        columns = [pc.if_else(pc.equal(c, ""), pa.scalar(None, pa.string()), c) for c in columns]
    return pa.Table.from_arrays(columns, names=table.column_names)


def positions(width: int) -> list[str]:
    """Names of text columns by position: the engine never sees names that may be doubled."""
    return [f"c{i}" for i in range(width)]


def _from_fields(fields: list[list[bytes]], width: int, *, nulls: bool) -> pa.Table:
    columns = list(zip(*fields, strict=True)) if fields else [()] * width
    if nulls:
        columns = [tuple(cell or None for cell in column) for column in columns]
    return pa.table([pa.array(c, pa.binary()).cast(pa.string()) for c in columns], names=positions(width))


def _is_utf8(data: bytes | memoryview) -> bool:
    """Whether the bytes are UTF-8, found out at once for all of them: each cell ends at an ASCII letter, so that it is
    valid by itself too. Where they aren't, the engine says where."""
    ends = pa.py_buffer(np.array([0, len(data)], np.int64))
    try:
        pa.Array.from_buffers(pa.large_binary(), 1, [None, ends, pa.py_buffer(data)]).cast(pa.large_string())
    except pa.ArrowInvalid:
        return False
    return True


def _from_bytes(data: bytes | memoryview, *, grammar: Grammar, width: int, want: Want) -> pa.Table:
    names = positions(width)
    encoded = pa.dictionary(pa.int32(), pa.string())
    try:
        return csv.read_csv(
            pa.BufferReader(pa.py_buffer(data)),
            csv.ReadOptions(column_names=names, use_threads=False, block_size=len(data) + 1),
            csv.ParseOptions(
                delimiter=grammar.delimiter.decode(),
                quote_char=grammar.quote.decode() if grammar.quote else False,
                double_quote=True,
                escape_char=False,
                newlines_in_values=True,
                ignore_empty_lines=False,
            ),
            csv.ConvertOptions(
                check_utf8=not _is_utf8(data),
                column_types={n: encoded if i in want.encoded else pa.string() for i, n in enumerate(names)},
                strings_can_be_null=want.nulls,
                quoted_strings_can_be_null=True,
                null_values=[""] if want.nulls else [],
            ),
        )
    except pa.ArrowInvalid as error:
        raise CicloError("data.engine", cause=str(error)[:200]) from error

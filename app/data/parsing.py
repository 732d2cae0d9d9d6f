"""The table engine: the good records of a part as columns of text. Arrow's reader with everything explicit; its count
of rows is compared with the scanner's."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from app.data.careful import Grammar
from app.data.scanner import Part
from app.errors import CicloError


def to_table(part: Part, *, grammar: Grammar, width: int) -> pa.Table:
    """The good records of ``part`` as ``width`` columns of text.

    Raises
    ------
    CicloError
        ``data.count_mismatch`` where the engine reads another number of rows than the scanner counted.
    """
    if part.fields is not None:
        table = _from_fields(part.fields, width)
    elif part.good == 0:
        table = _from_fields([], width)
    else:
        table = _from_bytes(part.data, grammar=grammar, width=width)
        if grammar.skip_spaces:
            columns = [pc.utf8_ltrim(column, " ") for column in table.columns]
            table = pa.Table.from_arrays(columns, names=table.column_names)
    if table.num_rows != part.good:
        raise CicloError("data.count_mismatch", scanned=part.good, read=table.num_rows, line=part.first_line)
    return table


def positions(width: int) -> list[str]:
    """Names of text columns by position: the engine never sees names that may be doubled."""
    return [f"c{i}" for i in range(width)]


def _from_fields(fields: list[list[bytes]], width: int) -> pa.Table:
    columns = list(zip(*fields, strict=True)) if fields else [()] * width
    return pa.table([pa.array(c, pa.binary()).cast(pa.string()) for c in columns], names=positions(width))


def _from_bytes(data: bytes | memoryview, *, grammar: Grammar, width: int) -> pa.Table:
    names = positions(width)
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
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, null_values=[]
            ),
        ).combine_chunks()
    except pa.ArrowInvalid as error:
        raise CicloError("data.engine", cause=str(error)[:200]) from error

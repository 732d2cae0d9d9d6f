"""From the server's own text to Arrow columns: exact, or kept as the text that it was, with a word about it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.limits import FIELD_BYTES
from app.data.sources.typed import DAYS, FIGURES, POINTED, WORDS
from app.data.sql.server import Field, Form
from app.text.message import Text

_TYPES = {Form.WHOLE: pa.int64(), Form.FLOAT: pa.float64(), Form.TRUTH: pa.bool_()}
_FREE = (Form.BITS, Form.DAY, Form.MOMENT, Form.ZONED)
_NOTES = {
    Form.ZONED: "sql.note.zoned",
    Form.PADDED: "sql.note.padded",
    Form.HEX: "sql.note.bytes",
    Form.RAW: "sql.note.bytes",
}


class Shaped(msgspec.Struct, frozen=True, kw_only=True):
    """Cells of some rows by column; ``faults`` says of rows, by their position, what can't be kept of them."""

    columns: list[pa.Array]
    faults: dict[int, Text]


def arrow_field(field: Field, name: str) -> pa.Field:
    """The Arrow field of a column: times and decimals come as text, since their type depends on all of their values."""
    if field.form is Form.NATIVE:
        metadata = _metadata(mixed=field.mixed, days=field.days) if pa.types.is_string(field.native) else None
        return pa.field(name, field.native, metadata=metadata)
    if field.form in _TYPES:
        return pa.field(name, _TYPES[field.form])
    if field.form is Form.DECIMAL:
        return pa.field(name, pa.string(), metadata={FIGURES: b""})
    return pa.field(name, pa.string(), metadata=_metadata(mixed=field.form in _FREE))


def _metadata(*, mixed: bool, days: bool = False) -> dict[bytes, bytes]:
    return dict.fromkeys((POINTED if mixed else WORDS, *((DAYS,) if days else ())), b"")


def note(field: Field) -> Text | None:
    """What is worth saying about a column by its type alone."""
    if field.said:
        return Text(field.said)
    if field.form in _NOTES:
        return Text(_NOTES[field.form])
    return Text("sql.note.other", {"type": field.type}) if field.form is Form.OTHER else None


TIMES = (Form.DAY, Form.MOMENT, Form.ZONED)
_CALENDAR = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])( [0-9:.]+)?$"


def odd_times(values: pa.Array) -> list[str]:
    """What is no date of a calendar's four-digit years: infinity, days before Christ, MariaDB's 0000-00-00."""
    fits = pc.and_(pc.match_substring_regex(values, _CALENDAR), pc.invert(pc.starts_with(values, "0000")))
    return list(values.filter(pc.invert(fits)).drop_null().to_pylist())


def shape(arrays: Sequence[pa.Array], fields: Sequence[Field]) -> Shaped:
    """The cells of some rows as they will be kept."""
    columns, faults = [], dict[int, Text]()
    for values, field in zip(arrays, fields, strict=True):
        column, failed, code = _shaped(values, field)
        columns.append(column)
        for row in np.flatnonzero(failed).tolist() if failed is not None else ():
            faults.setdefault(row, Text(code, {"column": field.name}))
    return Shaped(columns=columns, faults=faults)


_Result = tuple[pa.Array, NDArray[np.bool_] | None, str]


def _shaped(values: pa.Array, field: Field) -> _Result:
    if field.form is Form.NATIVE:
        return (values, None, "") if not pa.types.is_binary(values.type) else _text(values)
    if field.form is Form.RAW:
        return _hexadecimal(values), None, ""
    if field.form is Form.BITS:
        return _bits(values), None, ""
    text, failed, code = _text(values)
    if failed is not None:
        return text if field.form not in _TYPES else pa.nulls(len(text), _TYPES[field.form]), failed, code
    match field.form:
        case Form.WHOLE | Form.FLOAT:
            return pc.cast(text, _TYPES[field.form]), None, ""
        case Form.TRUTH:
            return pc.equal(text, "t"), None, ""
        case Form.ZONED:
            return pc.replace_substring_regex(text, r"\+00$", ""), None, ""
        case Form.PADDED:
            return pc.utf8_rtrim(text, " "), None, ""
        case Form.HEX:
            return pc.replace_substring_regex(text, r"^\\x", ""), None, ""
    return text, None, ""


def _text(values: pa.Array) -> _Result:
    """Bytes as text; cells that are too long or aren't UTF-8 are null and fail."""
    if values.nbytes > FIELD_BYTES:
        long = pc.fill_null(pc.greater(pc.binary_length(values), FIELD_BYTES), False)
        if pc.any(long).as_py():
            return _fitting(values, np.asarray(long.to_numpy(zero_copy_only=False), bool))
    try:
        return values.cast(pa.string()), None, ""
    except pa.ArrowInvalid:
        failed = np.array([not _is_text(cell) for cell in values.to_pylist()])
        return _without(values, failed).cast(pa.string()), failed, "sql.rejected.not_text"


def _fitting(values: pa.Array, failed: NDArray[np.bool_]) -> _Result:
    text, others, _code = _text(_without(values, failed))
    return text, failed if others is None else failed | others, "sql.rejected.too_long"


def _without(values: pa.Array, failed: NDArray[np.bool_]) -> pa.Array:
    return pc.if_else(pa.array(failed), pa.scalar(None, values.type), values)


def _is_text(cell: bytes | None) -> bool:
    try:
        (cell or b"").decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _hexadecimal(values: pa.Array) -> pa.Array:
    return pa.array([None if cell is None else cell.hex() for cell in values.to_pylist()], pa.string())


def _bits(values: pa.Array) -> pa.Array:
    """Bit fields as whole numbers."""
    return pa.array(
        [None if cell is None else str(int.from_bytes(cell, "big")) for cell in values.to_pylist()], pa.string()
    )

"""What can be corrected about an import, as values and words; and what a correction does to the request."""

from __future__ import annotations

import re
from pathlib import PurePath

import msgspec

from app.data.records import ColumnType, Corrections, Dialect, Inspected
from app.text.words import Words
from app.ui.widgets.form import Option

ASPECTS = ("delimiter", "encoding", "decimal", "dates", "header", "missing")
DETECTED = "detected"
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", " ": "space"}
_ENCODINGS = {
    "utf-8": "utf8",
    "utf-8-sig": "utf8_bom",
    "cp1252": "cp1252",
    "iso-8859-1": "latin1",
    "iso-8859-15": "latin9",
    "cp1250": "cp1250",
    "cp850": "cp850",
    "mac-roman": "mac",
    "utf-16": "utf16",
}
_OFFERED_ENCODINGS = ("utf-8", "cp1252", "iso-8859-15", "cp1250", "cp850", "mac-roman", "utf-16")
_SAME = {"latin-1": "iso-8859-1", "latin1": "iso-8859-1", "ascii": "utf-8", "mac_roman": "mac-roman", "utf8": "utf-8"}


def aspects_of(found: Inspected) -> tuple[str, ...]:
    """The aspects that matter for a source: all of a file of text, elsewhere how its columns of text are read."""
    if found.origin is None:
        return ASPECTS
    return ("decimal", "dates", *(("header",) if found.sheets else ()), "missing")


def options(aspect: str, found: Inspected, words: Words) -> list[Option]:
    """The choices of an aspect; the one in force is always among them."""
    made = [Option(value, name(aspect, value, found.dialect, words)) for value in _values(aspect)]
    value = in_force(aspect, found.dialect)
    if value not in [option.value for option in made]:
        made.insert(0, Option(value, name(aspect, value, found.dialect, words)))
    return made


def _values(aspect: str) -> tuple[str, ...]:
    match aspect:
        case "delimiter":
            return tuple(_DELIMITERS)
        case "encoding":
            return _OFFERED_ENCODINGS
        case "decimal":
            return (".", ",")
        case "dates":
            return ("day", "month")
        case _:
            return ("yes", "no")


def in_force(aspect: str, dialect: Dialect) -> str:
    """The value of an aspect as the file is read now."""
    match aspect:
        case "delimiter":
            return dialect.delimiter
        case "encoding":
            encoding = dialect.encoding.lower()
            return _SAME.get(encoding, encoding)
        case "decimal":
            return dialect.decimal
        case "dates":
            return {None: "any", True: "day", False: "month"}[dialect.day_first]
        case _:
            return "yes" if dialect.header_lines else "no"


def name(aspect: str, value: str, dialect: Dialect, words: Words) -> str:
    """A value in words."""
    match aspect:
        case "delimiter":
            code = _DELIMITERS.get(value) if value else "none"
            return words(f"ui_datasets.delimiter.{code}") if code else words("ui_datasets.delimiter.other", sign=value)
        case "encoding":
            known = _ENCODINGS.get(value)
            return words(f"ui_datasets.encoding.{known}") if known else value.upper()
        case "decimal":
            return words("ui_datasets.decimal.comma" if value == "," else "ui_datasets.decimal.point")
        case "dates":
            return words(f"ui_datasets.dates.{value}")
        case _:
            return _header_name(value, dialect, words)


def _header_name(value: str, dialect: Dialect, words: Words) -> str:
    if value == "no":
        return words("ui_datasets.header.none")
    if dialect.header_lines > 1:
        return words("ui_datasets.header.several", count=dialect.header_lines)
    if dialect.skip_lines and dialect.header_lines:
        return words("ui_datasets.header.line", line=dialect.skip_lines + 1)
    return words("ui_datasets.header.first")


def corrected(corrections: Corrections, aspect: str, value: str) -> Corrections:
    """The corrections with one more (``DETECTED`` takes it back)."""
    back = value == DETECTED
    match aspect:
        case "delimiter":
            return msgspec.structs.replace(corrections, delimiter=None if back else value)
        case "encoding":
            return msgspec.structs.replace(corrections, encoding=None if back else value)
        case "decimal":
            return msgspec.structs.replace(corrections, decimal=None if back else value)
        case "dates":
            return msgspec.structs.replace(corrections, day_first=None if back or value == "any" else value == "day")
        case "header":
            return msgspec.structs.replace(corrections, header=None if back else value == "yes")
        case _:
            words = None if back else tuple(part for part in (p.strip() for p in value.split(",")) if part)
            return msgspec.structs.replace(corrections, missing_words=words)


def is_corrected(corrections: Corrections, aspect: str) -> bool:
    """Whether the user set this aspect by hand."""
    return getattr(corrections, _field(aspect)) is not None


def same_correction(one: Corrections, other: Corrections, aspect: str) -> bool:
    """Whether both set this aspect, and alike."""
    return is_corrected(one, aspect) and getattr(one, _field(aspect)) == getattr(other, _field(aspect))


def _field(aspect: str) -> str:
    return {"dates": "day_first", "missing": "missing_words"}.get(aspect, aspect)


def with_type(corrections: Corrections, column: str, type: ColumnType | None) -> Corrections:
    """The corrections with the type of a column set, or given back to detection."""
    types = {name: kept for name, kept in corrections.types.items() if name != column}
    if type is not None:
        types[column] = type
    return msgspec.structs.replace(corrections, types=types)


def dataset_name(path: str) -> str:
    """A name for the dataset out of the file's: ``clientes_2021.csv.gz`` becomes ``clientes_2021``."""
    stem = PurePath(path).name
    for _ in range(2):
        stem = re.sub(
            r"\.(csv|tsv|txt|tab|data|dat|parquet|json|jsonl|ndjson|xlsx|xlsm|xlsb|xls|ods|gz|zip|bz2|xz|zst)$",
            "",
            stem,
            flags=re.IGNORECASE,
        )
    return re.sub(r"[^\w .-]+", "-", stem).strip(" .-")[:100] or "data"

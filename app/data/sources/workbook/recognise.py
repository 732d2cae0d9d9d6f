"""Tells a workbook from other zips and from text, by its contents."""

from __future__ import annotations

import zipfile
from enum import Enum
from pathlib import Path

from app.data.source import reading

ZIP = b"PK\x03\x04"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Packed(Enum):
    """Kinds of workbooks in a zip."""

    XML = "xlsx"
    OTHER = "xlsb, ods"


def packed_workbook(path: Path) -> Packed | None:
    """The kind of workbook in a zip; None where it is no workbook."""
    with reading(path), zipfile.ZipFile(path) as archive:
        names = {name.lower() for name in archive.namelist()}
        if "[content_types].xml" in names and any(name.startswith("xl/") for name in names):
            return Packed.OTHER if "xl/workbook.bin" in names else Packed.XML
        if "mimetype" in names and "content.xml" in names:
            opened = archive.read("mimetype")[:100]
            return Packed.OTHER if b"opendocument.spreadsheet" in opened else None
    return None

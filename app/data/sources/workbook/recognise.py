"""Tells a workbook from other zips and from text, by its contents."""

from __future__ import annotations

import zipfile
from enum import Enum
from pathlib import Path

from app.data.source import reading
from app.errors import CicloError

ZIP = b"PK\x03\x04"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Packed(Enum):
    """Kinds of workbooks in a zip."""

    XML = "xlsx"
    OTHER = "xlsb, ods"


def packed_workbook(path: Path) -> Packed | None:
    """The kind of workbook in a zip; None where it is no workbook.

    Raises
    ------
    CicloError
        ``data.damaged_archive``.
    """
    try:
        with reading(path), zipfile.ZipFile(path) as archive:
            return _kind(archive)
    except (NotImplementedError, RuntimeError, ValueError) as error:  # what zip can't read, damage included
        raise CicloError("data.damaged_archive", path=path.name) from error


def _kind(archive: zipfile.ZipFile) -> Packed | None:
    names = {name.lower() for name in archive.namelist()}
    if "[content_types].xml" in names and any(name.startswith("xl/") for name in names):
        return Packed.OTHER if "xl/workbook.bin" in names else Packed.XML
    if "mimetype" in names and "content.xml" in names:
        return Packed.OTHER if b"opendocument.spreadsheet" in archive.read("mimetype")[:100] else None
    return None

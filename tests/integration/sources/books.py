"""Makes small workbooks, part by part."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
PERCENT, DATE, MOMENT, TIME = 1, 2, 3, 4
STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts><numFmt numFmtId="170" formatCode="0.0%"/>'
    '<numFmt numFmtId="171" formatCode="dd/mm/yyyy;@"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="171"/><xf numFmtId="22"/><xf numFmtId="20"/>'
    "</cellXfs></styleSheet>"
)

Value = str | int | float | bool | None | tuple[float | int, int] | bytes


def cell(value: Value) -> str:
    """A cell: bytes are raw XML, a pair is a number with a style."""
    if value is None:
        return "<c/>"
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    number, style = value if isinstance(value, tuple) else (value, 0)
    return f'<c s="{style}"><v>{number!r}</v></c>'


def sheet(rows: Sequence[Sequence[Value] | str], *, before: str = "", after: str = "") -> str:
    """A sheet; a row that is text is raw XML, an empty one leaves its number out."""
    lines = [
        row if isinstance(row, str) else f'<row r="{n}">{"".join(map(cell, row))}</row>'
        for n, row in enumerate(rows, 1)
        if row
    ]
    body = "".join(lines)
    return f'<worksheet xmlns="{_MAIN}">{before}<sheetData>{body}</sheetData>{after}</worksheet>'


def write_book(
    path: Path,
    sheets: dict[str, str],
    *,
    hidden: Sequence[str] = (),
    date_1904: bool = False,
    extra: dict[str, bytes] | None = None,
) -> Path:
    """Write a workbook of these sheets."""
    entries, relations = "", ""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for number, (name, body) in enumerate(sheets.items(), 1):
            state = ' state="hidden"' if name in hidden else ""
            entries += f'<sheet name="{escape(name)}" sheetId="{number}"{state} r:id="r{number}"/>'
            relations += f'<Relationship Id="r{number}" Type="{_REL}/worksheet" Target="worksheets/s{number}.xml"/>'
            book.writestr(f"xl/worksheets/s{number}.xml", body)
        relations += f'<Relationship Id="st" Type="{_REL}/styles" Target="/xl/styles.xml"/>'
        since = '<workbookPr date1904="1"/>' if date_1904 else ""
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/styles.xml", STYLES)
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="a" Type="{_REL}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}">{since}<sheets>{entries}</sheets></workbook>',
        )
        book.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACKAGE}">{relations}</Relationships>')
        for name, content in (extra or {}).items():
            book.writestr(name, content)
    return path


_NONE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR = 512


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file ([MS-CFB]) of these streams, each filled up to where it needs no smaller sectors."""
    table, body = [_TABLE, _END], b""
    entries = [_entry("Root Entry", 5, _END, 0, child=1)]
    for number, (name, content) in enumerate(streams.items(), 1):
        filled = content.ljust(4096, b"\0")
        start, sectors = len(table), -(-len(filled) // _SECTOR)
        table += [*range(start + 1, start + sectors), _END]
        body += filled.ljust(sectors * _SECTOR, b"\0")
        entries.append(_entry(name, 2, start, len(filled), right=number + 1 if number < len(streams) else _NONE))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, _END, 0, _END, 0) + struct.pack("<109I", 0, *[_NONE] * 108)
    table += [_NONE] * (128 - len(table))
    return head + struct.pack("<128I", *table) + b"".join(entries).ljust(_SECTOR, b"\0") + body


def _entry(name: str, kind: int, start: int, size: int, *, right: int = _NONE, child: int = _NONE) -> bytes:
    """A line of a compound file's directory."""
    spelt = (name + "\0").encode("utf-16-le")
    links = struct.pack("<HBB3I", len(spelt), kind, 1, _NONE, right, child)
    return spelt.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)

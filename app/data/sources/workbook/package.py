"""The parts of an xlsx or xlsm file: a zip of XML, opened with limits on what it may unfold to."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.parsers import expat

import msgspec

from app.data import limits
from app.data.records import Sheet
from app.data.source import reading
from app.data.sources.workbook.formats import Format, built_in, format_of
from app.data.sources.workbook.rows import parse_area
from app.errors import CicloError

_CHUNK = 1 << 18
_HEAD = 1 << 14
_TEXT_BYTES = 600_000_000
_PARTS = 20_000


class SheetPart(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet and the part that holds it."""

    entry: Sheet
    part: str


class Package:
    """An open xlsx file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with workbook_refusals(path):
            self._zip = zipfile.ZipFile(path)
            names = self._zip.namelist()
        if len(names) > _PARTS:
            raise CicloError("data.damaged_workbook", path=path.name)
        self._names = {name.lower(): name for name in names}
        self.macros = any(name.endswith("vbaproject.bin") for name in self._names)
        self._main = self._main_part()
        self._links = self._relations(self._main)
        self.since_1904 = False
        self.sheets = self._read_workbook()

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    # Parts

    def blocks(self, part: str) -> Iterator[tuple[bytes, int]]:
        """A part's bytes in blocks, each with how much of the part's packed bytes was read."""
        name = self._names.get(part.lower())
        if name is None:
            raise CicloError("data.damaged_workbook", path=self._path.name)
        packed = max(1, self._zip.getinfo(name).compress_size)
        total = 0
        with workbook_refusals(self._path), self._zip.open(name) as file:
            while block := file.read(_CHUNK):
                total += len(block)
                if total > limits.INFLATION_FROM_BYTES and total > limits.INFLATION * packed:
                    raise CicloError("data.inflation", path=self._path.name, limit=limits.INFLATION)
                yield block, total

    def size(self, part: str) -> int:
        """What a part says it unfolds to."""
        return self._zip.getinfo(self._names[part.lower()]).file_size

    def has(self, part: str) -> bool:
        """Whether there is such a part."""
        return part.lower() in self._names

    def parse(self, part: str, parser: expat.XMLParserType) -> None:
        """Feed a whole part to a parser."""
        with workbook_refusals(self._path):
            for block, _total in self.blocks(part):
                parser.Parse(block, False)
            parser.Parse(b"", True)

    # The workbook

    def _main_part(self) -> str:
        for kind, target in self._relations("").values():
            if kind.endswith("/officeDocument"):
                return target
        raise CicloError("data.damaged_workbook", path=self._path.name)

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """By id: kind and target of what a part refers to."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "")
                whole = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                found[attributes.get("Id", "")] = (attributes.get("Type", ""), posixpath.normpath(whole))

        if self.has(rels):
            self.parse(rels, parser_for(self._path, start=start))
        return found

    def _read_workbook(self) -> tuple[SheetPart, ...]:
        found: list[SheetPart] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            name = local(tag)
            if name == "workbookPr":
                self.since_1904 = attributes.get("date1904", "").lower() in ("1", "true", "on")
            elif name == "sheet":
                link = next((value for key, value in attributes.items() if local(key) == "id" and ":" in key), "")
                kind, part = self._links.get(link, ("", ""))
                if kind.endswith("/worksheet") and self.has(part):
                    hidden = attributes.get("state", "visible") != "visible"
                    found.append(SheetPart(entry=self._entry(attributes.get("name", ""), part, hidden), part=part))

        self.parse(self._main, parser_for(self._path, start=start))
        return tuple(found)

    def _entry(self, name: str, part: str, hidden: bool) -> Sheet:
        """A sheet with the size that its first lines tell."""
        size: list[str] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            if local(tag) == "dimension":
                size.append(attributes.get("ref", ""))

        parser = parser_for(self._path, start=start)
        with workbook_refusals(self._path), self._zip.open(self._names[part.lower()]) as file:
            parser.Parse(file.read(_HEAD), False)
        area = parse_area(size[0]) if size and ":" in size[0] else None
        if area is None:
            return Sheet(name=name, hidden=hidden)
        return Sheet(name=name, hidden=hidden, rows=area.bottom, columns=area.right + 1)

    def _part_of_kind(self, kind: str) -> str:
        return next((target for k, target in self._links.values() if k.endswith(kind) and self.has(target)), "")

    # What all sheets share

    def strings(self) -> list[str]:
        """The texts that cells refer to by number."""
        found: list[str] = []
        part = self._part_of_kind("/sharedStrings")
        if part:
            self.parse(part, _strings_parser(self._path, found))
        return found

    def formats(self) -> list[Format]:
        """The meaning of each cell style."""
        part = self._part_of_kind("/styles")
        found: list[Format] = []
        if part:
            self.parse(part, _styles_parser(self._path, found))
        return found


def _strings_parser(path: Path, found: list[str]) -> expat.XMLParserType:
    """Collects texts; those of phonetic guides aren't part of them."""
    pieces: list[str] = []
    state = {"text": False, "guide": False, "size": 0}

    def start(tag: str, _attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "si":
            pieces.clear()
        elif name == "rPh":
            state["guide"] = True
        state["text"] = name == "t" and not state["guide"]

    def data(text: str) -> None:
        if state["text"]:
            pieces.append(text)

    def end(tag: str) -> None:
        name = local(tag)
        state["text"] = False
        if name == "rPh":
            state["guide"] = False
        elif name == "si":
            found.append("".join(pieces))
            state["size"] += len(found[-1])
            if state["size"] > _TEXT_BYTES:
                raise CicloError("data.workbook_too_large", path=path.name)

    return parser_for(path, start=start, data=data, end=end)


def _styles_parser(path: Path, found: list[Format]) -> expat.XMLParserType:
    custom: dict[int, Format] = {}
    inside = {"cells": False}

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "numFmt":
            custom[_whole(attributes.get("numFmtId"))] = format_of(attributes.get("formatCode", ""))
        elif name == "cellXfs":
            inside["cells"] = True
        elif name == "xf" and inside["cells"]:
            number = _whole(attributes.get("numFmtId"))
            found.append(custom[number] if number in custom else built_in(number))

    def end(tag: str) -> None:
        if local(tag) == "cellXfs":
            inside["cells"] = False

    return parser_for(path, start=start, end=end)


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


# XML


def local(tag: str) -> str:
    """A name without its prefix."""
    return tag.rpartition(":")[2]


def parser_for(
    path: Path,
    *,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    data: Callable[[str], None] | None = None,
) -> expat.XMLParserType:
    """A parser that refuses what can blow up: a document type, and with it every entity."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_about: object) -> None:
        raise CicloError("data.damaged_workbook", path=path.name)

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    return parser


@contextmanager
def workbook_refusals(path: Path) -> Iterator[None]:
    """Turn what zip and XML say of a file into the house's sentence."""
    damaged = (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, LookupError, NotImplementedError, ValueError)
    try:
        with reading(path):
            yield
    except CicloError as error:
        if error.code == "data.damaged_archive":
            raise CicloError("data.damaged_workbook", path=path.name) from error
        raise
    except RuntimeError as error:  # a part that is encrypted, as zip has it
        raise CicloError("data.encrypted_workbook", path=path.name) from error
    except damaged as error:
        raise CicloError("data.damaged_workbook", path=path.name) from error

"""Several files with the same columns as one source: their records one after the other, in the order of their names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import msgspec
import pyarrow as pa

from app.data.records import Origin, Problem, Rejected, SourceKind
from app.data.source import Stamp, reading
from app.data.sources.typed import Batch, Fingerprint, TypedSource
from app.errors import CicloError
from app.text.message import Text, amount

Opening = Callable[[Path], TypedSource]

_MOST_FILES = 10_000
_IGNORED = {"thumbs.db", "desktop.ini"}


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One file, as it was when it was looked at."""

    path: Path
    stamp: Stamp
    expected: int | None


class FolderSource:
    """The records of all files of a folder, or of some.

    Columns are matched by name; a file that hasn't those of the first is refused by name, as is one whose column holds
    values of another kind.

    Raises
    ------
    CicloError
        ``data.empty_folder``, ``data.too_many_files``, ``data.folder_missing``, ``data.folder_extra``,
        ``data.folder_types``, ``data.source_column_taken``, and what any of the files is refused for.
    """

    def __init__(
        self, folder: Path, files: Sequence[Path], opened: Opening, *, source_column: str | None = None
    ) -> None:
        self._folder = folder
        self._open = opened
        self._column = source_column
        self._found: list[Problem] = []
        self._members = [self._look(path) for path in self._filled(files)]
        if not self._members:
            raise CicloError("data.empty_folder", path=folder.name)
        if source_column is not None:
            if source_column in self._data.names:
                raise CicloError("data.source_column_taken", column=source_column)
            self.schema = self._data.append(pa.field(source_column, pa.dictionary(pa.int32(), pa.string())))
        else:
            self.schema = self._data
        self.origin = Origin(
            kind=SourceKind.FOLDER,
            files=tuple(m.path.name for m in self._members),
            source_column=source_column or "",
        )
        self.stamp = _stamp_of_all([m.stamp for m in self._members])
        self.notes: Mapping[str, Text] = {}
        self._read_bytes = 0
        self._share = 0.0
        self._prints: list[Fingerprint] = []

    def _filled(self, files: Sequence[Path]) -> list[Path]:
        """The files that hold something; the others are said."""
        if len(files) > _MOST_FILES:
            raise CicloError("data.too_many_files", n=len(files), limit=_MOST_FILES, path=self._folder.name)
        empty = [path.name for path in files if path.stat().st_size == 0]
        if empty:
            message = Text("data.problem.empty_files", {"n": amount(len(empty)), "files": ", ".join(empty[:8])})
            self._found.append(Problem(code="data.problem.empty_files", message=message))
        return [path for path in files if path.name not in empty]

    def _look(self, path: Path) -> Member:
        """Check the columns of a file against those before it."""
        with closing(self._open(path)) as source:
            known = getattr(self, "_data", None)
            if known is None:
                self._first = path.name
                self._data: pa.Schema = pa.schema([field.remove_metadata() for field in source.schema])
            else:
                self._compare(source)
            for problem in source.problems:
                message = Text("data.problem.in_file", {"file": path.name, "problem": problem.message})
                self._found.append(Problem(code=problem.code, message=message, line=problem.line))
            return Member(path=path, stamp=source.stamp, expected=source.expected)

    def _compare(self, source: TypedSource) -> None:
        names = source.schema.names
        for name in self._data.names:
            if name not in names:
                raise CicloError("data.folder_missing", path=source.name, column=name, first=self._first)
        for name in names:
            if name not in self._data.names:
                raise CicloError("data.folder_extra", path=source.name, column=name, first=self._first)
        fields = []
        for known in self._data:
            other = source.schema.field(known.name).remove_metadata()
            try:
                fields.append(pa.unify_schemas([pa.schema([known]), pa.schema([other])], **_numbers(known, other))[0])
            except (pa.ArrowTypeError, pa.ArrowInvalid) as error:
                raise CicloError("data.folder_types", path=source.name, column=known.name, first=self._first) from error
        self._data = pa.schema(fields)

    # What the import asks

    @property
    def name(self) -> str:
        return self._folder.name

    @property
    def expected(self) -> int | None:
        counts = [member.expected for member in self._members]
        return None if None in counts else sum(count for count in counts if count is not None)

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(self._found)

    @property
    def progress(self) -> float:
        return min(1.0, (self._read_bytes + self._share) / max(1, self.stamp.size))

    def batches(self) -> Iterator[Batch]:
        """All records, file by file; places are those within the file."""
        self._prints = []
        for number, member in enumerate(self._members):
            with closing(self._open(member.path)) as source:
                if source.stamp != member.stamp:
                    raise CicloError("data.source_changed", path=member.path.name)
                for batch in source.batches():
                    self._share = source.progress * member.stamp.size
                    yield self._with_file(batch, member.path.name)
                self._members[number] = msgspec.structs.replace(member, expected=source.expected)
                self._prints.append(source.fingerprint())
            self._read_bytes += member.stamp.size
            self._share = 0.0

    def _with_file(self, batch: Batch, file: str) -> Batch:
        places = {name: batch.rows.schema.get_field_index(name) for name in self._data.names}
        try:
            columns = [batch.rows.column(places[f.name]).cast(f.type) for f in self._data]
        except pa.ArrowInvalid as error:  # a whole number that has no exact floating point one
            raise CicloError("data.folder_types", path=file, column=file, first=self._first) from error
        if self._column is not None:
            indices = pa.array([0] * batch.rows.num_rows, pa.int32())
            columns.append(pa.DictionaryArray.from_arrays(indices, pa.array([file], pa.string())))
        order = {place: new for new, place in enumerate(places.values())}
        return Batch(
            rows=pa.RecordBatch.from_arrays(columns, schema=self.schema),
            places=batch.places,
            rejected=tuple(_in_file(one, file) for one in batch.rejected),
            file=file,
            pointed=frozenset(order[p] for p in batch.pointed),
            literal=frozenset(order[p] for p in batch.literal),
        )

    def fingerprint(self) -> Fingerprint:
        """All names and the hashes of their bytes."""
        digest = hashlib.sha256()
        for member, one in zip(self._members, self._prints, strict=True):
            digest.update(f"{one.sha256}  {member.path.name}\n".encode("utf-8", "surrogateescape"))
        return Fingerprint(sha256=digest.hexdigest(), size=sum(one.size for one in self._prints))

    def close(self) -> None:
        """Files are open only while they are read."""


def _in_file(rejected: Rejected, file: str) -> Rejected:
    return msgspec.structs.replace(rejected, file=file)


def _numbers(one: pa.Field, other: pa.Field) -> dict[str, str]:
    """Numbers of different widths go together; other kinds don't."""
    both = all(pa.types.is_integer(f.type) or pa.types.is_floating(f.type) for f in (one, other))
    return {"promote_options": "permissive"} if both else {"promote_options": "default"}


def _stamp_of_all(stamps: list[Stamp]) -> Stamp:
    """One stamp that differs where any of them does."""
    together = hashlib.sha256(repr(stamps).encode()).digest()
    return Stamp(sum(s.size for s in stamps), int.from_bytes(together[:7], "big"), 0)


def files_of(folder: Path, chosen: Sequence[str]) -> list[Path]:
    """The files of a folder in the order of their names (numbers by their value), or the chosen ones."""
    with reading(folder):
        paths = [folder / name for name in chosen] if chosen else [p for p in folder.iterdir() if _is_data(p)]
        paths = [p for p in paths if p.is_file() or chosen]
    return sorted(paths, key=lambda path: _by_number(path.name))


def _is_data(path: Path) -> bool:
    return not path.name.startswith((".", "~$")) and path.name.lower() not in _IGNORED


def _by_number(name: str) -> list[tuple[bool, int, str]]:
    parts = re.split(r"(\d+)", name.casefold())
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts if part]

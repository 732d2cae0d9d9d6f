"""Replay a recipe on a dataset version: row steps row group by row group, dataset steps on the whole table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from app.data import limits
from app.data.expectations.work import checked
from app.data.handing import REJECTED, TABLE, Meter, staged_objects, stored_columns
from app.data.profiling import profile_table
from app.data.pseudonyms import needed_key, needs_key, pseudonyms_of
from app.data.recipe.checking import types_after
from app.data.recipe.frame import Frame, touched_by
from app.data.recipe.keyed import apply_keyed
from app.data.recipe.rows import apply_row
from app.data.recipe.steps import (
    Join,
    KeyedStep,
    PrepareAnswer,
    PrepareRequest,
    Recipe,
    RowStep,
    Step,
    TableStep,
    Touched,
)
from app.data.recipe.whole import apply_whole
from app.data.records import (
    DATASET,
    ColumnType,
    Corrections,
    DatasetVersion,
    Origin,
    SourceKind,
)
from app.data.stored import open_stored, stored_in_code
from app.data.storing import TableWriter
from app.data.types import WORDS, Types
from app.data.values.conversion import ARROW_TYPES, in_code
from app.data.values.inference import CATEGORY_LENGTH, are_kinds
from app.data.values.rows import hash_rows
from app.errors import CicloError
from app.jobs.contract import Context, Outcome
from app.project import Project, Record
from app.project.durable import writing
from app.project.pseudonym_key import PseudonymKey, find_key
from app.project.record import draft, encode

_KEPT = 20_000
_READ, _WRITTEN = 0.7, 0.9


def prepare(context: Context, request: PrepareRequest) -> Outcome:
    """Make the next version of a dataset by a recipe. The same recipe on the same version makes no second one.

    Raises
    ------
    CicloError
        ``data.recipe.*`` with the place of the step that doesn't fit, or that leaves no row.
    """
    with closing(Project.open(Path(request.project))) as project:
        base = project.version(DATASET, request.dataset)
        known = _known(project, base, request)
        if known is not None:
            rows = known.read(DatasetVersion).rows
            return Outcome(answer=msgspec.Raw(encode(PrepareAnswer(rows=rows, steps=(), known=known.id))))
        return _Preparing(context, project, base, request).run()


def _known(project: Project, base: Record, request: PrepareRequest) -> Record | None:
    """The newest version, where it is the same recipe on the same versions of the same datasets."""
    newest = max(project.live(DATASET, request.name), key=_number, default=None)
    if newest is None or newest.read(DatasetVersion).recipe != request.recipe:
        return None
    if needs_key(request.recipe) and _has_another_key(project, newest):
        return None
    return newest if newest.parents == _parents(project, base, request.recipe) else None


def _has_another_key(project: Project, made: Record) -> bool:
    """Whether its pseudonyms would be others now. Where the key isn't here, they are those that there are."""
    key = find_key(project.identity.id)
    return key is not None and key.fingerprint != made.read(DatasetVersion).pseudonym_key


def _number(record: Record) -> tuple[int, str]:
    return record.number, record.id


def _parents(project: Project, base: Record, recipe: Recipe) -> tuple[str, ...]:
    joined = (project.version(DATASET, step.dataset).id for step in recipe.steps if isinstance(step, Join))
    return tuple(dict.fromkeys((base.id, *joined)))


class _Preparing:
    """One replay."""

    def __init__(self, context: Context, project: Project, base: Record, request: PrepareRequest) -> None:
        self._context, self._project, self._base, self._request = context, project, base, request
        self._meter = Meter(context, 1.0)
        self._body = base.read(DatasetVersion)
        self._types: Types = {column.name: column.type for column in self._body.columns}
        self._kinds: dict[str, _Kinds] = {}
        self._key: PseudonymKey | None = None

    def run(self) -> Outcome:
        """Check, replay, write, profile."""
        recipe = self._request.recipe
        after = types_after(recipe, self._types, self._others)
        self._kinds = {
            name: _Kinds() for name, type in after.items() if type is ColumnType.TEXT and name not in self._types
        }
        if needs_key(recipe):
            self._key = needed_key(pseudonyms_of(self._project))
        told: list[list[Touched]] = [[] for _ in recipe.steps]
        frames = self._frames(self._base, share=_READ)
        for place, step in enumerate(recipe.steps):
            frames = self._after(step, frames, told[place])
        table, types, writer = self._write(frames, after)
        if not writer.rows:
            raise CicloError("data.recipe.no_rows", place=_emptied(told))
        return self._outcome(table, types, writer, tuple(map(_together, told)))

    # Reading

    def _others(self, label: str) -> Types:
        body = self._project.version(DATASET, label).read(DatasetVersion)
        return {column.name: column.type for column in body.columns}

    def _other(self, label: str) -> Frame:
        return _whole(self._frames(self._project.version(DATASET, label), share=0.0))

    def _frames(self, record: Record, *, share: float) -> Iterator[Frame]:
        """The stored rows, row group by row group; words that recur as a dictionary."""
        types = {column.name: column.type for column in record.read(DatasetVersion).columns}
        path = self._project.whole_object(record.objects["table"].sha256)
        words = [name for name in stored_in_code(path) if types[name] in WORDS]
        with open_stored(path, dictionaries=words) as file:
            groups = file.num_row_groups
            for group in range(groups):
                yield Frame(table=file.read_row_group(group, use_threads=False), types=types)
                if share:
                    self._meter.at("data.step.preparing", share * (group + 1) / groups)

    # Steps

    def _after(self, step: Step, frames: Iterator[Frame], told: list[Touched]) -> Iterator[Frame]:
        if isinstance(step, RowStep):
            for frame in frames:
                made = apply_row(step, frame)
                told.append(touched_by(step, frame, made))
                yield made
        elif isinstance(step, KeyedStep) and self._key is not None:
            for frame in frames:
                made, touched = apply_keyed(step, frame, self._key.secret)
                told.append(touched)
                yield made
        elif isinstance(step, TableStep):
            made, touched = apply_whole(step, _whole(frames), self._other)
            told.append(touched)
            for start in range(0, max(1, made.table.num_rows), limits.ROW_GROUP):
                self._context.check_cancelled()
                yield made.rows(made.table.slice(start, limits.ROW_GROUP))

    # Writing

    def _write(self, frames: Iterable[Frame], after: Types) -> tuple[Path, Types, TableWriter]:
        table = self._context.staging / TABLE
        coded = [type in WORDS and type is not ColumnType.IDENTIFIER for type in after.values()]
        writer = TableWriter(list(after), list(after.values()), coded, table, self._context.staging / REJECTED)
        with writing(table), writer:
            for frame in frames:
                self._context.check_cancelled()
                rows = _as_stored(frame, writer.schema, coded)
                for name, kinds in self._kinds.items():
                    kinds.take(rows.column(name))
                writer.add(rows, (), hash_rows(rows))
        types = {name: self._kinds[name].type if name in self._kinds else type for name, type in after.items()}
        return table, types, writer

    def _outcome(self, table: Path, types: Types, writer: TableWriter, steps: tuple[Touched, ...]) -> Outcome:
        self._meter.at("data.step.profiling", _WRITTEN)
        profile, levels = profile_table(
            table,
            list(types.values()),
            repeated=writer.repeated,
            threads=self._context.processors,
            check_cancelled=self._context.check_cancelled,
        )
        request, source = self._request, self._base.objects["table"]
        body = DatasetVersion(
            source_name=self._base.label,
            source_sha256=source.sha256,
            source_size=source.size,
            corrections=Corrections(),
            columns=stored_columns(profile, levels),
            records=writer.rows,
            rows=writer.rows,
            rejected=0,
            note=request.note.strip(),
            by=request.by.strip(),
            origin=Origin(kind=SourceKind.RECIPE, decimal=self._body.decimal, day_first=self._body.day_first),
            recipe=request.recipe,
            pseudonym_key=self._key.fingerprint if self._key is not None else "",
        )
        objects = staged_objects(self._context.staging, profile, rejected=False)
        parents = _parents(self._project, self._base, request.recipe)
        made = draft(DATASET, body, parents=parents, objects=objects, name=request.name)
        made = checked(self._context, self._project, made)
        return Outcome(drafts=(made,), answer=msgspec.Raw(encode(PrepareAnswer(rows=writer.rows, steps=steps))))


def _whole(frames: Iterator[Frame]) -> Frame:
    """All rows at once."""
    held = list(frames)
    return held[0].rows(pa.concat_tables([frame.table for frame in held]))


def _as_stored(frame: Frame, schema: pa.Schema, coded: list[bool]) -> pa.Table:
    columns = []
    for cells, type, wanted in zip(frame.table.columns, frame.types.values(), coded, strict=True):
        chunk = cells.combine_chunks() if cells.num_chunks != 1 else cells.chunk(0)
        columns.append(in_code(chunk, wanted=wanted) if type in WORDS else chunk.cast(ARROW_TYPES[type]))
    return pa.Table.from_arrays(columns, schema=schema)


def _together(parts: list[Touched]) -> Touched:
    """What a step did to all parts of a table."""
    return Touched(
        rows=sum(one.rows for one in parts),
        columns=parts[0].columns if parts else 0,
        cells=sum(one.cells for one in parts),
        unmatched=sum(one.unmatched for one in parts),
        several=sum(one.several for one in parts),
    )


def _emptied(told: list[list[Touched]]) -> int:
    """The place of the first step that left no row."""
    return next((place for place, parts in enumerate(told, 1) if not any(one.rows for one in parts)), 1)


class _Kinds:
    """Whether a column of words that a recipe made holds kinds of things, each in many rows."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._filled = 0

    def take(self, cells: pa.ChunkedArray) -> None:
        """More cells."""
        self._filled += len(cells) - cells.null_count
        if len(self._words) <= _KEPT:
            self._words.update(pc.unique(cells.cast(pa.string()).drop_null()).to_pylist())

    @property
    def type(self) -> ColumnType:
        """As an import would call it."""
        listed = 0 < len(self._words) <= _KEPT and are_kinds(len(self._words), self._filled)
        short = all(len(word) <= CATEGORY_LENGTH for word in self._words)
        return ColumnType.CATEGORY if listed and short else ColumnType.TEXT

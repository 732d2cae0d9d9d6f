"""The tables of a comparison: what happened to each column, and examples of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.data.records import ColumnType
from app.data.versions.records import ColumnChange, Difference, NumberShift, RowExample, SchemaChange, Size, WordShift
from app.text.message import Value, amount
from app.text.words import Words
from app.ui.datasets.cells import CellFormat, formats_of
from app.ui.models.records import Column, RecordTableModel
from app.ui.theme import Kind, Theme
from app.ui.widgets.cells import ChipCell
from app.ui.widgets.table import Table

_KINDS: dict[Size, Kind] = {
    Size.NONE: "neutral",
    Size.SMALL: "accent",
    Size.MODERATE: "warning",
    Size.LARGE: "bad",
}
_MOST_COLUMNS, _NAMED = 40, 6
MISSING = "∅"


class ChangesTable(Table):
    """Every column that both have, the one that moved most first; rows are keyed by its name."""

    def __init__(self, theme: Theme, words: Words) -> None:
        self._words = words
        columns = [
            Column[ColumnChange](words("ui_datasets.compare.column"), _name, tone="strong", hint=_name),
            Column[ColumnChange](words("ui_datasets.compare.cells"), self._cells, right=True, sort=_cell_count),
            Column[ColumnChange](words("ui_datasets.compare.effect"), self._effect, right=True, sort=_effect),
            Column[ColumnChange](words("ui_datasets.compare.size"), self._size, drawn=self._chip),
        ]
        self.changes: RecordTableModel[ColumnChange] = RecordTableModel(theme, columns, key=_name)
        super().__init__(theme, self.changes, name=words("ui_datasets.compare.columns"))
        self.changes.setParent(self)
        self.setObjectName("datasets.compare_columns")
        self.fit_columns(stretch=0)

    def show_difference(self, found: Difference) -> None:
        """Show the columns of a comparison."""
        self.changes.set_rows(sorted(found.columns, key=_effect, reverse=True))

    def _cells(self, change: ColumnChange) -> str:
        return "–" if change.cells is None else self._words.number(change.cells)

    def _effect(self, change: ColumnChange) -> str:
        return self._words.number(_effect(change), digits=3, fixed=True)

    def _size(self, change: ColumnChange) -> str:
        return self._words(f"data.size.{change.shift.size if change.shift is not None else Size.NONE}")

    def _chip(self, change: ColumnChange) -> ChipCell:
        return ChipCell(self._size(change), _KINDS[change.shift.size if change.shift is not None else Size.NONE])


def _name(change: ColumnChange) -> str:
    return change.name


def _cell_count(change: ColumnChange) -> int:
    return change.cells or 0


def _effect(change: ColumnChange) -> float:
    return change.shift.effect if change.shift is not None else 0.0


def described(change: ColumnChange, words: Words) -> str:
    """What the figures of a column's shift say, in a few lines."""
    shift = change.shift
    if shift is None:
        return words("ui_datasets.compare.same_distribution")
    said = [words("ui_datasets.compare.missing", before=_share(shift.missing[0]), after=_share(shift.missing[1]))]
    if isinstance(shift.shift, NumberShift):
        said += _number_figures(shift.shift, words)
    elif shift.shift is not None:
        said += _word_figures(shift.shift, words)
    if shift.of_length:
        said.append(words("ui_datasets.compare.of_length"))
    if shift.perhaps_chance and shift.size is not Size.NONE:
        said.append(words("ui_datasets.compare.chance"))
    return "\n".join(said)


def _number_figures(shift: NumberShift, words: Words) -> list[str]:
    figures = (("ks", shift.ks), ("smd", shift.smd), ("psi", shift.psi), ("wasserstein", shift.wasserstein))
    return [words(f"ui_datasets.compare.{id}", value=value) for id, value in figures if value is not None]


def _word_figures(shift: WordShift, words: Words) -> list[str]:
    figures = (("tv", shift.tv), ("psi", shift.psi), ("cramers_v", shift.cramers_v))
    said = [words(f"ui_datasets.compare.{id}", value=value) for id, value in figures if value is not None]
    for id, listed, count in (
        ("new_words", shift.new, shift.new_count),
        ("gone_words", shift.vanished, shift.vanished_count),
    ):
        if count:
            names = words("ui_datasets.list_mark").join(word or "␣" for word, _n in listed[:_NAMED])
            said.append(words(f"ui_datasets.compare.{id}", n=count, names=names))
    return said


def _share(share: float) -> Value:
    return amount(share, "percent")


@dataclass(frozen=True)
class _Line:
    """A line of the examples: the cells of a row, or one cell that changed."""

    cells: tuple[str, ...]


class _Part:
    """Reads one cell of a line."""

    def __init__(self, place: int) -> None:
        self._place = place

    def __call__(self, line: _Line) -> str:
        return line.cells[self._place]


class SchemaTable(Table):
    """What happened to the columns themselves: a line for each that is new, gone, renamed or of another type."""

    def __init__(self, theme: Theme, words: Words) -> None:
        self._words = words
        columns = [
            Column[_Line](words("ui_datasets.compare.column"), _Part(0), tone="strong"),
            Column[_Line](words("ui_datasets.compare.what"), _Part(1)),
        ]
        self.lines: RecordTableModel[_Line] = RecordTableModel(theme, columns)
        super().__init__(theme, self.lines, name=words("ui_datasets.compare.schema"), whole=True)
        self.lines.setParent(self)
        self.setObjectName("datasets.compare_schema")
        self.fit_columns(stretch=1)

    def show_schema(self, schema: SchemaChange) -> None:
        """Show the changes of a comparison."""
        words = self._words
        lines = [(name, words("ui_datasets.compare.added_column")) for name in schema.added]
        lines += [(name, words("ui_datasets.compare.removed_column")) for name in schema.removed]
        for one in schema.renamed:
            share = amount(one.share, "percent")
            lines.append((one.after, words("ui_datasets.compare.renamed_column", before=one.before, share=share)))
        for change in schema.retyped:
            types = {side: words(f"data.type.{getattr(change, side)}") for side in ("before", "after")}
            lines.append((change.column, words("ui_datasets.compare.retyped_column", **types)))
        self.lines.set_rows([_Line(line) for line in lines])


class ExamplesTable(Table):
    """Rows added or removed whole; of those that changed, each cell with what it was and is."""

    def __init__(self, theme: Theme, words: Words) -> None:
        self._words = words
        self.lines: RecordTableModel[_Line] = RecordTableModel(theme, [])
        super().__init__(theme, self.lines, name=words("ui_datasets.compare.rows"))
        self.lines.setParent(self)
        self.setObjectName("datasets.compare_rows")

    def show_part(self, found: Difference, part: str) -> None:
        """Show what was ``changed``, ``added`` or ``removed``."""
        if part == "changed":
            titles = [
                ", ".join(found.rows.key) or self._words("ui_datasets.compare.row"),
                *(self._words(f"ui_datasets.compare.{name}") for name in ("column", "before", "after")),
            ]
            formats = self._formats_of_changed(found)
            lines = [line for row in found.rows.changed_examples for line in _changed(row, formats)]
            right = [False] * len(titles)
        else:
            added = part == "added"
            titles = list(found.names[1 if added else 0][:_MOST_COLUMNS])
            rows = found.rows.added_examples if added else found.rows.removed_examples
            types = {name: change.type for change in found.columns for name in (change.renamed_from, change.name)}
            whole = tuple(row.values[:_MOST_COLUMNS] for row in rows)
            written = formats_of(self._words, [types.get(title, ColumnType.TEXT) for title in titles], whole)
            lines = [_Line(tuple(map(_shown, values, written))) for values in whole]
            right = [format_.right for format_ in written]
        columns = [Column(title, _Part(place), right=right[place]) for place, title in enumerate(titles)]
        self.lines.set_columns(columns, lines)
        self.horizontalHeader().setStretchLastSection(part == "changed")
        for section in range(len(titles)):
            self.setColumnWidth(section, self._theme.size(150 if part != "changed" else 250))

    def _formats_of_changed(self, found: Difference) -> dict[str, CellFormat]:
        """How to write the cells of each column, judged by those that are shown."""
        cells = [cell for row in found.rows.changed_examples for cell in row.cells]
        formats = {}
        for change in found.columns:
            shown = tuple((text,) for cell in cells if cell.column == change.name for text in (cell.before, cell.after))
            formats[change.name] = formats_of(self._words, [change.type], shown)[0]
        return formats


def _changed(row: RowExample, formats: Mapping[str, CellFormat]) -> list[_Line]:
    named = ", ".join(key or MISSING for key in row.key) or str(row.after_row)
    found = []
    for cell in row.cells:
        written = formats[cell.column]
        found.append(_Line((named, cell.column, _shown(cell.before, written), _shown(cell.after, written))))
    return found


def _shown(cell: str | None, written: CellFormat) -> str:
    return MISSING if cell is None else written(cell)

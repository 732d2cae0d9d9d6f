"""The columns of a dataset as a table: name, type, distribution, missing, distinct, what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.data.records import ColumnProfile, Finding, Histogram
from app.text.words import Words
from app.ui.datasets.findings import KINDS, ordered
from app.ui.datasets.summary import spoken_distribution
from app.ui.models.records import Column, RecordTableModel
from app.ui.theme import Theme
from app.ui.widgets.cells import BarsCell, ChipCell
from app.ui.widgets.table import Table

_MOST_BARS = 24


@dataclass(frozen=True)
class ColumnRow:
    """A column with what was found about it."""

    profile: ColumnProfile
    findings: tuple[Finding, ...]


def rows_of(profiles: Sequence[ColumnProfile], findings: Sequence[Finding]) -> list[ColumnRow]:
    """A row for each column, with its findings, most serious first."""
    return [ColumnRow(p, tuple(ordered([f for f in findings if f.column == p.name]))) for p in profiles]


def small_counts(profile: ColumnProfile) -> tuple[int, ...]:
    """At most 24 bars of a column's chart; neighbours of a histogram are joined."""
    chart = profile.chart
    if chart is None:
        return ()
    if not isinstance(chart, Histogram) or len(chart.counts) <= _MOST_BARS:
        return chart.counts[:_MOST_BARS]
    joined = -(-len(chart.counts) // _MOST_BARS)
    return tuple(sum(chart.counts[start : start + joined]) for start in range(0, len(chart.counts), joined))


class ColumnsTable(Table):
    """The table; rows are keyed by the column's name."""

    def __init__(self, theme: Theme, words: Words) -> None:
        self._words = words
        self.columns: RecordTableModel[ColumnRow] = RecordTableModel(theme, self._specs(), key=_name)
        super().__init__(theme, self.columns, name=words("ui_datasets.columns.title"))
        self.columns.setParent(self)
        self.setObjectName("datasets.columns")
        self.setSortingEnabled(False)
        self.verticalHeader().setDefaultSectionSize(theme.size(38))
        self.fit_columns(stretch=5, widths={0: 144, 1: 112, 2: 112, 3: 76, 4: 80})

    def _specs(self) -> list[Column[ColumnRow]]:
        words = self._words
        return [
            Column(words("ui_datasets.columns.name"), _name, tone="strong", hint=_name),
            Column(words("ui_datasets.columns.type"), self._type, drawn=self._type_chip),
            Column(words("ui_datasets.columns.distribution"), self._distribution, drawn=_bars, hint=self._distribution),
            Column(words("ui_datasets.columns.missing"), self._missing, right=True, sort=_missing_count),
            Column(words("ui_datasets.columns.distinct"), self._distinct, right=True, sort=_distinct_count),
            Column(words("ui_datasets.columns.findings"), self._finding, drawn=self._finding_chip, hint=self._finding),
        ]

    def _type(self, row: ColumnRow) -> str:
        return self._words(f"ui_datasets.type.{row.profile.type}")

    def _type_chip(self, row: ColumnRow) -> ChipCell:
        return ChipCell(self._type(row), "accent")

    def _distribution(self, row: ColumnRow) -> str:
        return spoken_distribution(row.profile, self._words)

    def _missing(self, row: ColumnRow) -> str:
        return self._words.number(row.profile.missing)

    def _distinct(self, row: ColumnRow) -> str:
        return self._words.number(row.profile.distinct)

    def _finding(self, row: ColumnRow) -> str:
        return "\n".join(self._words.text(finding.message) for finding in row.findings)

    def _finding_chip(self, row: ColumnRow) -> ChipCell:
        if not row.findings:
            return ChipCell("")
        first = row.findings[0]
        short = f"ui_datasets.finding.{first.code.rpartition('.')[2]}"
        text = self._words(short) if self._words.has(short) else self._words(f"ui_datasets.severity.{first.severity}")
        return ChipCell(text, KINDS.get(first.severity, "neutral"))


def _name(row: ColumnRow) -> str:
    return row.profile.name


def _bars(row: ColumnRow) -> BarsCell:
    return BarsCell(small_counts(row.profile))


def _missing_count(row: ColumnRow) -> int:
    return row.profile.missing


def _distinct_count(row: ColumnRow) -> int:
    return row.profile.distinct

"""The groups of two columns as a table: what the chart shows, to be read."""

from __future__ import annotations

from dataclasses import dataclass

from app.data.pairs.records import Group, PairChart
from app.text.message import amount
from app.text.words import Words
from app.ui.datasets.pair_words import PairWords
from app.ui.models.records import Column, RecordTableModel
from app.ui.theme import Theme
from app.ui.widgets.table import Table

_QUANTILES = ("q05", "q25", "median", "q75", "q95")


@dataclass(frozen=True)
class _Quantile:
    pair: PairWords
    place: int

    def __call__(self, group: Group) -> str:
        return self.pair.y(group.quantiles[self.place]) if group.quantiles else ""


@dataclass(frozen=True)
class _Share:
    words: Words
    place: int

    def __call__(self, group: Group) -> str:
        return self.words.value(amount(group.counts[self.place] / max(1, group.rows), "percent"))


class PairTable(Table):
    """The table."""

    def __init__(self, theme: Theme, words: Words) -> None:
        self._words = words
        self.groups: RecordTableModel[Group] = RecordTableModel(theme, [])
        super().__init__(theme, self.groups, name=words("ui_datasets.pair.table"), whole=True)
        self.groups.setParent(self)
        self.setObjectName("datasets.pair_table")
        self.setSortingEnabled(False)
        self._rows = 1

    def show_pair(self, pair: PairWords) -> None:
        """Show the groups of a chart."""
        chart, words = pair.chart, self._words
        self._rows = max(1, sum(group.rows for group in chart.groups))
        columns = [
            Column(chart.x.name, pair.group, tone="strong"),
            Column(words("ui_datasets.pair.column.rows"), self._count, right=True),
            Column(words("ui_datasets.pair.column.share"), self._share, right=True),
            *self._told(pair, chart),
        ]
        self.groups.set_columns(columns, chart.groups)
        self.fit_columns(stretch=0)

    def _told(self, pair: PairWords, chart: PairChart) -> list[Column[Group]]:
        if chart.y.levels:
            return [Column(name, _Share(self._words, at), right=True) for at, name in enumerate(pair.levels)]
        titles = [self._words(f"ui_datasets.pair.column.{name}") for name in _QUANTILES]
        return [Column(title, _Quantile(pair, at), right=True) for at, title in enumerate(titles)]

    def _count(self, group: Group) -> str:
        return self._words.number(group.rows)

    def _share(self, group: Group) -> str:
        return self._words.value(amount(group.rows / self._rows, "percent"))

"""How the groups and values of two columns are written, and what their chart says in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.data.pairs.records import Group, PairChart
from app.data.records import ColumnProfile
from app.text.listing import shortened
from app.text.message import amount
from app.text.words import Words
from app.ui.datasets.cells import TEMPORAL
from app.ui.datasets.summary import written

_LEAST_ROWS = 20
_MEDIAN = 2
_LONGEST = 40


@dataclass(frozen=True)
class PairWords:
    """Writes what is shown of two columns."""

    words: Words
    chart: PairChart
    profiles: Mapping[str, ColumnProfile]

    def x(self, value: float) -> str:
        """A value of the first column."""
        return written(self.profiles[self.chart.x.name], value, self.words)

    def y(self, value: float) -> str:
        """A value of the second column."""
        return written(self.profiles[self.chart.y.name], value, self.words)

    def group(self, group: Group) -> str:
        """What the rows of a group have in common."""
        if group.rest:
            return self.words("ui_datasets.pair.rest", n=self.chart.x.rest)
        if group.low is None or group.high is None:
            return group.label or "␣"
        low, high = self.x(group.low), self.x(group.high)
        if self.chart.x.type in TEMPORAL:
            return self.words("ui_datasets.pair.from", low=low)
        return low if low == high else f"{low} – {high}"

    @property
    def levels(self) -> list[str]:
        """The words of the second column whose shares are told, and the others."""
        named = [word or "␣" for word in self.chart.y.levels]
        return [*named, self.words("ui_datasets.pair.rest", n=self.chart.y.rest)] if self.chart.y.rest else named

    def evidence(self) -> str:
        """The two groups that lie furthest apart, in a sentence; empty where there is nothing to compare."""
        groups = [g for g in self.chart.groups if not g.rest and g.rows >= _LEAST_ROWS]
        if len(groups) < 2:
            return ""
        if self.chart.y.levels:
            return self._shares(groups)
        low, high = (fold(groups, key=lambda g: g.quantiles[_MEDIAN]) for fold in (min, max))
        if low.quantiles[_MEDIAN] == high.quantiles[_MEDIAN]:
            return ""
        one, other = self._in_order(low, high)
        return self._said("middle", one, other, *(self.y(group.quantiles[_MEDIAN]) for group in (one, other)))

    def _shares(self, groups: list[Group]) -> str:
        """Of the word whose share differs most."""
        spans = [
            max(shares) - min(shares)
            for shares in ([g.counts[at] / g.rows for g in groups] for at in range(len(self.chart.y.levels)))
        ]
        at = max(range(len(spans)), key=spans.__getitem__)
        if len(spans) == 2 and not self.chart.y.rest:
            at = 1  # of two words, the rarer one is what is asked for
        low, high = (fold(groups, key=lambda g: g.counts[at] / g.rows) for fold in (min, max))
        if not spans[at]:
            return ""
        one, other = self._in_order(low, high)
        shares = (self.words.value(amount(group.counts[at] / group.rows, "percent")) for group in (one, other))
        return self._said("share", one, other, *shares, level=shortened(self.levels[at], _LONGEST))

    def _in_order(self, low: Group, high: Group) -> tuple[Group, Group]:
        """As they come in the chart where its groups have an order; else the higher one first."""
        if low.low is not None and high.low is not None:
            return (low, high) if low.low < high.low else (high, low)
        return high, low

    def _said(self, what: str, one: Group, other: Group, here: str, there: str, **more: str) -> str:
        names = {"x": self.chart.x.name, "y": self.chart.y.name}
        labels = {"one": shortened(self.group(one), _LONGEST), "other": shortened(self.group(other), _LONGEST)}
        return self.words(f"ui_datasets.pair.{what}", **names, **labels, here=here, there=there, **more)

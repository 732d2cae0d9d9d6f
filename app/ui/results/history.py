"""The history of a model as a chart: each metric across its versions, with intervals, the gate and new data marked."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

from app.learning.records import Estimate
from app.project.record import readable
from app.text.message import Text
from app.text.words import Words
from app.ui.widgets.chart_extras import Extras
from app.ui.widgets.figures import figure
from app.verification.catalogue import display, display_value
from app.verification.records import Chart, Curve, GateLimit
from app.verification.state import VersionRow

_MOST_TICKS = 16
TRAINED = "cv"
"""The source of figures that come from the training."""
_MISSING = Estimate(value=None)


class History:
    """Builds the chart of ``versions`` (oldest first); x is the place in that order."""

    def __init__(self, words: Words, versions: Sequence[VersionRow], metrics: Sequence[str]) -> None:
        self._words, self.versions, self._metrics = words, tuple(versions), tuple(metrics)
        self._series = [
            (code, trained, points)
            for code in metrics
            for trained in (False, True)
            if (points := [i for i, v in enumerate(versions) if _is(v, code, trained=trained)])
        ]

    def chart(self) -> Chart:
        """The curves."""
        curves = tuple(self._curve(*series) for series in self._series)
        return Chart(
            code="history",
            kind="line",
            x_label=Text("ui_results.axis.version"),
            y_label=Text(
                f"verification.metric.{self._metrics[0]}" if len(self._metrics) == 1 else "ui_results.axis.value"
            ),
            curves=curves,
            x_range=(-0.5, max(1, len(self.versions)) - 0.2),
        )

    def extras(self, limit: GateLimit | None) -> Extras:
        """Gate, versions below, new data, and what the hover card says."""
        words, step = self._words, max(1, len(self.versions) // _MOST_TICKS)
        ticks = tuple((float(i), f"v{v.number}") for i, v in enumerate(self.versions) if i % step == 0)
        gate = None
        if limit is not None and limit.limit is not None and limit.metric in self._metrics:
            value = display_value(limit.metric, limit.limit)
            gate = (value, words("ui_results.gate", value=figure(words, value)))
        cards = [[self._card(i) for i in points] for _, _, points in self._series]
        return Extras(gate=gate, marks=self._new_data(), x_ticks=ticks, cards=cards)

    def version_at(self, curve: int, point: int) -> VersionRow:
        """The version of a point."""
        return self.versions[self._series[curve][2][point]]

    def _curve(self, code: str, trained: bool, points: Sequence[int]) -> Curve:
        """Those judged on rows that they hadn't seen, or those that only their training has judged so far: no line goes
        from one to the other."""
        shown = [_shown(self.versions[i], code) for i in points]
        name = Text(f"verification.metric.{code}")
        return Curve(
            label=Text("ui_results.curve.trained", {"metric": name}) if trained else name,
            dashed=trained,
            x=tuple(float(i) for i in points),
            y=tuple(_number(e.value) for e in shown),
            low=tuple(_number(e.low) for e in shown),
            high=tuple(_number(e.high) for e in shown),
            points=True,
        )

    def _new_data(self) -> tuple[tuple[float, str], ...]:
        return tuple(
            (i - 0.5, self._words("ui_results.new_data", dataset=readable(self.versions[i].dataset)))
            for i in range(1, len(self.versions))
            if self.versions[i].dataset != self.versions[i - 1].dataset
        )

    def _card(self, position: int) -> list[str]:
        words, version = self._words, self.versions[position]
        estimator = words(f"learning.estimator.{version.estimator}").lower()
        lines = [f"v{version.number} · {estimator} · {words(f'ui_results.state.{version.state}')}"]
        for code in self._metrics:
            shown = _shown(version, code)
            said = {"metric": words(f"verification.metric.{code}"), "value": figure(words, shown.value)}
            if shown.low is None or shown.high is None:
                lines.append(words("ui_results.hover", **said))
            else:
                ends = {"low": figure(words, shown.low), "high": figure(words, shown.high)}
                lines.append(words("ui_results.hover.interval", **said, **ends))
        source = words(f"ui_results.source.{version.source}")
        return [*lines, words("ui_results.source.of", source=source, dataset=version.judged_on, n=version.judged_rows)]


def _is(version: VersionRow, code: str, *, trained: bool) -> bool:
    """Whether a version has a figure of that kind."""
    return _shown(version, code).value is not None and (version.source == TRAINED) is trained


def _shown(version: VersionRow, code: str) -> Estimate:
    return display(code, version.metrics.get(code, _MISSING))


def _number(value: float | None) -> float:
    return nan if value is None else value


def summary(words: Words, versions: Sequence[VersionRow]) -> str:
    """What became of the deciding metric, newest first: beside the first version that was judged in the same way."""
    newest = versions[0]
    first = next(one for one in reversed(versions) if one.source == newest.source)
    name = words(f"verification.metric.{newest.metric}")
    before, now = (_shown(one, newest.metric).value for one in (first, newest))
    if now is None:
        return ""
    if first is newest or before is None:
        return words("ui_results.one", metric=name, value=figure(words, now))
    return words("ui_results.since", metric=name, before=figure(words, before), now=figure(words, now))

"""The metrics with their intervals, and the confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.learning.records import Estimate
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.models.records import Column, RecordTableModel
from app.ui.session import Session
from app.ui.theme import Kind
from app.ui.widgets.basics import Card, label
from app.ui.widgets.cells import ChipCell, IntervalCell
from app.ui.widgets.figures import figure
from app.ui.widgets.table import Table
from app.verification.catalogue import LEVEL, display, display_axis, level_words, without_interval
from app.verification.records import Confusion, MetricRow

_AXIS_WIDTH = 134
_FEW_LABELS = 3  # of more, the columns bear the label alone


class MetricsCard(Card):
    """Plain name, value, interval on an axis, baseline, and whether the difference is clear."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.words("ui_verification.good_enough"))
        self._words = session.words
        self._model: RecordTableModel[MetricRow] = RecordTableModel(session.theme, self._columns(LEVEL), key=_code)
        name = self._words("ui_verification.good_enough")
        self._table = Table(session.theme, self._model, name=name, whole=True)
        self._table.setObjectName("verification.metrics")
        self._table.picked.connect(self._on_metric_picked)
        self._explanation = label("", "small-muted")
        self._unsaid = label("", "small")
        self._unsaid.setProperty("kind", "warning")
        self.body.addWidget(self._table)
        self.body.addWidget(self._unsaid)
        self.body.addWidget(self._explanation)

    def _columns(self, level: float) -> list[Column[MetricRow]]:
        words = self._words
        interval = words("ui_verification.column.interval", level=level_words(level))
        return [
            Column[MetricRow]("", self._name, hint=self._help),
            Column[MetricRow](words("ui_verification.column.value"), self._value, right=True, tone="strong"),
            Column[MetricRow]("", self._range, drawn=self._interval),
            Column[MetricRow](interval, self._range, tone="muted", hint=self._method),
            Column[MetricRow](words("ui_verification.column.baseline"), self._baseline, right=True, tone="muted"),
            Column[MetricRow](words("ui_verification.column.against"), self._chip_text, drawn=self._chip),
        ]

    def show_metrics(self, metrics: Sequence[MetricRow], level: float) -> None:
        """Show the metrics of a report, with intervals of that confidence."""
        self._model.set_columns(self._columns(level), metrics)
        self._table.fit_columns(stretch=0, widths={2: _AXIS_WIDTH}, uncut=True, give_way=2)
        self._explanation.setText(self._help(metrics[0]) if metrics else "")
        reasons = without_interval((row.code, row.estimate) for row in metrics)
        self._unsaid.setText("\n".join(map(self._words.text, reasons)))
        self._unsaid.setVisible(bool(reasons))

    def least_width(self) -> int:
        """From which width on no word of it is cut."""
        margins = self.body.contentsMargins()
        return self._table.needed_width() + margins.left() + margins.right() + tokens.SPACE

    def _on_metric_picked(self, code: str) -> None:
        row = next((r for r in self._model.rows() if r.code == code), None)
        self._explanation.setText(self._help(row) if row is not None else "")

    def _name(self, row: MetricRow) -> str:
        return self._words(f"verification.metric.{row.code}")

    def _help(self, row: MetricRow) -> str:
        name, help_ = self._name(row), self._words(f"verification.metric.{row.code}.help")
        reason = f" {self._words.text(row.estimate.reason)}" if row.estimate.reason else ""
        return f"{name}: {help_}{reason}"

    def _method(self, row: MetricRow) -> str:
        return self._words.text(row.estimate.reason) if row.estimate.reason else row.estimate.method

    def _value(self, row: MetricRow) -> str:
        return figure(self._words, display(row.code, row.estimate).value)

    def _range(self, row: MetricRow) -> str:
        shown = display(row.code, row.estimate)
        if shown.low is None or shown.high is None:
            return self._words("ui_verification.no_interval") if row.estimate.reason else ""
        return f"{figure(self._words, shown.low)} – {figure(self._words, shown.high)}"

    def _interval(self, row: MetricRow) -> IntervalCell:
        shown = display(row.code, row.estimate)
        baseline = display(row.code, row.baseline or Estimate(value=None)).value
        return IntervalCell(shown.value, shown.low, shown.high, *display_axis(row.code, row.axis), reference=baseline)

    def _baseline(self, row: MetricRow) -> str:
        return figure(self._words, display(row.code, row.baseline).value) if row.baseline else "—"

    def _chip_text(self, row: MetricRow) -> str:
        return self._chip(row).text

    def _chip(self, row: MetricRow) -> ChipCell:
        difference = row.difference
        if difference is None or difference.low is None or difference.high is None:
            return ChipCell("")
        outcome, kind = _outcome(difference.low, difference.high)
        return ChipCell(self._words(f"ui_verification.{outcome}"), kind)


def _outcome(low: float, high: float) -> tuple[str, Kind]:
    if low > 0:
        return "better", "good"
    return ("worse", "bad") if high < 0 else ("no_clear_difference", "neutral")


def _code(row: MetricRow) -> str:
    return row.code


@dataclass(frozen=True)
class _Line:
    """One row of the confusion matrix."""

    label: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class _Cell:
    """Reads one predicted label's count out of a line."""

    position: int
    words: Words

    def __call__(self, line: _Line) -> str:
        return self.words.number(line.counts[self.position])


class ConfusionCard(Card):
    """How many rows of each actual label were predicted as which."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.words("ui_verification.confusion"))
        self._words = session.words
        self._model: RecordTableModel[_Line] = RecordTableModel(session.theme, [])
        self._table = Table(session.theme, self._model, name=self._words("ui_verification.confusion"), whole=True)
        self._table.setObjectName("verification.confusion")
        self.body.addWidget(self._table)
        self.body.addWidget(label(self._words("ui_verification.confusion.help"), "small-muted"))

    def show_confusion(self, confusion: Confusion | None) -> None:
        """Show a matrix; hidden where the task has none."""
        self.setVisible(confusion is not None)
        if confusion is None:
            return
        words = self._words
        columns = [Column[_Line](words("ui_verification.actual"), _label)]
        short = len(confusion.labels) > _FEW_LABELS
        for position, name in enumerate(confusion.labels):
            title = name if short else words("ui_verification.predicted", label=name)
            columns.append(Column[_Line](title, _Cell(position, words), right=True, tone="strong"))
        lines = [_Line(name, counts) for name, counts in zip(confusion.labels, confusion.counts, strict=True)]
        self._model.set_columns(columns, lines)
        self._table.fit_columns(stretch=None if short else 0)


def _label(line: _Line) -> str:
    return line.label

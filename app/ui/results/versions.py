"""The versions of a model over time: charts of their metrics above, the list of them below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from app.learning.records import Estimate, Task
from app.project.record import readable
from app.text.message import Text, amount
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.models.records import Column, RecordTableModel
from app.ui.results.compare import CompareView
from app.ui.results.history_chart import HistoryChart, same_scale
from app.ui.results.metric_choice import MetricChoice
from app.ui.session import Session
from app.ui.theme import Kind
from app.ui.widgets.basics import Card, button, column, label
from app.ui.widgets.cells import ChipCell
from app.ui.widgets.figures import figure
from app.ui.widgets.table import Table
from app.verification.catalogue import METRICS, display
from app.verification.policy import gate_limit
from app.verification.state import VersionRow, VersionState

_CHIPS: dict[VersionState, Kind] = {
    VersionState.TRAINED: "neutral",
    VersionState.VERIFIED: "warning",
    VersionState.APPROVED: "good",
    VersionState.REJECTED: "bad",
    VersionState.HALF: "warning",
    VersionState.CONFLICT: "warning",
}
_FIRST_SHOWN, _ACROSS = 2, 2


class VersionsView(QWidget):
    """A chart of each metric across versions, above a table of versions; a click opens the report.

    ``metrics`` are those shown. ``metrics_changed`` when the user wants others; ``comparison_shown(widget)`` when two
    versions stand side by side.
    """

    metrics_changed = Signal()
    comparison_shown = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        self._rows: list[VersionRow] = []
        self.metrics: tuple[str, ...] = ()
        self._make_parts()
        self._lay_out()

    def _make_parts(self) -> None:
        words, theme = self._words, self._session.theme
        self._choice = MetricChoice(self._session, name=self._metric_name, hint=self._metric_hint)
        self._choice.changed.connect(self._on_metrics_changed)
        self._charts = QGridLayout()
        self._charts.setSpacing(tokens.SPACE)
        self._views: list[HistoryChart] = []
        self._model: RecordTableModel[VersionRow] = RecordTableModel(theme, [], key=_id)
        self._table = Table(theme, self._model, name=words("ui_results.versions"), whole=True)
        self._table.setObjectName("results.versions")
        self._table.opened.connect(self._on_version_opened)
        self._spent = label("", "small-muted")
        self._spent.setObjectName("results.spent")
        self._compare = CompareView(self._session)
        self._compare.shown.connect(self._on_comparison_shown)
        self._table.picked.connect(self._offer_others)
        self._open = button(words("ui_results.open_report"), self._on_open_clicked)
        self._open.setObjectName("results.open")

    def _lay_out(self) -> None:
        words = self._words
        chart = Card()
        chart.body.addWidget(self._choice)
        chart.body.addLayout(self._charts, 1)
        chart.body.addWidget(label(words("ui_results.chart.help"), "small-muted"))
        table = Card(words("ui_results.versions"))
        table.head.addStretch(1)
        table.head.addWidget(self._compare.choice)
        table.head.addWidget(self._open)
        table.body.addWidget(self._table)
        table.body.addWidget(self._spent)
        lines = column(spacing=tokens.SPACE)
        lines.addWidget(chart, 1)
        lines.addWidget(self._compare)
        lines.addWidget(table)
        self.setLayout(lines)

    # What is shown

    def pick(self, record_id: str) -> None:
        """Mark a version."""
        self._table.pick(record_id)

    def show_versions(self, rows: Sequence[VersionRow], spent: Text | None) -> None:
        """The versions of a model, newest first; ``spent`` on all models together."""
        self._rows = list(rows)
        newest = self._rows[0]
        self._spent.setText(self._words.text(spent) if spent is not None else "")
        self._spent.setVisible(spent is not None)
        known = METRICS[Task(newest.task)]
        if not self.metrics or not set(self.metrics) <= set(known):
            self.metrics = tuple(dict.fromkeys((newest.metric, *known)))[:_FIRST_SHOWN]
        self._choice.offer(self.metrics, known)
        chosen = self._table.currentIndex().row()
        key = self._model.row(chosen).id if 0 <= chosen < len(self._model.rows()) else newest.id
        self._model.set_columns(self._columns(), self._rows)
        self._table.fit_columns(stretch=2, uncut=True)
        self._table.pick(key)
        self._offer_others()
        self._session.turns.take(self, self._draw)

    @Slot(str)
    def _offer_others(self, _key: str = "") -> None:
        self._compare.offer(self._rows, self._table.currentIndex().row())

    def _draw(self) -> None:
        project = self._session.project
        if project is None or not self._rows:
            return
        limit = gate_limit(project, self._rows[0].model)
        groups = same_scale(self.metrics)
        while len(self._views) < len(groups):
            self._add_view()
        for position, view in enumerate(self._views):
            view.setVisible(position < len(groups))
            if position < len(groups):
                view.show_history(tuple(reversed(self._rows)), groups[position], limit)

    def _add_view(self) -> None:
        position = len(self._views)
        view = HistoryChart(self._session)
        view.setObjectName("results.history" if not position else f"results.history.{position + 1}")
        view.version_clicked.connect(self._on_version_opened)
        self._views.append(view)
        self._charts.addWidget(view, position // _ACROSS, position % _ACROSS)

    def _columns(self) -> list[Column[VersionRow]]:
        words = self._words
        shown = self.metrics or (self._rows[0].metric,)
        return [
            Column(words("ui_results.column.version"), _version, tone="strong"),
            Column(words("ui_results.column.state"), self._state, drawn=self._state_chip),
            Column(words("ui_results.column.model"), self._estimator),
            Column(words("ui_results.column.data"), self._dataset, tone="muted"),
            *(MetricColumn(words, code).column() for code in shown),
            Column(words("ui_results.column.source"), self._source, tone="muted"),
            Column(words("ui_results.column.time"), self._seconds, right=True, tone="muted"),
            Column(words("ui_results.column.when"), self._when, tone="muted"),
        ]

    def _state(self, version: VersionRow) -> str:
        return self._words(f"ui_results.state.{version.state}")

    def _state_chip(self, version: VersionRow) -> ChipCell:
        return ChipCell(self._state(version), _CHIPS[version.state])

    def _estimator(self, version: VersionRow) -> str:
        return self._words(f"learning.estimator.{version.estimator}")

    def _dataset(self, version: VersionRow) -> str:
        name = readable(version.dataset)
        return f"{name} ({self._words(f'verification.data.{version.data_state}')})" if version.data_state else name

    def _source(self, version: VersionRow) -> str:
        return self._words(f"ui_results.source.{version.source}")

    def _seconds(self, version: VersionRow) -> str:
        return self._words.value(amount(version.seconds, "duration"))

    def _when(self, version: VersionRow) -> str:
        return self._words.value(amount(version.created, "date"))

    def _metric_name(self, code: str) -> str:
        return self._words(f"verification.metric.{code}")

    def _metric_hint(self, code: str) -> str:
        return self._words(f"verification.metric.{code}.help")

    # Slots

    @Slot(object)
    def _on_metrics_changed(self, metrics: tuple[str, ...]) -> None:
        self.metrics = metrics
        self.metrics_changed.emit()

    @Slot()
    def _on_comparison_shown(self) -> None:
        self.comparison_shown.emit(self._compare)

    @Slot(str)
    def _on_version_opened(self, record_id: str) -> None:
        self._session.show("verification", record_id)

    @Slot()
    def _on_open_clicked(self) -> None:
        index = self._table.currentIndex().row()
        if index >= 0:
            self._on_version_opened(self._model.row(index).id)


class MetricColumn:
    """A column of the table for one metric; its technical name stands below the plain one, to leave room beside."""

    def __init__(self, words: Words, code: str) -> None:
        self._words, self._code = words, code

    def column(self) -> Column[VersionRow]:
        """How the table shows it."""
        name = self._words(f"verification.metric.{self._code}")
        return Column(name.replace(" (", "\n("), self._text, right=True)

    def _text(self, version: VersionRow) -> str:
        return figure(self._words, display(self._code, version.metrics.get(self._code, Estimate(value=None))).value)


def _id(version: VersionRow) -> str:
    return version.id


def _version(version: VersionRow) -> str:
    return f"v{version.number}"

"""The Results tab: every version of a model over time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QWidget

from app.learning.records import MODEL, Estimate, Task
from app.learning.spending import together
from app.text.message import amount
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.models.records import Column, RecordTableModel
from app.ui.results.compare import CompareView
from app.ui.results.history import summary
from app.ui.results.history_chart import HistoryChart, same_scale
from app.ui.session import Session
from app.ui.theme import Kind
from app.ui.widgets.basics import Card, button, clear, column, label, row
from app.ui.widgets.cells import ChipCell
from app.ui.widgets.figures import figure
from app.ui.widgets.form import Dropdown, Option
from app.ui.widgets.page import PageHeader, ScrollPage, WorkOrEmpty
from app.ui.widgets.table import Table
from app.verification.catalogue import METRICS, display
from app.verification.policy import gate_limit
from app.verification.records import DECISION, GATE_LEAST, GATE_LIMIT, GATE_RISK, REPORT
from app.verification.state import VersionRow, VersionState, models

_CHIPS: dict[VersionState, Kind] = {
    VersionState.TRAINED: "neutral",
    VersionState.VERIFIED: "warning",
    VersionState.APPROVED: "good",
    VersionState.REJECTED: "bad",
    VersionState.HALF: "warning",
    VersionState.CONFLICT: "warning",
}
_FIRST_SHOWN, _MOST_SHOWN, _ACROSS = 2, 4, 2


class Page(QWidget):
    """A chart of each metric across versions, beside a table of versions; a click opens the report."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        self._rows: list[VersionRow] = []
        self._metrics: tuple[str, ...] = ()
        self._buttons: dict[str, QPushButton] = {}
        self._make_parts()
        self._lay_out()
        session.changed.connect(self._on_session_changed)
        self._reload()

    def _make_parts(self) -> None:
        words, theme = self._words, self._session.theme
        self._header = PageHeader()
        self._model_choice = Dropdown(theme)
        self._model_choice.setObjectName("results.model")
        self._model_choice.setAccessibleName(words("ui_results.model"))
        self._model_choice.chosen.connect(self._on_model_chosen)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(tokens.PAD)
        self._more = Dropdown(theme)
        self._more.setObjectName("results.add_metric")
        self._more.setAccessibleName(words("ui_results.add_metric"))
        self._more.setMaximumWidth(theme.size(220))
        self._more.chosen.connect(self._on_metric_added)
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
        page = self._scroll = ScrollPage()
        self._header.set_chooser(self._model_choice)
        chart = Card()
        chart.body.addLayout(row(self._chips, self._more, 1))
        chart.body.addLayout(self._charts, 1)
        chart.body.addWidget(label(words("ui_results.chart.help"), "small-muted"))
        table = Card(words("ui_results.versions"))
        table.head.addStretch(1)
        table.head.addWidget(self._compare.choice)
        table.head.addWidget(self._open)
        table.body.addWidget(self._table)
        table.body.addWidget(self._spent)
        page.add(self._header)
        page.add(chart, 1)
        page.add(self._compare)
        page.add(table)
        self._outer = WorkOrEmpty(
            self._session.theme,
            self._words,
            page,
            icon="chart-line",
            code="ui_results.empty",
            action="ui_results.go_training",
        )
        self._outer.acted.connect(self._on_training_wanted)
        self.setLayout(column(self._outer))

    # What is shown

    def remember(self) -> tuple[str, tuple[str, ...]]:
        """Model and metrics shown, for when the page is made again."""
        return self._model_choice.value(), self._metrics

    def recall(self, shown: tuple[str, tuple[str, ...]]) -> None:
        """Show them again."""
        self._model_choice.set_value(shown[0])
        self._metrics = shown[1]
        self._show()

    @Slot(str)
    def show_record(self, record_id: str) -> None:
        """Mark a version."""
        found = next((r for r in self._all() if r.id == record_id), None)
        if found is not None:
            self._model_choice.set_value(found.model)
            self._show()
            self._table.pick(record_id)

    def _all(self) -> list[VersionRow]:
        project = self._session.project
        return models(project) if project is not None else []

    def _reload(self) -> None:
        rows = self._all()
        self._outer.show_work(bool(rows))
        names = list(dict.fromkeys(r.model for r in rows))
        counts = {name: sum(r.model == name for r in rows) for name in names}
        words = self._words
        self._model_choice.set_options([Option(n, n, words("ui_results.count", n=counts[n])) for n in names])
        self._model_choice.setVisible(len(names) > 1)
        if rows:
            self._say_spent(rows)
            self._show(rows)

    def _say_spent(self, rows: Sequence[VersionRow]) -> None:
        said = together(row.spent for row in rows)
        self._spent.setText(self._words.text(said) if said is not None else "")
        self._spent.setVisible(said is not None)

    def _show(self, rows: Sequence[VersionRow] | None = None) -> None:
        name = self._model_choice.value()
        self._rows = [r for r in (self._all() if rows is None else rows) if r.model == name]
        if not self._rows:
            return
        words, newest = self._words, self._rows[0]
        self._header.set(name, words("ui_results.count", n=len(self._rows)), summary(words, self._rows))
        known = METRICS[Task(newest.task)]
        if not self._metrics or not set(self._metrics) <= set(known):
            self._metrics = tuple(dict.fromkeys((newest.metric, *known)))[:_FIRST_SHOWN]
        self._make_chips(known)
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

    def _make_chips(self, known: Sequence[str]) -> None:
        clear(self._chips)
        words, self._buttons = self._words, {}
        for code in self._metrics:
            made = button(words(f"verification.metric.{code}"), self._on_metric_clicked, "small")
            made.setCheckable(True)
            made.setChecked(True)
            made.setToolTip(words(f"verification.metric.{code}.help"))
            made.setObjectName(f"results.metric.{code}")
            self._buttons[code] = made
            self._chips.addWidget(made)
        others = [c for c in known if c not in self._metrics]
        offer = [Option(c, words(f"verification.metric.{c}")) for c in others]
        self._more.set_options([Option("", words("ui_results.add_metric")), *offer])
        self._more.set_value("")
        self._more.setVisible(bool(others) and len(self._metrics) < _MOST_SHOWN)

    def _draw(self) -> None:
        project = self._session.project
        if project is None or not self._rows:
            return
        limit = gate_limit(project, self._rows[0].model)
        groups = same_scale(self._metrics)
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
        shown = self._metrics or (self._rows[0].metric,)
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
        name = version.dataset.replace("@", " v")
        return f"{name} ({self._words(f'verification.data.{version.data_state}')})" if version.data_state else name

    def _source(self, version: VersionRow) -> str:
        return self._words(f"ui_results.source.{version.source}")

    def _seconds(self, version: VersionRow) -> str:
        return self._words.value(amount(version.seconds, "duration"))

    def _when(self, version: VersionRow) -> str:
        return self._words.value(amount(version.created, "date"))

    # Slots

    @Slot()
    def _on_metric_clicked(self) -> None:
        left = tuple(code for code, made in self._buttons.items() if made.isChecked())
        self._metrics = left or self._metrics[:1]
        self._show()

    @Slot(str)
    def _on_metric_added(self, code: str) -> None:
        if code:
            self._metrics = (*self._metrics, code)
            self._show()

    @Slot(str)
    def _on_model_chosen(self, name: str) -> None:
        self._show()

    @Slot()
    def _on_comparison_shown(self) -> None:
        self._scroll.ensureWidgetVisible(self._compare, 0, tokens.SPACE)

    @Slot(str)
    def _on_version_opened(self, record_id: str) -> None:
        self._session.show("verification", record_id)

    @Slot()
    def _on_open_clicked(self) -> None:
        index = self._table.currentIndex().row()
        if index >= 0:
            self._on_version_opened(self._model.row(index).id)

    @Slot(object)
    def _on_session_changed(self, changes: dict[str, tuple[str, ...]]) -> None:
        if changes.keys() & {MODEL, REPORT, DECISION, GATE_LEAST, GATE_LIMIT, GATE_RISK}:
            self._reload()

    @Slot()
    def _on_training_wanted(self) -> None:
        self._session.show("training")


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

"""The runs of an experiment that another system logged: charts of their metrics above, the list of them below."""

from __future__ import annotations

from collections import Counter
from functools import partial

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QWidget

from app.deployment.runs.records import EXPERIMENT, Experiment, Run, stored_runs
from app.errors import CicloError
from app.project import Project, Record
from app.project.bin import bin_entry
from app.text.message import amount
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.models.records import Column, RecordTableModel
from app.ui.results.metric_choice import MetricChoice
from app.ui.results.runs_chart import RunsChart
from app.ui.session import Session
from app.ui.theme import Kind
from app.ui.widgets.basics import Card, button, column, label
from app.ui.widgets.cells import ChipCell
from app.ui.widgets.figures import figure
from app.ui.widgets.messages import Notice
from app.ui.widgets.table import Table

_FIRST_SHOWN, _ACROSS = 2, 2
_TABLE_HEIGHT = 320
_KINDS: dict[str, Kind] = {"FINISHED": "good", "FAILED": "bad", "KILLED": "bad"}


class RunsView(QWidget):
    """``again_wanted(settings)`` asks for the runs once more."""

    again_wanted = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        self._record: Record | None = None
        self._body: Experiment | None = None
        self._runs: tuple[Run, ...] = ()
        self._known: tuple[str, ...] = ()
        self.metrics: tuple[str, ...] = ()
        self._make_parts()
        self._lay_out()

    def _make_parts(self) -> None:
        words, theme = self._words, self._session.theme
        self._notice = Notice(theme, close_name=words("ui.close"))
        self._notice.hide()
        self._choice = MetricChoice(self._session, name=str, hint=str)
        self._choice.changed.connect(self._on_metrics_changed)
        self._charts = QGridLayout()
        self._charts.setSpacing(tokens.SPACE)
        self._views: list[RunsChart] = []
        self._model: RecordTableModel[Run] = RecordTableModel(theme, [], key=_id)
        self._table = Table(theme, self._model, name=words("ui_results.runs"))
        self._table.setObjectName("results.runs")
        self._table.setMinimumHeight(theme.size(_TABLE_HEIGHT))
        self._table.opened.connect(self._on_run_opened)
        self._open = button(words("ui_results.runs.open"), self._on_open_clicked)
        self._open.setObjectName("results.runs.open")
        self._again = button(words("ui_results.runs.again"), self._on_again_clicked)
        self._again.setObjectName("results.runs.again")
        self._remove = button(words("ui_results.runs.remove"), self._on_remove_clicked, "link")
        self._remove.setObjectName("results.runs.remove")
        self._remove.setToolTip(words("ui_results.runs.remove.help"))
        self._left_out = label("", "small-muted")

    def _lay_out(self) -> None:
        words = self._words
        chart = Card()
        chart.body.addWidget(self._choice)
        chart.body.addLayout(self._charts, 1)
        chart.body.addWidget(label(words("ui_results.runs.help"), "small-muted"))
        table = Card(words("ui_results.runs"))
        table.head.addStretch(1)
        for made in (self._remove, self._again, self._open):
            table.head.addWidget(made)
        table.body.addWidget(self._table)
        table.body.addWidget(self._left_out)
        lines = column(self._notice, spacing=tokens.SPACE)
        lines.addWidget(chart, 1)
        lines.addWidget(table)
        self.setLayout(lines)

    # What is shown

    def show_experiment(self, record: Record, body: Experiment) -> None:
        """Show the runs of a record; they come from the disk a moment later."""
        project = self._session.project
        self._record, self._body = record, body
        self._left_out.setText("" if body.complete else self._words("ui_results.runs.left_out", n=body.runs))
        self._left_out.setVisible(not body.complete)
        if project is not None:
            self._session.run(partial(_read, project, record), self._on_read, self._on_failed)

    def _on_read(self, found: tuple[str, tuple[Run, ...]]) -> None:
        if self._record is not None and found[0] == self._record.id:
            self._notice.hide()
            self._runs = found[1]
            self._show()

    def _show(self) -> None:
        counts = Counter(name for run in self._runs for name in run.metrics)
        self._known = tuple(name for name, _ in counts.most_common())
        kept = tuple(name for name in self.metrics if name in counts)
        self.metrics = kept or self._known[:_FIRST_SHOWN]
        self._choice.offer(self.metrics, self._known)
        self._model.set_columns(self._columns(), list(reversed(self._runs)))
        self._table.fit_columns(stretch=1)
        self._session.turns.take(self, self._draw)

    def _draw(self) -> None:
        while len(self._views) < len(self.metrics):
            view = RunsChart(self._session)
            position = len(self._views)
            view.setObjectName(f"results.runs.chart.{position + 1}")
            view.run_clicked.connect(self._on_point_clicked)
            self._views.append(view)
            self._charts.addWidget(view, position // _ACROSS, position % _ACROSS)
        for position, view in enumerate(self._views):
            view.setVisible(position < len(self.metrics))
            if position < len(self.metrics):
                view.show_runs(self._runs, self.metrics[position])

    def _columns(self) -> list[Column[Run]]:
        words = self._words
        told = _Told(words)
        return [
            Column(words("ui_results.runs.column.run"), _name, tone="strong", hint=_datasets),
            Column(words("ui_results.runs.column.params"), _params, tone="muted", hint=_params),
            *(Column(name, told.metric(name), right=True) for name in self.metrics),
            Column(words("ui_results.column.state"), told.status, drawn=told.chip),
            Column(words("ui_results.runs.column.user"), _user, tone="muted"),
            Column(words("ui_results.runs.column.time"), told.seconds, right=True, tone="muted"),
            Column(words("ui_results.column.when"), told.when, tone="muted"),
        ]

    # Slots

    @Slot(object)
    def _on_metrics_changed(self, metrics: tuple[str, ...]) -> None:
        self.metrics = metrics
        self._show()

    @Slot(str)
    def _on_point_clicked(self, run_id: str) -> None:
        self._table.pick(run_id)

    @Slot(str)
    def _on_run_opened(self, run_id: str) -> None:
        if self._body is not None:
            body = self._body
            page = QUrl(f"{body.server}/#/experiments/{body.experiment_id}/runs/{run_id}")
            if page.scheme() in ("http", "https"):  # a record from elsewhere may name a file or a program
                QDesktopServices.openUrl(page)

    @Slot()
    def _on_open_clicked(self) -> None:
        index = self._table.currentIndex().row()
        if index >= 0:
            self._on_run_opened(self._model.row(index).id)

    @Slot()
    def _on_again_clicked(self) -> None:
        if self._body is not None:
            self.again_wanted.emit(self._body.settings)

    @Slot()
    def _on_remove_clicked(self) -> None:
        """Every record of the experiment, so that no older one comes up in its place."""
        if self._body is not None:
            key = self._body.key
            every = [record for record in self._session.records(EXPERIMENT) if record.read(Experiment).key == key]
            self._session.commit([bin_entry(record, binned=True) for record in every], None, self._on_failed)

    def _on_failed(self, error: CicloError) -> None:
        self._notice.say_error(self._words, error)


class _Told:
    """How a run's parts are written."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def metric(self, name: str) -> _Metric:
        return _Metric(self._words, name)

    def status(self, run: Run) -> str:
        id = f"ui_results.runs.state.{run.status.lower()}"
        return self._words(id) if self._words.has(id) else run.status

    def chip(self, run: Run) -> ChipCell:
        return ChipCell(self.status(run), _KINDS.get(run.status, "neutral"))

    def seconds(self, run: Run) -> str:
        return "" if run.seconds is None else self._words.value(amount(run.seconds, "duration"))

    def when(self, run: Run) -> str:
        return self._words.value(amount(run.started, "date")) if run.started else ""


class _Metric:
    def __init__(self, words: Words, name: str) -> None:
        self._words, self._name = words, name

    def __call__(self, run: Run) -> str:
        return figure(self._words, run.metrics.get(self._name))


def _read(project: Project, record: Record) -> tuple[str, tuple[Run, ...]]:
    return record.id, stored_runs(project, record)


def _id(run: Run) -> str:
    return run.id


def _name(run: Run) -> str:
    return run.name


def _user(run: Run) -> str:
    return run.user


def _params(run: Run) -> str:
    return ", ".join(f"{name}={value}" for name, value in run.params.items())


def _datasets(run: Run) -> str:
    return ", ".join(run.datasets)

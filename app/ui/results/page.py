"""The Results tab: every version of a model over time, and runs that other systems logged."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.deployment.declared import Settings
from app.deployment.runs.records import EXPERIMENT, SOURCE, Experiment, newest
from app.learning.records import MODEL
from app.learning.spending import together
from app.project.bin import BIN
from app.project.record import Record
from app.text.message import amount
from app.ui import theme as tokens
from app.ui.results.fetch import Fetch
from app.ui.results.history import summary
from app.ui.results.runs import RunsView
from app.ui.results.versions import VersionsView
from app.ui.session import Session
from app.ui.target_dialog import TargetDialog
from app.ui.widgets.basics import column
from app.ui.widgets.form import Dropdown, Option
from app.ui.widgets.page import PageHeader, ScrollPage, WorkOrEmpty
from app.verification.records import DECISION, GATE_LEAST, GATE_LIMIT, GATE_RISK, REPORT
from app.verification.state import VersionRow, models

_SHOWN = {MODEL, REPORT, DECISION, GATE_LEAST, GATE_LIMIT, GATE_RISK, EXPERIMENT, BIN}
_FOREIGN = "@"
"""Before the key of an experiment in the list of what can be shown; no model is called so."""


class Page(QWidget):
    """The versions of the model, or the runs of the experiment, that is chosen."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        self._experiments: dict[str, tuple[Record, Experiment]] = {}
        self._wanted = ""
        self._make_parts()
        self._lay_out()
        session.changed.connect(self._on_session_changed)
        session.job_event.connect(self._fetch.on_job_event)
        self._reload()

    def _make_parts(self) -> None:
        session, words = self._session, self._words
        self._header = PageHeader()
        self._header.add(words("ui_results.runs.import"), self._on_import_clicked).setObjectName("results.import")
        self._choice = Dropdown(session.theme)
        self._choice.setObjectName("results.model")
        self._choice.setAccessibleName(words("ui_results.model"))
        self._choice.chosen.connect(self._on_chosen)
        self._header.set_chooser(self._choice)
        self._versions = VersionsView(session)
        self._versions.metrics_changed.connect(self._show)
        self._versions.comparison_shown.connect(self._on_comparison_shown)
        self._runs = RunsView(session)
        self._runs.again_wanted.connect(self._on_runs_wanted)
        self._fetch = Fetch(session)
        self._fetch.fetched.connect(self._on_fetched)

    def _lay_out(self) -> None:
        self._views = QStackedWidget()
        self._views.addWidget(self._versions)
        self._views.addWidget(self._runs)
        self._scroll = ScrollPage()
        self._scroll.add(self._header)
        self._scroll.add(self._views, 1)
        self._outer = WorkOrEmpty(
            self._session.theme,
            self._words,
            self._scroll,
            icon="chart-line",
            code="ui_results.empty",
            action="ui_results.go_training",
            link="ui_results.runs.import",
        )
        self._outer.acted.connect(self._on_training_wanted)
        self._outer.linked.connect(self._on_import_clicked)
        self.setLayout(column(self._fetch, self._outer, spacing=0))

    # What is shown

    def remember(self) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """What is chosen and the metrics shown, for when the page is made again."""
        return self._choice.value(), self._versions.metrics, self._runs.metrics

    def recall(self, shown: tuple[str, tuple[str, ...], tuple[str, ...]]) -> None:
        """Show them again."""
        self._choice.set_value(shown[0])
        self._versions.metrics, self._runs.metrics = shown[1:]
        self._show()

    @Slot(str)
    def show_record(self, record_id: str) -> None:
        """Mark a version."""
        found = next((r for r in self._all() if r.id == record_id), None)
        if found is not None:
            self._choice.set_value(found.model)
            self._show()
            self._versions.pick(record_id)

    def _all(self) -> list[VersionRow]:
        project = self._session.project
        return models(project) if project is not None else []

    def _reload(self) -> None:
        words, rows = self._words, self._all()
        self._experiments = {one[1].key: one for one in newest(self._session.records(EXPERIMENT))}
        self._outer.show_work(bool(rows or self._experiments))
        names = list(dict.fromkeys(r.model for r in rows))
        counts = {name: sum(r.model == name for r in rows) for name in names}
        options = [Option(n, n, words("ui_results.count", n=counts[n])) for n in names]
        for key, (_, body) in self._experiments.items():
            options.append(Option(_FOREIGN + key, body.name, words("ui_results.runs.count", n=body.runs)))
        self._choice.set_options(options)
        if self._wanted in self._experiments:
            self._choice.set_value(_FOREIGN + self._wanted)
            self._wanted = ""
        self._choice.setVisible(len(options) > 1)
        self._show_rows(rows)

    @Slot()
    def _show(self) -> None:
        self._show_rows(self._all())

    def _show_rows(self, every: Sequence[VersionRow]) -> None:
        words, chosen = self._words, self._choice.value()
        rows = [row for row in every if row.model == chosen]
        if rows:
            self._views.setCurrentWidget(self._versions)
            self._header.set(chosen, words("ui_results.count", n=len(rows)), summary(words, rows))
            self._versions.show_versions(rows, together(row.spent for row in every))
        elif found := self._experiments.get(chosen.removeprefix(_FOREIGN)):
            record, body = found
            self._views.setCurrentWidget(self._runs)
            when = amount(record.time, "datetime")
            said = words("ui_results.runs.from", software=body.software, server=body.server, when=when)
            self._header.set(body.name, words("ui_results.runs.count", n=body.runs), said)
            self._runs.show_experiment(record, body)

    # Slots

    @Slot(str)
    def _on_chosen(self, _value: str) -> None:
        self._show()

    @Slot()
    def _on_import_clicked(self) -> None:
        given = next((body.settings for _, body in self._experiments.values()), {})
        action = self._words("ui_results.runs.fetch")
        dialog = TargetDialog(self._session, SOURCE, given, self.window(), action=action)
        dialog.wanted.connect(self._on_runs_wanted)
        dialog.open()

    @Slot(object)
    def _on_runs_wanted(self, settings: Settings) -> None:
        self._fetch.start(settings)

    @Slot(str)
    def _on_fetched(self, key: str) -> None:
        """Its records may come a moment later."""
        self._wanted = key
        self._reload()

    @Slot(object)
    def _on_comparison_shown(self, shown: QWidget) -> None:
        self._scroll.ensureWidgetVisible(shown, 0, tokens.SPACE)

    @Slot(object)
    def _on_session_changed(self, changes: dict[str, tuple[str, ...]]) -> None:
        if changes.keys() & _SHOWN:
            self._reload()

    @Slot()
    def _on_training_wanted(self) -> None:
        self._session.show("training")

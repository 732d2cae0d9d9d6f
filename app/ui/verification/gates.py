"""The gates of a version, and the limit that the user sets."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout

from app.errors import CicloError
from app.project.record import Record
from app.project.store import Project
from app.ui.session import Session
from app.ui.typed_numbers import parse_number
from app.ui.verification.least import LeastField
from app.ui.widgets.basics import Card, button, clear, label, row
from app.ui.widgets.form import Dropdown, Field, Option, line_edit
from app.ui.widgets.messages import FindingRow
from app.verification.catalogue import METRICS, display_value
from app.verification.limits import FACTS
from app.verification.policy import gate_limit, gate_risk, gates_now, set_gate_limit, set_gate_risk
from app.verification.records import Gate, Report, Risk


class GatesCard(Card):
    """What must hold before a version may go out."""

    failed = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(session.words("ui_verification.gates"))
        self._session, self._words = session, session.words
        self._model = ""
        self._reached: dict[str, float] = {}
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self._metric = Dropdown(session.theme)
        self._metric.setObjectName("verification.limit_metric")
        self._metric.setAccessibleName(self._words("ui_verification.limit.metric"))
        self._metric.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # long names don't widen it
        self._metric.chosen.connect(self._on_metric_chosen)
        self._risk = Dropdown(session.theme, [Option(r, self._words(f"ui_verification.risk.{r}")) for r in Risk])
        self._risk.setObjectName("verification.risk")
        self._risk.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._risk.chosen.connect(self._on_risk_chosen)
        self._limit = line_edit()
        self._limit.setObjectName("verification.limit_value")
        self._limit.setAccessibleName(self._words("ui_verification.limit.name"))
        self._limit.setMaximumWidth(session.theme.size(84))
        self._limit.returnPressed.connect(self._on_limit_set)
        self._set = button(self._words("ui_verification.limit.set"), self._on_limit_set, "small")
        self._set.setObjectName("verification.limit_set")
        self._wrong = label("", "small")
        self._wrong.setProperty("kind", "bad")
        self.body.addLayout(self._list)
        self._risk_field = Field(self._words("ui_verification.risk"), self._risk)
        self._risk_help = label("", "small-muted")
        self.body.addWidget(self._risk_field)
        self.body.addWidget(self._risk_help)
        self._least = LeastField(session)
        self._least.failed.connect(self.failed)
        self.body.addWidget(self._least)
        self.body.addWidget(label(self._words("ui_verification.limit"), "small-muted"))
        limit_row = row(self._limit, self._set, 1)
        self.body.addWidget(self._metric)
        self.body.addLayout(limit_row)
        self.body.addWidget(self._wrong)
        self._wrong.hide()

    def show_gates(self, report: Report, metric: str) -> tuple[Gate, ...]:
        """Show the gates that hold today for a report of a version that ``metric`` decides about; returns them."""
        project = self._session.project
        if project is None:
            return ()
        words = self._words
        self._model = report.model.partition("@")[0]
        gates = gates_now(project, report)
        self._reached = _reached(report)
        clear(self._list)
        for gate in gates:
            severity = "good" if gate.passed else "bad"
            name = words(f"verification.gate.{gate.code}")
            self._list.addWidget(FindingRow(self._session.theme, severity, words.text(gate.sentence), name=name))
        risk = gate_risk(project, self._model)
        self._risk.set_value(risk)
        self._risk_help.setText(words(f"ui_verification.risk.{risk}.help"))
        self._least.show_least(project, model=self._model, metric=metric, reached=self._reached.get(metric))
        kept = self._metric.value()
        options = [Option(m, words(f"verification.metric.{m}")) for m in METRICS[report.task]]
        options += [Option(fact, words(f"verification.gate.{fact}_limit")) for fact in FACTS]
        self._metric.set_options(options)
        limited = gate_limit(project, self._model)
        self._metric.set_value(kept or (limited.metric if limited is not None else options[0].value))
        self._wrong.hide()
        self._show_limit()
        return gates

    def _show_limit(self) -> None:
        """What the chosen metric is limited to; where nothing is set, the figure that was reached is the example."""
        project = self._session.project
        limit = gate_limit(project, self._model, self._metric.value()) if project is not None else None
        value = None if limit is None or limit.limit is None else float(display_value(limit.metric, limit.limit))
        self._limit.setText("" if value is None else self._words.number(value))
        reached = self._reached.get(self._metric.value())
        self._limit.setPlaceholderText("" if reached is None else self._words.significant(reached, digits=2))

    @Slot(str)
    def _on_metric_chosen(self, _metric: str) -> None:
        self._show_limit()

    @Slot(str)
    def _on_risk_chosen(self, risk: str) -> None:
        project = self._session.project
        if project is not None:
            work = partial(_set_risk, project, self._model, Risk(risk))
            self._session.store(work, None, self._on_failed)

    @Slot()
    def _on_limit_set(self) -> None:
        project, text = self._session.project, self._limit.text().strip()
        value = parse_number(text, self._words.number(0.5))
        self._wrong.setVisible(bool(text) and value is None)
        self._wrong.setText(self._words("ui_verification.limit.wrong", text=text))
        if project is None or (text and value is None):
            return
        metric = self._metric.value()
        limit = None if value is None else display_value(metric, value)
        work = partial(_set_limit, project, self._model, metric, limit)
        self._session.store(work, None, self._on_failed)

    def _on_failed(self, error: CicloError) -> None:
        self.failed.emit(error)


def _reached(report: Report) -> dict[str, float]:
    """Of each metric what it reaches in all likelihood, or its value where there is no interval."""
    found = {}
    for one in report.metrics:
        end = one.estimate.value if one.estimate.low is None else one.estimate.low
        if end:
            found[one.code] = float(display_value(one.code, end))
    return found


def _set_limit(project: Project, model: str, metric: str, limit: float | None) -> list[Record]:
    return [set_gate_limit(project, model=model, metric=metric, limit=limit)]


def _set_risk(project: Project, model: str, risk: Risk) -> list[Record]:
    return [set_gate_risk(project, model=model, risk=risk)]

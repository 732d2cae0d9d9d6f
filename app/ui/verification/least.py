"""From which difference on a version counts as better than what is used today."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.errors import CicloError
from app.project.record import Record
from app.project.store import Project
from app.ui.session import Session
from app.ui.typed_numbers import parse_number
from app.ui.widgets.basics import button, label, row
from app.ui.widgets.form import line_edit
from app.verification.policy import least_differences, set_least_difference


class LeastField(QWidget):
    """The smallest difference of the deciding metric that matters; empty: any that is no luck."""

    failed = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        self._model = self._metric = ""
        self._about = label("", "small-muted")
        self._value = line_edit()
        self._value.setObjectName("verification.least_value")
        self._value.setMaximumWidth(session.theme.size(84))
        self._value.returnPressed.connect(self._on_set)
        self._set = button(self._words("ui_verification.least.set"), self._on_set, "small")
        self._set.setObjectName("verification.least_set")
        self._wrong = label("", "small")
        self._wrong.setProperty("kind", "bad")
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(self._about)
        lines.addLayout(row(self._value, self._set, 1))
        lines.addWidget(self._wrong)

    def show_least(self, project: Project, *, model: str, metric: str, reached: float | None) -> None:
        """Show what holds for a model and the metric that decides about it; a hundredth of what was ``reached`` is the
        example."""
        self._model, self._metric = model, metric
        name = self._words(f"verification.metric.{metric}")
        self._about.setText(self._words("ui_verification.least", metric=name))
        self._value.setAccessibleName(self._about.text())
        least = least_differences(project, model).get(metric)
        self._value.setText("" if least is None else self._words.number(least))
        example = "" if reached is None else self._words.significant(abs(reached) / 100, digits=1)
        self._value.setPlaceholderText(example)
        self._wrong.hide()

    @Slot()
    def _on_set(self) -> None:
        project, text = self._session.project, self._value.text().strip()
        value = parse_number(text, self._words.number(0.5))
        bad = bool(text) and (value is None or value < 0)
        self._wrong.setVisible(bad)
        self._wrong.setText(self._words("ui_verification.least.wrong", text=text))
        if project is not None and not bad:
            work = partial(_set_least, project, self._model, self._metric, value)
            self._session.store(work, None, self._on_failed)

    def _on_failed(self, error: CicloError) -> None:
        self.failed.emit(error)


def _set_least(project: Project, model: str, metric: str, least: float | None) -> list[Record]:
    return [set_least_difference(project, model=model, metric=metric, least=least)]

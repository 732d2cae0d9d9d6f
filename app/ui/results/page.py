"""The Results tab: every version of a model over time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.learning.records import MODEL
from app.learning.spending import together
from app.ui import theme as tokens
from app.ui.results.history import summary
from app.ui.results.versions import VersionsView
from app.ui.session import Session
from app.ui.widgets.basics import column
from app.ui.widgets.form import Dropdown, Option
from app.ui.widgets.page import PageHeader, ScrollPage, WorkOrEmpty
from app.verification.records import DECISION, GATE_LEAST, GATE_LIMIT, GATE_RISK, REPORT
from app.verification.state import VersionRow, models


class Page(QWidget):
    """The versions of the model that is chosen."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        words = self._words
        self._header = PageHeader()
        self._model_choice = Dropdown(session.theme)
        self._model_choice.setObjectName("results.model")
        self._model_choice.setAccessibleName(words("ui_results.model"))
        self._model_choice.chosen.connect(self._on_model_chosen)
        self._header.set_chooser(self._model_choice)
        self._versions = VersionsView(session)
        self._versions.metrics_changed.connect(self._show)
        self._versions.comparison_shown.connect(self._on_comparison_shown)
        self._scroll = ScrollPage()
        self._scroll.add(self._header)
        self._scroll.add(self._versions, 1)
        self._outer = WorkOrEmpty(
            session.theme,
            words,
            self._scroll,
            icon="chart-line",
            code="ui_results.empty",
            action="ui_results.go_training",
        )
        self._outer.acted.connect(self._on_training_wanted)
        self.setLayout(column(self._outer))
        session.changed.connect(self._on_session_changed)
        self._reload()

    def remember(self) -> tuple[str, tuple[str, ...]]:
        """Model and metrics shown, for when the page is made again."""
        return self._model_choice.value(), self._versions.metrics

    def recall(self, shown: tuple[str, tuple[str, ...]]) -> None:
        """Show them again."""
        self._model_choice.set_value(shown[0])
        self._versions.metrics = shown[1]
        self._show()

    @Slot(str)
    def show_record(self, record_id: str) -> None:
        """Mark a version."""
        found = next((r for r in self._all() if r.id == record_id), None)
        if found is not None:
            self._model_choice.set_value(found.model)
            self._show()
            self._versions.pick(record_id)

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
        self._show_rows(rows)

    @Slot()
    def _show(self) -> None:
        self._show_rows(self._all())

    def _show_rows(self, every: Sequence[VersionRow]) -> None:
        name = self._model_choice.value()
        rows = [row for row in every if row.model == name]
        if rows:
            words = self._words
            self._header.set(name, words("ui_results.count", n=len(rows)), summary(words, rows))
            self._versions.show_versions(rows, together(row.spent for row in every))

    @Slot(str)
    def _on_model_chosen(self, _name: str) -> None:
        self._show()

    @Slot(object)
    def _on_comparison_shown(self, shown: QWidget) -> None:
        self._scroll.ensureWidgetVisible(shown, 0, tokens.SPACE)

    @Slot(object)
    def _on_session_changed(self, changes: dict[str, tuple[str, ...]]) -> None:
        if changes.keys() & {MODEL, REPORT, DECISION, GATE_LEAST, GATE_LIMIT, GATE_RISK}:
            self._reload()

    @Slot()
    def _on_training_wanted(self) -> None:
        self._session.show("training")

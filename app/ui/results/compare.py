"""Two versions side by side: what was set differently, and how each does on the same rows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.project.record import readable
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.comparison import ComparisonCard
from app.ui.models.records import Column, RecordTableModel
from app.ui.session import Session
from app.ui.widgets.basics import Card, button, clear, label
from app.ui.widgets.form import Dropdown, Option
from app.ui.widgets.table import Table
from app.verification.records import SIDES, Setting, SideBySide, SidesRequest
from app.verification.state import VersionRow


class CompareView(QWidget):
    """Hidden until two versions are chosen. ``choice`` offers what the marked one can be set beside; it stands
    elsewhere. ``shown`` when there is something to see."""

    shown = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        self._marked = ""
        self.choice = Dropdown(session.theme)
        self.choice.setObjectName("results.compare_with")
        self.choice.setAccessibleName(self._words("ui_results.compare"))
        self.choice.invite(self._words("ui_results.compare"))
        self.choice.chosen.connect(self._on_other_chosen)
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(tokens.SPACE)
        self.hide()

    def offer(self, versions: Sequence[VersionRow], marked: int) -> None:
        """Every other version can be set beside the one in row ``marked``."""
        self._marked = versions[marked].label if 0 <= marked < len(versions) else ""
        words = self._words
        others = [one for one in versions if self._marked and one.label != self._marked]
        self.choice.set_options(
            [Option(one.label, f"v{one.number}", words(f"ui_results.state.{one.state}")) for one in others]
        )
        self.choice.set_value("")
        self.choice.setVisible(len(versions) > 1)

    @Slot(str)
    def _on_other_chosen(self, label: str) -> None:
        project = self._session.project
        if project is not None and self._marked and label:
            request = SidesRequest(project=str(project.folder), first=self._marked, second=label)
            self._session.quick(SIDES, request, SideBySide, self._on_compared)

    @Slot(object)
    def _on_compared(self, found: SideBySide) -> None:
        clear(self._lines)
        words = self._words
        names = {"first": readable(found.first), "second": readable(found.second)}
        head = Card(words("ui_results.compare.with", **names))
        head.setObjectName("results.compare")
        close = button(words("ui_results.compare.close"), self._on_close_clicked, "link")
        close.setObjectName("results.compare.close")
        head.head.addStretch(1)
        head.head.addWidget(close)
        head.body.addWidget(label(words("ui_results.compare.settings"), "small-muted"))
        if found.settings:
            head.body.addWidget(_settings_table(self._session, found))
        else:
            head.body.addWidget(label(words("ui_results.compare.same")))
        self._lines.addWidget(head)
        card = ComparisonCard(self._session, found.comparison, ours=names["first"], theirs=names["second"])
        self._lines.addWidget(card)
        self.show()
        QTimer.singleShot(0, self, self.shown.emit)  # once it has its size

    @Slot()
    def _on_close_clicked(self) -> None:
        self._session.drop(SIDES)
        clear(self._lines)
        self.choice.set_value("")
        self.hide()


def _settings_table(session: Session, found: SideBySide) -> Table:
    words, told = session.words, _Told(session.words)
    columns = [
        Column[Setting](words("ui_results.compare.setting"), told.name, tone="muted"),
        Column[Setting](readable(found.first), told.ours, tone="strong", hint=told.ours),
        Column[Setting](readable(found.second), told.theirs, hint=told.theirs),
    ]
    model: RecordTableModel[Setting] = RecordTableModel(session.theme, columns, found.settings)
    table = Table(session.theme, model, name=words("ui_results.compare.settings"), whole=True)
    table.setObjectName("results.compare.settings")
    table.fit_columns(stretch=2)
    return table


class _Told:
    """How a setting is written."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def name(self, setting: Setting) -> str:
        return self._words(f"verification.setting.{setting.code}")

    def ours(self, setting: Setting) -> str:
        return self._words.parameter(setting.ours)

    def theirs(self, setting: Setting) -> str:
        return self._words.parameter(setting.theirs)

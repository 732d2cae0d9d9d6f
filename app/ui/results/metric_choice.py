"""Which metrics a history shows: those shown as buttons that take them away, the others in a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.ui import theme as tokens
from app.ui.models.tips import plain_tip
from app.ui.session import Session
from app.ui.widgets.basics import button, clear, row
from app.ui.widgets.form import Dropdown, Option

_MOST_SHOWN = 4
_WIDTH = 180


class MetricChoice(QWidget):
    """``changed(metrics)`` when the user adds one or takes one away; the last one stays. ``name`` and ``hint`` say what
    a metric is called, and what it means."""

    changed = Signal(object)

    def __init__(self, session: Session, *, name: Callable[[str], str], hint: Callable[[str], str]) -> None:
        super().__init__()
        words = session.words
        self._name, self._hint = name, hint
        self._invitation = words("ui_results.add_metric")
        self._metrics: tuple[str, ...] = ()
        self._buttons: dict[str, QPushButton] = {}
        self._chips = QHBoxLayout()
        self._chips.setSpacing(tokens.PAD)
        self._more = Dropdown(session.theme)
        self._more.setObjectName("results.add_metric")
        self._more.setAccessibleName(self._invitation)
        self._more.setMinimumWidth(session.theme.size(_WIDTH))
        self._more.chosen.connect(self._on_metric_added)
        self.setLayout(row(self._chips, self._more, 1))

    def offer(self, metrics: Sequence[str], known: Sequence[str]) -> None:
        """Show ``metrics``; the rest of ``known`` can be added."""
        self._metrics, self._buttons = tuple(metrics), {}
        clear(self._chips)
        for code in metrics:
            made = button(self._name(code).replace("&", "&&"), self._on_metric_clicked, "small")
            made.setCheckable(True)
            made.setChecked(True)
            made.setToolTip(plain_tip(self._hint(code)))
            made.setObjectName(f"results.metric.{code}")
            self._buttons[code] = made
            self._chips.addWidget(made)
        others = [code for code in known if code not in metrics]
        self._more.set_options([Option("", self._invitation), *(Option(code, self._name(code)) for code in others)])
        self._more.set_value("")
        self._more.setVisible(bool(others) and len(metrics) < _MOST_SHOWN)

    @Slot()
    def _on_metric_clicked(self) -> None:
        left = tuple(code for code, made in self._buttons.items() if made.isChecked())
        self.changed.emit(left or self._metrics[:1])

    @Slot(str)
    def _on_metric_added(self, code: str) -> None:
        if code:
            self.changed.emit((*self._metrics, code))

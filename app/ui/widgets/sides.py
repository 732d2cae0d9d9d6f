"""A narrow part for choosing and a wide one for working, side by side where there is room, else one at a time."""

from __future__ import annotations

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.ui import theme as tokens
from app.ui.theme import Theme
from app.ui.widgets.basics import column
from app.ui.widgets.form import Option, Segments

_WIDEST = 16_777_215
"""Qt's own for a widget without a greatest width."""


class Sides(QWidget):
    """``names`` are those of the two parts on the switch; ``width`` is that of the left part, and below ``least`` only
    one is shown, both at a text size of 100 %."""

    def __init__(
        self, theme: Theme, left: QWidget, right: QWidget, *, names: tuple[str, str], width: int, least: int
    ) -> None:
        super().__init__()
        self._theme, self._right = theme, right
        self._left = QWidget()
        self._left.setLayout(column(left))
        self._width, self._least = width, least
        self._narrow: bool | None = None
        self._switch = Segments([Option("left", names[0]), Option("right", names[1])])
        self._switch.setObjectName("sides.switch")
        self._switch.setContentsMargins(tokens.WIDE, tokens.SPACE + tokens.GAP, tokens.WIDE, tokens.SPACE)
        self._switch.chosen.connect(self._on_chosen)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(0)
        self._grid.setColumnStretch(1, 1)
        self._grid.setRowStretch(1, 1)
        self._grid.addWidget(self._switch, 0, 0, 1, 2)
        self._arrange(narrow=False)
        theme.changed.connect(self._on_theme_changed)

    def show_right(self) -> None:
        """Show what works, where only one part is in sight."""
        self._switch.set_value("right")
        self._on_chosen("right")

    def minimumSizeHint(self) -> QSize:
        """As narrow as the switch: what has no room gets the whole width."""
        return QSize(self._switch.minimumSizeHint().width(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._narrow = None  # its lengths follow the size of the text
        self._fit()

    def _fit(self) -> None:
        self._arrange(narrow=self.width() < self._theme.size(self._least))

    @Slot(str)
    def _on_chosen(self, _side: str) -> None:
        shown = self._switch.value()
        self._left.setVisible(not self._narrow or shown == "left")
        self._right.setVisible(not self._narrow or shown == "right")

    def _arrange(self, *, narrow: bool) -> None:
        if narrow == self._narrow:
            return
        self._narrow = narrow
        for part in (self._left, self._right):
            self._grid.removeWidget(part)
        self._switch.setVisible(narrow)
        top = 0 if narrow else tokens.SPACE + tokens.GAP
        self._left.setContentsMargins(tokens.WIDE, top, tokens.SPACE, tokens.WIDE)
        if narrow:
            self._left.setMinimumWidth(0)
            self._left.setMaximumWidth(_WIDEST)
            self._grid.addWidget(self._left, 1, 0, 1, 2)
            self._grid.addWidget(self._right, 1, 0, 1, 2)
        else:
            self._left.setFixedWidth(self._theme.size(self._width) + tokens.WIDE + tokens.SPACE)
            self._grid.addWidget(self._left, 1, 0)
            self._grid.addWidget(self._right, 1, 1)
        self._on_chosen("")

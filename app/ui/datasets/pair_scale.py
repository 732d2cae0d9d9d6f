"""What the colours of a grid mean: its shades with the numbers of rows, or the shares, that they stand for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import theme as tokens
from app.ui.theme import Theme


class ColourScale(QWidget):
    """Swatches in a row, each with its words."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._steps: list[tuple[QColor, str]] = []
        self._caption = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._on_theme_changed)
        self.hide()

    def show_steps(self, caption: str, steps: Sequence[tuple[QColor, str]]) -> None:
        """Show these colours; none: hide."""
        self._caption, self._steps = caption, list(steps)
        self.setAccessibleName(f"{caption} {', '.join(words for _colour, words in steps)}")
        self.setVisible(bool(steps))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.size(200), self._theme.size(22))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._theme.font("small", tabular=True))
        metrics, side, height = painter.fontMetrics(), self._theme.size(14), float(self.height())
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self._theme.colour("muted"))
        wide = metrics.horizontalAdvance(self._caption)
        painter.drawText(QRectF(0, 0, wide + 2, height), middle, self._caption)
        left = float(wide + tokens.SPACE)
        for colour, words in self._steps:
            swatch = QRectF(left, (height - side) / 2, side, side)
            painter.fillRect(swatch, colour)
            painter.setPen(self._theme.colour("line"))
            painter.drawRect(swatch)
            wide = metrics.horizontalAdvance(words) + 2
            painter.setPen(self._theme.colour("muted"))
            painter.drawText(QRectF(swatch.right() + tokens.GAP, 0, wide, height), middle, words)
            left = swatch.right() + tokens.GAP + wide + tokens.SPACE
        painter.end()

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()

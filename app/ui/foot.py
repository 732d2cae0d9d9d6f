"""The bar at the foot of the window, as widgets; :mod:`app.ui.activity` says what it shows."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar

from app.text.words import Words
from app.ui import theme as tokens
from app.ui.numbers import RIGHT_TO_LEFT
from app.ui.theme import Theme
from app.ui.widgets.basics import Badge, button, label

_WHOLE = 1000


class Foot(QFrame):
    """What runs, how far it is, Stop; else "Everything is saved"."""

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self._theme, self._words = theme, words
        self.setProperty("role", "foot")
        self.badge = Badge(theme, "good")
        self.title = label("", "strong", wrap=False)
        self.step = label("", "muted", wrap=False)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(words("ui.foot.progress"))
        self.stop = button(words("ui.foot.stop"), None, "danger")
        self.stop.setObjectName("stop")
        self.queue = button("", None, "flat")
        self.queue.setObjectName("queue")
        self.queue.setProperty("layoutDirection", RIGHT_TO_LEFT)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(tokens.SPACE, 0, tokens.SPACE, 0)
        layout.setSpacing(tokens.PAD)
        for widget in (self.badge, self.title, self.step, self.bar, self.stop):
            layout.addWidget(widget)
        layout.addStretch(1)
        layout.addWidget(self.queue)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.show_queue("")
        self.show_idle()

    def show_idle(self) -> None:
        """Nothing runs."""
        saved = self._words("ui.foot.saved")
        self.badge.set("good", name=saved)
        self.title.setText(saved)
        self.step.setText("· " + self._words("ui.foot.idle"))
        self.bar.hide()
        self.stop.hide()

    def show_opening(self) -> None:
        """A project is being opened: that is no job, and can't be stopped."""
        self.badge.set("accent", "▸", name=self._words("ui.foot.running"))
        self.title.setText(self._words("ui.foot.opening"))
        self.step.setText("")
        self.bar.hide()
        self.stop.hide()

    def show_job(self, title: str, step: str, share: float | None) -> None:
        """A job; ``share`` of it is done, None where that isn't known."""
        self.badge.set("accent", "▸", name=self._words("ui.foot.running"))
        self.title.setText(title)
        self.step.setText(f"· {step}" if step else "")
        self.bar.setRange(0, _WHOLE if share is not None else 0)
        if share is not None:
            self.bar.setValue(round(_WHOLE * share))
        self.bar.show()
        self.stop.show()

    def show_queue(self, counts: str) -> None:
        """How many others there are, in words; empty hides the button."""
        self.queue.setText(counts)
        self.queue.setVisible(bool(counts))

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setFixedHeight(self._theme.size(tokens.FOOT_HEIGHT))
        self.bar.setFixedWidth(self._theme.size(220))
        self.queue.setIcon(self._theme.icon("chevron-up", "muted"))

"""What the training that is chosen would take, below the presets."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QLabel, QSizePolicy

from app.learning.records import Forecast, Planned
from app.text.message import amount
from app.text.words import Words
from app.ui.numbers import PLAIN_TEXT

_SLOW_MS = 700


class ForecastNote(QLabel):
    """Memory of the training, and size and speed of its model; or that there is no room for it."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self.setObjectName("training.forecast")
        self.setProperty("role", "small-muted")
        self.setProperty("textFormat", PLAIN_TEXT)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._slow = QTimer(self, singleShot=True, interval=_SLOW_MS)
        self._slow.timeout.connect(self._on_slow)
        self.hide()

    def wait(self) -> None:
        """A plan was asked for; where it takes long, this is said."""
        self._slow.start()

    @Slot()
    def _on_slow(self) -> None:
        self.setText(self._words("ui_training.looking"))
        self.show()

    def show_plan(self, plan: Planned | None, preset: str, *, elsewhere: bool) -> bool:
        """Show what was foretold for a preset; nothing where there is nothing yet.

        Returns
        -------
        bool
            Whether it can be started: there is a plan, and room, or the fits are done ``elsewhere``.
        """
        self._slow.stop()
        told = plan.forecasts.get(preset) if plan is not None else None
        self.setVisible(told is not None and (told.fits or not elsewhere))
        if told is not None:
            self.setText(self._sentence(told))
        return plan is not None and (told is None or told.fits or elsewhere)

    def _sentence(self, told: Forecast) -> str:
        if not told.fits:
            return self._words("ui_training.no_room", **told.room)
        latency = told.thousand_rows_ms
        return self._words(
            "ui_training.forecast",
            memory=amount(_round(told.memory_mb), "bytes"),
            size=amount(_round(told.size_mb), "bytes"),
            latency=round(latency, -1 if latency > 100 else 0),
        )


def _round(megabytes: float) -> int:
    """Bytes in two significant digits: more isn't known."""
    return int(float(f"{megabytes:.2g}") * 1e6)

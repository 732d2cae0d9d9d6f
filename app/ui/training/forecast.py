"""What the training that is chosen would take, below the presets."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QSizePolicy

from app.learning.records import Forecast
from app.text.message import amount
from app.text.words import Words
from app.ui.numbers import PLAIN_TEXT


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
        self.hide()

    def show_forecast(self, told: Forecast | None) -> None:
        """Say what was foretold; nothing where there is nothing yet."""
        self.setVisible(told is not None)
        if told is None:
            return
        if told.fits:
            self.setText(
                self._words(
                    "ui_training.forecast",
                    memory=amount(_round(told.memory_mb), "bytes"),
                    size=amount(_round(told.size_mb), "bytes"),
                    latency=round(told.thousand_rows_ms, -1)
                    if told.thousand_rows_ms > 100
                    else round(told.thousand_rows_ms),
                )
            )
            return
        gigabytes = {"needed": round(told.needed_mb / 1000, 1), "available": round(told.available_mb / 1000, 1)}
        self.setText(self._words("ui_training.no_room", **gigabytes))


def _round(megabytes: float) -> int:
    """Bytes in two significant digits: more isn't known."""
    return int(float(f"{megabytes:.2g}") * 1e6)

"""An import under way, on the page: how far, and Stop."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar

from app.jobs.contract import Progress
from app.text.message import amount
from app.text.words import Words
from app.ui.widgets.basics import Card, button, label, row

_STEPS = 1000


class ImportProgress(Card):
    """What the import does now. ``stopped`` is sent when the user stops it."""

    stopped = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._step = label("", "strong")
        self._rest = label("", "muted", wrap=False)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self.stop = button(words("ui_datasets.import.stop"), self.stopped.emit)
        self.stop.setObjectName("datasets.import_stop")
        self.body.addLayout(row(self._step, 1, self._rest, self.stop))
        self.body.addWidget(self._bar)
        self.reset()

    def reset(self) -> None:
        """Before the first report."""
        self._bar.setRange(0, 0)
        self._rest.setText("")
        self._say(self._words("ui_datasets.import.starting"))

    def show_progress(self, progress: Progress) -> None:
        """How far it is."""
        self._say(self._words.text(progress.step))
        if progress.total > 0:
            self._bar.setRange(0, _STEPS)
            self._bar.setValue(round(_STEPS * min(1.0, progress.done / progress.total)))
        left = progress.remaining_s
        said = self._words("ui_datasets.import.left", left=amount(left, "duration")) if left is not None else ""
        self._rest.setText(said)

    def _say(self, step: str) -> None:
        self._step.setText(step)
        self._bar.setAccessibleName(step)

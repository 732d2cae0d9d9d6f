"""A version whose report hasn't been made: its hold-out is still sealed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar

from app.learning.records import Estimate, ModelVersion
from app.project.record import Record
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.session import Session
from app.ui.widgets.basics import Card, button, label, row
from app.ui.widgets.page import PageHeader, ScrollPage
from app.verification.catalogue import display
from app.verification.state import VersionRow


class SealedView(ScrollPage):
    """Says what the report will judge; ``asked`` when it is wanted, ``stopped`` when it is to be given up."""

    asked = Signal()
    stopped = Signal()

    def __init__(self, session: Session, header: PageHeader) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        self._header = header
        self._card = Card(self._words("ui_verification.sealed"))
        self._sentence = label("")
        self._so_far = label("", "muted")
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self.make = button(self._words("ui_verification.make"), None, "primary")
        self.make.setObjectName("verification.verify")
        self.make.clicked.connect(self.asked)
        self._stop = button(self._words("ui_verification.stop"), None, "danger")
        self._stop.setObjectName("verification.stop")
        self._stop.clicked.connect(self.stopped)
        for widget in (self._sentence, self._so_far, self._busy):
            self._card.body.addWidget(widget)
        self._card.body.addLayout(row(self.make, self._stop, 1))
        self._card.setMaximumWidth(session.theme.size(760))
        self.body.setContentsMargins(tokens.WIDE, tokens.PAD, tokens.WIDE, tokens.WIDE)
        self.add(self._card)
        self.body.addStretch(1)
        self.body.setSpacing(tokens.SPACE)

    def show_version(self, record: Record, version_row: VersionRow, *, running: bool) -> None:
        """Show a version; with ``running`` its report is being made."""
        words = self._words
        version = record.read(ModelVersion)
        estimator = words(f"learning.estimator.{version.estimator}")
        self._header.set(
            record.name, words("ui_verification.version", number=str(record.number), estimator=estimator.lower())
        )
        self._sentence.setText(
            words("ui_verification.making" if running else "ui_verification.sealed.why", n=version.split.holdout_rows)
        )
        opened = version_row.openings
        figure = _figure(words, version.metric, version.cv.get(version.metric, Estimate(value=None)))
        openings = words("ui_verification.opened", n=opened) if opened else words("ui_verification.never_opened")
        self._so_far.setText(f"{figure} {openings}".strip())
        self._busy.setVisible(running)
        self.make.setVisible(not running)
        self._stop.setVisible(running)


def _figure(words: Words, metric: str, estimate: Estimate) -> str:
    shown = display(metric, estimate)
    if shown.value is None:
        return ""
    name = words(f"verification.metric.{metric}")
    return words("ui_verification.in_training", metric=name, value=shown.value)

"""What a version is worth: prices, the money that the report found, and the threshold that is dragged."""

from __future__ import annotations

from functools import partial

import msgspec
from PySide6.QtCore import Signal, Slot

from app.errors import CicloError
from app.learning.records import ModelVersion, Task
from app.project.record import Record
from app.project.store import Project
from app.ui.session import Session
from app.ui.theme import Kind
from app.ui.verification.price_form import PriceForm
from app.ui.verification.threshold_panel import ThresholdPanel
from app.ui.widgets.basics import Card, button, label, row
from app.verification.records import Report
from app.verification.state import approved_threshold
from app.verification.value.records import COUNTS, Counts, CountsRequest, ValueTable, Worth
from app.verification.value.stored import in_force, set_threshold, set_value_table, value_table
from app.verification.value.words import (
    approval_words,
    certainty_words,
    compared_with,
    dropped_words,
    gain_words,
    policy_name,
)


class WorthCard(Card):
    """``failed(CicloError)`` says why something couldn't be stored."""

    failed = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(session.words("ui_verification.worth"))
        self.setObjectName("verification.worth")
        self._session, self._words = session, session.words
        self._record: Record | None = None
        self._version: ModelVersion | None = None
        self._table: ValueTable | None = None
        self._counts: Counts | None = None
        self._approved: float | None = None
        self._asked = False
        self._make_parts()

    def _make_parts(self) -> None:
        words = self._words
        self._gain, self._certainty = label("", "figure"), label("", "muted")
        self._gain.setObjectName("verification.worth.gain")
        self._against = label("", "small-muted")
        self._stale = label("")
        self._stale.setObjectName("verification.worth.stale")
        self._form = PriceForm(self._session)
        self._form.given.connect(self._on_prices_given)
        self._toggle = button("", self._on_toggled, "link")
        self._toggle.setObjectName("verification.value.show")
        self._counting = label(words("ui_verification.worth.counting"), "small-muted")
        self._counting.setObjectName("verification.worth.counting")
        self._other = label("", "small")
        self._other.setObjectName("verification.worth.approved")
        self._other.setProperty("kind", "warning")
        self._panel = ThresholdPanel(self._session)
        self._panel.used.connect(self._on_used)
        self._panel.moved.connect(self._on_moved)
        for part in (self._against, self._gain, self._certainty, self._stale):
            self.body.addWidget(part)
        self.body.addLayout(row(self._toggle, 1))
        self.body.addWidget(self._form)
        for below in (self._counting, self._other, self._panel):
            self.body.addWidget(below)

    def show_worth(self, record: Record, report: Report) -> None:
        """Show what a report says of a version's worth, the prices that hold today, and the curve."""
        project = self._session.project
        if project is None:
            return
        other = self._record is None or self._record.id != record.id
        self._record, self._version = record, in_force(project, record)
        self._approved = approved_threshold(project, record)
        table = value_table(project, record.name)
        known = table is not None and table.labels == self._version.labels
        shown = table if table is not None and known else _blank(record, self._version)
        self._table = shown
        self._form.show_table(shown, self._version.positive)
        if other:
            self._form.hide()
            self._counts, self._asked = None, False
        self._say_toggle()
        self._say_worth(report.worth)
        judged = report.worth.table if report.worth is not None else None
        moved = report.threshold is not None and report.threshold != self._version.threshold
        stale = moved or (known and judged != table)
        self._stale.setText(self._words("ui_verification.worth.stale") if stale else "")
        self._stale.setVisible(stale)
        self._show_curve()
        if known and self._version.task is Task.BINARY and self._counts is None and not self._asked:
            self._asked = True  # a second question would begin the counting anew
            request = CountsRequest(project=str(project.folder), model=record.id)
            self._session.quick(COUNTS, request, Counts, self._on_counted, self._on_uncounted)

    def _say_worth(self, worth: Worth | None) -> None:
        told = worth is not None
        for part in (self._against, self._gain, self._certainty):
            part.setVisible(told)
        kind: Kind = "neutral"
        if worth is not None:
            today, words = compared_with(worth), self._words
            self._against.setText(words("verification.report.worth.against", today=words.text(policy_name(today))))
            self._gain.setText(words.text(gain_words(worth)))
            dropped = dropped_words(worth.wanted, worth.table)
            said = [certainty_words(worth), *([dropped] if dropped is not None else [])]
            self._certainty.setText("\n".join(map(words.text, said)))
            low, high = (today.gain.low, today.gain.high) if today.gain is not None else (None, None)
            kind = "good" if low is not None and low > 0 else "bad" if high is not None and high < 0 else "warning"
        self.set_mark(kind if told else None)

    def _say_toggle(self) -> None:
        priced = self._table is not None and self._table.known
        name = "hide" if not self._form.isHidden() else "change" if priced else "give"
        self._toggle.setText(self._words(f"ui_verification.value.{name}"))

    # The curve

    @Slot(object)
    def _on_counted(self, counts: Counts) -> None:
        self._counts = counts
        self._show_curve()

    @Slot(object)
    def _on_uncounted(self, error: CicloError) -> None:
        self._asked = False
        self._counting.hide()
        self.failed.emit(error)

    def _show_curve(self) -> None:
        version, table, counts = self._version, self._table, self._counts
        priced = version is not None and version.task is Task.BINARY and table is not None and table.known
        self._counting.setVisible(priced and counts is None)
        self._panel.setVisible(priced and counts is not None)
        if version is not None:
            self._on_moved(version.threshold)
        if version is not None and table is not None and counts is not None and priced:
            self._panel.show_curve(counts, table, version)

    @Slot(float)
    def _on_moved(self, threshold: float) -> None:
        """Say where another threshold was approved than the one that is shown."""
        said = approval_words(self._approved, threshold)
        self._other.setText("" if said is None else self._words.text(said))
        self._other.setVisible(said is not None)

    # Storing

    @Slot()
    def _on_toggled(self) -> None:
        self._form.setVisible(self._form.isHidden())
        self._say_toggle()

    @Slot(object)
    def _on_prices_given(self, table: ValueTable) -> None:
        project = self._session.project
        if project is not None:
            self._session.store(partial(_store_prices, project, table), None, self._on_refused)

    @Slot(float, bool)
    def _on_used(self, threshold: float, best: bool) -> None:
        project = self._session.project
        if project is not None and self._record is not None:
            work = partial(_store_threshold, project, self._record, threshold, best)
            self._session.store(work, None, self._on_failed)

    def _on_refused(self, error: CicloError) -> None:
        self._form.say_wrong(error)

    def _on_failed(self, error: CicloError) -> None:
        self.failed.emit(error)


def _blank(record: Record, version: ModelVersion) -> ValueTable:
    k = len(version.labels)
    cells = tuple((0.0,) * k for _ in range(k))
    return msgspec.structs.replace(ValueTable(model=record.name), labels=version.labels, cells=cells)


def _store_prices(project: Project, table: ValueTable) -> list[Record]:
    return [set_value_table(project, table)]


def _store_threshold(project: Project, record: Record, threshold: float, best: bool) -> list[Record]:
    return [set_threshold(project, record, threshold, best=best)]

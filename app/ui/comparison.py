"""A version beside another one, or beside today's rule: a card with metrics and the rows that flipped."""

from __future__ import annotations

from PySide6.QtCore import Slot

from app.text.words import Words
from app.ui.models.records import Column, RecordTableModel
from app.ui.session import Session
from app.ui.theme import Kind
from app.ui.widgets.basics import Card, button, label, row
from app.ui.widgets.cells import ChipCell
from app.ui.widgets.figures import figure
from app.ui.widgets.table import Table
from app.verification.beside import difference, flipped, grounds, lead, our_value, outcome
from app.verification.catalogue import display_value, without_interval
from app.verification.records import ComparedRow, Comparison, FlippedRow, Flips

_MARKS: dict[str, Kind] = {"better": "good", "worse": "bad", "no_difference": "warning", "unknown": "warning"}


class ComparisonCard(Card):
    """Outcome, grounds, metrics side by side, and how many rows flipped, which can be listed."""

    def __init__(self, session: Session, compared: Comparison, *, ours: str = "", theirs: str = "") -> None:
        super().__init__(session.words.text(lead(compared)))
        self._session, self._words = session, session.words
        self._ours = ours or self._words("ui.compared.this_version")
        self._theirs = theirs or self._words(f"ui.compared.{compared.kind}")
        self.setObjectName(f"verification.beside.{compared.kind}")
        self.set_mark(_MARKS[compared.verdict])
        self.body.addWidget(label(self._words.text(outcome(compared)), "strong"))
        self.body.addWidget(label(" ".join(map(self._words.text, grounds(compared))), "muted"))
        if compared.metrics:
            self._add_table(compared)
        if compared.flips is not None:
            self._add_flips(compared.flips)

    def _add_table(self, compared: Comparison) -> None:
        words, side = self._words, _Side(self._words)
        columns = [
            Column[ComparedRow]("", side.name),
            Column[ComparedRow](self._ours, side.ours, right=True, tone="strong"),
            Column[ComparedRow](self._theirs, side.other, right=True),
            Column[ComparedRow](words("ui.compared.difference"), side.difference, tone="muted"),
            Column[ComparedRow]("", side.chip_text, drawn=side.chip),
        ]
        model: RecordTableModel[ComparedRow] = RecordTableModel(self._session.theme, columns, compared.metrics)
        table = Table(self._session.theme, model, name=words.text(lead(compared)), whole=True)
        table.setObjectName(f"verification.beside.{compared.kind}.metrics")
        table.fit_columns(stretch=0, uncut=True)
        self.body.addWidget(table)
        reasons = without_interval((row.code, row.difference) for row in compared.metrics)
        if reasons:
            self.body.addWidget(label("\n".join(map(words.text, reasons)), "small"))

    def _add_flips(self, flips: Flips) -> None:
        self.body.addWidget(label(self._words.text(flipped(flips)), "muted"))
        if not flips.listed:
            return
        self._flips = flips
        self._toggle = button(self._words("ui.flips.show"), self._on_flips_asked, "link")
        self._toggle.setObjectName("verification.flips")
        self.body.addLayout(row(self._toggle, 1))
        self._listed: Table | None = None

    @Slot()
    def _on_flips_asked(self) -> None:
        if self._listed is None:
            self._listed = flips_table(self._session, self._flips)
            self.body.addWidget(self._listed)
            self._listed.show()
        else:
            self._listed.setVisible(self._listed.isHidden())
        shown = not self._listed.isHidden()
        self._toggle.setText(self._words("ui.flips.hide" if shown else "ui.flips.show"))


def flips_table(session: Session, flips: Flips) -> Table:
    """The flipped rows that are kept, those that broke first."""
    words = session.words

    def number(one: FlippedRow) -> str:
        return words.number(one.row + 1)

    def chip(one: FlippedRow) -> ChipCell:
        good = one.now == one.actual
        return ChipCell(words(f"ui.flips.{'mended' if good else 'broken'}"), "good" if good else "bad")

    columns = [
        Column[FlippedRow](words("ui.flips.row"), number, right=True),
        Column[FlippedRow](words("ui.flips.actual"), lambda one: one.actual, tone="strong"),
        Column[FlippedRow](words("ui.flips.before"), lambda one: one.before),
        Column[FlippedRow](words("ui.flips.now"), lambda one: one.now),
        Column[FlippedRow]("", lambda one: chip(one).text, drawn=chip),
    ]
    model: RecordTableModel[FlippedRow] = RecordTableModel(session.theme, columns, flips.listed)
    table = Table(session.theme, model, name=words("ui.flips.listed"))
    table.setObjectName("verification.flips.rows")
    table.setMinimumHeight(session.theme.size(240))
    table.fit_columns(stretch=4)
    return table


class _Side:
    """How a compared metric is written."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def name(self, row: ComparedRow) -> str:
        return self._words(f"verification.metric.{row.code}")

    def ours(self, row: ComparedRow) -> str:
        return self._figure(row.code, our_value(row.other, row.difference))

    def other(self, row: ComparedRow) -> str:
        return self._figure(row.code, row.other.value)

    def _figure(self, code: str, value: float | None) -> str:
        return figure(self._words, None if value is None else display_value(code, value))

    def difference(self, row: ComparedRow) -> str:
        return self._words.text(difference(row.code, row.difference))

    def chip_text(self, row: ComparedRow) -> str:
        return self.chip(row).text

    def chip(self, row: ComparedRow) -> ChipCell:
        found = row.difference
        if found.low is None or found.high is None:
            return ChipCell("")
        if found.low > 0:
            return ChipCell(self._words("verification.chip.better"), "good")
        clear = found.high < 0
        name = "worse" if clear else "no_difference"
        return ChipCell(self._words(f"verification.chip.{name}"), "bad" if clear else "neutral")

"""What outcomes are worth, typed as a small table in the user's currency and number format."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from app.errors import CicloError
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.session import Session
from app.ui.typed_numbers import parse_number
from app.ui.widgets.basics import button, column, label, row
from app.ui.widgets.form import Dropdown, Field, Option, line_edit
from app.verification.value.records import PERIODS, ValueTable

_PRICE_WIDTH, _NUMBER_WIDTH, _SHORT = 96, 140, 40


class PriceForm(QWidget):
    """``given(ValueTable)`` when the analyst stores prices; what isn't a number is refused in place."""

    given = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        self._table = ValueTable(model="")
        self._prices: list[list[QLineEdit]] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(tokens.PAD)
        self._grid.setVerticalSpacing(tokens.GAP)
        self._make_fields()

    def _make_fields(self) -> None:
        words = self._words
        names = ("over", "under", "rows", "capacity", "fixed", "currency")
        self._edits = {name: self._edit(name) for name in names}
        self._period = Dropdown(self._session.theme, [Option(p, words(f"ui_verification.period.{p}")) for p in PERIODS])
        self._period.setObjectName("verification.value.period")
        self._period.setAccessibleName(words("ui_verification.value.period"))
        self._fields = {name: Field(words(f"ui_verification.value.{name}"), self._edits[name]) for name in self._edits}
        self._period_field = Field(words("ui_verification.value.period"), self._period)
        self._store = button(words("ui_verification.value.store"), self._on_store_clicked)
        self._store.setObjectName("verification.value.store")
        self._wrong = label("", "small")
        self._wrong.setProperty("kind", "bad")
        self._wrong.hide()
        errors = row(self._fields["over"], self._fields["under"], 1)
        for name in ("rows", "capacity", "fixed", "over", "under"):
            self._edits[name].setMaximumWidth(self._session.theme.size(_NUMBER_WIDTH))
        self._edits["currency"].setMaximumWidth(self._session.theme.size(_PRICE_WIDTH))
        often = row(self._fields["rows"], self._period_field, self._fields["capacity"], 1)
        costs = row(self._fields["fixed"], self._fields["currency"], 1)
        self.setLayout(column(self._grid, errors, often, costs, row(self._store, self._wrong, 1)))

    def _edit(self, name: str) -> QLineEdit:
        made = line_edit()
        made.setObjectName(f"verification.value.{name}")
        made.returnPressed.connect(self._on_store_clicked)
        return made

    def show_table(self, table: ValueTable, positive: str) -> None:
        """Fill the form; ``positive`` is the label that can be acted on, empty for several classes and amounts."""
        self._table = table
        self._show_cells(table)
        for name in ("over", "under"):
            self._fields[name].setVisible(not table.labels)
            self._edits[name].setText(self._number(getattr(table, name)))
        self._fields["capacity"].setVisible(bool(positive))
        self._edits["rows"].setText(self._number(table.rows))
        self._edits["capacity"].setText("" if table.capacity is None else self._number(table.capacity))
        self._edits["fixed"].setText(self._number(table.fixed))
        self._edits["currency"].setText(table.currency)
        self._period.set_value(table.period)
        self._wrong.hide()

    def _number(self, value: float) -> str:
        return self._words.number(float(value)).replace("\u202f", "").replace("\u00a0", "")

    def _show_cells(self, table: ValueTable) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._prices = []
        words, shown = self._words, [_short(name) for name in table.labels]
        for n, name in enumerate(shown):
            head = label(words("ui_verification.predicted", label=name), "small-muted", wrap=False)
            self._grid.addWidget(head, 0, n + 1)
            self._grid.addWidget(
                label(words("verification.report.actual", label=name), "small-muted", wrap=False), n + 1, 0
            )
        for i, cells in enumerate(table.cells):
            line = []
            for j, price in enumerate(cells):
                edit = self._edit(f"price.{i}.{j}")
                edit.setText(self._number(price))
                edit.setAlignment(Qt.AlignmentFlag.AlignRight)
                edit.setMaximumWidth(self._session.theme.size(_PRICE_WIDTH))
                names = {"actual": table.labels[i], "said": table.labels[j]}
                edit.setAccessibleName(words("verification.report.worth.cell", **names))
                self._grid.addWidget(edit, i + 1, j + 1)
                line.append(edit)
            self._prices.append(line)
        self._grid.setColumnStretch(len(shown) + 1, 1)

    @Slot()
    def _on_store_clicked(self) -> None:
        try:
            table = self._read()
        except _NotANumber as wrong:
            self._wrong.setText(self._words("ui_verification.limit.wrong", text=wrong.text))
            self._wrong.show()
            return
        self._wrong.hide()
        self.given.emit(table)

    def say_wrong(self, error: CicloError) -> None:
        """Why the prices can't be stored."""
        self._wrong.setText(" ".join(self._words.error(error)).strip())
        self._wrong.show()

    def _read(self) -> ValueTable:
        capacity = self._edits["capacity"].text().strip()
        return ValueTable(
            model=self._table.model,
            labels=self._table.labels,
            cells=tuple(tuple(_read(edit, self._words) for edit in line) for line in self._prices),
            over=_read(self._edits["over"], self._words),
            under=_read(self._edits["under"], self._words),
            fixed=_read(self._edits["fixed"], self._words),
            rows=round(_read(self._edits["rows"], self._words)),
            period=self._period.value(),
            capacity=round(_read(self._edits["capacity"], self._words)) if capacity else None,
            currency=self._edits["currency"].text().strip().upper(),
        )


class _NotANumber(Exception):
    """What was typed is none: ``text``."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def _read(edit: QLineEdit, words: Words) -> float:
    """The number in a field, in the user's format, with or without marks between thousands; 0 where it is empty."""
    text = edit.text().strip().replace("\u2212", "-")
    if not text:
        return 0.0
    half, thousand = words.number(0.5), words.number(1234567)
    mark = thousand.strip("1234567")[:1] or thousand[1:2]
    plain = text.replace(" ", "").replace("\u202f", "").replace("\u00a0", "")
    value = parse_number(plain.replace(mark, "") if mark and mark not in half else plain, half)
    if value is None:
        raise _NotANumber(text)
    return value


def _short(name: str) -> str:
    return name if len(name) <= _SHORT else name[: _SHORT - 1] + "…"

"""What a threshold comes to: money, rows of each kind, and both as curves; the line is dragged."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Signal, Slot
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QPushButton, QWidget

from app.learning.records import ModelVersion
from app.ui import theme as tokens
from app.ui.session import Session
from app.ui.verification.threshold_chart import ThresholdChart
from app.ui.widgets.basics import button, column, label, row
from app.verification.axes import share_axis
from app.verification.value.curve import Point, WorthCurve, thinned
from app.verification.value.drawing import shares_chart, worth_chart
from app.verification.value.records import Counts, ValueTable
from app.verification.value.words import dropped_words

_AT_WIDTH, _POINTS = 84, 240
_KINDS = ("found", "missed", "false_alarms", "left")


class ThresholdPanel(QWidget):
    """``moved(threshold)`` wherever the line goes; ``used(threshold, best)`` when the analyst decides for one."""

    moved = Signal(float)
    used = Signal(float, bool)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        self._version: ModelVersion | None = None
        self._table: ValueTable | None = None
        self._curve: WorthCurve | None = None
        self._threshold = 0.5
        self._make_parts()
        self._lay_out()

    def _make_parts(self) -> None:
        words = self._words
        self._at = QDoubleSpinBox()
        self._at.setObjectName("verification.worth.threshold")
        for named in (self._at, self._at.lineEdit()):
            named.setAccessibleName(words("ui_verification.worth.threshold"))
        self._at.setRange(0.0, 100.0)
        self._at.setDecimals(1)
        self._at.setSuffix(" %")
        self._at.setLocale(QLocale(words.locale))
        self._at.setMinimumWidth(self._session.theme.size(_AT_WIDTH))
        self._at.lineEdit().setTextMargins(tokens.PAD, 0, 0, 0)  # the style sheet's padding doesn't reach it
        self._at.valueChanged.connect(self._on_typed)
        self._best = self._named(button(words("ui_verification.worth.best"), self._on_best_clicked, "small"), "best")
        self._use = self._named(button(words("ui_verification.worth.use"), self._on_use_clicked, "small"), "use")
        self._money, self._beyond = label("", "strong"), label("", "small-muted")
        self._money.setObjectName("verification.worth.money")
        self._tiles = {name: label("", "strong", wrap=False) for name in _KINDS}
        self._of = label("", "small-muted", wrap=False)
        self._charts = {name: ThresholdChart(self._session, name) for name in ("chart", "shares")}
        self._charts["chart"].dragged.connect(self._on_money_dragged)
        self._charts["shares"].dragged.connect(self._on_shares_dragged)

    def _named(self, made: QPushButton, name: str) -> QPushButton:
        made.setObjectName(f"verification.worth.{name}")
        return made

    def _lay_out(self) -> None:
        words = self._words
        asked = label(words("ui_verification.worth.threshold"), "small-muted", wrap=False)
        tiles = row(*(self._tile(name) for name in _KINDS), 1, spacing=tokens.WIDE)
        charts = QHBoxLayout()
        charts.setSpacing(tokens.SPACE)
        for name, chart in self._charts.items():
            caption = label(words(f"ui_verification.worth.{name}"), "small-muted")
            charts.addLayout(column(caption, chart, spacing=tokens.GAP), 1)
        note = label(words("ui_verification.worth.help"), "small-muted")
        chosen = row(asked, self._at, self._best, self._use, 1)
        self.setLayout(column(chosen, self._money, self._of, tiles, self._beyond, charts, note))

    def _tile(self, name: str) -> QWidget:
        """How many rows there are of a kind."""
        number, tile = self._tiles[name], QWidget()
        number.setObjectName(f"verification.worth.{name}")
        number.setAccessibleName(self._words(f"ui_verification.worth.{name}"))
        caption = label(self._words(f"ui_verification.worth.{name}"), "small-muted", wrap=False)
        tile.setLayout(column(number, caption, spacing=0))
        return tile

    def show_curve(self, counts: Counts, table: ValueTable, version: ModelVersion) -> None:
        """Draw what each threshold comes to, with the line at the one in force."""
        self._version, self._table = version, table
        self._curve = WorthCurve(counts, table, version.labels.index(version.positive))
        points = thinned(self._curve.points(), _POINTS)
        reach = share_axis(version.threshold, *(point.threshold for point in points if point.acted > 0))
        cards = [self._said_of(point, table) for point in points]
        self._charts["chart"].show_curve(worth_chart(points, table, reach), version.threshold, cards)
        self._charts["shares"].show_curve(shares_chart(points, reach), version.threshold)
        period = self._words(f"verification.period.{table.period}")
        self._of.setText(self._words("ui_verification.worth.of", n=table.rows, period=period))
        self._set_at(version.threshold)

    def _said_of(self, point: Point, table: ValueTable) -> tuple[str, ...]:
        words = self._words
        said = words("ui_verification.worth.from", threshold=words.percent(point.threshold, 1))
        return said, words.money(point.worth, table.currency)

    def _set_at(self, threshold: float, *, but: str = "") -> None:
        """Say what a threshold comes to: quick, since it follows the mouse; ``but`` names the chart that is dragged."""
        self._threshold = threshold
        self._at.blockSignals(True)
        self._at.setValue(100 * threshold)
        self._at.blockSignals(False)
        for name, chart in self._charts.items():
            if name != but:
                chart.move_line(threshold)
        if self._curve is None or self._table is None or self._version is None:
            return
        point, words = self._curve.at(threshold), self._words
        self._money.setText(self._money_words(point, self._table))
        for name, tile in self._tiles.items():
            tile.setText(words.number(round(getattr(point, name))))
        dropped = dropped_words(point.acted, self._table) if point.beyond else None
        self._beyond.setText("" if dropped is None else words.text(dropped))
        self._beyond.setVisible(dropped is not None)
        self.moved.emit(threshold)
        self._use.setEnabled(threshold != self._version.threshold)

    def _money_words(self, point: Point, table: ValueTable) -> str:
        words = self._words
        said = {name: words.money(getattr(point, name), table.currency) for name in ("worth", "low", "high")}
        return words("ui_verification.worth.at", period=words(f"verification.period.{table.period}"), **said)

    @Slot(float)
    def _on_money_dragged(self, threshold: float) -> None:
        self._set_at(threshold, but="chart")

    @Slot(float)
    def _on_shares_dragged(self, threshold: float) -> None:
        self._set_at(threshold, but="shares")

    @Slot(float)
    def _on_typed(self, percent: float) -> None:
        self._set_at(percent / 100)

    @Slot()
    def _on_best_clicked(self) -> None:
        if self._curve is not None:
            self._set_at(self._curve.best().threshold)

    @Slot()
    def _on_use_clicked(self) -> None:
        if self._curve is not None:
            self.used.emit(self._threshold, self._threshold == self._curve.best().threshold)

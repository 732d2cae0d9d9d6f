"""The page of two columns: how much they go together in words, the chart that suits them, and a table of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.data.pairs.records import Association, PairChart
from app.data.pairs.wording import level, measure_said, sentences
from app.data.reader_protocol import Answer, Failed, PairAnswer, StoredTable
from app.data.records import ColumnProfile
from app.errors import CicloError
from app.text.message import amount
from app.ui import theme as tokens
from app.ui.datasets.cells import NUMERIC, TEMPORAL
from app.ui.datasets.pair_drawings import PairDrawing, shade_of, shades
from app.ui.datasets.pair_scale import ColourScale
from app.ui.datasets.pair_table import PairTable
from app.ui.datasets.pair_words import PairWords
from app.ui.datasets.versions import Version
from app.ui.session import Session
from app.ui.widgets.basics import Card, button, column, label, row
from app.ui.widgets.chart import ChartView
from app.ui.widgets.form import Dropdown, Field, Option
from app.ui.widgets.messages import Notice
from app.ui.widgets.page import PageHeader, ScrollPage

_CHART_HEIGHT = 380
_SWATCHES = 5


class PairView(QWidget):
    """``left()`` goes back."""

    left = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setProperty("role", "page")
        self._session, self._words = session, session.words
        self._view = session.reader.open_view(self._on_answered)
        self._table: StoredTable | None = None
        self._profiles: Mapping[str, ColumnProfile] = {}
        self._seen: PairChart | None = None
        self._make_parts()
        self._lay_out()
        session.theme.changed.connect(self._on_theme_changed)

    def _make_parts(self) -> None:
        words, theme = self._words, self._session.theme
        self._header = PageHeader()
        self._header.add(words("ui_datasets.versions.back"), self.left.emit).setObjectName("datasets.pair_back")
        self.first, self.second = Dropdown(theme), Dropdown(theme)
        for name, chooser in (("first", self.first), ("second", self.second)):
            chooser.setObjectName(f"datasets.pair_{name}")
            chooser.chosen.connect(self._on_chosen)
        self._swap = button(words("ui_datasets.pair.swap"), self._on_swap_clicked)
        self._swap.setObjectName("datasets.pair_swap")
        self.notice = Notice(theme, close_name=words("ui_datasets.close"))
        self._said = Card(words("ui_datasets.pair.question"))
        self.sentence = label("", "body", selectable=True)
        self._measure = label("", "small-muted", selectable=True)
        self.chart = ChartView(theme, words, name=words("ui_datasets.pair.chart"))
        self.chart.setObjectName("datasets.pair_chart")
        self.chart.setMinimumHeight(theme.size(_CHART_HEIGHT))
        self.scale = ColourScale(theme)
        self._key = label("", "small-muted")
        self.table = PairTable(theme, words)

    def _lay_out(self) -> None:
        words = self._words
        page = ScrollPage()
        page.add(self._header)
        page.add(self.notice)
        x, y = Field(words("ui_datasets.pair.x"), self.first), Field(words("ui_datasets.pair.y"), self.second)
        choice = row(x, y, spacing=tokens.SPACE)
        choice.addWidget(self._swap, 0, Qt.AlignmentFlag.AlignBottom)
        choice.setStretch(0, 1)
        choice.setStretch(1, 1)
        page.add(choice)
        for text in (self.sentence, self._measure):
            self._said.body.addWidget(text)
        page.add(self._said)
        self._drawn, self._listed = Card(), Card(words("ui_datasets.pair.table"))
        for widget in (self.chart, self.scale, self._key):
            self._drawn.body.addWidget(widget)
        self._listed.body.addWidget(self.table)
        page.add(self._drawn)
        page.add(self._listed)
        page.body.addStretch(1)
        self.setLayout(column(page, spacing=0))

    # What is shown

    def show_pair(
        self, version: Version, table: StoredTable, profiles: Mapping[str, ColumnProfile], x: str, y: str
    ) -> None:
        """Show two columns of a version; of a number and words, the words come first."""
        self._table, self._profiles = table, profiles
        words = self._words
        options = [Option(name, name, words(f"ui_datasets.type.{type}")) for name, type in table.types.items()]
        for chooser in (self.first, self.second):
            chooser.set_options(options)
        if _has_order(table, x) and not _has_order(table, y):
            x, y = y, x
        self.first.set_value(x)
        self.second.set_value(y)
        number = words("ui_datasets.dataset.version", version=version.number)
        self._header.set(words("ui_datasets.pair.title"), f"{version.name} · {number}")
        self._ask()

    def _ask(self) -> None:
        """Nothing of two other columns stays beside the names of these."""
        if self._table is not None:
            self.sentence.setText(self._words("ui_datasets.goes_with.asking"))
            self._measure.setText(" ")
            self.chart.clear()
            self.table.groups.set_rows(())
            self._session.reader.ask_pair(self._view, self._table, self.first.value(), self.second.value())

    def _on_answered(self, answer: Answer) -> None:
        if isinstance(answer, Failed):
            self.notice.say_error(self._words, CicloError(answer.code, **answer.params))
            self._show(None)
        elif isinstance(answer, PairAnswer):
            self.notice.hide()
            self._say(answer)
            self._show(answer.chart if answer.chart is not None and answer.chart.groups else None)

    def _say(self, answer: PairAnswer) -> None:
        words, told = self._words, answer.association
        whole = "all" if answer.whole else "part"
        small = [words(f"ui_datasets.pair.looked_{whole}", n=answer.looked)]
        if answer.untold:
            text = " ".join(words("ui_datasets.pair.untold", column=name) for name in answer.untold)
        elif told is None or self._table is None:
            text = words("ui_datasets.pair.nothing")
        else:
            text = " ".join(words.text(one) for one in sentences(told, self._table.types))
            if answer.chart is not None and level(told) != "none":
                evidence = PairWords(words, answer.chart, self._profiles).evidence()
                text = f"{text} {evidence}".strip()
            small = [words.text(measure_said(told)) + ".", *small, *self._missing(told)]
        self.sentence.setText(text)
        self._measure.setText(" ".join(small))
        self._said.setAccessibleName(text)
        self.chart.setAccessibleDescription(text)

    def _missing(self, told: Association) -> list[str]:
        counts = told.missing_column, told.missing_other, told.missing_both
        if not any(counts):
            return []
        one, two, both = counts
        said = {"column": told.column, "other": told.other}
        return [self._words("ui_datasets.pair.missing", **said, one=amount(one), two=amount(two), both=amount(both))]

    def _show(self, chart: PairChart | None) -> None:
        self._seen = chart
        for card in (self._drawn, self._listed):
            card.setVisible(chart is not None)
        if chart is None:
            self.chart.clear()
            return
        pair = PairWords(self._words, chart, self._profiles)
        self.chart.show_drawing(PairDrawing(self._session.theme, pair))
        self.table.show_pair(pair)
        self._show_key(chart)

    def _show_key(self, chart: PairChart) -> None:
        """What colours, boxes and lines mean."""
        words = self._words
        said = []
        if chart.cells is not None:
            said.append(words("ui_datasets.pair.key_cells", column=chart.y.name))
            if chart.cells.beyond:
                said.append(words("ui_datasets.pair.beyond", n=chart.cells.beyond))
        elif chart.dots is not None:
            said.append(words("ui_datasets.pair.key_dots", column=chart.y.name))
        elif chart.x.levels:
            said.append(words(f"ui_datasets.pair.key_{'shares' if chart.y.levels else 'boxes'}", column=chart.y.name))
        self._key.setText(" ".join(said))
        self._key.setVisible(bool(said))
        self.scale.show_steps(words("ui_datasets.pair.scale"), self._steps(chart))

    def _steps(self, chart: PairChart) -> list[tuple[QColor, str]]:
        """A few numbers of rows with their shades; even steps of the shade."""
        if chart.cells is None:
            return []
        most = max(map(max, chart.cells.counts))
        counts = sorted({max(1, round(most * (step / _SWATCHES) ** 2)) for step in range(1, _SWATCHES + 1)})
        colours = shades(self._session.theme)[shade_of(np.array(counts, np.float64), most)]
        return [(QColor(*colour), self._words.number(n)) for colour, n in zip(colours.tolist(), counts, strict=True)]

    # What the user does

    @Slot(str)
    def _on_chosen(self, name: str) -> None:
        self._ask()

    @Slot()
    def _on_swap_clicked(self) -> None:
        x, y = self.first.value(), self.second.value()
        self.first.set_value(y)
        self.second.set_value(x)
        self._ask()

    @Slot()
    def _on_theme_changed(self) -> None:
        if self._seen is not None:
            self._show_key(self._seen)


def _has_order(table: StoredTable, name: str) -> bool:
    return table.types[name] in NUMERIC or table.types[name] in TEMPORAL

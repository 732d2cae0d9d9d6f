"""Which other columns go with the one that is looked at, the strongest first; each leads to the page of both."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QSizePolicy, QWidget

from app.data.pairs.records import Association
from app.data.pairs.wording import level
from app.data.reader_protocol import Answer, AssociationsAnswer, Failed, StoredTable
from app.errors import CicloError
from app.text.listing import listed
from app.ui import theme as tokens
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.widgets.basics import button, clear, column, label

_SHOWN, _WORTH_SHOWING, _TOGETHER = 5, 0.1, 0.5
_NAME_WIDTH = 140


class GoesWith(QWidget):
    """``pair_asked(column, other)`` wants to see both."""

    pair_asked = Signal(str, str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("datasets.goes_with")
        self._session, self._words = session, session.words
        self._view = session.reader.open_view(self._on_answered)
        self._table: StoredTable | None = None
        self._column = ""
        self._others: list[str] = []
        words = self._words
        self._title = label(words("ui_datasets.goes_with.title"), "strong")
        self._said = label("", "muted")
        self._missing, self._foot = label("", "small-muted"), label("", "small-muted")
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(tokens.PAD)
        self._rows.setVerticalSpacing(0)
        self._rows.setColumnStretch(0, 1)
        self._links = QButtonGroup(self)
        self._links.idClicked.connect(self._on_link_clicked)
        self._any = button(words("ui_datasets.goes_with.any"), self._on_any_clicked, "link")
        self._any.setObjectName("datasets.goes_with_any")
        lines = column(self._title, self._rows, self._said, self._missing, self._foot, spacing=tokens.GAP)
        lines.addWidget(self._any, 0, Qt.AlignmentFlag.AlignLeft)
        self.setLayout(lines)
        self.hide()

    def show_table(self, table: StoredTable | None) -> None:
        """The table whose columns are looked at from now on."""
        self._table, self._column = table, ""
        self.setVisible(table is not None and len(table.types) > 1)

    def show_column(self, name: str) -> None:
        """Ask what goes with a column."""
        if self._table is None or name == self._column:
            return
        self._column = name
        self._show((), self._words("ui_datasets.goes_with.asking"))
        self._session.reader.ask_associations(self._view, self._table, name)

    def _on_answered(self, answer: Answer) -> None:
        if isinstance(answer, Failed):
            self._show((), self._words.error(CicloError(answer.code, **answer.params))[0])
            return
        if not isinstance(answer, AssociationsAnswer) or answer.column != self._column:
            return
        worth = [one for one in answer.associations if one.value >= _WORTH_SHOWING and not one.chance]
        none = "none" if answer.told else "untold"
        self._show(worth[:_SHOWN], "" if worth else self._words(f"ui_datasets.goes_with.{none}"))
        gone = [one.other for one in answer.associations if one.missing_together >= _TOGETHER]
        if gone:
            names = self._words.parameter(listed(gone, most=_SHOWN))
            self._missing.setText(self._words("ui_datasets.goes_with.missing", columns=names))
        if not answer.whole:
            self._foot.setText(self._words("ui_datasets.goes_with.looked", n=answer.looked))
        for text in (self._missing, self._foot):
            text.setVisible(bool(text.text()))

    def _show(self, found: Sequence[Association], said: str) -> None:
        for link in self._links.buttons():
            self._links.removeButton(link)
        clear(self._rows)
        self._others = [one.other for one in found]
        for place, one in enumerate(found):
            self._add(place, one)
        for text, shown in ((self._said, said), (self._missing, ""), (self._foot, "")):
            text.setText(shown)
            text.setVisible(bool(shown))

    def _add(self, place: int, one: Association) -> None:
        words, theme = self._words, self._session.theme
        value = words.number(one.value * (one.sign or 1), digits=2, fixed=True)
        strength = words(f"ui_datasets.goes_with.{level(one)}")
        name = QFontMetrics(theme.font()).elidedText(one.other, Qt.TextElideMode.ElideRight, theme.size(_NAME_WIDTH))
        link = button(name.replace("&", "&&"), None, "link")
        link.setObjectName(f"datasets.goes_with_{place}")
        link.setAccessibleName(words("ui_datasets.goes_with.link", column=one.other, strength=strength, value=value))
        link.setToolTip(link.accessibleName())
        self._links.addButton(link, place)
        figure = label(value, "muted", wrap=False)
        figure.setFont(theme.font(tabular=True))
        self._rows.addWidget(link, place, 0, Qt.AlignmentFlag.AlignLeft)
        self._rows.addWidget(_Strength(theme, one.value), place, 1)
        self._rows.addWidget(figure, place, 2, Qt.AlignmentFlag.AlignRight)

    @Slot(int)
    def _on_link_clicked(self, place: int) -> None:
        self.pair_asked.emit(self._column, self._others[place])

    @Slot()
    def _on_any_clicked(self) -> None:
        """The strongest, or the next column of the table: on the page any other can be chosen."""
        if self._table is not None:
            others = [*self._others, *(name for name in self._table.types if name != self._column)]
            self.pair_asked.emit(self._column, others[0])


class _Strength(QWidget):
    """A bar as long as two columns go together; the figure beside it says the same."""

    def __init__(self, theme: Theme, value: float) -> None:
        super().__init__()
        self._theme, self._value = theme, value
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.size(72), self._theme.size(8))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        area = QRectF(self.rect())
        for share, colour in ((1.0, self._theme.colour("neutral_soft")), (self._value, self._theme.series(0))):
            painter.setBrush(colour)
            painter.drawRect(QRectF(area.left(), area.top(), area.width() * share, area.height()))
        painter.end()

"""Fields of forms: a caption above each, dropdowns that show a detail, a choice of segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QWidget,
)

from app.ui import theme as tokens
from app.ui.models.look import Index
from app.ui.theme import Theme
from app.ui.widgets.basics import column, label, restyle

_DETAIL = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Option:
    """A choice: its value (never shown), its words, and a detail shown at the right."""

    value: str
    text: str
    detail: str = ""


class Field(QWidget):
    """A caption above an editor, and below it room for a hint or for what is wrong."""

    def __init__(self, caption: str, editor: QWidget, hint: str = "") -> None:
        super().__init__()
        self.editor = editor
        self._caption = label(caption, "small-muted")
        self._caption.setBuddy(editor)
        self._normal = hint
        self._lines = column(self._caption, editor, spacing=tokens.GAP)
        self.setLayout(self._lines)
        editor.setAccessibleName(caption)
        if hint:
            self._hint.setText(hint)
            editor.setAccessibleDescription(hint)

    @cached_property
    def _hint(self) -> QLabel:
        """Made when there is something to say: most fields never do."""
        made = label("", "small-muted")
        self._lines.addWidget(made)
        return made

    def set_caption(self, caption: str) -> None:
        """Call the editor something else."""
        self._caption.setText(caption)
        self.editor.setAccessibleName(caption)

    def set_wrong(self, sentence: str) -> None:
        """Say what is wrong with the entry; empty: nothing."""
        if not sentence and self.editor.property("wrong") != "true":
            return
        self._hint.setText(sentence or self._normal)
        self._hint.setVisible(bool(sentence or self._normal))
        self._hint.setProperty("kind", "bad" if sentence else "")
        self.editor.setProperty("wrong", "true" if sentence else "false")
        restyle(self._hint)
        restyle(self.editor)


class Dropdown(QComboBox):
    """A field that opens a list. ``chosen(value)`` is sent for the user's choice only, not for ``set_value``."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, options: Sequence[Option] = (), *, flat: bool = False) -> None:
        super().__init__()
        self._theme = theme
        if flat:
            self.setProperty("role", "flat")
        self.setItemDelegate(_OptionDelegate(theme, self))
        # to contents, Qt would resize the field past its layout whenever the options change
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_options(options)
        self.activated.connect(self._on_activated)

    def set_options(self, options: Sequence[Option]) -> None:
        """Other choices; the value is kept where it is still there."""
        before = self.value()
        self.blockSignals(True)
        self.clear()
        for option in options:
            self.addItem(option.text, option.value)
            self.setItemData(self.count() - 1, option.detail, _DETAIL)
        self.blockSignals(False)
        self.set_value(before)

    def value(self) -> str:
        """The value chosen; empty where there is none."""
        found = self.currentData()
        return found if isinstance(found, str) else ""

    def set_value(self, value: str) -> None:
        """Choose by value; an unknown one leaves the first, or the invitation where there is one."""
        self.setCurrentIndex(max(-1 if self.placeholderText() else 0, self.findData(value)))

    def invite(self, words: str) -> None:
        """Stand empty, with these words, until something is chosen."""
        self.setPlaceholderText(words)

    def showPopup(self) -> None:
        """The list is as wide as its widest choice: in the width of a narrow field, names would be cut."""
        view = self.view()
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        view.setMinimumWidth(max(self.width(), view.sizeHintForColumn(0) + bar))
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling the page must not change a field that the pointer happens to cross."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        side = self._theme.size(14)
        area = QRect(self.width() - side - tokens.PAD, (self.height() - side) // 2, side, side)
        painter.drawPixmap(area, self._theme.pixmap("chevron-down", "muted", side, self.devicePixelRatioF()))
        detail = self.currentData(_DETAIL)
        if detail:
            quiet = self._theme.font()
            quiet.setWeight(QFont.Weight.Normal)  # set, or the painter takes the bold of the field's own text
            painter.setFont(quiet)
            painter.setPen(self._theme.colour("muted"))
            room = self.rect().adjusted(0, 0, -side - 2 * tokens.PAD, 0)
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, detail)
        painter.end()

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        """Qt would cut a text that is too long in the middle of a letter, or write it under the detail."""
        super().initStyleOption(option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, self).width()
        detail = self.currentData(_DETAIL)
        if detail:
            room -= self.fontMetrics().horizontalAdvance(detail) + tokens.SPACE
        option.currentText = self.fontMetrics().elidedText(option.currentText, Qt.TextElideMode.ElideRight, room)

    def sizeHint(self) -> QSize:
        """Wide enough for each choice with its detail."""
        measure = self.fontMetrics().horizontalAdvance
        choices = [(self.itemText(at), self.itemData(at, _DETAIL) or "") for at in range(self.count())]
        widest = max((measure(t) + (measure(d) + tokens.SPACE if d else 0) for t, d in choices), default=0)
        return QSize(widest + self._theme.size(14) + 5 * tokens.PAD, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.size(80), super().minimumSizeHint().height())

    @Slot(int)
    def _on_activated(self, index: int) -> None:
        self.chosen.emit(self.value())


class _OptionDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, dropdown: QWidget) -> None:
        super().__init__(dropdown)
        self._theme = theme
        self._dropdown = dropdown

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        detail = index.data(_DETAIL)
        if not detail:
            super().paint(painter, option, index)
            return
        quiet = self._theme.font("small")
        room = option.rect.adjusted(0, 0, -tokens.SPACE, 0)
        shown = QStyleOptionViewItem(option)
        self.initStyleOption(shown, index)
        left = room.width() - QFontMetrics(quiet).horizontalAdvance(detail) - 3 * tokens.SPACE
        shown.text = QFontMetrics(shown.font).elidedText(shown.text, Qt.TextElideMode.ElideRight, left)
        self._dropdown.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, shown, painter, option.widget)
        painter.save()
        painter.setPen(self._theme.colour("muted"))
        painter.setFont(quiet)
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, detail)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        size = super().sizeHint(option, index)
        detail = index.data(_DETAIL) or ""
        extra = option.fontMetrics.horizontalAdvance(detail)
        return QSize(size.width() + extra + tokens.WIDE, self._theme.size(30))


class Segments(QWidget):
    """A few choices side by side, one of them taken: quick, balanced, thorough."""

    chosen = Signal(str)

    def __init__(self, options: Sequence[Option]) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._values = [option.value for option in options]
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(tokens.GAP)
        self.buttons: dict[str, QPushButton] = {}
        for position, option in enumerate(options):
            made = QPushButton()
            made.setCheckable(True)
            made.setAutoDefault(False)
            self._group.addButton(made, position)
            layout.addWidget(made, 1)
            self.buttons[option.value] = made
            self.set_option(option)
        self.buttons[self._values[0]].setChecked(True)
        self._group.idClicked.connect(self._on_clicked)

    def set_option(self, option: Option) -> None:
        """Other words or another detail for a choice."""
        made = self.buttons[option.value]
        made.setText(f"{option.text}\n{option.detail}" if option.detail else option.text)
        made.setAccessibleName(f"{option.text} {option.detail}".strip())

    def value(self) -> str:
        """The value of the choice taken."""
        return self._values[self._group.checkedId()]

    def set_value(self, value: str) -> None:
        """Take a choice without sending ``chosen``."""
        self.buttons[value].setChecked(True)

    @Slot(int)
    def _on_clicked(self, position: int) -> None:
        self.chosen.emit(self._values[position])


def line_edit(text: str = "", placeholder: str = "") -> QLineEdit:
    """A field for one line."""
    made = QLineEdit(text)
    made.setPlaceholderText(placeholder)
    return made


def text_edit(placeholder: str = "", *, lines: int = 3) -> QPlainTextEdit:
    """A field for a few lines; Tab leaves it."""
    made = QPlainTextEdit()
    made.setPlaceholderText(placeholder)
    made.setTabChangesFocus(True)
    made.setFixedHeight(made.fontMetrics().lineSpacing() * lines + 20)
    return made

"""The beginning of the file as it is: monospaced, numbered, separators and quotes tinted, bad lines marked."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from app.data.records import Dialect, Rejected
from app.ui import theme as tokens
from app.ui.theme import Theme

_LONGEST_LINE = 2000
# Control characters as their pictures (U+2400…), so that a NUL or a stray CR is seen; a tab stays a tab.
_PICTURES = {code: 0x2400 + code for code in range(32) if code != 9} | {127: 0x2421}


def separators(line: str, dialect: Dialect) -> list[int]:
    """Where the separators of a line stand, those between quotes left out."""
    places, quoted = [], False
    for place, sign in enumerate(line):
        if dialect.quote and sign == dialect.quote:
            quoted = not quoted
        elif not quoted and line.startswith(dialect.delimiter, place):
            places.append(place)
    return places


class _Highlighter(QSyntaxHighlighter):
    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._theme = theme
        self.dialect: Dialect | None = None
        self.bad: frozenset[int] = frozenset()

    def highlightBlock(self, text: str) -> None:
        if self.dialect is None:
            return
        number = self.currentBlock().blockNumber()
        if number < self.dialect.skip_lines:
            self.setFormat(0, len(text), self._format("muted"))
            return
        if number + 1 in self.bad:
            wrong = self._format("bad")
            wrong.setBackground(self._theme.colour("bad_soft"))
            self.setFormat(0, len(text), wrong)
        self._mark_quotes(text)
        if self.dialect.delimiter:
            self._mark_separators(text)

    def _mark_quotes(self, text: str) -> None:
        quote = self.dialect.quote if self.dialect is not None else ""
        shown = self._format("warning")
        shown.setBackground(self._theme.colour("warning_soft"))
        for place, sign in enumerate(text):
            if quote and sign == quote:
                self.setFormat(place, 1, shown)

    def _mark_separators(self, text: str) -> None:
        assert self.dialect is not None
        shown = self._format("accent")
        shown.setBackground(self._theme.colour("accent_soft"))
        for place in separators(text, self.dialect):
            self.setFormat(place, len(self.dialect.delimiter), shown)

    def _format(self, colour: str) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setForeground(self._theme.colour(colour))
        return made


class _Gutter(QWidget):
    """The line numbers, at the left of the text."""

    def __init__(self, editor: RawText) -> None:
        super().__init__(editor)
        self._editor = editor

    def paintEvent(self, event: QPaintEvent) -> None:
        self._editor.paint_numbers(self, event)


class RawText(QPlainTextEdit):
    """Read-only lines of the file."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("datasets.raw")
        self.setProperty("role", "raw")
        self.setAccessibleName(name)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._highlighter = _Highlighter(self.document(), theme)
        self._gutter = _Gutter(self)
        self.updateRequest.connect(self._on_update_requested)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def show_lines(self, lines: tuple[str, ...], dialect: Dialect, rejected: tuple[Rejected, ...] = ()) -> None:
        """Other lines, or the same read otherwise; the place scrolled to is kept where the text is the same."""
        self._highlighter.bad = frozenset(record.line for record in rejected if record.line <= len(lines))
        text = "\n".join(line[:_LONGEST_LINE].rstrip("\r\n").translate(_PICTURES) for line in lines)
        self._highlighter.dialect = dialect
        if text != self.toPlainText():
            self.setPlainText(text)
            self._place_gutter()
        self._highlighter.rehighlight()

    def paint_numbers(self, gutter: QWidget, event: QPaintEvent) -> None:
        """Draw the numbers of the lines in sight."""
        painter = QPainter(gutter)
        painter.setFont(self.font())
        block, offset = self.firstVisibleBlock(), self.contentOffset()
        while block.isValid():
            area = self.blockBoundingGeometry(block).translated(offset)
            if area.top() > event.rect().bottom():
                break
            room = QRect(0, round(area.top()), gutter.width() - 2 * tokens.PAD, round(area.height()))
            number = block.blockNumber() + 1
            painter.setPen(self._theme.colour("bad" if number in self._highlighter.bad else "muted"))
            painter.drawText(room, Qt.AlignmentFlag.AlignRight, str(number))
            block = block.next()
        painter.end()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.size(320), self._theme.size(200))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.size(160), self._theme.size(120))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_gutter()

    def _gutter_width(self) -> int:
        digits = max(2, len(str(self.blockCount())))
        return self.fontMetrics().horizontalAdvance("9" * digits) + 2 * tokens.PAD

    def _place_gutter(self) -> None:
        width = self._gutter_width()
        self.setViewportMargins(width, 0, 0, 0)
        inside = self.contentsRect()
        self._gutter.setGeometry(inside.left(), inside.top(), width, self.viewport().height())

    @Slot(QRect, int)
    def _on_update_requested(self, area: QRect, scrolled: int) -> None:
        if scrolled:
            self._gutter.scroll(0, scrolled)
        else:
            self._gutter.update(0, area.y(), self._gutter.width(), area.height())

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setFont(self._theme.raw_font())
        self.setTabStopDistance(self.fontMetrics().horizontalAdvance(" ") * 4)
        self._highlighter.rehighlight()
        self._place_gutter()

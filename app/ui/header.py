"""The header: project, the life cycle as tab bar with a state badge each, Results set apart, help and menu."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Signal, Slot
from PySide6.QtGui import QEnterEvent, QFocusEvent, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy

from app.text.words import Words
from app.ui import theme as tokens
from app.ui.numbers import FOCUS_BY_KEY, LEFT, RIGHT_TO_LEFT
from app.ui.tabs import TABS, Tab
from app.ui.theme import Kind, Theme
from app.ui.widgets.basics import IconButton, label, paint_badge, upright

BadgeState = tuple[Kind, str, str]
_ROOMY, _NARROW = 14, 6
_PROJECT_WIDTH = 320
_AIR = 116  # margins and gaps between everything in the bar


class TabButton(QAbstractButton):
    """A phase of the life cycle: its name, its badge, and a line under the one that is shown."""

    def __init__(self, theme: Theme, tab: Tab, title: str) -> None:
        super().__init__()
        self._theme = theme
        self.tab = tab
        self._badge: BadgeState | None = None
        self._margin = _ROOMY
        self._is_by_key = False
        self.setText(title)
        self.setObjectName(f"tab-{tab.id}")
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.set_badge(None)

    def set_badge(self, badge: BadgeState | None) -> None:
        """Kind, text (empty: the kind's sign) and what it means in words."""
        self._badge = badge
        meaning = badge[2] if badge else ""
        self.setAccessibleName(f"{self.text()}, {meaning}" if meaning else self.text())
        self.setToolTip(meaning)
        self.updateGeometry()
        self.update()

    def set_narrow(self, narrow: bool) -> None:
        """Less air round the words, and none kept for a badge that isn't there."""
        self._margin = _NARROW if narrow else _ROOMY
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self.width_with(self._margin), 40)

    def width_with(self, margin: int) -> int:
        """The width that it needs with this margin."""
        has_badge = self._badge is not None or (margin == _ROOMY and not self.tab.apart)
        badge = self._theme.size(20) + (tokens.PAD if margin == _ROOMY else tokens.GAP)
        return self._words_width() + 2 * margin + (badge if has_badge else 0)

    def _words_width(self) -> int:
        return QFontMetrics(self._theme.font(strong=True)).horizontalAdvance(self.text())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The focus is shown to those who move it by keys; to others it would look like a second tab in use."""
        self._is_by_key = event.reason().value in FOCUS_BY_KEY
        super().focusInEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        strong = self.isChecked()
        painter.setFont(theme.font(strong=strong))
        active = strong or self.underMouse() or (self._is_by_key and self.hasFocus())
        painter.setPen(theme.colour("text" if active else "muted"))
        words = self.rect().adjusted(self._margin, 0, 0, 0)
        painter.drawText(words, LEFT, self.text())
        if strong:
            painter.fillRect(0, self.height() - 2, self.width(), 2, theme.colour("accent"))
        elif self._is_by_key and self.hasFocus():
            painter.fillRect(self._margin, self.height() - 8, self._words_width(), 1, theme.colour("accent"))
        if self._badge is not None:
            side = theme.size(20)
            at = QRectF(self.width() - self._margin - side, (self.height() - side) / 2, side, side)
            paint_badge(painter, at, theme, self._badge[0], self._badge[1])
        painter.end()


class Header(QFrame):
    """``chosen(tab)`` is sent when a tab is clicked."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self._theme, self._words = theme, words
        self._name, self._shown_name = "", ""
        self.setProperty("role", "header")
        self.setFixedHeight(theme.size(tokens.HEADER_HEIGHT))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(tokens.SPACE, 0, tokens.PAD, 0)
        layout.setSpacing(tokens.PAD)
        self._logo = label("", wrap=False)
        self.project = QPushButton()
        self.project.setProperty("role", "flat")
        self.project.setObjectName("project")
        self.tabs: dict[str, TabButton] = {}
        self._chevrons: list[QLabel] = []
        layout.addWidget(self._logo)
        layout.addWidget(self.project)
        layout.addSpacing(tokens.SPACE)
        self._bar = QHBoxLayout()
        self._bar.setSpacing(0)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.idClicked.connect(self._on_tab_clicked)
        self._add_tabs()
        layout.addLayout(self._bar)
        layout.addStretch(1)
        self.help = IconButton(theme, "circle-question-mark", words("ui.help"))
        self.menu = IconButton(theme, "menu", words("ui.menu"))
        self.help.setObjectName("help")
        self.menu.setObjectName("menu")
        layout.addWidget(self.help)
        layout.addWidget(self.menu)
        self._on_theme_changed()
        theme.changed.connect(self._on_theme_changed)

    def _add_tabs(self) -> None:
        for position, tab in enumerate(TABS):
            if tab.apart:
                self._bar.addSpacing(tokens.PAD)
                self._apart = upright()
                self._bar.addWidget(self._apart)
                self._bar.addSpacing(tokens.PAD)
            elif position:
                chevron = label("", wrap=False)
                self._chevrons.append(chevron)
                self._bar.addWidget(chevron)
            made = TabButton(self._theme, tab, self._words(tab.title))
            self._group.addButton(made, position)
            self._bar.addWidget(made)
            self.tabs[tab.id] = made

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Where the words are large or the window is small: no chevrons, less air, a shorter project name."""
        icon = self._theme.size(28)
        name = min(self._theme.size(_PROJECT_WIDTH), self.fontMetrics().horizontalAdvance(self._shown_name) + 2 * icon)
        rest = self._theme.size(20) + self.help.sizeHint().width() + self.menu.sizeHint().width() + _AIR
        chevrons = len(self._chevrons) * self._theme.size(14)
        roomy = sum(made.width_with(_ROOMY) for made in self.tabs.values()) + chevrons
        narrow = bool(self._name) and roomy + rest + name > self.width()
        for made in self.tabs.values():
            made.set_narrow(narrow)
        for chevron in self._chevrons:
            chevron.setVisible(bool(self._name) and not narrow)
        if narrow:
            name = self.width() - rest - sum(made.width_with(_NARROW) for made in self.tabs.values())
        room = max(self._theme.size(24), name - 2 * icon)
        self.project.setText(_shortened(self._shown_name, self.fontMetrics(), room))

    def set_badge(self, tab: str, badge: BadgeState | None) -> None:
        """The state of a phase."""
        self.tabs[tab].set_badge(badge)
        self._fit()

    def set_project(self, name: str) -> None:
        """The name of the open project; empty: none, and no tabs."""
        self._name, self._shown_name = name, name or self._words("ui.app_name")
        self.project.setText(self._shown_name)
        self.project.setAccessibleName(self._shown_name)
        for made in self.tabs.values():
            made.setEnabled(bool(name))
            made.setVisible(bool(name))
        self._apart.setVisible(bool(name))
        self._fit()

    def set_tab(self, tab: str) -> None:
        """Mark a tab as the one shown; empty: none."""
        if tab:
            self.tabs[tab].setChecked(True)
            return
        self._group.setExclusive(False)
        for made in self.tabs.values():
            made.setChecked(False)
        self._group.setExclusive(True)

    @Slot(int)
    def _on_tab_clicked(self, position: int) -> None:
        self.chosen.emit(TABS[position].id)

    @Slot()
    def _on_theme_changed(self) -> None:
        theme, ratio = self._theme, self.devicePixelRatioF()
        self.setFixedHeight(theme.size(tokens.HEADER_HEIGHT))
        self._logo.setPixmap(theme.pixmap("refresh-cw", "accent", theme.size(20), ratio))
        for chevron in self._chevrons:
            chevron.setPixmap(theme.pixmap("chevron-right", "line", theme.size(14), ratio))
        self.project.setIcon(theme.icon("chevron-down", "muted"))
        self.project.setProperty("layoutDirection", RIGHT_TO_LEFT)
        self.project.setIconSize(QSize(theme.size(14), theme.size(14)))
        for made in self.tabs.values():
            made.updateGeometry()
        self._fit()


def _shortened(text: str, measure: QFontMetrics, room: int) -> str:
    if measure.horizontalAdvance(text) <= room:
        return text
    from PySide6.QtCore import Qt

    return measure.elidedText(text, Qt.TextElideMode.ElideRight, room)

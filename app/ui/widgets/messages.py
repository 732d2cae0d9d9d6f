"""What the window says: findings, errors (what happened, what is safe, what to do), notices."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.errors import CicloError
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.theme import Kind, Theme
from app.ui.widgets.basics import Badge, IconButton, button, clear, column, label, restyle, rich_label

SEVERITIES: dict[str, Kind] = {"bad": "bad", "warning": "warning", "note": "neutral", "good": "good"}


class FindingRow(QWidget):
    """Badge, sentence with the evidence, at most one remedy button.

    ``sentence`` is plain text unless ``rich``; then data in it must have passed ``html.escape``. ``name``: what it is
    about, above the sentence.
    """

    def __init__(
        self,
        theme: Theme,
        severity: str,
        sentence: str,
        remedy: str = "",
        clicked: Callable[[], object] | None = None,
        *,
        rich: bool = False,
        name: str = "",
    ) -> None:
        super().__init__()
        self._name = name
        kind = SEVERITIES[severity]
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, tokens.PAD, 0, tokens.PAD)
        layout.setSpacing(tokens.PAD)
        self._text = rich_label("") if rich else label("")
        self.badge = Badge(theme, kind)
        layout.addWidget(self.badge)
        said = column(*([label(name, "strong")] if name else []), self._text, spacing=2)
        layout.addLayout(said, 1)
        self.remedy: QPushButton | None = None
        if remedy:
            self.remedy = button(remedy, clicked)
            layout.addWidget(self.remedy)
        self._layout = layout
        self.say(sentence)

    def add_button(self, made: QPushButton) -> None:
        """Another button, at the right end."""
        self._layout.addWidget(made)

    def say(self, sentence: str) -> None:
        """Say another sentence in the same row."""
        self._text.setText(sentence)
        self.setAccessibleName(f"{self._name}: {sentence}" if self._name else sentence)


class Notice(QFrame):
    """A quiet bar on the page: a sentence, at most two buttons, and a cross that closes it."""

    closed = Signal()

    def __init__(self, theme: Theme, *, close_name: str = "") -> None:
        super().__init__()
        self._theme, self._close_name = theme, close_name
        self.setProperty("role", "notice")
        self.hide()

    def _furnish(self) -> None:
        """For the first thing that is said: most notices never say any."""
        self._badge = Badge(self._theme, "accent")
        self._sentence = label("", "strong")
        self._hint = label("")
        self._details = label("", "small-muted", selectable=True)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(tokens.PAD)
        self._cross = IconButton(self._theme, "x", self._close_name)
        self._cross.clicked.connect(self.dismiss)
        words = QVBoxLayout()
        words.setSpacing(2)
        for widget in (self._sentence, self._hint, self._details):
            words.addWidget(widget)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(tokens.SPACE, 10, tokens.PAD, 10)
        layout.setSpacing(tokens.PAD)
        layout.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        layout.addLayout(self._buttons)
        layout.addWidget(self._cross, 0, Qt.AlignmentFlag.AlignTop)

    def say(self, kind: Kind, sentence: str, hint: str = "", details: str = "") -> None:
        """What to say; buttons that were there go."""
        if self.layout() is None:
            self._furnish()
        self.setProperty("kind", kind)
        restyle(self)
        self._badge.set(kind)
        clear(self._buttons)
        for widget, text in ((self._sentence, sentence), (self._hint, hint), (self._details, details)):
            widget.setText(text)
            widget.setVisible(bool(text))
        self._details.hide()
        self.setAccessibleName(f"{sentence} {hint}".strip())
        self.setVisible(bool(sentence))

    def say_error(self, words: Words, error: CicloError) -> None:
        """What happened and what to do next."""
        sentence, hint = words.error(error)
        self.say("bad", sentence, hint)

    def add(self, text: str, clicked: Callable[[], object]) -> QPushButton:
        """A button in the bar."""
        made = button(text, clicked, "small")
        self._buttons.addWidget(made)
        return made

    def add_details(self, text: str, details: str) -> None:
        """A button that unfolds ``details``."""
        self._details.setText(details)
        self.add(text, self._on_details_clicked)

    @Slot()
    def _on_details_clicked(self) -> None:
        self._details.setVisible(not self._details.isVisible())

    @Slot()
    def dismiss(self) -> None:
        """Close the bar."""
        self.hide()
        self.closed.emit()

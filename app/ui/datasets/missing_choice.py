"""Words that may stand for a missing value, each with its count and taken or left by one click."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from app.data.rules.records import MissingWord
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.widgets.basics import clear

_MOST, _ACROSS, _LONGEST = 8, 4, 14


class _WordButton(QPushButton):
    """Pressed in where the word is taken. ``turned(word, taken)`` is sent for the user's click."""

    turned = Signal(str, bool)

    def __init__(self, words: Words, word: MissingWord) -> None:
        super().__init__(words("rules.ui.word", word=word.word[:_LONGEST], n=word.count))
        self._word = word.word
        self.setProperty("role", "small")
        self.setCheckable(True)
        self.setChecked(word.taken)
        self.setAutoDefault(False)
        self.setObjectName(f"datasets.missing_word.{word.word}")
        said = words("rules.ui.word_taken" if word.taken else "rules.ui.word_left", word=word.word, n=word.count)
        self.setToolTip(said)
        self.setAccessibleDescription(said)
        self.clicked.connect(self._on_clicked)

    @Slot(bool)
    def _on_clicked(self, taken: bool) -> None:
        self.turned.emit(self._word, taken)


class MissingChoice(QWidget):
    """A line of such words. ``chosen(words)`` is sent with all that are to be taken from now on."""

    chosen = Signal(object)

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._shown: tuple[MissingWord, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, tokens.PAD)
        self._grid.setSpacing(tokens.GAP)
        self._grid.setColumnStretch(_ACROSS, 1)

    def show_words(self, found: Sequence[MissingWord]) -> None:
        """Show other words; none hides the line."""
        self._shown = tuple(found)
        clear(self._grid)
        for place, word in enumerate(self._shown[:_MOST]):
            made = _WordButton(self._words, word)
            made.turned.connect(self._on_turned)
            self._grid.addWidget(made, place // _ACROSS, place % _ACROSS)
        self.setVisible(bool(found))

    @Slot(str, bool)
    def _on_turned(self, word: str, taken: bool) -> None:
        kept = [shown.word for shown in self._shown if (shown.taken or shown.implied) and shown.word != word]
        self.chosen.emit((*kept, word) if taken else tuple(kept))

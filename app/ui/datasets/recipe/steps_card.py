"""The steps of a recipe as sentences, each with what it touches and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.data.recipe.steps import AnyStep, Touched
from app.data.recipe.wording import kind_of, name_of, said_of
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.datasets.recipe.forms import FORMS
from app.ui.theme import Theme
from app.ui.widgets.basics import Badge, Card, IconButton, clear, column, label, restyle, row
from app.ui.widgets.form import Dropdown, Option

_BUTTONS = (("chevron-up", "up"), ("chevron-down", "down"), ("pencil", "edit"), ("trash-2", "remove"))


class StepRow(QFrame):
    """A step. ``picked(place)`` when it is clicked, ``asked(what, place)`` for one of its buttons."""

    picked = Signal(int)
    asked = Signal(str, int)

    def __init__(self, theme: Theme, words: Words, place: int, step: AnyStep, count: int) -> None:
        super().__init__()
        self.place, self._words = place, words
        self.setObjectName(f"datasets.step_{place + 1}")
        self.setProperty("role", "step")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        sentence = words.text(said_of(step))
        self._touched = label("", "small-muted")
        said = column(label(sentence), self._touched, spacing=2)
        if step.note:
            said.addWidget(label(step.note, "small-muted"))
        buttons = []
        for icon, what in _BUTTONS:
            buttons.append(_StepButton(theme, icon, words(f"ui_datasets.step.{what}"), self, what))
        buttons[0].setEnabled(place > 0)
        buttons[1].setEnabled(place < count - 1)
        buttons[2].setEnabled(kind_of(step) in FORMS)
        self.badge = Badge(theme, "neutral", str(place + 1))
        inside = row(self.badge, said, *buttons, spacing=tokens.GAP, margins=tokens.GAP)
        inside.setStretch(1, 1)
        self.setLayout(inside)
        self.setAccessibleName(f"{place + 1}. {sentence}")

    def say(self, text: str, *, bad: bool = False) -> None:
        """What the step did, or why it can't be done."""
        self._touched.setText(text)
        self._touched.setProperty("kind", "bad" if bad else "")
        self._touched.setVisible(bool(text))
        self.badge.set("bad" if bad else "neutral", str(self.place + 1))
        restyle(self._touched)

    @property
    def said(self) -> str:
        """What stands below the sentence."""
        return self._touched.text()

    def mark(self, *, chosen: bool) -> None:
        """Whether it is the one that is looked at."""
        self.setProperty("chosen", "true" if chosen else "false")
        restyle(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.picked.emit(self.place)
        super().mousePressEvent(event)


class _StepButton(IconButton):
    """Asks something of a row's step."""

    def __init__(self, theme: Theme, icon: str, name: str, step: StepRow, what: str) -> None:
        super().__init__(theme, icon, name)
        self.setObjectName(f"datasets.step_{what}_{step.place + 1}")
        self._step, self._what = step, what
        self.clicked.connect(self._on_clicked)

    @Slot()
    def _on_clicked(self) -> None:
        self._step.asked.emit(self._what, self._step.place)


class StepsCard(Card):
    """``picked(place)``, ``asked(what, place)`` and ``added(kind)`` say what the user wants."""

    picked = Signal(int)
    asked = Signal(str, int)
    added = Signal(str)

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__(words("ui_datasets.recipe.steps"))
        self._theme, self._words = theme, words
        self._inside = QWidget()
        self._list = QVBoxLayout(self._inside)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(tokens.GAP)
        self._none = label(words("ui_datasets.recipe.none"), "muted")
        self.add = Dropdown(theme)
        self.add.setObjectName("datasets.step_add")
        self.add.setAccessibleName(words("ui_datasets.recipe.add"))
        self.add.invite(words("ui_datasets.recipe.add"))
        self.add.set_options([Option(kind, words.text(name_of(kind))) for kind in FORMS])
        self.add.chosen.connect(self._on_added)
        self.rows: list[StepRow] = []
        for widget in (self._inside, self._none, self.add):
            self.body.addWidget(widget)

    def show_steps(self, steps: Sequence[AnyStep], place: int) -> None:
        """Show these; ``place`` is looked at."""
        clear(self._list)
        self.rows = []
        for at, step in enumerate(steps):
            made = StepRow(self._theme, self._words, at, step, len(steps))
            made.picked.connect(self.picked)
            made.asked.connect(self.asked)
            made.mark(chosen=at == place)
            made.say("")
            self.rows.append(made)
            self._list.addWidget(made)
        self._none.setVisible(not steps)
        self._inside.setVisible(bool(steps))

    def show_touched(self, touched: Sequence[Touched], rows: int, columns: int) -> None:
        """What each step did to ``rows`` rows of ``columns`` columns."""
        for made, one in zip(self.rows, touched, strict=False):
            made.say(self._said(one, rows, columns))
            rows, columns = one.rows, one.columns

    def _said(self, one: Touched, rows: int, columns: int) -> str:
        words = self._words
        said = []
        if one.cells:
            said.append(words("ui_datasets.step.cells", n=one.cells))
        if one.rows != rows:
            said.append(words("ui_datasets.step.rows", before=rows, after=one.rows))
        if one.columns != columns:
            said.append(words("ui_datasets.step.columns", before=columns, after=one.columns))
        if one.unmatched:
            said.append(words("ui_datasets.step.unmatched", n=one.unmatched))
        if one.several:
            said.append(words("ui_datasets.step.several", n=one.several))
        return ", ".join(said) or words("ui_datasets.step.nothing")

    @Slot(str)
    def _on_added(self, kind: str) -> None:
        self.add.setCurrentIndex(-1)
        self.added.emit(kind)

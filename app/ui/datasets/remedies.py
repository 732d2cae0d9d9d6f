"""Buttons that set a finding right."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPushButton

from app.data.recipe.steps import AnyStep
from app.data.recipe.wording import kind_of, said_of
from app.data.records import Finding
from app.text.words import Words
from app.ui.models.tips import plain_tip


class RemedyButton(QPushButton):
    """Asks for a step that sets a finding right: ``wanted(step)``."""

    wanted = Signal(object)

    def __init__(self, words: Words, text: str, step: AnyStep) -> None:
        super().__init__(text)
        self._step = step
        said = words.text(said_of(step))
        self.setProperty("role", "small")
        self.setAutoDefault(False)
        self.setToolTip(plain_tip(said))
        self.setAccessibleName(f"{text}: {said}")
        self.clicked.connect(self._on_clicked)

    @Slot()
    def _on_clicked(self) -> None:
        self.wanted.emit(self._step)


def remedy_buttons(words: Words, finding: Finding, name: str, only: str) -> list[RemedyButton]:
    """A button for each step that sets a finding right. One alone says ``only``; where there are several, each says
    what it does. The first one is called ``name``, with the finding behind it."""
    steps = finding.remedies
    made = []
    for place, step in enumerate(steps):
        kind = kind_of(step)
        one = RemedyButton(words, words(f"ui_datasets.findings.by.{kind}") if len(steps) > 1 else only, step)
        told = f"{name}.{finding.code.rpartition('.')[2]}.{finding.column}"
        one.setObjectName(f"{told}.{kind}" if place else told)
        made.append(one)
    return made

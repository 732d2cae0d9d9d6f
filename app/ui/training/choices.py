"""The choices that most trainings don't need: the rule that is used today, name, kind of task, seed."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QWidget

from app.errors import CicloError
from app.learning.records import Balance
from app.project.record import is_series_name
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.theme import Theme
from app.ui.widgets.basics import column
from app.ui.widgets.form import Dropdown, Field, Option, line_edit

_TASKS = ("auto", "classification", "regression")
_PAUSE_MS = 700
"""After the last sign of a rule was typed: it is read then, and not only when the field is left."""


class MoreChoices(QWidget):
    """``changed`` says that the plan must be asked for again."""

    changed = Signal()

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self._words = words
        self._proposed = ""
        self._name = line_edit()
        self._name_field = Field(words("ui_training.model"), self._name)
        self._name.textEdited.connect(self._on_name_edited)
        self._name.setObjectName("training.model")
        self._task = Dropdown(theme, [Option(t, words(f"ui_training.task_choice.{t}")) for t in _TASKS])
        self._task.setObjectName("training.task")
        self._rule = line_edit(placeholder=words("ui_training.rule.example"))
        self._rule.setObjectName("training.rule")
        self._rule.editingFinished.connect(self._on_rule_edited)
        self._rule_field = Field(words("ui_training.rule"), self._rule, words("ui_training.rule.help"))
        self._asked_rule = self._proposed_rule = ""
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._on_rule_edited)
        self._rule.textEdited.connect(self._on_rule_typed)
        self._balance = Dropdown(theme, [_balance_option(words, one) for one in Balance])
        self._balance.setObjectName("training.balance")
        self._balance.chosen.connect(self._on_chosen)
        self._seed = line_edit("0")
        self._seed.setObjectName("training.seed")
        self._seed.editingFinished.connect(self._on_seed_edited)
        self._asked_seed = 0
        self._seed.setValidator(QIntValidator(0, 2**31 - 1, self))
        self._task.chosen.connect(self._on_chosen)
        self.setLayout(
            column(
                self._rule_field,
                self._name_field,
                Field(words("ui_training.task_choice"), self._task),
                Field(words("ui_training.balance"), self._balance, words("ui_training.balance.help")),
                Field(words("ui_training.seed"), self._seed, words("ui_training.seed.help")),
                spacing=tokens.PAD + tokens.GAP,
            )
        )

    def propose_name(self, name: str) -> None:
        """A name for the model, unless the analyst typed one."""
        if self._name.text() in ("", self._proposed):
            self._name.setText(name)
        self._proposed = name

    def name(self) -> str:
        return self._name.text().strip()

    def check_name(self) -> bool:
        """Whether the name can be given; else the field says so."""
        good = not self.name() or is_series_name(self.name())
        self._name_field.set_wrong("" if good else self._words("ui_training.bad_name"))
        return good

    @Slot(str)
    def _on_name_edited(self, _text: str) -> None:
        self._name_field.set_wrong("")

    def task(self) -> str:
        return self._task.value()

    def balance(self) -> Balance:
        """What is done about classes of unequal size."""
        return Balance(self._balance.value() or Balance.NONE)

    def propose_balance(self, how: Balance) -> None:
        """What an earlier training did about them."""
        self._balance.set_value(how.value)

    def seed(self) -> int:
        return int(self._seed.text() or 0)

    def rule(self) -> str:
        """The rule that is used today, as it was written; empty where none was."""
        return self._rule.text().strip()

    def propose_rule(self, rule: str) -> None:
        """The rule of an earlier training, unless the analyst typed one."""
        if self.rule() in ("", self._proposed_rule):
            self._rule.setText(rule)
            self._asked_rule = self.rule()
        self._proposed_rule = rule

    def rule_locale(self) -> str:
        """Of the numbers and dates in the rule."""
        return self._words.locale if self.rule() else ""

    def say_about_rule(self, error: CicloError | None) -> None:
        """What is wrong with the rule, where that is what the plan failed for."""
        wrong = error is not None and error.code.rpartition(".")[2].startswith("rule_")
        self._rule_field.set_wrong(" ".join(self._words.error(error)).strip() if error is not None and wrong else "")

    def chosen(self) -> dict[str, str]:
        """What was chosen here."""
        return {
            "name": self.name(),
            "task": self.task(),
            "balance": self.balance().value,
            "seed": str(self.seed()),
            "rule": self.rule(),
        }

    def choose(self, chosen: Mapping[str, str]) -> None:
        """Choose that again."""
        self._name.setText(chosen["name"])
        self._task.set_value(chosen["task"])
        self._balance.set_value(chosen.get("balance", ""))
        self._seed.setText(chosen["seed"])
        self._rule.setText(chosen.get("rule", ""))
        self._asked_rule = self.rule()

    @Slot(str)
    def _on_rule_typed(self, _text: str) -> None:
        self._pause.start()

    @Slot()
    def _on_rule_edited(self) -> None:
        if self.rule() != self._asked_rule:
            self._asked_rule = self.rule()
            self.changed.emit()

    @Slot()
    def _on_seed_edited(self) -> None:
        if self.seed() != self._asked_seed:
            self._asked_seed = self.seed()
            self.changed.emit()

    @Slot(str)
    def _on_chosen(self, value: str) -> None:
        self.changed.emit()


def _balance_option(words: Words, how: Balance) -> Option:
    return Option(how.value, words(f"ui_training.balance.{how}"))

"""How rows are set aside: the proposed split and the others, what it gives, and what is to be known about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.learning.splits.records import SplitFigures, SplitNote, TwinsFound
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.theme import Theme
from app.ui.training.split_chart import SplitChart
from app.ui.widgets.basics import button, clear, column, label
from app.ui.widgets.form import Dropdown, Field, Option, line_edit

_PROPOSED = "auto"
_KEEP = "keep:"
_NOTES = 4
_TEST = "test:"
_SHARES, _USUAL = (0.1, 0.2, 0.3, 0.4), 0.2


class SplitChoice(QWidget):
    """``changed`` says that the plan must be asked for again."""

    changed = Signal()

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self._words = words
        self._by_hand, self._together = "", ""
        self._figures: SplitFigures | None = None
        self._split = Dropdown(theme)
        self._split.setObjectName("training.split")
        self._split.chosen.connect(self._on_split_chosen)
        self._gap = line_edit()
        self._gap.setObjectName("training.gap")
        self._gap.editingFinished.connect(self._on_gap_edited)
        self._gap_field = Field(words("ui_training.gap"), self._gap, words("ui_training.gap.help"))
        self._asked_gap = ""
        self._reason = label("", "small-muted")
        self._chart = SplitChart(theme, words)
        self._notes = QVBoxLayout()
        self._notes.setSpacing(tokens.PAD)
        field = Field(words("ui_training.split"), self._split)
        self.setLayout(column(field, self._reason, self._gap_field, self._chart, self._notes))
        self.set_columns(groups=(), times=())
        self.show_split(None)

    def set_columns(self, *, groups: Sequence[str], times: Sequence[str]) -> None:
        """Columns by which rows can be kept together, or ordered in time; what was chosen by hand is forgotten."""
        words = self._words
        options = [Option(kind, words(f"ui_training.split.{kind}")) for kind in ("random", "stratified")]
        options += [Option(f"time:{c}", words("ui_training.split.time", column=c)) for c in times]
        options.append(Option("time", words("ui_training.split.order")))
        options += [Option(f"group:{c}", words("ui_training.split.group", column=c)) for c in groups]
        self._split.set_options(options)
        self._by_hand, self._together, self._asked_gap = "", "", ""
        self._gap.clear()

    def split(self) -> str:
        """As on the command line; auto until the analyst has chosen."""
        return self._by_hand or _PROPOSED

    def gap(self) -> str:
        return self._asked_gap if self.split().startswith("time") else ""

    def keep_together(self) -> str:
        return self._together

    def chosen(self) -> dict[str, str]:
        """What was chosen here by hand."""
        return {"split": self._by_hand, "gap": self._asked_gap, "together": self._together}

    def choose(self, chosen: Mapping[str, str]) -> None:
        """Choose that again."""
        self._by_hand, self._asked_gap, self._together = chosen["split"], chosen["gap"], chosen["together"]
        self._gap.setText(self._asked_gap)
        if self._by_hand:
            self._split.set_value(self._by_hand)

    # What the plan says

    def show_split(self, figures: SplitFigures | None) -> None:
        """The split as planned; None where it can't be made."""
        self._figures = figures
        self._chart.show_split(figures)
        clear(self._notes)
        if figures is None:
            self._reason.hide()
            self._gap_field.setVisible(self.split().startswith("time"))
            return
        value = f"{figures.kind}:{figures.column}" if figures.column else figures.kind
        self._split.set_value(value)
        self._gap_field.setVisible(bool(figures.axis))
        self._say_reason(figures, value)
        self.add_notes(figures.notes)

    def _say_reason(self, figures: SplitFigures, value: str) -> None:
        first = next((advice for advice in figures.advice if advice.proposed), None)
        own = next((advice for advice in figures.advice if advice.split == value), None)
        said = {note.remedy for note in figures.notes}
        if first is not None and own is not first and first.split not in said:
            reason = self._words.text(first.reason)
            self._notes.addWidget(_NoteLine(self, reason, first.split, self._words("ui_training.split.use")))
        self._reason.setText("" if own is None else self._words.text(own.reason))
        self._reason.setVisible(own is not None)

    @Slot(object)
    def show_twins(self, found: TwinsFound) -> None:
        """Rows on both sides that are alike."""
        self.add_notes(found.notes)

    def add_notes(self, notes: Sequence[SplitNote]) -> None:
        """What is to be known, each with what would help."""
        words = self._words
        for note in notes[:_NOTES]:
            remedy = note.remedy
            text = words("ui_training.split.keep" if remedy.startswith(_KEEP) else "ui_training.split.use")
            self._notes.addWidget(_NoteLine(self, words.text(note.message), remedy, text, note.severity))

    @Slot(str)
    def take_remedy(self, remedy: str) -> None:
        """Do what would help."""
        if remedy.startswith(_KEEP):
            self._together = remedy.removeprefix(_KEEP)
        else:
            self._by_hand = remedy
        self.changed.emit()

    @Slot(str)
    def _on_split_chosen(self, value: str) -> None:
        self._by_hand = value
        self.changed.emit()

    @Slot()
    def _on_gap_edited(self) -> None:
        if self._gap.text().strip() != self._asked_gap:
            self._asked_gap = self._gap.text().strip()
            self._by_hand = self._by_hand or self._split.value()
            self.changed.emit()


class JudgedOn(Dropdown):
    """What the model is judged on: a share of the rows, or another dataset."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setObjectName("training.holdout")

    def offer(self, words: Words, tests: Sequence[str]) -> None:
        """Shares, and these datasets; what was chosen stays, where it is still there."""
        before = self.value()
        options = [Option(str(share), words.percent(share, 0)) for share in _SHARES]
        options += [Option(f"{_TEST}{test}", words("ui_training.test", dataset=test)) for test in tests]
        self.set_options(options)
        self.set_value(before if before in [option.value for option in options] else str(_USUAL))

    def share(self) -> float:
        """The share of the rows that is kept aside."""
        return _USUAL if self.test() else float(self.value() or _USUAL)

    def test(self) -> str:
        """The dataset to judge on; empty for a share of the rows."""
        value = self.value()
        return value.removeprefix(_TEST) if value.startswith(_TEST) else ""


class _NoteLine(QWidget):
    """A sentence, and a link that does what would help."""

    asked = Signal(str)

    def __init__(self, owner: SplitChoice, text: str, remedy: str, action: str, severity: str = "note") -> None:
        super().__init__()
        self._remedy = remedy
        sentence = label(text, "small" if severity == "warning" else "small-muted")
        layout = column(sentence, spacing=0)
        if remedy:
            link = button(action, self._on_clicked, "link")
            link.setObjectName(f"training.remedy.{remedy}")
            layout.addWidget(link)
            self.asked.connect(owner.take_remedy)
        self.setLayout(layout)

    @Slot()
    def _on_clicked(self) -> None:
        self.asked.emit(self._remedy)

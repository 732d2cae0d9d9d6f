"""How Ciclo reads the file: each guess with its evidence, whether it is sure, and a field to correct it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QLineEdit, QWidget

from app.data.records import Corrections, Evidence, Inspected
from app.data.rules.records import AppliedRule, Looked
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.datasets.choices import (
    ASPECTS,
    DETECTED,
    aspects_of,
    in_force,
    is_corrected,
    options,
    same_correction,
)
from app.ui.datasets.missing_choice import MissingChoice
from app.ui.theme import Theme
from app.ui.widgets.basics import Badge, Card, IconButton, label, line
from app.ui.widgets.form import Dropdown, Option


@dataclass(frozen=True)
class _Row:
    caption: QLabel
    editor: Dropdown | QLineEdit
    evidence: QLabel
    back: _Back
    badge: Badge
    rule: QFrame | None

    def show(self, wanted: bool) -> None:
        """Show the row or hide it."""
        for widget in (self.caption, self.editor, self.evidence, self.badge, self.rule):
            if widget is not None:
                widget.setVisible(wanted)
        self.back.keep_place(wanted)


class ImportForm(Card):
    """Six rows. ``corrected(aspect, value)`` is sent when the user sets one, ``missing_chosen(words)`` when words are
    taken as missing or left."""

    corrected = Signal(str, str)
    missing_chosen = Signal(object)

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__(words("ui_datasets.form.title"), words("ui_datasets.form.hint"))
        self._theme, self._words = theme, words
        self._rows: dict[str, _Row] = {}
        self._missing_before = ""
        self._choice = MissingChoice(words)
        self._choice.chosen.connect(self.missing_chosen)
        self._choice.hide()
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.PAD)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(2, 1)
        for position, aspect in enumerate(ASPECTS):
            self._add_row(grid, 2 * position, aspect)
        self.body.addLayout(grid)
        self.body.addStretch(1)

    def _add_row(self, grid: QGridLayout, place: int, aspect: str) -> None:
        caption = label(self._words(f"ui_datasets.aspect.{aspect}"), "muted", wrap=False)
        editor = self._missing_editor() if aspect == "missing" else self._dropdown(aspect)
        editor.setAccessibleName(caption.text())
        caption.setBuddy(editor)
        evidence, badge = label("", "muted"), Badge(self._theme, "neutral")
        rule = line() if aspect != ASPECTS[-1] else None
        back = _Back(self._theme, self._words, aspect)
        back.asked.connect(self.corrected)
        self._rows[aspect] = _Row(caption, editor, evidence, back, badge, rule)
        evidence.setMinimumHeight(self._theme.size(38))  # two lines, and air
        for place_across, widget in enumerate((caption, editor, evidence, back, badge)):
            grid.addWidget(widget, place, place_across, Qt.AlignmentFlag.AlignVCenter)
        if aspect == "missing":
            grid.addWidget(self._choice, place + 1, 1, 1, 4)
        if rule is not None:
            grid.addWidget(rule, place + 1, 0, 1, 5)

    def _dropdown(self, aspect: str) -> Dropdown:
        made = _AspectDropdown(self._theme, aspect)
        made.setObjectName(f"datasets.{aspect}")
        made.picked.connect(self.corrected)
        return made

    def _missing_editor(self) -> QLineEdit:
        made = QLineEdit()
        made.setObjectName("datasets.missing")
        made.setPlaceholderText(self._words("ui_datasets.missing.none"))
        made.setToolTip(self._words("ui_datasets.missing.help"))
        made.setMinimumWidth(self._theme.size(130))
        made.editingFinished.connect(self._on_missing_edited)
        return made

    def show_reading(self, looked: Looked, corrections: Corrections, rule: AppliedRule | None) -> None:
        """Show what was found, what the user set, and what of it was set for an earlier file."""
        found = looked.inspected
        evidence = {one.aspect: one for one in found.evidence}
        shown = aspects_of(found)
        for aspect, row in self._rows.items():
            row.show(aspect in shown)
            mine = is_corrected(corrections, aspect)
            if isinstance(row.editor, Dropdown):
                row.editor.set_options(self._options(aspect, found, mine))
                row.editor.set_value(in_force(aspect, found.dialect))
            else:
                self._show_missing(row.editor, looked, corrections)
            row.back.setVisible(mine and aspect in shown)
            learned = rule if rule is not None and same_correction(corrections, rule.proposed, aspect) else None
            self._show_evidence(aspect, row, evidence.get(aspect), mine=mine, learned=learned)
            if aspect == "missing" and not mine and evidence.get(aspect) is None:
                self._show_taken(row, sum(word.count for word in looked.words if word.taken))

    def _options(self, aspect: str, found: Inspected, mine: bool) -> list[Option]:
        made = options(aspect, found, self._words)
        return [*made, Option(DETECTED, self._words("ui_datasets.as_detected"))] if mine else made

    def _show_missing(self, editor: QLineEdit, looked: Looked, corrections: Corrections) -> None:
        if corrections.missing_words is not None:
            words = ", ".join(corrections.missing_words)
        else:
            words = ", ".join(word.word for word in looked.words if word.taken)
        self._choice.show_words(looked.words)
        self._missing_before = words
        if not editor.hasFocus() or not editor.isModified():
            editor.setText(words)
            editor.setCursorPosition(0)

    def _show_evidence(
        self, aspect: str, row: _Row, evidence: Evidence | None, *, mine: bool, learned: AppliedRule | None
    ) -> None:
        if learned is not None:
            text, kind, sign, state = self._words("rules.ui.as_corrected", file=learned.file), "accent", "✎", "yours"
        elif mine:
            text, kind, sign, state = self._words("ui_datasets.evidence.yours"), "accent", "✎", "yours"
        elif evidence is None:
            text, kind, sign, state = self._words(f"ui_datasets.evidence.none_{aspect}"), "neutral", "–", "unneeded"
        else:
            text = self._words.text(evidence.reason)
            kind, sign, state = ("good", "", "sure") if evidence.sure else ("warning", "?", "unsure")
        row.evidence.setText(text)
        row.badge.set(kind, sign, name=self._words(f"ui_datasets.evidence.{state}"))  # type: ignore[arg-type]
        row.editor.setAccessibleDescription(text)

    def _show_taken(self, row: _Row, cells: int) -> None:
        """Words that can only mean "missing" leave no doubt, but they were found."""
        if cells:
            text = self._words("ui_datasets.evidence.taken_missing", n=cells)
            row.evidence.setText(text)
            row.badge.set("good", "", name=self._words("ui_datasets.evidence.sure"))
            row.editor.setAccessibleDescription(text)

    @Slot()
    def _on_missing_edited(self) -> None:
        editor = self._rows["missing"].editor
        if isinstance(editor, QLineEdit) and editor.text() != self._missing_before:
            self._missing_before = editor.text()
            self.corrected.emit("missing", editor.text())

    def editor(self, aspect: str) -> QWidget:
        """The field of an aspect."""
        return self._rows[aspect].editor


class _Back(IconButton):
    """Gives an aspect back to what is detected. ``asked(aspect, detected)`` is sent for the click."""

    asked = Signal(str, str)

    def __init__(self, theme: Theme, words: Words, aspect: str) -> None:
        super().__init__(theme, "undo-2", words("rules.ui.back"))
        self._aspect = aspect
        self.setObjectName(f"datasets.{aspect}_detected")
        self.keep_place(True)
        self.hide()
        self.clicked.connect(self._on_clicked)

    def keep_place(self, wanted: bool) -> None:
        """Hold the room while hidden, so that the evidence beside it stays put; not in a row that isn't shown."""
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(wanted)
        self.setSizePolicy(policy)

    @Slot()
    def _on_clicked(self) -> None:
        self.asked.emit(self._aspect, DETECTED)


class _AspectDropdown(Dropdown):
    """A dropdown that says which aspect it belongs to."""

    picked = Signal(str, str)

    def __init__(self, theme: Theme, aspect: str) -> None:
        super().__init__(theme, flat=True)
        self._aspect = aspect
        self.chosen.connect(self._on_chosen)

    @Slot(str)
    def _on_chosen(self, value: str) -> None:
        self.picked.emit(self._aspect, value)

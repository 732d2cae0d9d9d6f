"""One step: its form, and what is wrong with it before it is taken."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import cast

import msgspec
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.data.recipe.steps import AnyStep
from app.data.recipe.travelling import reach_of
from app.data.recipe.wording import name_of
from app.errors import CicloError
from app.ui import theme as tokens
from app.ui.datasets.recipe.editors import Editors, Wrong
from app.ui.datasets.recipe.forms import FORMS, Asked, Want
from app.ui.datasets.recipe.scene import Scene
from app.ui.dialogs import Dialog
from app.ui.session import Session
from app.ui.widgets.basics import button, label, line, row
from app.ui.widgets.form import Dropdown, Field, line_edit
from app.ui.widgets.messages import Notice
from app.ui.widgets.page import see_through

_HIGHEST, _WIDTH, _WIDE = 460, 560, 720


class StepDialog(Dialog):
    """Sends ``wanted(step)`` when the step is complete and ``check`` has nothing against it."""

    wanted = Signal(object)

    def __init__(
        self,
        session: Session,
        scene: Scene,
        kind: str,
        parent: QWidget | None,
        *,
        check: Callable[[AnyStep], None],
        step: AnyStep | None = None,
    ) -> None:
        super().__init__(session, session.words.text(name_of(kind)), parent)
        self.setObjectName("datasets.step")
        wide = any(asked.want is Want.MEASURES for asked in FORMS[kind])
        self.setMinimumWidth(session.theme.size(_WIDE if wide else _WIDTH))
        self._words, self._kind, self._check = session.words, kind, check
        self._editors = Editors(scene)
        self._fields: dict[str, Field] = {}
        self.body.addWidget(label(self._words(f"ui_datasets.step_help.{kind}"), "muted"))
        warning = f"ui_datasets.step_warning.{kind}"
        if self._words.has(warning):
            self.body.addWidget(label(self._words(warning), "muted"))
        self.body.addWidget(self._form(session))
        self.body.addWidget(label(self._words(f"ui_datasets.step_goes.{reach_of(kind)}"), "muted"))
        self._notice = Notice(session.theme, close_name=self._words("ui_datasets.close"))
        self._notice.setObjectName("datasets.step_notice")
        self.body.addWidget(self._notice)
        self.body.addWidget(line())
        cancel = button(self._words("ui.cancel"), self.reject)
        action = "ui_datasets.step.add" if step is None else "ui_datasets.step.change"
        go_on = button(self._words(action), self._on_action_clicked, "primary")
        go_on.setObjectName("datasets.step_take")
        go_on.setDefault(True)
        self.body.addLayout(row(1, cancel, go_on))
        self._begin(step)

    def _form(self, session: Session) -> QWidget:
        inside = QWidget()
        lines = QVBoxLayout(inside)
        lines.setContentsMargins(0, 0, tokens.PAD, 0)
        lines.setSpacing(tokens.SPACE)
        for asked in FORMS[self._kind]:
            lines.addWidget(self._field(asked))
        self._note = line_edit("", self._words("ui_datasets.step.note_example"))
        self._note.setObjectName("datasets.step.note")
        lines.addWidget(Field(self._words("ui_datasets.step.field.note"), self._note))
        lines.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        see_through(area)
        area.setMinimumHeight(min(session.theme.size(_HIGHEST), inside.sizeHint().height() + tokens.PAD))
        return area

    def _field(self, asked: Asked) -> Field:
        caption = self._words(f"ui_datasets.step.field.{asked.name}")
        editor = self._editors.make(asked, caption)
        if isinstance(editor, Dropdown) and asked.name == "column":
            editor.chosen.connect(self._on_column_chosen)
        if isinstance(editor, Dropdown) and asked.name == "dataset":
            editor.chosen.connect(self._on_dataset_chosen)
        hint = f"ui_datasets.step.hint.{self._kind}.{asked.name}"
        above = "" if asked.want is Want.SWITCH else caption
        made = Field(above, editor, self._words(hint) if self._words.has(hint) else "")
        editor.setAccessibleName(caption)
        self._fields[asked.name] = made
        return made

    def _begin(self, step: AnyStep | None) -> None:
        self._editors.follow_column()
        if step is None:
            return
        asked = {one.name: one for one in FORMS[self._kind]}
        for name in sorted(asked, key=lambda one: one not in ("column", "dataset")):  # what others depend on first
            self._editors.fill(asked[name], getattr(step, name))
            if name == "dataset":
                self._editors.follow_dataset()
        self._note.setText(step.note)

    @Slot(str)
    def _on_column_chosen(self, _column: str) -> None:
        self._editors.follow_column()

    @Slot(str)
    def _on_dataset_chosen(self, _dataset: str) -> None:
        self._editors.follow_dataset()

    def _entered(self) -> AnyStep | None:
        """The step; None where a field says what is wrong with it."""
        told: dict[str, object] = {"step": self._kind, "note": self._note.text().strip()}
        complete = True
        for asked in FORMS[self._kind]:
            wrong = ""
            try:
                value = self._editors.read(asked)
                if value is not None:
                    told[asked.name] = value
            except Wrong:
                wrong, complete = self._words(f"ui_datasets.step.wrong.{asked.want.name.lower()}"), False
            self._fields[asked.name].set_wrong(wrong)
        if not complete:
            return None
        if self._kind == "bin" and not told["labels"]:
            told["labels"] = self._ranges(told["edges"])
        return cast("AnyStep", msgspec.convert(told, type=AnyStep))

    def _ranges(self, edges: object) -> list[str]:
        """Names for ranges that nobody named."""
        ends = [self._words.number(edge) for edge in edges] if isinstance(edges, list) else []
        inner = [self._words("ui_datasets.step.range", low=a, high=b) for a, b in pairwise(ends)]
        below = self._words("ui_datasets.step.range_below", end=ends[0])
        return [below, *inner, self._words("ui_datasets.step.range_above", end=ends[-1])]

    @Slot()
    def _on_action_clicked(self) -> None:
        step = self._entered()
        if step is None:
            return
        try:
            self._check(step)
        except CicloError as error:
            self._notice.say_error(self._words, error)
            self.fit()
            return
        self.wanted.emit(step)
        self.accept()

"""One expectation, by fields: of which column, of which kind, and its limits."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from app.data.expectations.editing import make_sure
from app.data.expectations.records import Expectation, column_of, kind_of
from app.data.expectations.words import sentence
from app.data.types import ColumnType
from app.errors import CicloError
from app.ui.datasets.expectation_fields import Typed, fields_of, kinds_for, made
from app.ui.dialogs import Dialog
from app.ui.session import Session
from app.ui.widgets.basics import button, label, row
from app.ui.widgets.form import Dropdown, Field, Option, line_edit, text_edit
from app.ui.widgets.messages import Notice

_ALL = ""
_ANY = ""


class ExpectationDialog(Dialog):
    """``wanted(expectation)`` is sent for one that a table with these columns can meet."""

    wanted = Signal(object)

    def __init__(
        self,
        session: Session,
        parent: QWidget | None,
        types: Mapping[str, ColumnType],
        held: Expectation | None = None,
    ) -> None:
        words = session.words
        super().__init__(session, words(f"expectations.ui.{'edit' if held is not None else 'add'}.title"), parent)
        self.setObjectName("datasets.expectation")
        self.setMinimumWidth(session.theme.size(520))
        self._session, self._words, self._types = session, words, types
        self._typed = Typed(words)
        self._make_choosers(column_of(held) if held is not None else _ALL)
        self._make_fields()
        self._preview = label("", "muted")
        self._notice = Notice(session.theme, close_name=words("ui_datasets.close"))
        ok = button(words("expectations.ui.keep"), self._on_ok_clicked, "primary")
        ok.setObjectName("datasets.expectation_keep")
        ok.setDefault(True)
        for widget in (self._preview, self._notice):
            self.body.addWidget(widget)
        self.body.addLayout(row(1, button(words("ui.cancel"), self.reject), ok))
        if held is not None:
            self._take(held)
        else:
            self._on_column_chosen(self.column.value())

    # Making it

    def _make_choosers(self, column: str) -> None:
        """``column`` may be one that this version doesn't have."""
        words, theme = self._words, self._session.theme
        names = dict.fromkeys([*self._types, column])
        options = [Option(_ALL, words("expectations.ui.all_rows")), *(Option(name, name) for name in names if name)]
        self.column = Dropdown(theme, options)
        self.column.setObjectName("datasets.expectation_column")
        self.column.set_value(next(iter(self._types), _ALL))
        self.column.chosen.connect(self._on_column_chosen)
        self.kind = Dropdown(theme)
        self.kind.setObjectName("datasets.expectation_kind")
        self.kind.chosen.connect(self._on_kind_chosen)
        self.body.addWidget(Field(words("expectations.ui.column"), self.column))
        self.body.addWidget(Field(words("expectations.ui.kind"), self.kind))

    def _make_fields(self) -> None:
        words = self._words
        types = [Option(_ANY, words("expectations.ui.any_type"))]
        types += [Option(type.value, words(f"ui_datasets.type.{type}")) for type in ColumnType]
        self.type = Dropdown(self._session.theme, types)
        self.type.setObjectName("datasets.expectation_type")
        self.type.chosen.connect(self._on_edited)
        self.words = text_edit(lines=5)
        self.words.setObjectName("datasets.expectation_words")
        self.words.textChanged.connect(self._on_edited)
        self.first, self.second = line_edit(), line_edit()
        for name, editor in (("first", self.first), ("second", self.second)):
            editor.setObjectName(f"datasets.expectation_{name}")
            editor.textChanged.connect(self._on_edited)
        self._fields = {
            "type": Field(words("expectations.ui.type"), self.type),
            "words": Field(words("expectations.ui.words"), self.words),
            "first": Field("", self.first),
            "second": Field("", self.second),
        }
        for field in self._fields.values():
            self.body.addWidget(field)

    def _take(self, held: Expectation) -> None:
        """Show what is expected so far; of which column and of which kind it is stays."""
        self.column.set_value(column_of(held))
        self._show_kinds(kind_of(held))
        for chooser in (self.column, self.kind):
            chooser.setEnabled(False)
        first, second = fields_of(held, self._typed)
        kind = kind_of(held)
        if kind == "type":
            self.type.set_value(first)
        elif kind == "categories":
            self.words.setPlainText(first)
        else:
            self.first.setText(first)
        self.second.setText(second)
        self._on_edited()

    # Which fields there are

    def _show_kinds(self, kind: str = "") -> None:
        kinds = kinds_for(self._types.get(self.column.value()))
        if kind and kind not in kinds:  # of a column that is gone, or of another type now
            kinds = (*kinds, kind)
        self.kind.set_options([Option(one, self._words(f"expectations.ui.kind.{one}")) for one in kinds])
        if kind:
            self.kind.set_value(kind)
        self._show_fields()

    def _show_fields(self) -> None:
        kind = self.kind.value()
        captions = {
            "range": ("low", "high"),
            "rows": ("low", "high"),
            "categories": ("", "others"),
            "missing": ("share", ""),
            "fresh": ("days", ""),
        }.get(kind, ("", ""))
        for name, caption in zip(("first", "second"), captions, strict=True):
            self._fields[name].setVisible(bool(caption))
            if caption:
                self._fields[name].set_caption(self._words(f"expectations.ui.{caption}"))
        self._fields["type"].setVisible(kind == "type")
        self._fields["words"].setVisible(kind == "categories")
        self.adjustSize()

    @Slot(str)
    def _on_column_chosen(self, column: str) -> None:
        type = self._types.get(column)
        self.type.set_value(type.value if type is not None else _ANY)
        self._show_kinds()
        self._on_edited()

    @Slot(str)
    def _on_kind_chosen(self, _kind: str) -> None:
        self._show_fields()
        self._on_edited()

    # What it says

    def _expectation(self) -> Expectation:
        kind, column = self.kind.value(), self.column.value()
        first: QLineEdit | QPlainTextEdit | Dropdown = self.first
        first = self.type if kind == "type" else self.words if kind == "categories" else first
        return made(kind, column, self._types.get(column), (_text(first), self.second.text()), self._typed)

    @Slot()
    def _on_edited(self) -> None:
        """Say in a sentence what the fields mean so far."""
        try:
            said = self._words.text(sentence(make_sure(self._expectation(), self._types)))
        except (ValueError, CicloError):
            said = ""
        self._preview.setText(said)
        self._notice.hide()

    @Slot()
    def _on_ok_clicked(self) -> None:
        try:
            expectation = make_sure(self._expectation(), self._types)
        except CicloError as error:
            self._notice.say_error(self._words, error)
        except ValueError as error:
            self._notice.say("bad", self._words("expectations.ui.no_value", text=_typed_text(error)))
        else:
            self.wanted.emit(expectation)
            self.accept()
            return
        self.fit()


def _text(editor: QLineEdit | QPlainTextEdit | Dropdown) -> str:
    if isinstance(editor, Dropdown):
        return editor.value()
    return editor.toPlainText() if isinstance(editor, QPlainTextEdit) else editor.text()


def _typed_text(error: ValueError) -> str:
    """What was typed, where the error says it; Python's own say it between quotes."""
    said = str(error)
    return said.rpartition(": ")[2].strip("'") if ": " in said else said

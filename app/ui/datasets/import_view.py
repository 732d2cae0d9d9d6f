"""The import page: what the file says, how Ciclo reads it, the table as it will be. One primary action."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.data.records import (
    DATASET,
    IMPORT,
    INSPECT,
    ColumnType,
    Corrections,
    Inspected,
    Reading,
)
from app.errors import CicloError
from app.jobs.contract import Ended, Event, JobState, Progressed
from app.project.record import is_series_name
from app.text.message import Text
from app.ui import theme as tokens
from app.ui.datasets.choices import DETECTED, corrected, with_type
from app.ui.datasets.import_form import ImportForm
from app.ui.datasets.import_problems import ImportProblems
from app.ui.datasets.import_progress import ImportProgress
from app.ui.datasets.import_state import ImportState, begin, confirm_text, subtitle
from app.ui.datasets.known import CHANGED, KnownVersion, say_end
from app.ui.datasets.preview_table import PreviewTable
from app.ui.datasets.raw_text import RawText
from app.ui.datasets.source_part import SourcePart
from app.ui.datasets.versions import versions
from app.ui.session import Session
from app.ui.widgets.basics import Card, button
from app.ui.widgets.form import Field, line_edit
from app.ui.widgets.messages import Notice
from app.ui.widgets.page import PageHeader, ScrollPage


class ImportView(QWidget):
    """The page. ``imported(id)`` when the dataset is there, ``left()`` when the user goes back, ``choose_asked()``
    when another file is wanted."""

    imported = Signal(str)
    left = Signal()
    choose_asked = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        self.state: ImportState | None = None
        self._make_head()
        self._make_cards()
        self._lay_out()
        session.job_event.connect(self._on_job_event)

    # Making it

    def _make_head(self) -> None:
        words = self._words
        self._header = PageHeader()
        self._name = line_edit()
        self._name.setObjectName("datasets.import_name")
        self._name.setMinimumWidth(self._session.theme.size(190))
        self._name.textEdited.connect(self._on_name_edited)
        self._name_field = Field(words("ui_datasets.import.name"), self._name)
        self._cancel = button(words("ui_datasets.import.cancel"), self._on_cancel_clicked)
        self._cancel.setObjectName("datasets.import_cancel")
        self._confirm = button("", self._on_confirm_clicked, "primary")
        self._confirm.setObjectName("datasets.import_confirm")

    def _make_cards(self) -> None:
        theme, words = self._session.theme, self._words
        self._notice = Notice(theme, close_name=words("ui_datasets.close"))
        self._notice.setObjectName("datasets.import_notice")
        self.known = KnownVersion(self._session, self._notice)
        self.known.show_asked.connect(self.imported)
        self.known.again_asked.connect(self._on_again_asked)
        self.progress = ImportProgress(words)
        self.progress.stopped.connect(self._on_stop_clicked)
        self.raw = RawText(theme, words("ui_datasets.raw.title"))
        self.part = SourcePart(theme, words)
        self.part.chosen.connect(self._on_part_chosen)
        self.form = ImportForm(theme, words)
        self.form.corrected.connect(self._on_corrected)
        self.table = PreviewTable(theme, words)
        self.table.typed.connect(self._on_typed)
        self.problems = ImportProblems(theme, words)
        self.problems.resized.connect(self._fit)

    def _lay_out(self) -> None:
        page, words = ScrollPage(), self._words
        head = QHBoxLayout()
        head.setSpacing(tokens.PAD)
        head.addWidget(self._header, 1)
        for widget in (self._name_field, self._cancel, self._confirm):
            head.addWidget(widget, 0, Qt.AlignmentFlag.AlignBottom)
        page.add(head)
        page.add(self.progress)
        page.add(self._notice)
        self._body = QWidget()
        inside = QVBoxLayout(self._body)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(tokens.SPACE)
        self._said = _card(words("ui_datasets.raw.title"), self.raw)
        inside.addLayout(_beside((self._said, 10), (self.part, 10), (self.form, 11)))
        inside.addWidget(_card(words("ui_datasets.preview.title"), self.table, words("ui_datasets.preview.hint")), 1)
        inside.addWidget(self.problems)
        page.add(self._body, 1)
        page.body.addStretch(0)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        """Labels that wrap claim the height of their narrowest form; what counts is the width there is."""
        layout = self._body.layout()
        width = self.width() - 2 * tokens.WIDE - tokens.PAD
        if layout is not None and width > 0:
            self._body.setMinimumHeight(layout.totalHeightForWidth(width))

    # Looking at a file

    def begin(self, path: str, dataset: str = "") -> None:
        """Look at a file, to import it (as the next version of ``dataset``)."""
        self.state = begin(path, dataset, versions(self._session))
        self._notice.hide()
        self._body.hide()
        self._name.setText(self.state.name)
        if self.state.learned_from:
            self._notice.say("accent", self._words("ui_datasets.import.learned", version=self.state.learned_from))
            self._notice.add(self._words("ui_datasets.import.afresh"), self._on_afresh_clicked)
        self._inspect()
        self._confirm.setFocus()

    def _inspect(self) -> None:
        if self.state is not None:
            self._session.quick(
                INSPECT, self.state.inspection(), Inspected, self._on_inspected, self._on_inspect_failed
            )
            self._show_head()

    def _correct(self, corrections: Corrections) -> None:
        if self.state is not None and corrections != self.state.corrections:
            self.state.correct(corrections)
            self._inspect()

    def _on_inspected(self, found: Inspected) -> None:
        state = self.state
        if state is None or state.job:
            return
        state.found, state.busy = found, False
        self._said.setVisible(found.origin is None)
        self.raw.show_lines(found.raw_lines, found.dialect)
        self.part.show_reading(found, state.reading)
        self.form.show_reading(found, state.corrections)
        self.table.preview.show(found.columns, found.rows)
        self.table.fit(frozenset(state.corrections.types))
        self.problems.show_reading(found)
        self._body.show()
        self._fit()
        if self._notice.property("kind") == "bad":
            self._notice.hide()
        self._show_head()

    def _on_inspect_failed(self, error: CicloError) -> None:
        if self.state is None or self.state.job:
            return
        self.state.busy = False
        self._notice.say_error(self._words, error)
        if self.state.undo:
            self._notice.add(self._words("ui_datasets.import.undo"), self._on_undo_clicked)
        self._notice.add(self._words("ui_datasets.import.other_file"), self.choose_asked.emit)
        self._show_head(failed=True)

    def _show_head(self, *, failed: bool = False) -> None:
        state, words = self.state, self._words
        if state is None:
            return
        running = bool(state.job)
        detail = "" if failed and state.found is None else subtitle(state, versions(self._session), words)
        self._header.set(words("ui_datasets.import.title", file=state.file_name), "", detail)
        named = is_series_name(self._name.text())
        self._name_field.set_wrong("" if named else words("ui_datasets.import.bad_name"))
        self._name.setEnabled(not running)
        self._cancel.setText(words("ui_datasets.import.background" if running else "ui_datasets.import.cancel"))
        self._confirm.setText(confirm_text(state, words))
        ready = state.has_rows and not (state.busy or failed or running)
        self._confirm.setEnabled(ready and named)
        self.progress.setVisible(running)
        self._body.setEnabled(not running)

    @Slot(str, str)
    def _on_corrected(self, aspect: str, value: str) -> None:
        if self.state is not None:
            self._correct(corrected(self.state.corrections, aspect, value))

    @Slot(str, str)
    def _on_typed(self, column: str, value: str) -> None:
        if self.state is not None:
            type = None if value == DETECTED else ColumnType(value)
            self._correct(with_type(self.state.corrections, column, type))

    @Slot(object)
    def _on_part_chosen(self, reading: Reading) -> None:
        if self.state is not None:
            self.state.choose(reading)
            self._inspect()

    @Slot(str)
    def _on_name_edited(self, name: str) -> None:
        if self.state is not None:
            self.state.name = name.strip()
            self._show_head()

    @Slot()
    def _on_afresh_clicked(self) -> None:
        self._notice.hide()
        if self.state is not None:
            self.state.reading = Reading()
        self._correct(Corrections())

    @Slot()
    def _on_undo_clicked(self) -> None:
        if self.state is not None:
            self.state.step_back()
            self._notice.hide()
            self._inspect()

    # Importing it

    @Slot()
    def _on_confirm_clicked(self) -> None:
        state, project = self.state, self._session.project
        if state is None or project is None:
            return
        self.progress.reset()
        self._notice.hide()
        title = Text("ui_datasets.import.job", {"file": state.file_name, "name": state.name})
        state.job = self._session.submit(IMPORT, state.importing(project.folder), title)
        self._show_head()
        self.progress.stop.setFocus()

    @Slot()
    def _on_again_asked(self) -> None:
        if self.state is not None:
            self.state.again = True
            self._on_confirm_clicked()

    @Slot()
    def _on_stop_clicked(self) -> None:
        if self.state is not None and self.state.job:
            self._session.stop(self.state.job)

    @Slot()
    def _on_cancel_clicked(self) -> None:
        self.state = None
        self._session.drop(INSPECT)
        self.left.emit()

    @Slot(object)
    def _on_job_event(self, event: Event) -> None:
        if self.state is None or event.job != self.state.job:
            return
        if isinstance(event, Progressed):
            self.progress.show_progress(event.progress)
        elif isinstance(event, Ended):
            self._take_end(event)

    def _take_end(self, event: Ended) -> None:
        assert self.state is not None
        self.state.job = ""
        ids = event.records.get(DATASET, ())
        if event.state is JobState.DONE and ids:
            self.state = None
            self.imported.emit(ids[0])
            return
        self._show_head()
        if event.state is JobState.DONE:
            self.known.say_known(event)
        elif say_end(self._notice, event, self._words) == CHANGED:  # into another file: it is looked at again
            self._inspect()
        self._confirm.setFocus()


def _card(title: str, inside: QWidget, hint: str = "") -> Card:
    """A card around one widget."""
    made = Card(title, hint)
    made.body.addWidget(inside, 1)
    return made


def _beside(*widgets: tuple[QWidget, int]) -> QHBoxLayout:
    """Widgets in a row, each with its share of the width."""
    made = QHBoxLayout()
    made.setSpacing(tokens.SPACE)
    for widget, share in widgets:
        made.addWidget(widget, share)
    return made

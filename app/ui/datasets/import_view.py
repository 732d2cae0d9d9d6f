"""The import page: what the file says, how Ciclo reads it, the table as it will be. One primary action."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.data.records import DATASET, ColumnType, Corrections, Reading
from app.data.rules.matching import find_rule, forgetting, known_rules, newest_version
from app.data.rules.records import IMPORT_NEXT, LOOK, Looked
from app.errors import CicloError
from app.jobs.contract import Ended, Event, JobState, Progressed
from app.text.message import Text
from app.ui.datasets.choices import DETECTED, corrected, with_type
from app.ui.datasets.import_body import ImportBody
from app.ui.datasets.import_head import ImportHead
from app.ui.datasets.import_progress import ImportProgress
from app.ui.datasets.import_state import ImportState, begin, let_go
from app.ui.datasets.known import CHANGED, KnownVersion, say_end
from app.ui.datasets.rule_bar import RuleBar
from app.ui.datasets.versions import versions
from app.ui.session import Session
from app.ui.widgets.messages import Notice
from app.ui.widgets.page import ScrollPage


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
        self.head = ImportHead(self._session)
        self.head.named.connect(self._on_name_edited)
        self.head.settled.connect(self._on_name_settled)
        self.head.cancelled.connect(self._on_cancel_clicked)
        self.head.confirmed.connect(self._on_confirm_clicked)

    def _make_cards(self) -> None:
        theme, words = self._session.theme, self._words
        self._notice = Notice(theme, close_name=words("ui_datasets.close"))
        self._notice.setObjectName("datasets.import_notice")
        self.known = KnownVersion(self._session, self._notice)
        self.known.show_asked.connect(self.imported)
        self.known.again_asked.connect(self._on_again_asked)
        self.rule = RuleBar(theme, words, afresh=self._on_afresh_clicked, forget=self._on_forget_clicked)
        self.progress = ImportProgress(words)
        self.progress.stopped.connect(self._on_stop_clicked)
        self.body = ImportBody(theme, words)
        self.body.corrected.connect(self._on_corrected)
        self.body.typed.connect(self._on_typed)
        self.body.part.chosen.connect(self._on_part_chosen)
        self.body.missing_chosen.connect(self._on_missing_chosen)

    def _lay_out(self) -> None:
        page = ScrollPage()
        page.add(self.head)
        page.add(self.progress)
        page.add(self._notice)
        page.add(self.rule)
        page.add(self.body, 1)
        page.body.addStretch(0)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page)

    # Looking at a file

    def begin(self, path: str, dataset: str = "") -> None:
        """Look at a file, to import it (as the next version of ``dataset``)."""
        self.take(begin(path, dataset, versions(self._session)))

    def take(self, state: ImportState) -> None:
        """Look at what is on its way in."""
        self.state = state
        if self._session.project is not None:
            self.state.rules = known_rules(self._session.project)
        self._notice.hide()
        self.rule.hide()
        self.body.hide()
        self.body.note.clear()
        self.head.name.setText(self.state.name)
        if self.state.learned_from:
            self._notice.say("accent", self._words("ui_datasets.import.learned", version=self.state.learned_from))
            self._notice.add(self._words("ui_datasets.import.afresh"), self._on_afresh_clicked)
        self._inspect()
        self.head.confirm.setFocus()

    def _inspect(self) -> None:
        state, project = self.state, self._session.project
        if state is None or project is None:
            return
        state.against = newest_version(project, state.name)
        self._session.quick(LOOK, state.look(), Looked, self._on_looked, self._on_look_failed)
        self._show_head()

    def _correct(self, corrections: Corrections) -> None:
        if self.state is not None and corrections != self.state.corrections:
            self.state.correct(corrections)
            self._inspect()

    def _on_looked(self, looked: Looked) -> None:
        state = self.state
        if state is None or state.job:
            return
        first = state.untouched
        state.take(looked)
        self.body.show_reading(state, looked)
        if first:
            self.rule.show_rule(state.rule)
        if self._notice.property("kind") == "bad":
            self._notice.hide()
        self._show_head()

    def _on_look_failed(self, error: CicloError) -> None:
        if self.state is None or self.state.job:
            return
        self.state.busy = False
        self._notice.say_error(self._words, error)
        if self.state.undo:
            self._notice.add(self._words("ui_datasets.import.undo"), self._on_undo_clicked)
        self._notice.add(self._words("ui_datasets.import.other_file"), self.choose_asked.emit)
        self._show_head(failed=True)

    def _show_head(self, *, failed: bool = False) -> None:
        if self.state is None:
            return
        running = bool(self.state.job)
        self.head.show_state(self.state, failed=failed)
        self.progress.setVisible(running)
        self.body.setEnabled(not running)

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
    def _on_name_settled(self) -> None:
        """Another dataset has other rules, and another version to compare with."""
        state, project = self.state, self._session.project
        if state is None or project is None or state.job:
            return
        before, now = state.against, newest_version(project, state.name)
        if (before.label if before else "") != (now.label if now else ""):
            state.busy = True
            self._inspect()

    @Slot(object)
    def _on_missing_chosen(self, words: tuple[str, ...]) -> None:
        if self.state is not None:
            self._correct(msgspec.structs.replace(self.state.corrections, missing_words=words))

    @Slot()
    def _on_afresh_clicked(self) -> None:
        self._notice.hide()
        self.rule.hide()
        if self.state is not None:
            self.state.reading = Reading()
        self._correct(Corrections())

    @Slot()
    def _on_forget_clicked(self) -> None:
        """The rule goes for good; the file is read as detected."""
        state = self.state
        if state is None or state.rule is None:
            return
        known = find_rule(state.rules, state.rule.id)
        self._session.commit([forgetting(known)])
        state.rules = tuple(rule for rule in state.rules if rule.id != known.id)
        state.rule = None
        self._on_afresh_clicked()

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
        state.note, state.by = self.body.note.said()
        title = Text("ui_datasets.import.job", {"file": state.file_name, "name": state.name})
        state.job = self._session.submit(IMPORT_NEXT, state.importing(project.folder), title)
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
            self._session.jobs.stop(self.state.job)

    @Slot()
    def _on_cancel_clicked(self) -> None:
        let_go(self.state)
        self.state = None
        self._session.drop(LOOK)
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
            let_go(self.state)
            self.state = None
            self.imported.emit(ids[0])
            return
        self._show_head()
        if event.state is JobState.DONE:
            self.known.say_known(event)
        elif say_end(self._notice, event, self._words) == CHANGED:  # into another file: it is looked at again
            self._inspect()
        self.head.confirm.setFocus()

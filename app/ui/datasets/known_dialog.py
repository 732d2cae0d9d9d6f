"""What is to be predicted, what gives it away, and when those columns are known."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.data.known.answers import answering, known_of, target_of
from app.data.known.records import Known, When
from app.errors import CicloError
from app.jobs.contract import Ended, Event, JobState, Progressed
from app.learning.findings.records import FIND, FindAnswer, FindRequest
from app.project.record import Record
from app.text.message import Text
from app.ui.datasets.findings import Findings
from app.ui.datasets.known_table import KnownTable, rows_of
from app.ui.datasets.versions import Version
from app.ui.dialogs import Dialog
from app.ui.session import Session
from app.ui.widgets.basics import button, label, line, row
from app.ui.widgets.form import Dropdown, Field, Option
from app.ui.widgets.messages import Notice

_WIDTH, _HEIGHT = 860, 660


class KnownDialog(Dialog):
    """Looks at a version beside a target; ``remedy_asked(step)`` when a finding is to be set right."""

    remedy_asked = Signal(object)

    def __init__(self, session: Session, version: Version, parent: QWidget | None) -> None:
        super().__init__(session, session.words("ui_datasets.known.title"), parent)
        self.setObjectName("known")
        self._session, self._words, self._version = session, session.words, version
        self._job = ""
        self._answer: FindAnswer | None = None
        self.resize(session.theme.size(_WIDTH), session.theme.size(_HEIGHT))
        self._make_question()
        self._make_answers()
        session.job_event.connect(self._on_job_event)
        self.finished.connect(self._on_finished)
        self._show()

    # Making it

    def _make_question(self) -> None:
        words = self._words
        self.target = Dropdown(self._session.theme)
        self.target.invite(words("ui_datasets.target.invite"))
        self.target.set_options([Option(c.name, c.name) for c in self._version.body.columns])
        self.target.setObjectName("known.target")
        self.target.chosen.connect(self._on_target_chosen)
        if self._session.project is not None:
            self.target.set_value(target_of(self._session.project, self._version.name))
        self.look = button(words("ui_datasets.known.look"), self._on_look_clicked)
        self.look.setObjectName("known.look")
        self.busy = label("", "muted")
        self.notice = Notice(self._session.theme, close_name=words("ui_datasets.close"))
        asked = row(self.look, self.busy)
        asked.setStretch(1, 1)
        self.body.addWidget(Field(words("ui_datasets.target.question"), self.target))
        self.body.addLayout(asked)
        self.body.addWidget(self.notice)

    def _make_answers(self) -> None:
        words = self._words
        self.findings = Findings(self._session.theme, words)
        self.findings.remedy_asked.connect(self._on_remedy_asked)
        self.table = KnownTable(self._session.theme, words)
        self.findings.column_asked.connect(self.table.pick)
        self.table.selectionModel().selectionChanged.connect(self._on_selected)
        self.before = button(words("ui_datasets.known.before"), self._on_before_clicked)
        self.after = button(words("ui_datasets.known.after"), self._on_after_clicked)
        self.unknown = button(words("ui_datasets.known.unknown"), self._on_unknown_clicked)
        for name in ("before", "after", "unknown"):
            getattr(self, name).setObjectName(f"known.{name}")
        self.body.addWidget(self.findings)
        self.body.addWidget(self.table, 1)
        self.body.addLayout(row(self.before, self.after, self.unknown, 1))
        self.body.addWidget(line())
        self.body.addLayout(row(1, button(words("ui.close"), self.accept)))

    # Looking

    @Slot(str)
    def _on_target_chosen(self, _target: str) -> None:
        self._on_look_clicked()

    @Slot()
    def _on_look_clicked(self) -> None:
        project, target = self._session.project, self.target.value()
        if project is None or not target:
            return
        self._leave()
        self.notice.hide()
        self.look.setEnabled(False)
        self.busy.setText(self._words("ui_datasets.known.looking", column=target))
        request = FindRequest(project=str(project.folder.resolve()), dataset=self._version.record.label, target=target)
        title = Text("ui_datasets.target.job", {"dataset": self._version.name, "column": target})
        self._job = self._session.submit(FIND, request, title, stores=False)

    @Slot(object)
    def _on_job_event(self, event: Event) -> None:
        if not self._job or event.job != self._job:
            return
        if isinstance(event, Progressed):
            self.busy.setText(self._words.text(event.progress.step))
        elif isinstance(event, Ended):
            self._job = ""
            self.look.setEnabled(True)
            self.busy.setText("")
            if event.failure is not None:
                self.notice.say_error(self._words, CicloError(event.failure.code, **event.failure.params))
            elif event.state is JobState.DONE:
                self._answer = msgspec.json.decode(event.answer, type=FindAnswer)
                self._show()

    def _show(self) -> None:
        """The findings, and every column that may be asked about: suspects first."""
        answer, project = self._answer, self._session.project
        self.findings.show_findings(answer.findings if answer is not None else ())
        if answer is None or project is None:
            self.busy.setText(self._words("ui_datasets.known.first"))
        else:
            code = "ui_datasets.known.why" if answer.suspects else "ui_datasets.known.none"
            n = len(self._version.body.columns) - 1
            self.busy.setText(self._words(code, target=answer.target, n=n))
            held = known_of(project, self._version.name, answer.target)
            names = [column.name for column in self._version.body.columns]
            self.table.known.set_rows(rows_of(answer, held, names))
        self._on_selected()

    # Answering

    @Slot()
    def _on_selected(self) -> None:
        for made in (self.before, self.after, self.unknown):
            made.setEnabled(bool(self.table.chosen()))

    @Slot()
    def _on_before_clicked(self) -> None:
        self._say(When.BEFORE)

    @Slot()
    def _on_after_clicked(self) -> None:
        self._say(When.AFTER)

    @Slot()
    def _on_unknown_clicked(self) -> None:
        self._say(When.UNKNOWN)

    def _say(self, when: When) -> None:
        project, answer = self._session.project, self._answer
        if project is not None and answer is not None:
            held: Known = known_of(project, self._version.name, answer.target)
            said = dict.fromkeys(self.table.chosen(), when)
            self._session.commit([answering(held, said)], self._on_stored, self._on_failed)

    def _on_stored(self, _records: list[Record]) -> None:
        self._show()

    def _on_failed(self, error: CicloError) -> None:
        self.notice.say_error(self._words, error)

    @Slot(object)
    def _on_remedy_asked(self, step: object) -> None:
        self.remedy_asked.emit(step)
        self.accept()

    @Slot(int)
    def _on_finished(self, _result: int) -> None:
        self._leave()

    def _leave(self) -> None:
        """Nobody waits for what is being looked for any more."""
        if self._job:
            self._session.jobs.stop(self._job)
            self._job = ""

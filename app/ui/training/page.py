"""The Training tab: the form at the left, what was tried at the right."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.data.records import DATASET
from app.jobs.contract import Ended, Event, Halted, JobState, Published, Started
from app.learning.compute.records import COMPUTING
from app.learning.records import MODEL, REPRODUCE, TRAIN, Candidate, ReproduceRequest, TrainRequest
from app.project.record import Record
from app.text.message import Text
from app.ui.job_board import JobView
from app.ui.session import Session
from app.ui.training.form import Chosen, TrainingForm
from app.ui.training.requests import job_title, taking_request
from app.ui.training.result import Result
from app.ui.widgets.basics import column
from app.ui.widgets.page import EmptyPage, WorkOrEmpty
from app.ui.widgets.sides import Sides

_FORM, _BOTH = 316, 900
"""Widths: of the form, and of what shows the form beside what was tried."""


class Page(QWidget):
    """Choose, train, see what was tried."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        self._job = ""
        self._shown: Record | None = None
        self._other: JobView | None = None
        self._again: dict[str, str] = {}  # job -> the version that it trains again
        self._form = TrainingForm(session)
        self._form.submitted.connect(self._on_training_submitted)
        self._stack = QStackedWidget()
        self._lay_out()
        session.job_event.connect(self._on_job_event)
        session.changed.connect(self._on_session_changed)
        running = session.jobs.open(TRAIN.name)
        if running:  # the page was made again while it trains
            self._follow(running[0].id)
        self._reload()
        if not self._job and self._shown is None:
            self._stack.setCurrentWidget(self._nothing)

    def _lay_out(self) -> None:
        words = self._words
        names = (words("ui_training.new"), words("ui_training.tried"))
        self._sides = Sides(self._session.theme, self._form, self._stack, names=names, width=_FORM, least=_BOTH)
        self._outer = WorkOrEmpty(
            self._session.theme,
            words,
            self._sides,
            icon="database",
            code="ui_training.no_data",
            action="ui_training.go_data",
        )
        self._outer.acted.connect(self._on_data_wanted)
        self.setLayout(column(self._outer))

    @cached_property
    def _nothing(self) -> EmptyPage:
        words = self._words
        made = EmptyPage(self._session.theme, "target", words("ui_training.nothing"), words("ui_training.nothing.why"))
        self._stack.addWidget(made)
        return made

    @cached_property
    def _result(self) -> Result:
        made = Result(self._session)
        made.version_chosen.connect(self.show_record)
        made.stop_asked.connect(self._on_stop_asked)
        made.pause_asked.connect(self._on_pause_asked)
        made.best_asked.connect(self._on_best_asked)
        made.take_asked.connect(self._on_take_asked)
        made.reproduce_asked.connect(self._on_reproduce_asked)
        made.report_asked.connect(self._on_report_asked)
        made.other_asked.connect(self._on_other_asked)
        self._stack.addWidget(made)
        return made

    # What is shown

    def remember(self) -> Chosen:
        """What the form holds, for when the page is made again."""
        return self._form.chosen()

    def recall(self, chosen: Chosen) -> None:
        """Fill the form again."""
        self._form.choose(chosen)

    @Slot(str)
    def show_record(self, record_id: str) -> None:
        """Show a model version, or learn from a dataset version."""
        record = next((r for kind in (DATASET, MODEL) for r in self._session.records(kind) if r.id == record_id), None)
        if record is not None and record.kind == DATASET:
            self._form.choose_dataset(record)
        elif record is not None and record.kind == MODEL:
            self._job = ""
            self._shown = record
            self._show_version(record)
            self._sides.show_right()

    def _reload(self) -> None:
        self._outer.show_work(bool(self._session.records(DATASET)))
        versions = self._session.records(MODEL)
        if versions:
            self._result.set_versions(versions)
        if self._shown is None and not self._job and versions:
            self._shown = versions[-1]
            self._show_version(versions[-1])

    def _show_version(self, record: Record) -> None:
        self._result.show_version(record)
        self._stack.setCurrentWidget(self._result)

    def _show_live(self, job: JobView) -> None:
        self._job, self._shown = job.id, None
        self._result.show_job(job)
        self._stack.setCurrentWidget(self._result)
        self._sides.show_right()

    def _say_other(self) -> None:
        others = [job for job in self._session.jobs.open(TRAIN.name) if job.id != self._job]
        self._other = others[0] if others else None
        if isinstance(self._stack.currentWidget(), Result):
            self._result.say_other(self._other)

    # Slots

    @Slot(object)
    def _on_training_submitted(self, request: TrainRequest) -> None:
        id = self._session.submit(TRAIN, request, job_title(request))
        current = self._session.jobs.get(self._job)
        if current is not None and not current.over:
            self._say_other()
        else:
            self._follow(id)

    def _follow(self, id: str) -> None:
        job = self._session.jobs.get(id)
        if job is not None:
            self._show_live(job)
            self._say_other()

    @Slot(object)
    def _on_job_event(self, event: Event) -> None:
        if isinstance(event, Published) and event.topic == "leaderboard" and event.job == self._job:
            self._result.show_leaderboard(bytes(event.value))
        elif isinstance(event, Published) and event.topic == COMPUTING and event.job == self._job:
            self._result.show_computing(bytes(event.value))
        elif isinstance(event, Started) and event.job == self._job:
            self._follow(event.job)
        elif isinstance(event, Halted) and event.job == self._job:
            self._on_training_halted(event)
        elif isinstance(event, Ended) and event.job == self._job:
            self._on_training_ended(event)
        elif isinstance(event, Ended) and event.job in self._again:
            self._on_reproduced(event)
        if isinstance(event, Started | Ended):
            self._say_other()

    def _on_training_halted(self, event: Halted) -> None:
        job = self._session.jobs.get(event.job)
        if job is not None:
            self._result.show_halted(job)

    def _on_training_ended(self, event: Ended) -> None:
        ended, self._job = self._session.jobs.get(event.job), ""
        if event.state is JobState.DONE and event.records.get(MODEL):
            self.show_record(event.records[MODEL][-1])
            return
        self._result.show_ended(ended, event)

    @Slot()
    def _on_reproduce_asked(self) -> None:
        project, shown = self._session.project, self._shown
        if project is None or shown is None or shown.label in self._again.values():
            return
        request = ReproduceRequest(project=str(project.folder), model=shown.label)
        title = Text("ui_training.reproduce.job", {"model": shown.label})
        self._again[self._session.submit(REPRODUCE, request, title, stores=False)] = shown.label
        self._result.say_reproducing(shown.label)

    @Slot(object)
    def _on_take_asked(self, candidate: Candidate) -> None:
        """Train again as the version that is shown was trained, that candidate only."""
        project, shown = self._session.project, self._shown
        if project is not None and shown is not None:
            self._on_training_submitted(taking_request(project, shown, candidate))

    def _on_reproduced(self, event: Ended) -> None:
        """Said whatever is in sight meanwhile: the sentence names the version."""
        label = self._again.pop(event.job)
        self._result.say_reproduced(label, event)

    @Slot()
    def _on_other_asked(self) -> None:
        if self._other is not None:
            self._follow(self._other.id)

    @Slot(object)
    def _on_session_changed(self, changes: dict[str, tuple[str, ...]]) -> None:
        if DATASET in changes:
            self._form.reload()
        if DATASET in changes or MODEL in changes:
            self._reload()

    @Slot()
    def _on_stop_asked(self) -> None:
        self._session.jobs.stop(self._job)

    @Slot()
    def _on_pause_asked(self) -> None:
        job = self._session.jobs.get(self._job)
        if job is not None:
            self._session.jobs.pause(self._job, not job.paused)

    @Slot()
    def _on_best_asked(self) -> None:
        self._session.jobs.stop(self._job, keep_best=True)

    @Slot()
    def _on_report_asked(self) -> None:
        if self._shown is not None:
            self._session.show("verification", self._shown.id)

    @Slot()
    def _on_data_wanted(self) -> None:
        self._session.show("datasets")

"""The Training tab: the form at the left, what was tried at the right."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from app.data.records import DATASET
from app.errors import CicloError
from app.jobs.contract import Ended, Event, JobState, Published, Started
from app.learning.records import MODEL, TRAIN, Leaderboard, ModelVersion, TrainRequest
from app.project.record import Record
from app.text.message import Text
from app.ui import theme as tokens
from app.ui.job_board import JobView
from app.ui.session import Session
from app.ui.theme import Kind
from app.ui.training.board import Board
from app.ui.training.form import Chosen, TrainingForm
from app.ui.widgets.basics import column
from app.ui.widgets.form import Dropdown, Option
from app.ui.widgets.messages import Notice
from app.ui.widgets.page import EmptyPage, PageHeader, ScrollPage


class Page(QWidget):
    """Choose, train, see what was tried."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        self._job = ""
        self._shown: Record | None = None
        self._other: JobView | None = None
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

    def _lay_out(self) -> None:
        words, theme = self._words, self._session.theme
        self._no_data = EmptyPage(
            theme,
            "database",
            words("ui_training.no_data"),
            words("ui_training.no_data.why"),
            words("ui_training.go_data"),
        )
        self._no_data.acted.connect(self._on_data_wanted)
        self._nothing = EmptyPage(theme, "target", words("ui_training.nothing"), words("ui_training.nothing.why"))
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(self._make_result())
        left = ScrollPage(margin=0)
        left.body.setContentsMargins(0, tokens.SPACE + tokens.GAP, 0, tokens.WIDE)
        left.add(self._form)
        left.setFixedWidth(self._form.width() + tokens.SPACE)
        self._work = QWidget()
        layout = QHBoxLayout(self._work)
        layout.setContentsMargins(tokens.WIDE, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(left)
        layout.addWidget(self._stack, 1)
        self._outer = QStackedWidget()
        self._outer.addWidget(self._no_data)
        self._outer.addWidget(self._work)
        self.setLayout(column(self._outer))

    def _make_result(self) -> ScrollPage:
        page = ScrollPage(margin=tokens.SPACE)
        self._header = PageHeader()
        self._versions = Dropdown(self._session.theme)
        self._versions.setObjectName("training.versions")
        self._versions.setAccessibleName(self._words("ui_training.versions"))
        self._versions.setMinimumWidth(self._session.theme.size(120))
        self._versions.chosen.connect(self.show_record)
        self._notice = Notice(self._session.theme, close_name=self._words("ui_training.close"))
        self._queue = Notice(self._session.theme, close_name=self._words("ui_training.close"))
        self._board = Board(self._session)
        self._header.set_chooser(self._versions)
        page.add(self._header)
        page.add(self._queue)
        page.add(self._notice)
        page.add(self._board, 1)
        return page

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

    def _reload(self) -> None:
        has_data = bool(self._session.records(DATASET))
        self._outer.setCurrentIndex(1 if has_data else 0)
        versions = self._session.records(MODEL)
        self._versions.set_options([Option(r.id, r.label.replace("@", " v")) for r in reversed(versions)])
        self._versions.setVisible(len(versions) > 1)
        if self._shown is None and not self._job and versions:
            self._shown = versions[-1]
            self._show_version(versions[-1])

    def _show_version(self, record: Record) -> None:
        version = record.read(ModelVersion)
        words = self._words
        self._stack.setCurrentIndex(1)
        self._versions.set_value(record.id)
        self._notice.hide()
        help_ = words(f"verification.metric.{version.metric}.help")
        self._header.set(record.name, words("ui_training.version", number=str(record.number)), help_)
        self._header.clear_buttons()
        report = self._header.set_primary(words("ui_training.to_report"), self._on_report_wanted)
        report.setObjectName("training.to_report")
        self._board.show_candidates(version.metric, version.candidates)
        remarks = [*version.alarms, *version.notes]
        if remarks:
            kind: Kind = "warning" if version.alarms else "accent"
            self._notice.say(kind, words.text(remarks[0]), "\n".join(words.text(r) for r in remarks[1:]))

    def _show_live(self, job: JobView) -> None:
        """The training that runs, or waits for another job."""
        words = self._words
        self._job, self._shown = job.id, None
        self._stack.setCurrentIndex(1)
        self._notice.hide()
        state = "running" if job.state is JobState.RUNNING else "waiting"
        self._header.set(_model_of(job), words(f"ui_training.{state}"), words(f"ui_training.{state}.why"))
        self._header.clear_buttons()
        stop = self._header.add(words("ui_training.stop"), self._on_stop_clicked)
        stop.setProperty("role", "danger")
        stop.setObjectName("training.stop")
        live = job.published.get("leaderboard")
        if live is not None:
            self._show_leaderboard(live)
        else:
            self._board.show_candidates("", ())

    def _show_leaderboard(self, value: bytes) -> None:
        live = msgspec.json.decode(value, type=Leaderboard)
        self._board.show_candidates(live.metric, live.candidates)

    def _say_waiting(self) -> None:
        """Another training of this window runs or waits: offer to show it."""
        others = [job for job in self._session.jobs.open(TRAIN.name) if job.id != self._job]
        self._other = others[0] if others else None
        if self._other is None:
            self._queue.hide()
            return
        state = "also_running" if self._other.state is JobState.RUNNING else "also_waiting"
        self._queue.say("accent", self._words(f"ui_training.{state}", model=_model_of(self._other)))
        self._queue.add(self._words("ui_training.show_it"), self._on_other_wanted).setObjectName("training.show_other")

    # Slots

    @Slot(object)
    def _on_training_submitted(self, request: TrainRequest) -> None:
        title = Text("ui_training.job", {"model": request.model})
        id = self._session.submit(TRAIN, request, title)
        current = self._session.jobs.get(self._job)
        if current is not None and not current.over:
            self._say_waiting()
        else:
            self._follow(id)

    def _follow(self, id: str) -> None:
        job = self._session.jobs.get(id)
        if job is not None:
            self._show_live(job)
            self._say_waiting()

    @Slot(object)
    def _on_job_event(self, event: Event) -> None:
        if isinstance(event, Published) and event.topic == "leaderboard" and event.job == self._job:
            self._show_leaderboard(bytes(event.value))
        elif isinstance(event, Started) and event.job == self._job:
            self._follow(event.job)
        elif isinstance(event, Ended) and event.job == self._job:
            self._on_training_ended(event)
        if isinstance(event, Started | Ended):
            self._say_waiting()

    def _on_training_ended(self, event: Ended) -> None:
        ended, self._job = self._session.jobs.get(event.job), ""
        if event.state is JobState.DONE and event.records.get(MODEL):
            self.show_record(event.records[MODEL][-1])
            return
        self._header.clear_buttons()
        self._header.set(_model_of(ended) if ended is not None else "", self._words("ui_training.ended"))
        if event.failure is not None:
            self._notice.say_error(self._words, CicloError(event.failure.code, **event.failure.params))
        else:
            self._notice.say("neutral", self._words("ui_training.stopped"))

    @Slot()
    def _on_other_wanted(self) -> None:
        if self._other is not None:
            self._follow(self._other.id)

    @Slot(object)
    def _on_session_changed(self, changes: dict[str, tuple[str, ...]]) -> None:
        if DATASET in changes or MODEL in changes:
            self._form.reload()
            self._reload()

    @Slot()
    def _on_stop_clicked(self) -> None:
        self._session.stop(self._job)

    @Slot()
    def _on_report_wanted(self) -> None:
        if self._shown is not None:
            self._session.show("verification", self._shown.id)

    @Slot()
    def _on_data_wanted(self) -> None:
        self._session.show("datasets")


def _model_of(job: JobView) -> str:
    return str(job.title.params.get("model", ""))

"""What was tried: the right-hand side of the Training tab, for a stored version or for a training under way."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPushButton

from app.errors import CicloError
from app.jobs.contract import Ended, JobState
from app.learning.compute.records import COMPUTING, Computing
from app.learning.records import Leaderboard, ModelVersion
from app.learning.spending import sentences
from app.project.record import Record, readable
from app.text.message import amount
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.job_board import JobView
from app.ui.session import Session
from app.ui.theme import Kind
from app.ui.training.again import say_reproduced
from app.ui.training.board import Board
from app.ui.training.computing import computing_words
from app.ui.training.curve_card import CurveCard
from app.ui.training.usage import UsageLine
from app.ui.widgets.form import Dropdown, Option
from app.ui.widgets.messages import Notice
from app.ui.widgets.page import PageHeader, ScrollPage


class Result(ScrollPage):
    """Sends ``version_chosen(record id)``, and what its buttons ask for."""

    version_chosen = Signal(str)
    stop_asked = Signal()
    pause_asked = Signal()
    best_asked = Signal()
    report_asked = Signal()
    other_asked = Signal()
    reproduce_asked = Signal()
    take_asked = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(margin=tokens.SPACE)
        self._words = words = session.words
        self._header = PageHeader()
        self._pause: QPushButton | None = None
        self._best: QPushButton | None = None
        self._record_id = ""
        self._versions = Dropdown(session.theme)
        self._versions.setObjectName("training.versions")
        self._versions.setAccessibleName(words("ui_training.versions"))
        self._versions.setMinimumWidth(session.theme.size(120))
        self._versions.chosen.connect(self.version_chosen)
        self._notice = Notice(session.theme, close_name=words("ui_training.close"))
        self._queue = Notice(session.theme, close_name=words("ui_training.close"))
        self._board = Board(session)
        self._board.taken.connect(self.take_asked)
        self._header.set_chooser(self._versions)
        self._usage = UsageLine(session)
        for part in (self._header, self._usage, self._queue, self._notice):
            self.add(part)
        self._curve = CurveCard(session)
        self._board.add_beside(self._curve)
        self.add(self._board, 1)
        self.set_versions(())

    def set_versions(self, versions: Sequence[Record]) -> None:
        """The versions to choose from, the oldest first."""
        self._versions.set_options([Option(r.id, readable(r.label)) for r in reversed(versions)])
        self._versions.set_value(self._record_id or self._versions.value())
        self._versions.setVisible(len(versions) > 1)

    def show_version(self, record: Record) -> None:
        """A stored version: what was tried for it, and what there is to remark."""
        version, words = record.read(ModelVersion), self._words
        self._record_id = record.id  # a new version is shown before it is among the choices
        self._versions.set_value(record.id)
        self._notice.hide()
        self._usage.follow(None)
        help_ = words(f"verification.metric.{version.metric}.help")
        self._header.set(record.name, words("ui_training.version", number=str(record.number)), help_)
        self._header.clear_buttons()
        again = self._header.add(words("ui_training.reproduce"), self.reproduce_asked.emit)
        again.setObjectName("training.reproduce")
        again.setToolTip(words("ui_training.reproduce.why"))
        report = self._header.set_primary(words("ui_training.to_report"), self.report_asked.emit)
        report.setObjectName("training.to_report")
        self._board.show_version(version)
        self._board.say_effort(effort(words, version))
        self._curve.show_curve(version.curve)
        remarks = [*version.alarms, *version.notes]
        if remarks:
            kind: Kind = "warning" if version.alarms else "accent"
            self._notice.say(kind, words.text(remarks[0]), "\n".join(words.text(r) for r in remarks[1:]))

    def show_job(self, job: JobView) -> None:
        """A training that runs, or waits for another job."""
        self._notice.hide()
        self._set_head(job)
        self._usage.follow(job)
        live = job.published.get("leaderboard")
        if live is not None:
            self.show_leaderboard(live)
        else:
            self._board.show_candidates("", ())
        self._curve.show_curve(None)
        self._say_computing(job)

    def _say_computing(self, job: JobView) -> None:
        computing = job.published.get(COMPUTING)
        if computing is not None and not job.paused:
            self.show_computing(computing)
        else:
            self._board.say_effort(())

    def _set_head(self, job: JobView) -> None:
        """What state it is in, and what can be done about it."""
        words, runs = self._words, job.state is JobState.RUNNING
        state = "paused" if job.paused else "running" if runs else "waiting"
        self._header.set(model_of(job), words(f"ui_training.{state}"), words(f"ui_training.{state}.why"))
        self._header.clear_buttons()
        self._pause = self._best = None
        if runs:
            self._best = best = self._header.add(words("ui_training.take_best"), self._on_best_clicked)
            best.setObjectName("training.take_best")
            best.setToolTip(words("ui_training.take_best.why"))
            pause = self._header.add(words(f"ui_training.{'go_on' if job.paused else 'pause'}"), self.pause_asked.emit)
            pause.setObjectName("training.pause")
            self._pause = pause
        stop = self._header.add(words("ui_training.stop"), self.stop_asked.emit)
        stop.setProperty("role", "danger")
        stop.setObjectName("training.stop")

    @Slot()
    def _on_best_clicked(self) -> None:
        for other in (self._best, self._pause):
            if other is not None:
                other.setEnabled(False)
        self._notice.say("accent", self._words("ui_training.take_best.heard"))
        self.best_asked.emit()

    def show_halted(self, job: JobView) -> None:
        """The training stands still, or goes on; what has the keyboard keeps it."""
        had_keyboard = self._pause is not None and self._pause.hasFocus()
        self._set_head(job)
        self._say_computing(job)
        if had_keyboard and self._pause is not None:
            self._pause.setFocus()

    def show_computing(self, published: bytes) -> None:
        """What carries out the fits, as the job published it."""
        self._board.say_effort([computing_words(self._words, msgspec.json.decode(published, type=Computing))])

    def show_leaderboard(self, published: bytes) -> None:
        """What was tried so far, as the job published it."""
        live = msgspec.json.decode(published, type=Leaderboard)
        self._board.show_candidates(live.metric, live.candidates)

    def show_ended(self, job: JobView | None, event: Ended) -> None:
        """A training ended without a version."""
        self._usage.follow(None)
        self._board.say_effort(())
        self._header.clear_buttons()
        self._header.set(model_of(job) if job is not None else "", self._words("ui_training.ended"))
        if event.failure is not None:
            self._notice.say_error(self._words, CicloError(event.failure.code, **event.failure.params))
        else:
            self._notice.say("neutral", self._words("ui_training.stopped"))

    def say_reproducing(self, label: str) -> None:
        """The version that is shown is trained again."""
        words = self._words
        self._notice.say("accent", words("ui_training.reproducing", model=label), words("ui_training.reproduce.why"))

    def say_reproduced(self, label: str, event: Ended) -> None:
        """What training it again came to."""
        say_reproduced(self._notice, self._words, label, event)

    def say_other(self, other: JobView | None) -> None:
        """Another training of this window runs or waits: offer to show it."""
        if other is None:
            self._queue.hide()
            return
        state = "also_running" if other.state is JobState.RUNNING else "also_waiting"
        self._queue.say("accent", self._words(f"ui_training.{state}", model=model_of(other)))
        self._queue.add(self._words("ui_training.show_it"), self.other_asked.emit).setObjectName("training.show_other")


def effort(words: Words, version: ModelVersion) -> list[str]:
    """What a training took and why it ended, sentence by sentence."""
    plan, spent = version.plan, version.spent
    if plan is None or spent is None:
        return []
    times = {"time": amount(spent.seconds, "duration"), "cpu": amount(spent.cpu_s, "duration")}
    lines = [words("ui_training.tried_in", n=len(plan.tried), **times), words(plan.stop)]
    lines += [words("ui_training.resumed", n=plan.resumed)] if plan.resumed else []
    return lines + [words.text(said) for said in sentences(spent, version.served)]


def model_of(job: JobView) -> str:
    """The name of the model that a training is for."""
    return str(job.title.params.get("model", ""))

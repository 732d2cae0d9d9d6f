"""What the foot of the window says: the job that runs, how far it is, honest time left; a list of the others."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Qt, QTimer, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.errors import CicloError
from app.jobs.contract import JobState
from app.ui import theme as tokens
from app.ui.foot import Foot
from app.ui.job_board import JobView
from app.ui.session import Session
from app.ui.theme import Kind
from app.ui.widgets.basics import Badge, button, clear, label, line

_TICK_MS = 1000
_KINDS: dict[JobState, Kind] = {
    JobState.QUEUED: "neutral",
    JobState.RUNNING: "accent",
    JobState.DONE: "good",
    JobState.FAILED: "bad",
    JobState.LOST: "bad",
    JobState.CANCELLED: "neutral",
}


def clock_words(seconds: float) -> str:
    """A running time as a clock: 00:41, 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


class Activity(QObject):
    """Keeps the foot true. It shows the job that runs longest; a list opens for the others."""

    def __init__(self, session: Session, foot: Foot) -> None:
        super().__init__(foot)
        self._session, self._foot = session, foot
        self._shown = ""
        self._stopping: set[str] = set()
        self._clock = QTimer(self)
        self._clock.setInterval(_TICK_MS)
        self._clock.timeout.connect(self._refresh)
        foot.stop.clicked.connect(self._on_stop_clicked)
        foot.queue.clicked.connect(self._on_queue_clicked)
        session.jobs.changed.connect(self._refresh)
        session.opening_changed.connect(self._on_opening_changed)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        board = self._session.jobs
        under_way = board.running() or board.waiting()
        job = min(under_way, key=lambda j: j.started_at or float("inf")) if under_way else None
        self._shown = job.id if job else ""
        if job is None:
            self._clock.stop()
            if self._session.opening:
                self._foot.show_opening()
            else:
                self._foot.show_idle()
        else:
            self._show(job)
            if not self._clock.isActive():
                self._clock.start()
        self._show_queue()

    @Slot(bool)
    def _on_opening_changed(self, _opening: bool) -> None:
        self._refresh()

    def _show(self, job: JobView) -> None:
        progress = job.progress
        known = progress is not None and progress.total > 0
        share = min(1.0, progress.done / progress.total) if progress is not None and known else None
        self._foot.show_job(self._session.words.text(job.title), " · ".join(self._parts(job)), share)
        self._foot.stop.setEnabled(job.id not in self._stopping)

    def _parts(self, job: JobView) -> list[str]:
        words = self._session.words
        if job.id in self._stopping:
            return [words("ui.foot.stopping")]
        if job.state is JobState.QUEUED:
            return [words("ui.foot.waiting")]
        clock = clock_words(job.elapsed_now())
        if job.paused:
            return [words("ui.foot.paused"), clock]
        parts = [self._session.words.text(job.progress.step)] if job.progress else []
        left = job.progress.remaining_s if job.progress else None
        if left is None:
            return [*parts, clock]
        return [*parts, words("ui.foot.time_left", elapsed=clock, left=clock_words(left))]

    def _show_queue(self) -> None:
        words, jobs = self._session.words, self._session.jobs.all()
        counts = (
            ("running", sum(1 for j in jobs if j.state is JobState.RUNNING and j.id != self._shown)),
            ("waiting", sum(1 for j in jobs if j.state is JobState.QUEUED and j.id != self._shown)),
            ("failed", sum(1 for j in jobs if j.state in (JobState.FAILED, JobState.LOST))),
            ("done", sum(1 for j in jobs if j.state is JobState.DONE)),
        )
        self._foot.show_queue(" · ".join(words(f"ui.foot.count.{name}", n=n) for name, n in counts if n))

    @Slot()
    def _on_stop_clicked(self) -> None:
        if self._shown:
            self._stopping.add(self._shown)
            self._session.jobs.stop(self._shown)
            self._refresh()

    @Slot()
    def _on_queue_clicked(self) -> None:
        foot, popup = self._foot, JobList(self._session, self._foot)
        popup.adjustSize()
        popup.move(foot.mapToGlobal(QPoint(foot.width() - popup.width() - tokens.PAD, -popup.height() - tokens.GAP)))
        popup.show()


class JobList(QFrame):
    """A list of the jobs of this session: running, waiting, done, failed, each with its sentence."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._session = session
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "card")
        self.setObjectName("job-list")
        self.setAccessibleName(session.words("ui.foot.list"))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(tokens.SPACE, tokens.PAD, tokens.SPACE, tokens.PAD)
        self._layout.setSpacing(0)
        self._fill()
        session.jobs.changed.connect(self._fill)

    @Slot()
    def _fill(self) -> None:
        clear(self._layout)
        for position, job in enumerate(reversed(self._session.jobs.all()[-10:])):
            if position:
                self._layout.addWidget(line())
            self._layout.addWidget(JobRow(self._session, job))


class JobRow(QWidget):
    """One job of the list."""

    def __init__(self, session: Session, job: JobView) -> None:
        super().__init__()
        self._session, self._id = session, job.id
        self.setMinimumWidth(session.theme.size(420))
        title = label(session.words.text(job.title), "strong")
        asked = session.words.time(job.asked_at)
        sentence = label(f"{asked} · {job_sentence(session, job)}", "small-muted")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(title)
        words.addWidget(sentence)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, tokens.PAD, 0, tokens.PAD)
        layout.addWidget(Badge(session.theme, _KINDS[job.state]))
        layout.addLayout(words, 1)
        self.stop: QPushButton | None = None
        if job.id in [waiting.id for waiting in session.jobs.waiting()[1:]]:
            ahead = button(session.words("ui.foot.run_next"), self._on_ahead_clicked)
            ahead.setObjectName("job-run-next")
            layout.addWidget(ahead)
        if not job.over:
            self.stop = button(session.words("ui.foot.stop"), self._on_stop_clicked, "danger")
            layout.addWidget(self.stop)

    @Slot()
    def _on_ahead_clicked(self) -> None:
        self._session.jobs.run_next(self._id)

    @Slot()
    def _on_stop_clicked(self) -> None:
        self._session.jobs.stop(self._id)


def job_sentence(session: Session, job: JobView) -> str:
    """What there is to say of a job: how far, how long it took, or why it failed and what is safe."""
    words = session.words
    if job.paused:
        return words("ui.foot.paused")
    if job.failure is not None:
        sentence, hint = words.error(CicloError(job.failure.code, **job.failure.params))
        return f"{sentence} {hint}".strip()
    if job.state is JobState.RUNNING and job.progress is not None:
        return session.words.text(job.progress.step)
    return words(f"ui.job.{job.state.value}", elapsed=words.duration(job.elapsed_s))

"""The Verification tab: the report of a version, and the decision about it."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.errors import CicloError
from app.jobs.contract import Ended, Event, JobState
from app.learning.records import MODEL
from app.project.record import Record, readable
from app.text.message import Text
from app.ui import theme as tokens
from app.ui.session import Session
from app.ui.verification.report import ReportView
from app.ui.verification.sealed import SealedView
from app.ui.widgets.basics import column, row
from app.ui.widgets.form import Dropdown, Option
from app.ui.widgets.messages import Notice
from app.ui.widgets.page import PageHeader, WorkOrEmpty
from app.verification.papers.statements import STATEMENT
from app.verification.records import DECISION, GATE_LEAST, GATE_LIMIT, GATE_RISK, REPORT, VERIFY, Report, VerifyRequest
from app.verification.state import VersionRow, VersionState, latest_report, models
from app.verification.value.records import OPERATING_POINT, VALUE_TABLE

_SHOWN = {MODEL, REPORT, DECISION, GATE_LEAST, GATE_LIMIT, GATE_RISK, VALUE_TABLE, OPERATING_POINT, STATEMENT}
"""The kinds of records that the page shows."""

STATE_KINDS = {
    VersionState.TRAINED: "neutral",
    VersionState.VERIFIED: "accent",
    VersionState.APPROVED: "good",
    VersionState.REJECTED: "bad",
    VersionState.HALF: "warning",
    VersionState.CONFLICT: "warning",
}


class Page(QWidget):
    """Judge a version on rows that it has never seen; then approve or reject it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        self._rows: dict[str, VersionRow] = {}
        self._shown = ""
        self._job, self._job_model = "", ""
        self._make_parts()
        self._lay_out()
        session.job_event.connect(self._on_job_event)
        session.changed.connect(self._on_session_changed)
        self._adopt_job()
        self._reload()

    def _adopt_job(self) -> None:
        """A report may be under way already, as when the page is made again in another language."""
        for job in self._session.jobs.open(VERIFY.name):
            label = job.title.params.get("model")
            record = next((r for r in self._session.records(MODEL) if r.label == label), None)
            if record is not None:
                self._job, self._job_model, self._shown = job.id, record.id, record.id

    def _make_parts(self) -> None:
        words, theme = self._words, self._session.theme
        self._versions = Dropdown(theme)
        self._versions.setObjectName("verification.versions")
        self._versions.setAccessibleName(words("ui_verification.versions"))
        self._versions.setMinimumWidth(theme.size(190))
        self._versions.chosen.connect(self.show_record)
        self._notice = Notice(theme, close_name=words("ui_verification.close"))
        self._header = PageHeader()

    @cached_property
    def _sealed(self) -> SealedView:
        made = SealedView(self._session, self._header)
        made.asked.connect(self._on_report_asked)
        made.stopped.connect(self._on_stop_asked)
        self._body.addWidget(made)
        return made

    @cached_property
    def _report(self) -> ReportView:
        made = ReportView(self._session, self._header)
        made.asked_again.connect(self._on_report_asked)
        made.failed.connect(self._on_failed)
        self._body.addWidget(made)
        return made

    def _lay_out(self) -> None:
        self._body = QStackedWidget()
        self._header.set_chooser(self._versions)
        bar = row(self._header)
        bar.setContentsMargins(tokens.WIDE, tokens.SPACE + tokens.GAP, tokens.WIDE, tokens.PAD)
        notice = row(self._notice)
        notice.setContentsMargins(tokens.WIDE, 0, tokens.WIDE, 0)
        work = QWidget()
        work.setProperty("role", "page")
        work.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        work.setLayout(column(bar, notice, self._body))
        self._outer = WorkOrEmpty(
            self._session.theme,
            self._words,
            work,
            icon="shield-check",
            code="ui_verification.empty",
            action="ui_verification.go_training",
        )
        self._outer.acted.connect(self._on_training_wanted)
        self.setLayout(column(self._outer))

    # What is shown

    def remember(self) -> str:
        """The version shown, for when the page is made again."""
        return self._shown

    def recall(self, shown: str) -> None:
        """Show it again."""
        self.show_record(shown)

    @Slot(str)
    def show_record(self, record_id: str) -> None:
        """Show a model version, or the version that a report is about."""
        if record_id not in self._rows:
            report = next((r for r in self._session.records(REPORT) if r.id == record_id), None)
            record_id = report.read(Report).model_id if report is not None else ""
        if record_id in self._rows:
            self._shown = record_id
            self._versions.set_value(record_id)
            self._notice.hide()
            self._show()

    def _reload(self) -> None:
        project = self._session.project
        rows = models(project) if project is not None else []
        self._rows = {row.id: row for row in rows}
        self._outer.show_work(bool(rows))
        words = self._words
        self._versions.set_options(
            [Option(r.id, readable(r.label), words(f"ui_verification.state.{r.state}")) for r in rows]
        )
        self._versions.setVisible(len(rows) > 1)
        if self._shown not in self._rows and rows:
            self._shown = rows[0].id
        if self._shown:
            self._versions.set_value(self._shown)
            self._show()

    def _show(self) -> None:
        project = self._session.project
        if project is None or self._shown not in self._rows:
            return
        record = next(r for r in self._session.records(MODEL) if r.id == self._shown)
        report = latest_report(project, self._shown)
        row_ = self._rows[self._shown]
        self._header.clear_buttons()
        if report is None or self._job_model == self._shown:
            self._sealed.show_version(record, row_, running=self._job_model == self._shown)
            self._body.setCurrentWidget(self._sealed)
        else:
            self._report.show_report(record, report, row_)
            self._body.setCurrentWidget(self._report)

    # Slots

    @Slot()
    def _on_report_asked(self) -> None:
        record = self._record()
        project = self._session.project
        if record is None or project is None or self._job:
            return
        request = VerifyRequest(project=str(project.folder), model=record.id)
        title = Text("ui_verification.job", {"model": record.label})
        self._job_model = record.id
        self._job = self._session.submit(VERIFY, request, title)
        self._notice.hide()
        self._show()

    def _record(self) -> Record | None:
        return next((r for r in self._session.records(MODEL) if r.id == self._shown), None)

    @Slot()
    def _on_stop_asked(self) -> None:
        self._session.jobs.stop(self._job)

    @Slot(object)
    def _on_job_event(self, event: Event) -> None:
        if not isinstance(event, Ended) or event.job != self._job:
            return
        self._job, self._job_model = "", ""
        self._show()
        if event.failure is not None:
            self._on_failed(CicloError(event.failure.code, **event.failure.params))
        elif event.state is JobState.CANCELLED:
            self._notice.say("neutral", self._words("ui_verification.stopped"))

    @Slot(object)
    def _on_failed(self, error: CicloError) -> None:
        self._notice.say_error(self._words, error)

    @Slot(object)
    def _on_session_changed(self, changes: dict[str, tuple[str, ...]]) -> None:
        if changes.keys() & _SHOWN:
            self._reload()

    @Slot()
    def _on_training_wanted(self) -> None:
        self._session.show("training")

"""The Deployment tab: approved versions go out as certified exports; a file is scored with a bundle."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.deployment.declared import Settings
from app.deployment.history import Deployed, deployments, releases
from app.deployment.records import DEPLOYMENT, RELEASE, ExportRequest
from app.learning.records import MODEL
from app.project.record import Record, readable
from app.ui import theme as tokens
from app.ui.deployment.history import HistoryCard
from app.ui.deployment.outcome import Outcome
from app.ui.deployment.release import ReleaseCard
from app.ui.deployment.score import ScoreCard
from app.ui.deployment.targets import Targets
from app.ui.session import Session
from app.ui.widgets.basics import column
from app.ui.widgets.form import Dropdown, Option
from app.ui.widgets.page import PageHeader, ScrollPage, WorkOrEmpty
from app.verification.records import DECISION
from app.verification.state import VersionRow, VersionState, models


class Page(QWidget):
    """Release and export what is approved, see what went where, score a file."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        words = self._words
        self._approved: list[VersionRow] = []
        self._records: list[Record] = []
        self._deployed: list[Deployed] = []
        self._header = PageHeader(words("ui_deployment.title"), "", words("ui_deployment.subtitle"))
        self._versions = Dropdown(session.theme)
        self._versions.setObjectName("deployment.version")
        self._versions.setAccessibleName(words("ui_deployment.version"))
        self._versions.setMinimumWidth(session.theme.size(200))
        self._header.set_chooser(self._versions)
        self._targets = Targets(session)
        self._outcome = Outcome(session)
        self._release = ReleaseCard(session)
        self._history = HistoryCard(session)
        self._score = ScoreCard(session)
        self._lay_out()
        self._connect()
        self._reload()

    def _lay_out(self) -> None:
        page = self._scroll = ScrollPage()
        grid = QGridLayout()
        grid.setSpacing(tokens.SPACE)
        left = QVBoxLayout()
        left.addWidget(self._release)
        left.addStretch(1)
        right = QVBoxLayout()
        right.addWidget(self._score)
        right.addStretch(1)
        grid.addLayout(left, 0, 0)
        grid.addLayout(right, 0, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        page.add(self._header)
        page.add(self._targets)
        page.add(self._outcome)
        page.add(grid)
        page.add(self._history)  # last, since it grows with every export
        page.body.addStretch(1)
        self._outer = WorkOrEmpty(
            self._session.theme,
            self._words,
            page,
            icon="package",
            code="ui_deployment.empty",
            action="ui_deployment.go_verification",
        )
        self._outer.acted.connect(self._on_verification_wanted)
        self.setLayout(column(self._outer))

    def _connect(self) -> None:
        self._versions.chosen.connect(self._on_version_chosen)
        self._targets.wanted.connect(self._on_export_wanted)
        self._outcome.busy_changed.connect(self._on_busy_changed)
        self._outcome.busy_changed.connect(self._on_outcome_changed)
        self._outcome.exported.connect(self._on_exported)
        self._history.chosen.connect(self._score.set_bundle)
        self._history.back_wanted.connect(self._on_back_wanted)
        self._session.changed.connect(self._on_session_changed)
        self._session.job_event.connect(self._outcome.on_job_event)
        self._session.job_event.connect(self._score.on_job_event)

    def remember(self) -> tuple[str, str, str]:
        """The paths filled in, for when the page is made again."""
        return self._score.paths()

    def recall(self, paths: tuple[str, str, str]) -> None:
        """Fill them in again."""
        self._score.set_paths(paths)

    @Slot(str)
    def show_record(self, record_id: str) -> None:
        """Offer a model version for export."""
        if record_id:
            self._versions.set_value(record_id)
            self._show_version()

    def _reload(self) -> None:
        project = self._session.project
        rows = models(project) if project is not None else []
        self._approved = [row for row in rows if row.state is VersionState.APPROVED]
        self._versions.set_options(
            [
                Option(r.id, readable(r.label), self._words(f"learning.estimator.{r.estimator}").lower())
                for r in self._approved
            ]
        )
        self._records = [*self._session.records(DEPLOYMENT), *self._session.records(RELEASE)]
        self._deployed = deployments(self._records)
        self._outer.show_work(bool(self._approved or self._deployed))
        self._history.show_deployments(self._deployed)
        if not self._score.paths()[0]:
            self._score.set_bundle(self._history.newest())
        self._show_version()

    def _show_version(self) -> None:
        """Everything that is about the version that is chosen."""
        version = self._version()
        label = version.label if version is not None else ""
        self._targets.show_history(self._deployed, label)
        self._release.show_release(version, releases(self._records, model=label.partition("@")[0]))
        self._on_busy_changed(self._outcome.busy)

    def _version(self) -> VersionRow | None:
        return next((row for row in self._approved if row.id == self._versions.value()), None)

    @Slot(str)
    def _on_version_chosen(self, _value: str) -> None:
        self._show_version()

    @Slot(bool)
    def _on_busy_changed(self, busy: bool) -> None:
        self._targets.set_able(not busy and self._version() is not None)
        self._history.set_able(not busy)

    @Slot(bool)
    def _on_outcome_changed(self, begun: bool) -> None:
        """Bring what begins into view: it was asked for further up or down."""
        if begun:
            self._scroll.body.activate()
            self._scroll.ensureWidgetVisible(self._outcome, 0, tokens.SPACE)

    @Slot(str, object)
    def _on_export_wanted(self, target: str, settings: Settings) -> None:
        version = self._version()
        if version is not None:
            self._export(version.id, version.label, target, settings)

    @Slot(object)
    def _on_back_wanted(self, deployed: Deployed) -> None:
        body = deployed.body
        self._export(body.model_id, body.model, body.target, body.settings)

    def _export(self, model_id: str, label: str, target: str, settings: Settings) -> None:
        project = self._session.project
        if project is not None:
            request = ExportRequest(project=str(project.folder), model=model_id, target=target, settings=settings)
            self._outcome.start(request, label=readable(label), target=self._targets.title(target))

    @Slot(str)
    def _on_exported(self, path: str) -> None:
        if path.endswith(".zip"):
            self._score.set_bundle(path)

    @Slot(object)
    def _on_session_changed(self, changes: dict[str, tuple[str, ...]]) -> None:
        if changes.keys() & {MODEL, DECISION, RELEASE, DEPLOYMENT}:
            self._reload()

    @Slot()
    def _on_verification_wanted(self) -> None:
        self._session.show("verification")

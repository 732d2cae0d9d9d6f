"""The Deployment tab: approved versions go out as certified exports; a file is scored with a bundle."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.deployment.history import deployments
from app.deployment.records import DEPLOYMENT, RELEASE
from app.learning.records import MODEL
from app.ui import theme as tokens
from app.ui.deployment.export import ExportCard
from app.ui.deployment.releases import ReleasesCard
from app.ui.deployment.score import ScoreCard
from app.ui.session import Session
from app.ui.widgets.basics import column
from app.ui.widgets.page import PageHeader, ScrollPage, WorkOrEmpty
from app.verification.records import DECISION
from app.verification.state import VersionState, models


class Page(QWidget):
    """Export what is approved, see what went out, score a file."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        words = self._words
        self._header = PageHeader(words("ui_deployment.title"), "", words("ui_deployment.subtitle"))
        self._export = ExportCard(session)
        self._releases = ReleasesCard(session)
        self._score = ScoreCard(session)
        self._lay_out()
        self._connect()
        self._reload()

    def _lay_out(self) -> None:
        page = ScrollPage()
        grid = QGridLayout()
        grid.setSpacing(tokens.SPACE)
        left = QVBoxLayout()
        left.setSpacing(tokens.SPACE)
        left.addWidget(self._export)
        left.addWidget(self._releases)
        left.addStretch(1)
        right = QVBoxLayout()
        right.addWidget(self._score)
        right.addStretch(1)
        grid.addLayout(left, 0, 0)
        grid.addLayout(right, 0, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        page.add(self._header)
        page.add(grid, 1)
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
        self._releases.chosen.connect(self._score.set_bundle)
        self._export.exported.connect(self._score.set_bundle)
        self._session.changed.connect(self._on_session_changed)
        self._session.job_event.connect(self._export.on_job_event)
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
            self._export.choose(record_id)

    def _reload(self) -> None:
        project = self._session.project
        rows = models(project) if project is not None else []
        approved = [row for row in rows if row.state is VersionState.APPROVED]
        made = deployments([*self._session.records(DEPLOYMENT), *self._session.records(RELEASE)])
        self._outer.show_work(bool(approved or made))
        self._export.show_versions(approved)
        self._releases.show_deployments(made)
        if not self._score.paths()[0]:
            self._score.set_bundle(self._releases.newest())

    @Slot(object)
    def _on_session_changed(self, changes: dict[str, tuple[str, ...]]) -> None:
        if changes.keys() & {MODEL, DECISION, RELEASE, DEPLOYMENT}:
            self._reload()

    @Slot()
    def _on_verification_wanted(self) -> None:
        self._session.show("verification")

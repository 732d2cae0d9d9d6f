"""The report on the screen: verdict, metrics with their intervals, charts, gates, and the decision."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.learning.records import ModelVersion
from app.project.record import Record, readable
from app.text.message import amount
from app.ui import theme as tokens
from app.ui.session import Session
from app.ui.theme import Kind
from app.ui.verification.beside import BesideCards
from app.ui.verification.chart_grid import ChartGrid
from app.ui.verification.decision import DecisionCard
from app.ui.verification.gates import GatesCard
from app.ui.verification.papers import PapersCard
from app.ui.verification.save import ReportSaver
from app.ui.verification.tables import ConfusionCard, MetricsCard
from app.ui.verification.worth import WorthCard
from app.ui.widgets.basics import Card, clear, label
from app.ui.widgets.messages import FindingRow
from app.ui.widgets.page import PageHeader, ScrollPage
from app.verification.points import strengths, warnings
from app.verification.policy import compared_now
from app.verification.records import Report
from app.verification.state import VersionRow

MARKS: dict[str, Kind] = {"good": "good", "reservations": "warning", "bad": "bad"}
_RIGHT_WIDTH = 300
_MIDDLE_WIDTH = 560
_ANY_WIDTH = (1 << 24) - 1
_NARROW_LABELS = 3  # a confusion matrix of more stands across the page


class ReportView(ScrollPage):
    """Shows one stored report. ``asked_again`` wants a new one, ``failed(CicloError)`` says why something didn't go."""

    asked_again = Signal()
    failed = Signal(object)

    def __init__(self, session: Session, header: PageHeader) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        self._saver = ReportSaver(session, self)
        self._saver.failed.connect(self.failed)
        self._header = header
        self._drawn = ""
        self._narrow = False
        self._verdict = Card()
        self._metrics = MetricsCard(session)
        self._confusion = ConfusionCard(session)
        self._beside = BesideCards(session)
        self._worth = WorthCard(session)
        self._worth.failed.connect(self.failed)
        self._gates = GatesCard(session)
        self._gates.failed.connect(self.failed)
        self._decision = DecisionCard(session)
        self._papers = PapersCard(session)
        self._papers.failed.connect(self.failed)
        self._findings = Card(self._words("ui_verification.findings"))
        self._charts = ChartGrid(session, self._confusion)
        self._lay_out()

    def _lay_out(self) -> None:
        self._middle, right = QVBoxLayout(), QVBoxLayout()
        self._middle.setSpacing(tokens.SPACE)
        right.setSpacing(tokens.SPACE)
        for card in (self._verdict, self._worth, self._metrics, self._beside, self._findings):
            self._middle.addWidget(card)
        self._middle.addStretch(1)
        for card in (self._gates, self._decision, self._papers):
            right.addWidget(card)
        right.addStretch(1)
        self._side = QWidget()
        self._side.setLayout(right)
        right.setContentsMargins(0, 0, 0, 0)
        self._side.setFixedWidth(self._session.theme.size(_RIGHT_WIDTH))
        grid = self._parts = QGridLayout()
        grid.setSpacing(tokens.SPACE)
        grid.addLayout(self._middle, 0, 0)
        grid.addWidget(self._side, 0, 1)
        grid.setColumnStretch(0, 1)
        self._make_verdict()
        self.body.setContentsMargins(tokens.WIDE, tokens.PAD, tokens.WIDE, tokens.WIDE)
        self.add(grid)
        self.add(self._charts)
        self.body.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay it out for its new width."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Where two columns have no room, as with large letters or long words, the gates go below the metrics."""
        size = self._session.theme.size
        room = self.viewport().width() - size(_RIGHT_WIDTH) - 2 * tokens.WIDE - tokens.SPACE
        narrow = room < max(size(_MIDDLE_WIDTH), self._metrics.least_width())
        if narrow != self._narrow:
            self._narrow = narrow
            width = size(_RIGHT_WIDTH)
            self._side.setMinimumWidth(0 if narrow else width)
            self._side.setMaximumWidth(_ANY_WIDTH if narrow else width)  # else its height is that of a wider one
            self._parts.removeWidget(self._side)
            self._parts.addWidget(self._side, *((1, 0) if narrow else (0, 1)))

    def _make_verdict(self) -> None:
        self._verdict_headline = label("", "heading")
        self._verdict_summary = label("")
        self._verdict.body.addWidget(label(self._words("ui_verification.verdict"), "muted"))
        self._verdict.body.addWidget(self._verdict_headline)
        self._verdict.body.addWidget(self._verdict_summary)
        self._points = QVBoxLayout()
        self._points.setSpacing(0)
        self._verdict.body.addLayout(self._points)

    def _add_buttons(self) -> None:
        words = self._words
        again = self._header.add(words("ui_verification.again"), self._on_again_clicked)
        again.setObjectName("verification.again")
        save = self._header.add(words("ui_verification.save"), self._saver.ask)
        save.setObjectName("verification.save")
        look = self._header.add(words("ui_verification.open"), self._saver.open)
        look.setObjectName("verification.open")

    @Slot()
    def _on_again_clicked(self) -> None:
        self.asked_again.emit()

    def show_report(self, record: Record, report_record: Record, version_row: VersionRow) -> None:
        """Show a version's report."""
        report, version = report_record.read(Report), record.read(ModelVersion)
        self._show_header(record, version, report, report_record)
        self._verdict.set_mark(MARKS.get(report.verdict, "warning"))
        self._verdict_headline.setText(self._words.text(report.headline))
        self._verdict_summary.setText(self._words.text(report.summary))
        self._show_points(report, version)
        self._saver.set_report(record, report_record)
        self._metrics.show_metrics(report.metrics, report.level)
        self._arrange()
        project = self._session.project
        self._beside.show_compared(compared_now(project, report) if project is not None else report.compared)
        self._worth.show_worth(record, report)
        gates = self._gates.show_gates(report, version.metric)
        self._decision.show_version(record, version_row, gates)
        self._papers.show_version(record)
        self._show_findings(report)
        self._add_buttons()
        if report_record.id != self._drawn:  # drawing takes its time, and a decision changes no chart
            self._drawn = report_record.id
            self._show_charts(report)

    def _show_header(self, record: Record, version: ModelVersion, report: Report, stored: Record) -> None:
        words = self._words
        estimator = words(f"learning.estimator.{version.estimator}").lower()
        detail = words("ui_verification.version", number=str(record.number), estimator=estimator)
        where = "ui_verification.judged_test" if report.on_test_file else "ui_verification.judged"
        judged = words(where, n=report.rows, dataset=readable(report.dataset))
        opened = words("ui_verification.openings", n=report.openings)
        when = words.value(amount(stored.time, "date"))
        self._header.set(record.name, detail, f"{judged} · {opened} · {when}")

    def _show_points(self, report: Report, version: ModelVersion) -> None:
        """What speaks for the version and what against it, for who has two minutes."""
        clear(self._points)
        pairs = [("good", text) for text in strengths(report, version)]
        pairs += [("warning", text) for text in warnings(report)]
        for severity, text in pairs:
            self._points.addWidget(FindingRow(self._session.theme, severity, self._words.text(text)))

    def _show_findings(self, report: Report) -> None:
        clear(self._findings.body)
        told = warnings(report)  # which stand below the verdict
        found = [(severity, text) for severity, text in report.findings if text not in told]
        for severity, text in found:
            self._findings.body.addWidget(FindingRow(self._session.theme, severity, self._words.text(text)))
        self._findings.setVisible(bool(found))

    def _show_charts(self, report: Report) -> None:
        self._confusion.show_confusion(report.confusion)
        many = report.confusion is not None and len(report.confusion.labels) > _NARROW_LABELS
        self._charts.want_first(report.confusion is not None and not many)
        if many:
            self._middle.insertWidget(self._middle.indexOf(self._metrics) + 1, self._confusion)
            self._confusion.show()
        self._charts.show_charts(report.charts)
        self.verticalScrollBar().setValue(0)

"""The page of a dataset: rail, findings, columns or rows, and the detail of what is selected."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.data.reader_protocol import StoredTable
from app.data.records import ColumnProfile
from app.errors import CicloError
from app.text.message import amount
from app.ui import theme as tokens
from app.ui.datasets.columns_table import ColumnRow, ColumnsTable, rows_of
from app.ui.datasets.dataset_head import DatasetHead
from app.ui.datasets.detail import Detail
from app.ui.datasets.expectations_part import ExpectationsPart
from app.ui.datasets.findings import Findings
from app.ui.datasets.loading import Load, Loaded, stored_table
from app.ui.datasets.rail import Rail
from app.ui.datasets.rejected import RejectedTable
from app.ui.datasets.rows_table import RowsTable
from app.ui.datasets.versions import Version, newest_of_each, versions
from app.ui.session import Session
from app.ui.widgets.basics import Card
from app.ui.widgets.form import Option, Segments
from app.ui.widgets.messages import Notice

Part = Literal["columns", "rows", "expectations", "rejected"]
_PARTS: tuple[Part, ...] = ("columns", "rows", "expectations", "rejected")


class DatasetView(QWidget):
    """Shows one version; which one is kept by its id."""

    import_asked = Signal()
    next_asked = Signal(str)
    versions_asked = Signal(str)
    bin_asked = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setProperty("role", "page")
        self._session, self._words = session, session.words
        self.version: Version | None = None
        self._loaded = Loaded("", None, ())
        self._filled: set[str] = set()
        self._versions: list[Version] = []
        self._rows: dict[str, ColumnRow] = {}
        self._column = ""
        self._make_head()
        self._make_parts()
        self._lay_out()

    # Making it

    def _make_head(self) -> None:
        theme, words = self._session.theme, self._words
        self.header = DatasetHead(theme, words)
        self.header.version_chosen.connect(self.show_version)
        self.header.next_asked.connect(self._on_next_asked)
        self.header.versions_asked.connect(self._on_versions_asked)
        self.header.train_asked.connect(self._on_train_asked)
        self.notice = Notice(theme, close_name=words("ui_datasets.close"))

    def _make_parts(self) -> None:
        theme, words = self._session.theme, self._words
        self.rail = Rail(theme, words)
        self.rail.picked.connect(self.show_version)
        self.rail.import_button.clicked.connect(self.import_asked)
        self.rail.bin_button.clicked.connect(self.bin_asked)
        self.findings = Findings(theme, words)
        self.findings.column_asked.connect(self.show_column)
        self.columns = ColumnsTable(theme, words)
        self.columns.picked.connect(self._show_detail)
        self.detail = Detail(self._session)
        self.parts = Segments([Option(part, words(f"ui_datasets.part.{part}")) for part in _PARTS])
        for part, made in self.parts.buttons.items():
            made.setObjectName(f"datasets.view_{part}")
        self.parts.chosen.connect(self.show_part)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.columns)

    @cached_property
    def rows(self) -> RowsTable:
        """Made when it is first looked at."""
        made = RowsTable(self._session)
        made.paged.failed.connect(self._on_rows_failed)
        self.stack.addWidget(made)
        return made

    @cached_property
    def rejected(self) -> RejectedTable:
        """Made when it is first looked at."""
        made = RejectedTable(self._session.theme, self._words)
        self.stack.addWidget(made)
        return made

    @cached_property
    def expectations(self) -> ExpectationsPart:
        """Made when it is first looked at."""
        made = ExpectationsPart(self._session)
        self.stack.addWidget(made)
        return made

    def _lay_out(self) -> None:
        size = self._session.theme.size
        table = Card()
        bar = QHBoxLayout()
        bar.addWidget(self.parts)
        bar.addStretch(1)
        table.body.addLayout(bar)
        table.body.addWidget(self.stack, 1)
        middle = QWidget()
        inside = QVBoxLayout(middle)
        inside.setContentsMargins(tokens.PAD, 0, tokens.PAD, 0)
        inside.setSpacing(tokens.SPACE)
        self._above = inside
        inside.addWidget(self.header)
        inside.addWidget(self.notice)
        inside.addWidget(self.findings)
        inside.addWidget(table, 1)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        for widget, least, stretch in ((self.rail, 170, 0), (middle, 420, 3), (self.detail, 250, 1)):
            widget.setMinimumWidth(size(least))
            self._splitter.addWidget(widget)
            self._splitter.setStretchFactor(self._splitter.count() - 1, stretch)
        self._splitter.setSizes([size(190), size(720), size(330)])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(tokens.WIDE, tokens.SPACE + tokens.GAP, tokens.WIDE, tokens.WIDE)
        outer.addWidget(self._splitter)

    def add_bar(self, bar: QWidget) -> None:
        """Something that is said above everything else."""
        self._above.insertWidget(0, bar)

    # Showing a version

    def reload(self) -> None:
        """Take in new records; what is shown stays shown."""
        self._versions = versions(self._session)
        newest = newest_of_each(self._versions)
        shown = self.version.id if self.version is not None else ""
        self.version = next((v for v in self._versions if v.id == shown), None)  # gone where it was put into the bin
        if self.version is None and newest:
            latest = max(newest, key=_time)
            self.show_version(latest.id)
        else:
            self._show_choosers()

    @Slot(str)
    def show_version(self, id: str) -> None:
        """Show the version with this id."""
        if not any(version.id == id for version in self._versions):
            self._versions = versions(self._session)
        version = next((v for v in self._versions if v.id == id), None)
        if version is None or (self.version is not None and self.version.id == id):
            self._show_choosers()
            return
        self.version = version
        self.notice.hide()
        self._show_choosers()
        self._show_rejected_part(version)
        self._show_profile(Loaded(id, None, ()))
        if self._session.project is not None:
            self._session.run(Load(self._session.project, version.record), self._on_loaded)

    def _show_choosers(self) -> None:
        current = self.version.name if self.version is not None else ""
        self.rail.show_datasets(newest_of_each(self._versions), current)
        self.rail.show_bin(len(self._session.project.binned()) if self._session.project is not None else 0)
        if self.version is not None:
            self.header.show_version(self.version, [v for v in self._versions if v.name == current])

    def _show_rejected_part(self, version: Version) -> None:
        count = version.body.rejected
        made = self.parts.buttons["rejected"]
        made.setVisible(count > 0)
        self.parts.set_option(Option("rejected", self._words("ui_datasets.part.rejected_count", n=amount(count))))
        if not count and self.parts.value() == "rejected":
            self.parts.set_value("columns")
            self.show_part("columns")

    def _on_loaded(self, loaded: Loaded) -> None:
        if self.version is None or loaded.id != self.version.id:
            return
        if loaded.error is not None:
            self.notice.say_error(self._words, loaded.error)
        self._show_profile(loaded)

    def _show_profile(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._filled.clear()
        profiles = loaded.profile.columns if loaded.profile is not None else ()
        findings = loaded.profile.findings if loaded.profile is not None else ()
        rows = rows_of(profiles, findings)
        self._rows = {row.profile.name: row for row in rows}
        self.columns.columns.set_rows(rows)
        self.findings.show_findings(findings)
        self.detail.goes_with.show_table(self.table() if rows else None)
        self._fill_part()
        if self._column not in self._rows:
            self._column = next(iter(self._rows), "")
        if self._column:
            self.columns.pick(self._column)
            self._show_detail(self._column)
        else:
            self.detail.show_none()

    def _fill_part(self) -> None:
        """Fill the part that is looked at, once; the others are filled when they are."""
        part, loaded = self.parts.value(), self._loaded
        if part in self._filled:
            return  # where it was scrolled to, and how it was sorted, stays
        self._filled.add(part)
        if part == "rejected":
            self.rejected.show_rejected(loaded.rejected)
        elif part == "expectations":
            self.expectations.show_version(self.version)
        elif part == "rows":
            self._show_rows(loaded.profile.columns if loaded.profile is not None else ())

    def _show_rows(self, profiles: tuple[ColumnProfile, ...]) -> None:
        table = self.table()
        if table is not None and self.version is not None:
            self.rows.show_rows(table.path, self.version.body.rows, self.version.body.columns, profiles)

    def table(self) -> StoredTable | None:
        """The stored table of the version that is shown."""
        project, version = self._session.project, self.version
        try:
            return stored_table(project, version.record) if project is not None and version is not None else None
        except CicloError as error:
            self.notice.say_error(self._words, error)
            return None

    @Slot(object)
    def _on_rows_failed(self, error: CicloError) -> None:
        self.notice.say_error(self._words, error)

    # Parts and columns

    @Slot(str)
    def show_part(self, part: Part) -> None:
        """Show the columns, the rows, what is expected, or what was rejected."""
        self.parts.set_value(part)
        self._fill_part()
        self.stack.setCurrentWidget(getattr(self, part))

    @Slot(str)
    def show_column(self, name: str) -> None:
        """Go to a column."""
        self.show_part("columns")
        self.columns.pick(name)
        row = self.columns.columns.find(name)
        if row >= 0:
            self.columns.scrollTo(self.columns.columns.index(row, 0))
        self._show_detail(name)

    @Slot(str)
    def _show_detail(self, name: str) -> None:
        row = self._rows.get(name)
        if row is not None:
            self._column = name
            self.detail.show_column(row.profile, row.findings)

    # What the user does

    @Slot()
    def _on_train_asked(self) -> None:
        if self.version is not None:
            self._session.show("training", self.version.id)

    @Slot()
    def _on_versions_asked(self) -> None:
        if self.version is not None:
            self.versions_asked.emit(self.version.id)

    @Slot()
    def _on_next_asked(self) -> None:
        if self.version is not None:
            self.next_asked.emit(self.version.name)


def _time(version: Version) -> tuple[str, int]:
    return version.record.time, version.number

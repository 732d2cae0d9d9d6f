"""The page of a comparison: two versions are chosen, and what changed between them is shown."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.data.records import DATASET
from app.data.versions.records import DIFF, Difference, DiffRequest
from app.errors import CicloError
from app.jobs.contract import Ended, Event, JobState, Progressed
from app.project.record import Record
from app.text.message import Text, amount
from app.ui import theme as tokens
from app.ui.datasets.compare_tables import ChangesTable, ExamplesTable, SchemaTable, described
from app.ui.datasets.shift_chart import ShiftView
from app.ui.datasets.versions_table import spoken_version
from app.ui.session import Session
from app.ui.widgets.basics import Card, clear, label, row
from app.ui.widgets.form import Dropdown, Field, Option, Segments
from app.ui.widgets.messages import FindingRow, Notice
from app.ui.widgets.page import PageHeader, ScrollPage

_PARTS = ("changed", "added", "removed")
_PROPOSED, _WHOLE = "", "\0whole"


class CompareView(QWidget):
    """``left()`` goes back."""

    left = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setProperty("role", "page")
        self._session, self._words = session, session.words
        self.found: Difference | None = None
        self._job = ""
        self._make_head()
        self._make_cards()
        self._lay_out()
        session.job_event.connect(self._on_job_event)

    def _make_head(self) -> None:
        words, theme = self._words, self._session.theme
        self._header = PageHeader(words("ui_datasets.compare.title"))
        self._header.add(words("ui_datasets.versions.back"), self.left.emit).setObjectName("datasets.compare_back")
        self.before, self.after, self.key = Dropdown(theme), Dropdown(theme), Dropdown(theme)
        for name in ("before", "after", "key"):
            chooser = getattr(self, name)
            chooser.setObjectName(f"datasets.compare_{name}")
            chooser.chosen.connect(self._on_chosen)
        self.notice = Notice(theme, close_name=words("ui_datasets.close"))
        self._busy = label("", "muted")

    def _make_cards(self) -> None:
        words, theme = self._words, self._session.theme
        self._summary = Card(words("ui_datasets.compare.summary"))
        self._sentences = QVBoxLayout()
        self._sentences.setSpacing(0)
        self._summary.body.addLayout(self._sentences)
        self._schema = Card(words("ui_datasets.compare.schema"))
        self.schema = SchemaTable(theme, words)
        self._schema.body.addWidget(self.schema)
        self._columns = Card(words("ui_datasets.compare.columns"), words("ui_datasets.compare.columns_hint"))
        self.changes = ChangesTable(theme, words)
        self.changes.picked.connect(self._on_column_picked)
        self.chart = ShiftView(theme, words)
        self._figures = label("", "small-muted", selectable=True)
        self._name = label("", "title")
        self._rows = Card(words("ui_datasets.compare.rows"))
        self.parts = Segments([Option(part, words(f"ui_datasets.compare.part.{part}", n=0)) for part in _PARTS])
        for part, made in self.parts.buttons.items():
            made.setObjectName(f"datasets.compare_{part}")
        self.parts.chosen.connect(self._on_part_chosen)
        self.examples = ExamplesTable(theme, words)

    def _lay_out(self) -> None:
        size, words = self._session.theme.size, self._words
        page = ScrollPage()
        page.add(self._header)
        choice = row(
            Field(words("ui_datasets.compare.before"), self.before),
            Field(words("ui_datasets.compare.after"), self.after),
            Field(words("ui_datasets.compare.key"), self.key),
            spacing=tokens.SPACE,
        )
        page.add(choice)
        page.add(self.notice)
        page.add(self._busy)
        page.add(self._summary)
        page.add(self._schema)
        side = QVBoxLayout()
        for widget in (self._name, self.chart, self._figures):
            side.addWidget(widget)
        side.addStretch(1)
        both = row(self.changes, side, spacing=tokens.WIDE)
        both.setStretch(0, 3)
        both.setStretch(1, 2)
        self.changes.setMinimumHeight(size(330))
        self._columns.body.addLayout(both)
        page.add(self._columns)
        self.examples.setMinimumHeight(size(300))
        self._rows.body.addLayout(row(self.parts, 1))
        self._rows.body.addWidget(self.examples)
        page.add(self._rows)
        page.body.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page)
        self._show_cards(shown=False)

    # Choosing

    def compare(self, before: str, after: str) -> None:
        """Compare two versions, by their ids."""
        records = self._session.records(DATASET)
        options = [Option(r.id, self._named(r)) for r in reversed(records)]
        for chooser, id in ((self.before, before), (self.after, after)):
            chooser.set_options(options)
            chooser.set_value(id)
        self.key.set_options([Option(_PROPOSED, self._words("ui_datasets.compare.proposed"))])
        self.key.set_value(_PROPOSED)
        self._begin()

    def _named(self, record: Record) -> str:
        return spoken_version(record, self._words)

    @Slot(str)
    def _on_chosen(self, _value: str) -> None:
        self._begin()

    def _begin(self) -> None:
        project = self._session.project
        if project is None:
            return
        if self._job:
            self._session.jobs.stop(self._job)
        key = self.key.value()
        request = DiffRequest(
            project=str(project.folder.resolve()),
            before=self.before.value(),
            after=self.after.value(),
            key=(key,) if key not in (_PROPOSED, _WHOLE) else (),
            whole_rows=key == _WHOLE,
        )
        self.notice.hide()
        self._show_cards(shown=False)
        self._busy.setText(self._words("ui_datasets.compare.busy"))
        names = {"before": self.before.currentText(), "after": self.after.currentText()}
        self._job = self._session.submit(DIFF, request, Text("ui_datasets.compare.job", dict(names)), stores=False)

    def _show_cards(self, *, shown: bool) -> None:
        for card in (self._summary, self._schema, self._columns, self._rows):
            card.setVisible(shown)
        self._busy.setVisible(not shown)

    # What came out

    @Slot(object)
    def _on_job_event(self, event: Event) -> None:
        if not self._job or event.job != self._job:
            return
        if isinstance(event, Progressed):
            self._busy.setText(self._session.words.text(event.progress.step))
        elif isinstance(event, Ended):
            self._job = ""
            self._take_end(event)

    def _take_end(self, event: Ended) -> None:
        self._busy.hide()
        if event.failure is not None:
            self.notice.say_error(self._words, CicloError(event.failure.code, **event.failure.params))
        elif event.state is JobState.DONE:
            self._show(msgspec.json.decode(event.answer, type=Difference))
        else:
            self.notice.say("neutral", self._words("ui_datasets.compare.stopped"))

    def _show(self, found: Difference) -> None:
        self.found = found
        self._offer_keys(found)
        clear(self._sentences)
        for sentence in found.sentences:
            self._sentences.addWidget(FindingRow(self._session.theme, "note", self._session.words.text(sentence)))
        self._show_cards(shown=True)
        self._columns.setVisible(bool(found.columns))
        self.schema.show_schema(found.schema)
        self._schema.setVisible(self.schema.lines.rowCount() > 0)
        self.changes.show_difference(found)
        first = self.changes.changes.rows()[:1]
        if first:
            self.changes.pick(first[0].name)
            self._on_column_picked(first[0].name)
        counts = {"changed": found.rows.changed, "added": found.rows.added, "removed": found.rows.removed}
        for part, count in counts.items():
            self.parts.set_option(Option(part, self._words(f"ui_datasets.compare.part.{part}", n=amount(count))))
            self.parts.buttons[part].setEnabled(count > 0)
        self._rows.setVisible(any(counts.values()))
        shown = next((part for part, count in counts.items() if count), _PARTS[0])
        self.parts.set_value(shown)
        self._on_part_chosen(shown)

    def _offer_keys(self, found: Difference) -> None:
        words, chosen = self._words, self.key.value()
        told = found.rows.key if found.rows.proposed else ()
        proposed = words("ui_datasets.compare.proposed_key", key=", ".join(told)) if told else ""
        both = [c.name for c in found.columns if not c.renamed_from]
        self.key.set_options(
            [
                Option(_PROPOSED, proposed or words("ui_datasets.compare.proposed")),
                Option(_WHOLE, words("ui_datasets.compare.whole_rows")),
                *(Option(name, name) for name in both),
            ]
        )
        self.key.set_value(chosen)

    @Slot(str)
    def _on_column_picked(self, name: str) -> None:
        if self.found is None:
            return
        change = next(c for c in self.found.columns if c.name == name)
        said = described(change, self._words)
        self._name.setText(change.name)
        self._figures.setText(said)
        self.chart.show_change(change, (self.before.currentText(), self.after.currentText()), said)

    @Slot(str)
    def _on_part_chosen(self, part: str) -> None:
        if self.found is not None:
            self.examples.show_part(self.found, part)

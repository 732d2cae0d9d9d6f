"""Labels that are probably wrong: the queue, a decision for each row, and the version in which they are corrected."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.data.recipe.steps import PREPARE, PrepareRequest, Recipe, Relabel
from app.data.records import ColumnType
from app.errors import CicloError
from app.jobs.contract import Ended, Event, JobState, Progressed
from app.learning.labels.file import Decision, decided
from app.learning.labels.records import LABELS, Effect, LabelsAnswer, LabelsRequest
from app.learning.records import MODEL, Estimate, ModelVersion
from app.text.message import Text, amount
from app.ui.datasets.labels_table import LabelsTable
from app.ui.datasets.versions import Version
from app.ui.dialogs import Dialog
from app.ui.session import Session
from app.ui.widgets.basics import button, label, line, row
from app.ui.widgets.form import Dropdown, Field, Option
from app.ui.widgets.messages import Notice

_WIDTH, _HEIGHT = 820, 620
_MOST_CLASSES = 100
_WORDS = (ColumnType.BOOLEAN, ColumnType.CATEGORY, ColumnType.INTEGER, ColumnType.TEXT)
_CELLS, _DIGITS = 12, 4


class LabelsDialog(Dialog):
    """Looks for doubtful labels of a version, and makes the next one: ``making(job)`` says by which job."""

    making = Signal(str)

    def __init__(self, session: Session, version: Version, parent: QWidget | None) -> None:
        super().__init__(session, session.words("ui_datasets.labels.title"), parent)
        self.setObjectName("labels")
        self._session, self._words, self._version = session, session.words, version
        self._job, self._target = "", ""
        self._columns: tuple[str, ...] = ()
        self.resize(session.theme.size(_WIDTH), session.theme.size(_HEIGHT))
        self._make_question()
        self._make_queue()
        self._make_buttons()
        session.job_event.connect(self._on_job_event)
        self.finished.connect(self._on_finished)
        self._show_queue(None)

    # Making it

    def _make_question(self) -> None:
        words = self._words
        self.target = Dropdown(self._session.theme, [Option(name, name) for name in self._targets()])
        self.target.setObjectName("labels.target")
        self.target.set_value(self._likely_target())
        self.target.setAccessibleName(words("ui_datasets.labels.target"))
        self.look = button(words("ui_datasets.labels.look"), self._on_look_clicked)
        self.look.setObjectName("labels.look")
        self.look.setEnabled(bool(self.target.value()))
        self.body.addWidget(label(words("ui_datasets.labels.why"), "muted"))
        self.body.addWidget(Field(words("ui_datasets.labels.target"), self.target))
        self.busy = label("", "muted")
        self.notice = Notice(self._session.theme, close_name=words("ui_datasets.close"))
        self.notice.hide()
        asked = row(self.look, self.busy)
        asked.setStretch(1, 1)
        self.body.addLayout(asked)
        self.body.addWidget(self.notice)

    def _make_queue(self) -> None:
        words = self._words
        self.table = LabelsTable(self._session.theme, words)
        self.table.selectionModel().selectionChanged.connect(self._on_selected)
        self.table.doubts.modelReset.connect(self._on_selected)
        self.cells = label("", "small-muted")
        self.keep = button(words("ui_datasets.labels.keep"), self._on_keep_clicked)
        self.change = button(words("ui_datasets.labels.change"), self._on_change_clicked)
        self.leave_out = button(words("ui_datasets.labels.leave_out"), self._on_leave_out_clicked)
        for name in ("keep", "change", "leave_out"):
            getattr(self, name).setObjectName(f"labels.{name}")
        self.effect = label("", "small-muted")
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.cells)
        self.body.addLayout(row(self.keep, self.change, self.leave_out, 1))
        self.body.addWidget(self.effect)

    def _make_buttons(self) -> None:
        words = self._words
        self.make = button(words("ui_datasets.labels.make"), self._on_make_clicked, "primary")
        self.make.setObjectName("labels.make")
        self._counted = label("", "small-muted")
        self.body.addWidget(line())
        self.body.addLayout(row(self._counted, 1, button(words("ui.close"), self.reject), self.make))

    def _targets(self) -> list[str]:
        """Columns that may hold classes."""
        return [c.name for c in self._version.body.columns if c.type in _WORDS and 2 <= c.distinct <= _MOST_CLASSES]

    def _likely_target(self) -> str:
        """What was predicted last from the dataset, else the last column."""
        known = self._targets()
        for record in reversed(self._session.records(MODEL)):
            try:
                version = record.read(ModelVersion)
            except CicloError:
                continue  # left to the check of the project
            if version.dataset.partition("@")[0] == self._version.name and version.target in known:
                return version.target
        return known[-1] if known else ""

    # Looking

    @Slot()
    def _on_look_clicked(self) -> None:
        project = self._session.project
        if project is None:
            return
        self._target = self.target.value()
        request = LabelsRequest(
            project=str(project.folder.resolve()), dataset=self._version.record.label, target=self._target
        )
        self._show_queue(None)
        self.notice.hide()
        self.look.setEnabled(False)
        title = Text("ui_datasets.labels.job", {"column": self._target})
        self._job = self._session.submit(LABELS, request, title, stores=False)

    @Slot(object)
    def _on_job_event(self, event: Event) -> None:
        if not self._job or event.job != self._job:
            return
        if isinstance(event, Progressed):
            self.busy.setText(self._words.text(event.progress.step))
        elif isinstance(event, Ended):
            self._job = ""
            self.look.setEnabled(True)
            self._take_end(event)

    def _take_end(self, event: Ended) -> None:
        self.busy.setText("")
        if event.failure is not None:
            self.notice.say_error(self._words, CicloError(event.failure.code, **event.failure.params))
        elif event.state is JobState.DONE:
            self._show_queue(msgspec.json.decode(event.answer, type=LabelsAnswer))

    def _show_queue(self, answer: LabelsAnswer | None) -> None:
        words = self._words
        self._columns = answer.columns if answer is not None else ()
        self.table.show_doubts(answer.doubts if answer is not None else ())
        if answer is not None:
            share = words.percent(answer.noise, 1)
            self.busy.setText(words("ui_datasets.labels.found", n=answer.doubtful, rows=answer.rows, share=share))
        self.effect.setText(self._spoken(answer.effect, len(answer.doubts)) if answer and answer.effect else "")

    def _spoken(self, effect: Effect, listed: int) -> str:
        words = self._words
        told = {"before": amount(effect.before, "metric"), "after": amount(effect.after, "metric")}
        metric = words(f"verification.metric.{effect.metric}")
        said = words("ui_datasets.labels.effect", n=listed, metric=metric, gain=self._interval(effect.gain), **told)
        return f"{said} {words('ui_datasets.labels.honest', n=effect.judged)}"

    def _interval(self, gain: Estimate) -> str:
        """A difference with its interval, where there is one."""
        ends = (gain.value, gain.low, gain.high)
        value, low, high = (self._words.number(end or 0.0, digits=_DIGITS, fixed=True) for end in ends)
        if gain.low is None or gain.high is None:
            return value
        return self._words("ui_datasets.labels.gain", value=value, low=low, high=high)

    # Deciding

    @Slot()
    def _on_selected(self) -> None:
        chosen, words = self.table.chosen(), self._words
        for made in (self.keep, self.change, self.leave_out):
            made.setEnabled(bool(chosen))
        shown = chosen[0].doubt.cells if len(chosen) == 1 else ()
        pairs = list(zip(self._columns, shown, strict=False))[:_CELLS]
        self.cells.setText(" · ".join(f"{name}: {'–' if cell is None else cell}" for name, cell in pairs))
        likely = {one.doubt.likely for one in chosen}
        same = len(likely) == 1
        self.change.setText(
            words("ui_datasets.labels.change_to", label=next(iter(likely)))
            if same
            else words("ui_datasets.labels.change")
        )
        count = sum(one.decision is not None for one in self.table.doubts.rows())
        self._counted.setText(words("ui_datasets.labels.counted", n=count) if count else "")
        self.make.setEnabled(count > 0)

    @Slot()
    def _on_keep_clicked(self) -> None:
        self.table.decide(Decision.KEEP)

    @Slot()
    def _on_change_clicked(self) -> None:
        self.table.decide(Decision.CHANGE)

    @Slot()
    def _on_leave_out_clicked(self) -> None:
        self.table.decide(Decision.LEAVE_OUT)

    @Slot()
    def _on_make_clicked(self) -> None:
        project, version = self._session.project, self._version
        rows = tuple(
            decided(one.doubt.row, one.doubt.given, one.doubt.likely, one.decision)
            for one in self.table.doubts.rows()
            if one.decision is not None
        )
        if project is None or not rows:
            return
        request = PrepareRequest(
            project=str(project.folder.resolve()),
            dataset=version.record.label,
            recipe=Recipe(steps=(Relabel(column=self._target, rows=rows),)),
            name=version.name,
            note=self._words("ui_datasets.labels.note", column=self._target, n=len(rows)),
        )
        job = self._session.submit(PREPARE, request, Text("ui_datasets.labels.make_job", {"dataset": version.name}))
        self.making.emit(job)
        self.accept()

    @Slot(int)
    def _on_finished(self, _result: int) -> None:
        if self._job:
            self._session.jobs.stop(self._job)

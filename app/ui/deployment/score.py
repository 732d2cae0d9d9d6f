"""Score a file with a bundle alone, as the engineer who receives it will."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLineEdit, QProgressBar, QVBoxLayout, QWidget

from app.deployment.records import SCORE, ScoreAnswer, ScoreRequest
from app.errors import CicloError
from app.jobs.contract import Ended, Event, JobState
from app.text.message import Text
from app.text.words import Words
from app.ui.choosers import choose_file, save_file
from app.ui.models.records import Column, RecordTableModel
from app.ui.session import Session
from app.ui.widgets.basics import Card, button, clear, label, row
from app.ui.widgets.form import Field, line_edit
from app.ui.widgets.messages import FindingRow, Notice
from app.ui.widgets.table import Table

Cells = tuple[str, ...]


class _CellAt:
    """Reads one cell of a row; a figure that scoring added is rounded for the eye, and whole as a hint."""

    def __init__(self, position: int, words: Words, *, rounded: bool) -> None:
        self._position, self._words, self._rounded = position, words, rounded

    def __call__(self, cells: Cells) -> str:
        text = self.whole(cells)
        try:
            return self._words.significant(float(text)) if self._rounded and "." in text else text
        except ValueError:
            return text

    def whole(self, cells: Cells) -> str:
        """The cell as it stands in the file."""
        return cells[self._position] if self._position < len(cells) else ""


class ScoreCard(Card):
    """Bundle, file, result: three paths and a button."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.words("ui_deployment.score"))
        self._session, self._words = session, session.words
        self._fields: list[Field] = []
        self._job, self._out_path = "", ""
        self.body.addWidget(label(self._words("ui_deployment.score.why"), "muted"))
        self._bundle = self._path_field("bundle", self._on_bundle_browse)
        self._source = self._path_field("source", self._on_source_browse)
        self._out = self._path_field("out", self._on_out_browse)
        self._source.textChanged.connect(self._on_source_changed)
        self.score = button(self._words("ui_deployment.score.do"), self._on_score_clicked)
        self.score.setObjectName("deployment.score")
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setAccessibleName(self._words("ui_deployment.score"))
        self._notice = Notice(session.theme, close_name=self._words("ui_deployment.close"))
        self._notice.setObjectName("deployment.score_notice")
        self._summary = label("", "strong")
        self._summary.setObjectName("deployment.score_summary")
        self._open = button(self._words("ui_deployment.score.open"), self._on_open_clicked, "link")
        self._model: RecordTableModel[Cells] = RecordTableModel(session.theme, [])
        self._table = Table(session.theme, self._model, name=self._words("ui_deployment.score.preview"))
        self._table.setObjectName("deployment.predictions")
        self._table.setMinimumHeight(session.theme.size(280))
        self._told = QVBoxLayout()
        self.body.addLayout(row(self.score, 1))
        for widget in (self._busy, self._notice, self._summary, self._table):
            self.body.addWidget(widget)
            widget.hide()
        self.body.insertLayout(self.body.indexOf(self._table), self._told)
        self.body.addLayout(row(self._open, 1))
        self._open.hide()
        self._adopt_job()

    def _adopt_job(self) -> None:
        """A scoring may be under way already, as when the page is made again in another language."""
        for job in self._session.jobs.open(SCORE.name):
            self._job = job.id
            self._show_busy(busy=True)

    def _path_field(self, name: str, browse: Callable[[], object]) -> QLineEdit:
        words = self._words
        edit = line_edit()
        edit.setObjectName(f"deployment.{name}")
        choose = button(words("ui_deployment.browse"), browse)
        choose.setAccessibleName(words(f"ui_deployment.score.{name}"))
        holder = QWidget()
        layout = row()
        layout.addWidget(edit, 1)
        layout.addWidget(choose)
        holder.setLayout(layout)
        edit.setAccessibleName(words(f"ui_deployment.score.{name}"))
        self._fields.append(Field(words(f"ui_deployment.score.{name}"), holder))
        self.body.addWidget(self._fields[-1])
        return edit

    @Slot(str)
    def set_bundle(self, path: str) -> None:
        """Score with that bundle."""
        self._bundle.setText(path)

    def paths(self) -> tuple[str, str, str]:
        """Bundle, file and result as they stand in the fields."""
        return self._bundle.text().strip(), self._source.text().strip(), self._out.text().strip()

    def set_paths(self, paths: tuple[str, str, str]) -> None:
        """Fill the fields."""
        for edit, path in zip((self._bundle, self._source, self._out), paths, strict=True):
            edit.setText(path)

    # Choosing files

    @Slot()
    def _on_bundle_browse(self) -> None:
        choose_file(self, self._session, self._bundle.setText)

    @Slot()
    def _on_source_browse(self) -> None:
        choose_file(self, self._session, self._source.setText)

    @Slot()
    def _on_out_browse(self) -> None:
        name = Path(self._out.text()).name or "scored.csv"
        save_file(self, self._words, name=name, suffixes=(".csv", ".parquet"), chosen=self._out.setText)

    @Slot(str)
    def _on_source_changed(self, text: str) -> None:
        path = Path(text)
        self._out.setText(str(path.with_name(f"{path.stem}-scored.csv")) if path.suffix else "")

    # Scoring

    @Slot()
    def _on_score_clicked(self) -> None:
        paths = self.paths()
        wrong = [_wrong(path) for path in paths]
        for field, code in zip(self._fields, wrong, strict=True):
            field.set_wrong(self._words(code) if code else "")
        if any(wrong):
            return
        request = ScoreRequest(bundle=paths[0], source=paths[1], out=paths[2])
        self._job = self._session.submit(SCORE, request, Text("ui_deployment.score.job", {"file": Path(paths[1]).name}))
        self._show_busy(busy=True)

    def _show_busy(self, *, busy: bool) -> None:
        self._busy.setVisible(busy)
        self.score.setEnabled(not busy)
        if busy:
            clear(self._told)
            for widget in (self._notice, self._summary, self._table, self._open):
                widget.hide()

    @Slot(object)
    def on_job_event(self, event: Event) -> None:
        """Take the end of the scoring."""
        if not isinstance(event, Ended) or event.job != self._job:
            return
        self._job = ""
        self._show_busy(busy=False)
        if event.failure is not None:
            self._notice.say_error(self._words, CicloError(event.failure.code, **event.failure.params))
        elif event.state is JobState.DONE:
            self._show_answer(msgspec.json.decode(event.answer, type=ScoreAnswer))
        else:
            self._notice.say("neutral", self._words("ui_deployment.score.stopped"))

    def _show_answer(self, answer: ScoreAnswer) -> None:
        self._out_path = answer.out
        rejected = self._words("ui_deployment.scored.rejected", n=answer.rejected) if answer.rejected else ""
        remarks = self._words("ui_deployment.scored.remarks", n=answer.remarks) if answer.remarks else ""
        done = self._words("ui_deployment.scored", n=answer.rows)
        self._summary.setText(" ".join(part for part in (done, rejected, remarks) if part))
        clear(self._told)
        for note in answer.notes:
            severity = "warning" if note.id.startswith("expectations.") else "note"
            self._told.addWidget(FindingRow(self._session.theme, severity, self._words.text(note)))
        first, last = _order(answer.header)
        columns = [self._column(answer.header[p], p, added=True) for p in last]
        columns += [self._column(answer.header[p], p, added=False) for p in first]
        self._model.set_columns(columns, answer.preview)
        self._table.fit_columns()
        for widget in (self._summary, self._table, self._open):
            widget.show()

    def _column(self, title: str, position: int, *, added: bool) -> Column[Cells]:
        cell = _CellAt(position, self._words, rounded=added)
        return Column[Cells](title, cell, tone="strong" if added else "normal", hint=cell.whole)

    @Slot()
    def _on_open_clicked(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._out_path))


def _wrong(path: str) -> str:
    """The sentence about a path that can't be taken, empty where it can: nobody knows which folder a window is in."""
    if not path:
        return "ui_deployment.score.missing"
    return "" if Path(path).is_absolute() else "ui_deployment.score.relative"


def _order(header: Cells) -> tuple[list[int], list[int]]:
    """The file's own columns, and those that scoring added, which are shown first."""
    start = max((i for i, name in enumerate(header) if name == "prediction"), default=len(header))
    return list(range(start)), list(range(start, len(header)))

"""Score a file with a bundle alone, as the engineer who receives it will."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from app.deployment.records import SCORE, ScoreAnswer, ScoreRequest
from app.errors import CicloError
from app.jobs.contract import Ended, Event, JobState
from app.text.message import Text
from app.text.words import Words
from app.ui.models.records import Column, RecordTableModel
from app.ui.session import Session
from app.ui.widgets.basics import Card, button, label, row
from app.ui.widgets.form import Field, line_edit
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

    failed = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(session.words("ui_deployment.score"))
        self._session, self._words = session, session.words
        self._job, self._out_path = "", ""
        self.body.addWidget(label(self._words("ui_deployment.score.why"), "muted"))
        self._bundle = self._path_field("bundle", self._on_bundle_browse)
        self._source = self._path_field("source", self._on_source_browse)
        self._out = self._path_field("out", self._on_out_browse)
        self._source.textChanged.connect(self._on_source_changed)
        self.score = button(self._words("ui_deployment.score.do"), self._on_score_clicked)
        self.score.setObjectName("deployment.score")
        self._summary = label("", "strong")
        self._open = button(self._words("ui_deployment.score.open"), self._on_open_clicked, "link")
        self._model: RecordTableModel[Cells] = RecordTableModel(session.theme, [])
        self._table = Table(session.theme, self._model, name=self._words("ui_deployment.score.preview"))
        self._table.setObjectName("deployment.predictions")
        self._table.setMinimumHeight(session.theme.size(280))
        self.body.addLayout(row(self.score, 1))
        for widget in (self._summary, self._table):
            self.body.addWidget(widget)
            widget.hide()
        self.body.addLayout(row(self._open, 1))
        self._open.hide()

    def _path_field(self, name: str, browse: object) -> QLineEdit:
        words = self._words
        edit = line_edit()
        edit.setObjectName(f"deployment.{name}")
        choose = button(words("ui_deployment.browse"), browse)  # type: ignore[arg-type]
        choose.setAccessibleName(words(f"ui_deployment.score.{name}"))
        holder = QWidget()
        layout = row()
        layout.addWidget(edit, 1)
        layout.addWidget(choose)
        holder.setLayout(layout)
        edit.setAccessibleName(words(f"ui_deployment.score.{name}"))
        self.body.addWidget(Field(words(f"ui_deployment.score.{name}"), holder))
        return edit

    @Slot(str)
    def set_bundle(self, path: str) -> None:
        """Score with that bundle."""
        self._bundle.setText(path)

    # Choosing files

    @Slot()
    def _on_bundle_browse(self) -> None:
        self._browse(self._bundle, "ui_deployment.score.bundle", "*.zip")

    @Slot()
    def _on_source_browse(self) -> None:
        self._browse(self._source, "ui_deployment.score.source", "*.csv *.tsv *.txt *.gz *.zip *.xz *")

    @Slot()
    def _on_out_browse(self) -> None:
        self._browse(self._out, "ui_deployment.score.out", "*.csv *.parquet", save=True)

    def _browse(self, edit: QLineEdit, title: str, pattern: str, *, save: bool = False) -> None:
        dialog = QFileDialog(self, self._words(title), str(Path(edit.text()).parent) if edit.text() else "")
        dialog.setNameFilter(f"{self._words(title)} ({pattern})")
        if save:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(edit.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def _on_source_changed(self, text: str) -> None:
        path = Path(text)
        self._out.setText(str(path.with_name(f"{path.stem}-scored.csv")) if path.suffix else "")

    # Scoring

    @Slot()
    def _on_score_clicked(self) -> None:
        paths = [edit.text().strip() for edit in (self._bundle, self._source, self._out)]
        for edit, path in zip((self._bundle, self._source, self._out), paths, strict=True):
            if not path:
                edit.setFocus()
                return
        request = ScoreRequest(bundle=paths[0], source=paths[1], out=paths[2])
        self._job = self._session.submit(SCORE, request, Text("ui_deployment.score.job", {"file": Path(paths[1]).name}))
        self.score.setEnabled(False)

    @Slot(object)
    def on_job_event(self, event: Event) -> None:
        """Take the end of the scoring."""
        if not isinstance(event, Ended) or event.job != self._job:
            return
        self._job = ""
        self.score.setEnabled(True)
        if event.failure is not None:
            self.failed.emit(CicloError(event.failure.code, **event.failure.params))
        elif event.state is JobState.DONE:
            self._show_answer(msgspec.json.decode(event.answer, type=ScoreAnswer))

    def _show_answer(self, answer: ScoreAnswer) -> None:
        self._out_path = answer.out
        rejected = self._words("ui_deployment.scored.rejected", n=answer.rejected) if answer.rejected else ""
        remarks = self._words("ui_deployment.scored.remarks", n=answer.remarks) if answer.remarks else ""
        done = self._words("ui_deployment.scored", n=answer.rows)
        self._summary.setText(" ".join(part for part in (done, rejected, remarks) if part))
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


def _order(header: Cells) -> tuple[list[int], list[int]]:
    """The file's own columns, and those that scoring added, which are shown first."""
    start = max((i for i, name in enumerate(header) if name == "prediction"), default=len(header))
    return list(range(start)), list(range(start, len(header)))

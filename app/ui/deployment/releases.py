"""What went out, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot

from app.deployment.history import Deployed
from app.deployment.records import Deployment
from app.text.message import amount
from app.ui.models.records import Column, RecordTableModel
from app.ui.session import Session
from app.ui.widgets.basics import Card, label
from app.ui.widgets.cells import ChipCell
from app.ui.widgets.table import Table


@dataclass(frozen=True)
class _Row:
    id: str
    deployment: Deployment
    when: str
    author: str


class ReleasesCard(Card):
    """The exports that were made. ``chosen(path)`` when one is picked and its file is still where it was written."""

    chosen = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__(session.words("ui_deployment.releases"))
        self._session, self._words = session, session.words
        words = self._words
        columns = [
            Column[_Row](words("ui_deployment.column.version"), _version, tone="strong"),
            Column[_Row](words("ui_deployment.column.file"), _file, hint=self._file_and_size),
            Column[_Row](words("ui_deployment.column.proof"), self._proof_text, drawn=self._proof),
            Column[_Row](words("ui_deployment.column.when"), self._when, tone="muted", hint=self._who),
        ]
        self._model: RecordTableModel[_Row] = RecordTableModel(session.theme, columns, key=_id)
        self._table = Table(session.theme, self._model, name=words("ui_deployment.releases"), whole=True)
        self._table.setObjectName("deployment.releases")
        self._table.picked.connect(self._on_release_picked)
        self._none = label(words("ui_deployment.no_releases"), "muted")
        self.body.addWidget(self._table)
        self.body.addWidget(self._none)

    def show_deployments(self, deployed: Sequence[Deployed]) -> None:
        """Show these, oldest first as given."""
        rows = [_Row(d.record.id, d.body, d.record.time, d.record.author) for d in reversed(deployed)]
        self._model.set_rows(rows)
        self._table.fit_columns(stretch=1)
        self._table.setVisible(bool(rows))
        self._none.setVisible(not rows)

    def _proof_text(self, row: _Row) -> str:
        return self._words("ui_deployment.proved", n=row.deployment.certificate.rows)

    def _proof(self, row: _Row) -> ChipCell:
        return ChipCell(self._proof_text(row), "good")

    def _file_and_size(self, row: _Row) -> str:
        return f"{row.deployment.file_name}, {self._words.bytes(row.deployment.size)}"

    def _when(self, row: _Row) -> str:
        return self._words.value(amount(row.when, "date"))

    def _who(self, row: _Row) -> str:
        return f"{row.author}, {self._words.value(amount(row.when, 'datetime'))}"

    @Slot(str)
    def _on_release_picked(self, record_id: str) -> None:
        row = next((r for r in self._model.rows() if r.id == record_id), None)
        path = self._path(row)
        if path:
            self.chosen.emit(path)

    def newest(self) -> str:
        """The file of the newest export, empty where it isn't there any more."""
        return self._path(next(iter(self._model.rows()), None))

    def _path(self, row: _Row | None) -> str:
        project = self._session.project
        if project is None or row is None:
            return ""
        path = project.folder / "exports" / row.deployment.file_name
        return str(path) if path.is_file() else ""


def _id(row: _Row) -> str:
    return row.id


def _version(row: _Row) -> str:
    return row.deployment.model.replace("@", " v")


def _file(row: _Row) -> str:
    return row.deployment.file_name

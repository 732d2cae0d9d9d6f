"""What went where, newest first; what was there before can come back by a click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QModelIndex, Signal, Slot

from app.deployment.history import Deployed
from app.deployment.records import STANDING, Standing, StandingAnswer, StandingRequest
from app.project.record import readable
from app.text.message import amount
from app.ui.models.records import Column, RecordTableModel
from app.ui.session import Session
from app.ui.target_names import target_title
from app.ui.widgets.basics import Card, button, label, row
from app.ui.widgets.cells import ChipCell
from app.ui.widgets.table import Table


@dataclass(frozen=True)
class _Row:
    deployed: Deployed
    current: bool
    standing: Standing | None = None


class HistoryCard(Card):
    """The deployments. ``chosen(path)`` when one is picked and its file is still where it was written;
    ``back_wanted(Deployed)`` asks for one that was replaced."""

    chosen = Signal(str)
    back_wanted = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(session.words("ui_deployment.releases"))
        self._session, self._words = session, session.words
        self._able = False
        words = self._words
        columns = [
            Column[_Row](words("ui_deployment.column.version"), _version, tone="strong"),
            Column[_Row](words("ui_deployment.column.target"), self._target),
            Column[_Row](words("ui_deployment.column.place"), _place, hint=self._place_and_size),
            Column[_Row](
                words("ui_deployment.column.state"), self._state_text, drawn=self._state, hint=self._state_hint
            ),
            Column[_Row](words("ui_deployment.column.proof"), self._proof_text, hint=self._proof_hint),
            Column[_Row](words("ui_deployment.column.when"), self._when, tone="muted", hint=self._who),
        ]
        self._model: RecordTableModel[_Row] = RecordTableModel(session.theme, columns, key=_id)
        self._table = Table(session.theme, self._model, name=words("ui_deployment.releases"), whole=True)
        self._table.setObjectName("deployment.releases")
        self._table.picked.connect(self._on_picked)
        self._table.selectionModel().currentChanged.connect(self._on_current_changed)
        self._none = label(words("ui_deployment.no_releases"), "muted")
        self._back = button(words("ui_deployment.back"), self._on_back_clicked, "small")
        self._back.setObjectName("deployment.back")
        self._back.setToolTip(words("ui_deployment.back.why"))
        self.body.addWidget(self._table)
        self.body.addWidget(self._none)
        self.body.addLayout(row(1, self._back))

    def show_deployments(self, deployed: Sequence[Deployed]) -> None:
        """Show these, oldest first as given."""
        newest = {one.spot: one.record.id for one in deployed}
        rows = [_Row(one, newest[one.spot] == one.record.id) for one in reversed(deployed)]
        self._model.set_rows(rows)
        self._table.fit_columns(stretch=2)
        self._table.setVisible(bool(rows))
        self._none.setVisible(not rows)
        self._show_back(None)
        self._ask_standing()

    def _ask_standing(self) -> None:
        """Have a job look into the repositories: what lies in a folder is hashed."""
        project = self._session.project
        bodies = {_id(row): row.deployed.body for row in self._model.rows() if row.current and row.deployed.body.commit}
        if project is not None and bodies:
            request = StandingRequest(project=str(project.folder), deployments=bodies)
            self._session.quick(STANDING, request, StandingAnswer, self._on_looked)

    def _on_looked(self, answer: StandingAnswer) -> None:
        self._model.set_rows([replace(row, standing=answer.found.get(_id(row))) for row in self._model.rows()])

    def set_able(self, able: bool) -> None:
        """Whether an export can be asked for now."""
        self._able = able
        self._show_back(self._chosen())

    def _show_back(self, chosen: _Row | None) -> None:
        self._back.setVisible(any(not one.current for one in self._model.rows()))
        self._back.setEnabled(self._able and chosen is not None and not chosen.current)

    def _chosen(self) -> _Row | None:
        place = self._table.currentIndex()
        rows = self._model.rows()
        return rows[place.row()] if place.isValid() and place.row() < len(rows) else None

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, _new: QModelIndex, _old: QModelIndex) -> None:
        self._show_back(self._chosen())

    @Slot()
    def _on_back_clicked(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self.back_wanted.emit(chosen.deployed)

    def _target(self, row: _Row) -> str:
        return target_title(self._words, row.deployed.body.target)

    def _state_text(self, row: _Row) -> str:
        return self._words(f"ui_deployment.{row.standing or ('current' if row.current else 'replaced')}")

    def _state(self, row: _Row) -> ChipCell:
        wrong = row.standing not in (None, Standing.HERE)
        return ChipCell(self._state_text(row), "warning" if wrong else "good" if row.current else "neutral")

    def _state_hint(self, row: _Row) -> str:
        commit = row.deployed.body.commit[:7]
        return self._words(f"ui_deployment.{row.standing}.why", commit=commit) if row.standing else ""

    def _proof_text(self, row: _Row) -> str:
        return self._words("ui_deployment.proved", n=row.deployed.body.certificate.rows)

    def _proof_hint(self, row: _Row) -> str:
        proof = row.deployed.body.certificate
        difference = amount(proof.max_difference)
        return self._words(
            "ui_deployment.certified",
            n=proof.rows,
            difference=difference,
            flips=proof.label_flips,
            runtime=proof.runtime,
        )

    def _place_and_size(self, row: _Row) -> str:
        commit, place = row.deployed.body.commit[:7], _place(row)
        named = self._words("ui_deployment.commit", place=place, commit=commit) if commit else place
        return f"{named}, {self._words.bytes(row.deployed.body.size)}"

    def _when(self, row: _Row) -> str:
        return self._words.value(amount(row.deployed.record.time, "date"))

    def _who(self, row: _Row) -> str:
        return f"{row.deployed.record.author}, {self._words.value(amount(row.deployed.record.time, 'datetime'))}"

    @Slot(str)
    def _on_picked(self, record_id: str) -> None:
        row = next((r for r in self._model.rows() if _id(r) == record_id), None)
        path = self._path(row)
        if path:
            self.chosen.emit(path)

    def newest(self) -> str:
        """The file of the newest bundle, empty where it isn't there any more."""
        bundles = (row for row in self._model.rows() if row.deployed.body.target == "bundle")
        return self._path(next(bundles, None))

    def _path(self, row: _Row | None) -> str:
        project = self._session.project
        if project is None or row is None or row.deployed.body.target != "bundle":
            return ""
        path = project.folder / "exports" / row.deployed.body.file_name
        return str(path) if path.is_file() else ""


def _id(row: _Row) -> str:
    return row.deployed.record.id


def _version(row: _Row) -> str:
    return readable(row.deployed.body.model)


def _place(row: _Row) -> str:
    return row.deployed.body.place or row.deployed.body.file_name

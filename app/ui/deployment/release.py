"""The release of the version that is chosen: what it is made of, and what changed since the one before."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Slot

from app.deployment.history import Released
from app.deployment.releasing import Difference, differences, make_release
from app.project import Project
from app.project.record import Record, readable
from app.text.message import amount
from app.ui.session import Session
from app.ui.widgets.basics import Card, button, label, row
from app.ui.widgets.form import Field, line_edit
from app.verification.state import VersionRow

_HASH = 64


class ReleaseCard(Card):
    """Says what the release holds; where there is none yet, takes notes and makes it."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.words("ui_deployment.release"))
        self._session, self._words = session, session.words
        self._version: VersionRow | None = None
        self._said = label("", selectable=True)
        self._said.setObjectName("deployment.release_said")
        self._changes = label("", "muted", selectable=True)
        self._changes.setObjectName("deployment.release_changes")
        self._notes = line_edit("", self._words("ui_deployment.release.notes.example"))
        self._notes.setObjectName("deployment.release_notes")
        self._field = Field(self._words("ui_deployment.release.notes"), self._notes)
        self._make = button(self._words("ui_deployment.release.make"), self._on_make_clicked)
        self._make.setObjectName("deployment.release_make")
        self._make.setToolTip(self._words("ui_deployment.release.why"))
        for widget in (self._said, self._changes, self._field):
            self.body.addWidget(widget)
        self.body.addLayout(row(self._make, 1))

    def show_release(self, version: VersionRow | None, made: Sequence[Released]) -> None:
        """The newest release of a version, of all that were made of its model, oldest first."""
        self._version = version
        found = next((one for one in reversed(made) if version is not None and one.body.model_id == version.id), None)
        for widget in (self._field, self._make):
            widget.setVisible(found is None)
        self._make.setEnabled(version is not None)
        words = self._words
        if found is None:
            self._said.setText(words("ui_deployment.release.none"))
            self._changes.hide()
            return
        body = found.body
        self._said.setText(
            words(
                "ui_deployment.release.said",
                n=found.record.number,
                date=amount(found.record.time, "date"),
                version=readable(body.model),
                dataset=readable(body.dataset),
                software=body.software,
                by=body.decided_by,
            )
            + (f"\n{body.notes}" if body.notes else "")
        )
        before = next((one for one in made if one.record.id == body.previous), None)
        self._changes.setText(self._changed(before, found) if before is not None else "")
        self._changes.setVisible(before is not None)

    def _changed(self, before: Released, found: Released) -> str:
        words = self._words
        told = [self._line(one) for one in differences(before.body, found.body)]
        head = words("ui_deployment.release.changed", n=before.record.number)
        return "\n".join([head, *told]) if told else words("ui_deployment.release.same", n=before.record.number)

    def _line(self, found: Difference) -> str:
        part = self._words(f"deployment.part.{found.part}")
        return f"• {part}: {found.name} {_short(found.before)} → {_short(found.after)}"

    @Slot()
    def _on_make_clicked(self) -> None:
        project, version = self._session.project, self._version
        if project is not None and version is not None:
            self._make.setEnabled(False)
            self._session.store(partial(_make, project, version.label, self._notes.text()))


def _make(project: Project, label: str, notes: str) -> list[Record]:
    return [make_release(project, label, notes=notes).record]


def _short(value: str) -> str:
    return value[:12] if len(value) == _HASH else value or "–"

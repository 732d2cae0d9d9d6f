"""Approve or reject, with a name and a reason; and what was decided before."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.errors import CicloError
from app.project.record import Record
from app.project.signing_key import fingerprint
from app.project.store import Project
from app.project.writer import author
from app.text.message import amount
from app.ui.session import Session
from app.ui.theme import Kind
from app.ui.widgets.basics import Card, Chip, button, column, label, row
from app.ui.widgets.form import Field, line_edit, text_edit
from app.verification.records import Decision, Gate
from app.verification.signing import signature_state
from app.verification.state import VersionRow, VersionState, decide, standing_decisions

_KINDS: dict[VersionState, Kind] = {
    VersionState.APPROVED: "good",
    VersionState.REJECTED: "bad",
    VersionState.HALF: "warning",
    VersionState.CONFLICT: "warning",
}


class DecisionCard(Card):
    """The decision of the one who answers for it."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.words("ui_verification.decision"))
        self._session, self._words = session, session.words
        self._model = ""
        self._failed_gates = 0
        self._made = QWidget()
        self._chip = Chip(session.theme)
        self._said = label("", "muted")
        self._made.setLayout(column(row(self._chip, 1), self._said))
        self._to_deployment = button(
            self._words("ui_verification.to_deployment"), self._on_deployment_wanted, "primary"
        )
        self._to_deployment.setObjectName("verification.to_deployment")
        self._again = button(self._words("ui_verification.decide_again"), self._on_again_clicked, "link")
        self._again.setObjectName("verification.decide_again")
        self.body.addWidget(self._made)
        self.body.addWidget(self._to_deployment)
        self.body.addWidget(self._again)
        self._make_form()

    def _make_form(self) -> None:
        words = self._words
        self._by = line_edit(author())
        self._by.setObjectName("verification.by")
        self._comment = text_edit(lines=3)
        self._comment.setObjectName("verification.comment")
        self._name_field = Field(words("ui_verification.by"), self._by)
        self._comment_caption = label("", "small-muted")
        self._comment_caption.setBuddy(self._comment)
        self._wrong = label("", "small")
        self._wrong.setProperty("kind", "bad")
        self._wrong.hide()
        self.approve = button(words("ui_verification.approve"), self._on_approve_clicked, "primary")
        self.approve.setObjectName("verification.approve")
        self.reject = button(words("ui_verification.reject"), self._on_reject_clicked, "danger")
        self.reject.setObjectName("verification.reject")
        buttons = row()
        buttons.addWidget(self.approve, 1)
        buttons.addWidget(self.reject, 1)
        self._form = QWidget()
        self._form.setLayout(column(self._name_field, self._comment_caption, self._comment, self._wrong, buttons))
        self.body.addWidget(self._form)

    def show_version(self, record: Record, version_row: VersionRow, gates: Sequence[Gate]) -> None:
        """Show where a version stands."""
        project, words = self._session.project, self._words
        if project is None:
            return
        if record.id != self._model:
            self._comment.clear()
            self._wrong.hide()
        self._model = record.id
        self._failed_gates = sum(not gate.passed for gate in gates)
        key = "ui_verification.reason_needed" if self._failed_gates else "ui_verification.reason"
        self._comment_caption.setText(words(key, n=self._failed_gates) if self._failed_gates else words(key))
        self._comment.setAccessibleName(self._comment_caption.text())
        self._let_decide(True)
        standing = standing_decisions(project, record.id)
        self._made.setVisible(bool(standing))
        self._again.setVisible(bool(standing))
        half = version_row.state is VersionState.HALF  # the other person decides here too
        self._form.setVisible(not standing or half)
        self._to_deployment.setVisible(version_row.state is VersionState.APPROVED)
        self._chip.set(words(f"ui_verification.state.{version_row.state}"), _KINDS.get(version_row.state, "neutral"))
        self._said.setText("\n\n".join(self._sentence(r, project) for r in standing))

    def _sentence(self, record: Record, project: Project) -> str:
        words, decision = self._words, record.read(Decision)
        when = words.value(amount(record.time, "datetime"))
        key = "ui_verification.approved_by" if decision.approved else "ui_verification.rejected_by"
        lines = [words(key, by=decision.by, when=when)]
        lines += [words("ui_verification.quoted", text=text) for text in (decision.comment, decision.override) if text]
        state = signature_state(record, project)
        lines.append(words(f"ui_verification.signature.{state}", key=fingerprint(decision.key)))
        return "\n".join(lines)

    @Slot()
    def _on_again_clicked(self) -> None:
        self._form.show()
        self._again.hide()
        self._to_deployment.hide()

    @Slot()
    def _on_approve_clicked(self) -> None:
        self._decide(approved=True)

    @Slot()
    def _on_reject_clicked(self) -> None:
        self._decide(approved=False)

    def _decide(self, *, approved: bool) -> None:
        project, comment = self._session.project, self._comment.toPlainText().strip()
        if project is None:
            return
        if approved and self._failed_gates and not comment:
            self._say_wrong(self._words("ui_verification.reason_missing"))
            self._comment.setFocus()
            return
        self._wrong.hide()
        self._let_decide(False)  # a second click would be a second decision
        override = comment if approved and self._failed_gates else ""
        work = partial(
            _decided,
            project,
            model=self._model,
            approved=approved,
            by=self._by.text(),
            comment="" if override else comment,
            override=override,
        )
        self._session.store(work, None, self._on_failed)

    def _say_wrong(self, sentence: str) -> None:
        self._wrong.setText(sentence)
        self._wrong.show()

    def _let_decide(self, may: bool) -> None:
        self.approve.setEnabled(may)
        self.reject.setEnabled(may)

    def _on_failed(self, error: CicloError) -> None:
        self._let_decide(True)
        self._say_wrong(" ".join(self._words.error(error)).strip())

    @Slot()
    def _on_deployment_wanted(self) -> None:
        self._session.show("deployment", self._model)


def _decided(project: Project, *, model: str, approved: bool, by: str, comment: str, override: str) -> list[Record]:
    return [decide(project, model=model, approved=approved, by=by, comment=comment, override=override)]

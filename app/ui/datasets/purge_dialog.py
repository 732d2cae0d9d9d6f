"""The confirmation of a purge: what goes, what stays, and that it can't be undone."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.deployment.purging import PurgePlan
from app.text.message import amount
from app.ui.datasets.versions_table import spoken_uses
from app.ui.dialogs import Dialog
from app.ui.session import Session
from app.ui.widgets.basics import button, label, row
from app.ui.widgets.form import Field, line_edit


class PurgeDialog(Dialog):
    """Asks for a name, a reason, and the name of the version itself. ``wanted(by, reason)`` is sent once."""

    wanted = Signal(str, str)

    def __init__(self, session: Session, plan: PurgePlan, parent: QWidget | None, *, by: str) -> None:
        words = session.words
        super().__init__(session, words("ui_datasets.purge.title", version=plan.label), parent)
        self.setObjectName("purge")
        self.setMinimumWidth(session.theme.size(560))
        self._session, self._plan = session, plan
        self.body.addWidget(label(words("ui_datasets.purge.warning"), "strong"))
        self.body.addWidget(label("\n".join(self._doomed())))
        if staying := self._staying():
            self.body.addWidget(label("\n".join(staying), "muted"))
        self.by, self.reason, self.typed = line_edit(by), line_edit(), line_edit()
        for name in ("by", "reason", "typed"):
            field = getattr(self, name)
            field.setObjectName(f"purge-{name}")
            field.textChanged.connect(self._on_text_changed)
        self.body.addWidget(Field(words("ui_datasets.purge.by"), self.by))
        self.body.addWidget(Field(words("ui_datasets.purge.reason"), self.reason))
        self.body.addWidget(Field(words("ui_datasets.purge.typed", version=plan.label), self.typed))
        cancel = button(words("ui.cancel"), self.reject, "primary")
        cancel.setDefault(True)
        self.delete = button(words("ui_datasets.versions.purge"), self._on_delete_clicked, "danger")
        self.delete.setObjectName("purge-delete")
        self.body.addLayout(row(self.delete, 1, cancel))
        self._on_text_changed()

    def _doomed(self) -> list[str]:
        words = self._session.words
        said = [words("ui_datasets.purge.goes")]
        for one in self._plan.doomed:
            what = words(f"deployment.purge.{one.role}", label=one.label)
            said.append(words("ui_datasets.purge.line", what=what, size=amount(one.size, "bytes")))
        return said

    def _staying(self) -> list[str]:
        words, plan = self._session.words, self._plan
        said = [
            words("deployment.purge.shared", role=words(f"deployment.purge.{k.role}", label=""), label=k.label)
            for k in plan.shared
        ]
        if plan.figures:
            said.append(words("deployment.purge.figures", names=spoken_uses(plan.figures, words)))
        if plan.elsewhere:
            said.append(words("deployment.purge.elsewhere", names=", ".join(plan.elsewhere)))
        if plan.in_git:
            said.append(words("deployment.purge.in_git", names=", ".join(plan.in_git)))
        return said

    @Slot()
    def _on_text_changed(self) -> None:
        named = self.typed.text().strip() == self._plan.label
        self.delete.setEnabled(named and bool(self.by.text().strip()) and bool(self.reason.text().strip()))

    @Slot()
    def _on_delete_clicked(self) -> None:
        self.wanted.emit(self.by.text().strip(), self.reason.text().strip())
        self.accept()

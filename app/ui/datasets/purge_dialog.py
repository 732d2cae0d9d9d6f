"""The confirmation of a purge: what goes, what stays, and that it can't be undone."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QWidget

from app.deployment.purging import PurgePlan
from app.text.message import amount
from app.ui.datasets.versions_table import spoken_uses
from app.ui.dialogs import Dialog
from app.ui.session import Session
from app.ui.widgets.basics import button, label, row
from app.ui.widgets.form import Field, line_edit


class PurgeDialog(Dialog):
    """Asks for a name, a reason, and the name of the version itself. ``wanted(by, reason, spare)`` is sent once;
    ``sparing`` is the plan where versions with pseudonyms stay, which is asked for where there are any."""

    wanted = Signal(str, str, bool)

    def __init__(
        self, session: Session, plan: PurgePlan, sparing: PurgePlan, parent: QWidget | None, *, by: str
    ) -> None:
        words = session.words
        super().__init__(session, words("ui_datasets.purge.title", version=plan.label), parent)
        self.setObjectName("purge")
        self.setMinimumWidth(session.theme.size(560))
        self._session, self._plan, self._plans = session, plan, (plan, sparing)
        self.body.addWidget(label(words("ui_datasets.purge.warning"), "strong"))
        self._going, self._left = label(""), label("", "muted")
        self.spare = QCheckBox(words("ui_datasets.purge.spare", names=", ".join(sparing.spared)))
        self.spare.setObjectName("purge-spare")
        self.spare.setVisible(bool(sparing.spared))
        self.spare.toggled.connect(self._on_spare_toggled)
        for widget in (self.spare, self._going, self._left):
            self.body.addWidget(widget)
        self._show_plan()
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

    def _show_plan(self) -> None:
        staying = self._staying()
        self._going.setText("\n".join(self._doomed()))
        self._left.setText("\n".join(staying))
        self._left.setVisible(bool(staying))

    @Slot(bool)
    def _on_spare_toggled(self, spare: bool) -> None:
        self._plan = self._plans[spare]
        self._show_plan()
        self.fit()

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
        if plan.spared:
            said.append(words("deployment.purge.spared", names=", ".join(plan.spared)))
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
        self.wanted.emit(self.by.text().strip(), self.reason.text().strip(), self.spare.isChecked())
        self.accept()

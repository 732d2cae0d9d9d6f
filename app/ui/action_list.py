"""The actions of the table as Qt's actions, and what each does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QKeySequence

from app.resources import resource
from app.ui.actions import ACTIONS, ActionSpec
from app.ui.choosers import choose_file, choose_project
from app.ui.dialogs import About, Help, free_folder, projects_folder
from app.ui.theme import SCALES

if TYPE_CHECKING:
    from app.ui.workspace import Workspace


class ActionList(QObject):
    """``actions[id]``; the slot of an action is ``act_<id>``."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._workspace, self._session, self._window = workspace, workspace.session, workspace.window
        self.actions = {spec.id: self._make(spec) for spec in ACTIONS}

    def _make(self, spec: ActionSpec) -> QAction:
        action = QAction(self._window)
        action.setObjectName(f"action-{spec.id}")
        if spec.keys:
            action.setShortcut(QKeySequence(spec.keys))
        action.triggered.connect(getattr(self, f"act_{spec.id}"))
        self._window.addAction(action)
        return action

    def refresh(self) -> None:
        """Say them in the language in force, and enable those that can be done."""
        for spec in ACTIONS:
            self.actions[spec.id].setText(self._session.words(spec.text))
            self.actions[spec.id].setEnabled(not spec.needs_project or self._session.project is not None)

    @Slot()
    def act_new(self) -> None:
        self._workspace.ask_for_project("")

    @Slot()
    def act_open(self) -> None:
        choose_project(self._window, self._session)

    @Slot()
    def act_sample(self) -> None:
        name = self._session.words("ui.sample_name")
        self._session.close_project()
        self._session.offer_file(str(resource("samples", "telco_churn.csv")))
        self._session.create_project(str(free_folder(projects_folder(self._session), name)), name)

    @Slot()
    def act_import(self) -> None:
        choose_file(self._window, self._session, self._workspace.take_file)

    @Slot()
    def act_paste(self) -> None:
        self._workspace.take_clipboard()

    @Slot()
    def act_check(self) -> None:
        self._workspace.integrity.check()

    @Slot()
    def act_close_project(self) -> None:
        self._session.close_project()

    @Slot()
    def act_datasets(self) -> None:
        self._workspace.show_tab("datasets")

    @Slot()
    def act_training(self) -> None:
        self._workspace.show_tab("training")

    @Slot()
    def act_verification(self) -> None:
        self._workspace.show_tab("verification")

    @Slot()
    def act_deployment(self) -> None:
        self._workspace.show_tab("deployment")

    @Slot()
    def act_results(self) -> None:
        self._workspace.show_tab("results")

    @Slot()
    def act_larger(self) -> None:
        self._change_scale(1)

    @Slot()
    def act_smaller(self) -> None:
        self._change_scale(-1)

    def _change_scale(self, step: int) -> None:
        scale = self._session.theme.scale
        at = min(range(len(SCALES)), key=lambda i: abs(SCALES[i] - scale))
        self._session.set_scale(SCALES[max(0, min(len(SCALES) - 1, at + step))])

    @Slot()
    def act_help(self) -> None:
        keys = [(spec.keys, self._session.words(spec.text)) for spec in ACTIONS if spec.keys]
        Help(self._session, self._window, keys=keys).open()

    @Slot()
    def act_about(self) -> None:
        About(self._session, self._window).open()

    @Slot()
    def act_quit(self) -> None:
        self._window.close()

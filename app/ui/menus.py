"""The two menus of the header: the project's, and the program's (language, look, text size, about)."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from app.text.words import LANGUAGES
from app.ui.action_list import ActionList
from app.ui.actions import ACTIONS
from app.ui.header import Header
from app.ui.session import Session

_NAMES = {"en": "English", "es": "Español"}  # each language in its own words, whatever the window speaks


class Menus(QObject):
    """Made when they are opened, so that they always say what is true."""

    def __init__(self, session: Session, header: Header, actions: ActionList) -> None:
        super().__init__(header)
        self._session, self._header, self._actions = session, header, actions
        header.project.clicked.connect(self._on_project_clicked)
        header.menu.clicked.connect(self._on_menu_clicked)

    @Slot()
    def _on_project_clicked(self) -> None:
        menu = QMenu(self._header)
        menu.setObjectName("project-menu")
        self._add_actions(menu, "project")
        self._add_recent(menu)
        self._open(menu, self._header.project)

    @Slot()
    def _on_menu_clicked(self) -> None:
        words = self._session.words
        menu = QMenu(self._header)
        menu.setObjectName("main-menu")
        language = menu.addMenu(words("ui.menu.language"))
        current = self._session.words.language
        self._add_choices(language, [(c, _NAMES[c]) for c in LANGUAGES], current, self._on_language_chosen)
        look = menu.addMenu(words("ui.menu.look"))
        modes = [(mode, words(f"ui.look.{mode}")) for mode in ("system", "light", "dark")]
        self._add_choices(look, modes, self._session.theme.mode, self._on_look_chosen)
        menu.addSeparator()
        self._add_actions(menu, "menu")
        self._open(menu, self._header.menu)

    def _add_actions(self, menu: QMenu, place: str) -> None:
        for spec in ACTIONS:
            if spec.place == place:
                menu.addAction(self._actions.actions[spec.id])

    def _add_recent(self, menu: QMenu) -> None:
        open_now = str(self._session.project.folder.resolve()) if self._session.project else ""
        recent = [r for r in self._session.settings.recent if r.path != open_now][:5]
        if not recent:
            return
        menu.addSeparator()
        title = menu.addAction(self._session.words("ui.welcome.recent"))
        title.setEnabled(False)
        for entry in recent:
            action = menu.addAction(entry.name)
            action.setData(entry.path)
            action.setToolTip(entry.path)
            action.triggered.connect(self._on_recent_chosen)

    def _add_choices(self, menu: QMenu, choices: list[tuple[str, str]], current: str, chosen: object) -> None:
        group = QActionGroup(menu)
        for value, text in choices:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(value == current)
            action.setData(value)
            group.addAction(action)
        group.triggered.connect(chosen)

    def _open(self, menu: QMenu, under: QWidget) -> None:
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(under.mapToGlobal(QPoint(0, under.height())))

    @Slot()
    def _on_recent_chosen(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._session.open_project(action.data())

    @Slot(QAction)
    def _on_language_chosen(self, action: QAction) -> None:
        self._session.set_language(action.data())

    @Slot(QAction)
    def _on_look_chosen(self, action: QAction) -> None:
        self._session.set_mode(action.data())

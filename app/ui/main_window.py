"""The window: header, the page of the phase, activity bar."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.errors import CicloError
from app.resources import resource
from app.ui.actions import ACTIONS, ActionSpec
from app.ui.badges import tab_badges
from app.ui.choosers import choose_file, choose_project
from app.ui.dialogs import About, ClosingWithWork, Help, NewProject, free_folder, projects_folder
from app.ui.foot import Foot
from app.ui.header import Header
from app.ui.interrupted import InterruptedJobs
from app.ui.menus import Menus
from app.ui.session import Changes, Session
from app.ui.tabs import TABS, PageLike, make_page
from app.ui.theme import SCALES
from app.ui.welcome import Welcome
from app.ui.widgets.messages import Notice


class MainWindow(QMainWindow):
    """Everything inside is made again when the language changes; what the user sees stays."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._tab = ""
        self._pages: dict[str, QWidget] = {}
        self._shown_records: dict[str, str] = {}
        self._leaving = False
        self.setWindowTitle(session.words("ui.app_name"))
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 600)
        self.resize(*session.settings.size)
        self.actions_by_id: dict[str, QAction] = {spec.id: self._make_action(spec) for spec in ACTIONS}
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(0)
        self._late.timeout.connect(self._refresh_badges)
        self._build()
        for signal, slot in (
            (session.project_changed, self._on_project_changed),
            (session.changed, self._on_changed),
            (session.failed, self._on_failed),
            (session.navigated, self._on_navigated),
            (session.language_changed, self._on_language_changed),
            (session.opening_changed, self._on_opening_changed),
            (session.jobs.changed, self._on_jobs_changed),
        ):
            signal.connect(slot)

    # Building

    def _make_action(self, spec: ActionSpec) -> QAction:
        action = QAction(self.session.words(spec.text), self)
        action.setObjectName(f"action-{spec.id}")
        if spec.keys:
            action.setShortcut(QKeySequence(spec.keys))
        action.setEnabled(not spec.needs_project)
        action.triggered.connect(getattr(self, f"act_{spec.id}"))
        self.addAction(action)
        return action

    def _build(self) -> None:
        session = self.session
        self.header = Header(session)
        self.header.chosen.connect(self.show_tab)
        self.notice = Notice(session.theme, close_name=session.words("ui.close"))
        self.notice.setObjectName("notice")
        self.interrupted = InterruptedJobs(session)
        self.stack = QStackedWidget()
        self.welcome = Welcome(session)
        self.welcome.create_new.connect(self.act_new)
        self.welcome.open_other.connect(self.act_open)
        self.welcome.sample.connect(self.act_sample)
        self.welcome.choose_file.connect(self.act_import)
        self.stack.addWidget(self.welcome)
        self.foot = Foot(session)
        self.menus = Menus(session, self.header, self.actions_by_id)
        self.header.help.clicked.connect(self.act_help)
        whole = QWidget()
        whole.setProperty("role", "page")
        layout = QVBoxLayout(whole)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        bars = QVBoxLayout()
        bars.setContentsMargins(16, 0, 16, 0)
        bars.addWidget(self.notice)
        bars.addWidget(self.interrupted)
        for item in (self.header, bars, self.stack, self.foot):
            layout.addWidget(item) if isinstance(item, QWidget) else layout.addLayout(item)
        layout.setStretchFactor(self.stack, 1)
        self.setCentralWidget(whole)
        self._show_project()

    # Tabs

    @Slot(str)
    def show_tab(self, tab: str) -> None:
        """Show a tab; its page is made the first time."""
        if self.session.project is None:
            return
        if tab not in self._pages:
            spec = next(t for t in TABS if t.id == tab)
            self._pages[tab] = make_page(spec, self.session)
            self.stack.addWidget(self._pages[tab])
        self._tab = tab
        self.stack.setCurrentWidget(self._pages[tab])
        self.header.set_tab(tab)

    def page(self, tab: str) -> QWidget | None:
        """The page of a tab, if it was shown already."""
        return self._pages.get(tab)

    @Slot(str, str)
    def _on_navigated(self, tab: str, record_id: str) -> None:
        self.show_tab(tab)
        page: QWidget | PageLike | None = self._pages.get(tab)
        if page is not None and record_id:
            self._shown_records[tab] = record_id
            page.show_record(record_id)  # type: ignore[union-attr]

    def _drop_pages(self) -> None:
        for page in self._pages.values():
            self.stack.removeWidget(page)
            page.hide()
            page.deleteLater()
        self._pages.clear()

    # What the session says

    @Slot()
    def _on_project_changed(self) -> None:
        self._drop_pages()
        self._shown_records.clear()
        self.notice.dismiss()
        self._show_project()
        self.interrupted.refresh()

    def _show_project(self) -> None:
        project, words = self.session.project, self.session.words
        self.header.set_project(project.name if project else "")
        self.setWindowTitle(f"{project.name} — {words('ui.app_name')}" if project else words("ui.app_name"))
        for spec in ACTIONS:
            self.actions_by_id[spec.id].setEnabled(not spec.needs_project or project is not None)
        if project is None:
            self._tab = ""
            self.header.set_tab("")
            self.welcome.refresh()
            self.stack.setCurrentWidget(self.welcome)
            return
        self._refresh_badges()
        self.show_tab(self._tab or "datasets")

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        self._late.start()

    @Slot()
    def _on_jobs_changed(self) -> None:
        self._late.start()

    @Slot()
    def _refresh_badges(self) -> None:
        if self.session.project is None:
            return
        for tab, badge in tab_badges(self.session).items():
            self.header.tabs[tab].set_badge(badge)

    @Slot(object)
    def _on_failed(self, error: CicloError) -> None:
        self.notice.say_error(self.session.words, error)

    @Slot(bool)
    def _on_opening_changed(self, opening: bool) -> None:
        self.welcome.setEnabled(not opening)

    @Slot()
    def _on_language_changed(self) -> None:
        shown, records = self._tab, dict(self._shown_records)
        self._drop_pages()
        if (old := self.takeCentralWidget()) is not None:
            old.hide()
            old.deleteLater()
        for spec in ACTIONS:
            self.actions_by_id[spec.id].setText(self.session.words(spec.text))
        self._build()
        if shown and shown in records:
            self._on_navigated(shown, records[shown])

    # Actions (see ``app.ui.actions``)

    @Slot()
    def act_new(self) -> None:
        self._ask_for_project("")

    def _ask_for_project(self, name: str) -> None:
        dialog = NewProject(self.session, self, name=name)
        dialog.wanted.connect(self.session.create_project)
        dialog.open()

    @Slot()
    def act_open(self) -> None:
        choose_project(self, self.session)

    @Slot()
    def act_sample(self) -> None:
        name = self.session.words("ui.sample_name")
        self.session.close_project()
        self.session.offer_file(str(resource("samples", "telco_churn.csv")))
        self.session.create_project(str(free_folder(projects_folder(self.session), name)), name)

    @Slot()
    def act_import(self) -> None:
        choose_file(self, self.session, self.take_file)

    @Slot()
    def act_close_project(self) -> None:
        self.session.close_project()

    @Slot()
    def act_datasets(self) -> None:
        self.show_tab("datasets")

    @Slot()
    def act_training(self) -> None:
        self.show_tab("training")

    @Slot()
    def act_verification(self) -> None:
        self.show_tab("verification")

    @Slot()
    def act_deployment(self) -> None:
        self.show_tab("deployment")

    @Slot()
    def act_results(self) -> None:
        self.show_tab("results")

    @Slot()
    def act_larger(self) -> None:
        self._change_scale(1)

    @Slot()
    def act_smaller(self) -> None:
        self._change_scale(-1)

    def _change_scale(self, step: int) -> None:
        at = min(range(len(SCALES)), key=lambda i: abs(SCALES[i] - self.session.theme.scale))
        self.session.set_scale(SCALES[max(0, min(len(SCALES) - 1, at + step))])

    @Slot()
    def act_help(self) -> None:
        keys = [(spec.keys, self.session.words(spec.text)) for spec in ACTIONS if spec.keys]
        Help(self.session, self, keys=keys).open()

    @Slot()
    def act_about(self) -> None:
        About(self.session, self).open()

    @Slot()
    def act_quit(self) -> None:
        self.close()

    # Files dropped

    @Slot(str)
    def take_file(self, path: str) -> None:
        """Bring a file to the import page; a project folder is opened instead."""
        if Path(path).is_dir():
            self.session.open_project(path)
            return
        self.session.offer_file(path)
        if self.session.project is None:
            self._ask_for_project(Path(path).stem)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.take_file(paths[0])

    # Closing

    def closeEvent(self, event: QCloseEvent) -> None:
        open_jobs = self.session.jobs.open()
        if open_jobs and not self._leaving:
            event.ignore()
            dialog = ClosingWithWork(self.session, self, jobs=len(open_jobs))
            dialog.finish.connect(self._on_finish_wanted)
            dialog.stop.connect(self._on_stop_wanted)
            dialog.open()
            return
        self.session.jobs.changed.disconnect(self._on_jobs_changed)
        super().closeEvent(event)

    @Slot()
    def _on_finish_wanted(self) -> None:
        """Hide, and close when the last job is over."""
        self._leaving = True
        self.hide()
        self.session.jobs.changed.connect(self._close_when_idle)
        self._close_when_idle()

    @Slot()
    def _close_when_idle(self) -> None:
        if not self.session.jobs.open():
            self.session.jobs.changed.disconnect(self._close_when_idle)
            self.close()

    @Slot()
    def _on_stop_wanted(self) -> None:
        self._leaving = True
        for job in self.session.jobs.open():
            self.session.stop(job.id)
        self.close()

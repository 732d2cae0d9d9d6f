"""Brings the window to life: the open project, its pages, menus and notices. Made right after the first paint."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot

from app.errors import CicloError
from app.project.record import IDENTITY
from app.ui.action_list import ActionList
from app.ui.activity import Activity
from app.ui.badges import tab_badges
from app.ui.choosers import holds_tables
from app.ui.clipboard import as_source, copied_files, pasted_table
from app.ui.dialogs import ClosingWithWork, NewProject
from app.ui.integrity import Integrity
from app.ui.interrupted import InterruptedJobs
from app.ui.main_window import MainWindow
from app.ui.menus import Menus
from app.ui.outside import Outside
from app.ui.pages import Pages
from app.ui.session import Changes, Session
from app.ui.tabs import TABS
from app.ui.widgets.messages import Notice


class Workspace(QObject):
    """Connects the session with the window."""

    def __init__(self, session: Session, window: MainWindow) -> None:
        super().__init__(window)
        self.session, self.window = session, window
        self.pages = Pages(session, self)
        self._outside = Outside(session, self)
        self._shown_records: dict[str, str] = {}
        self._leaving = False
        self.actions = ActionList(self)
        self._badges_due = QTimer(self)
        self._badges_due.setSingleShot(True)
        self._badges_due.setInterval(0)
        self._badges_due.timeout.connect(self._refresh_badges)
        self._first_due = QTimer(self)
        self._first_due.setSingleShot(True)
        self._first_due.setInterval(1)
        self._first_due.timeout.connect(self._show_first_tab)
        session.project_changed.connect(self._on_project_changed)
        session.changed.connect(self._on_changed)
        session.failed.connect(self._on_failed)
        session.navigated.connect(self._on_navigated)
        session.language_changed.connect(self._on_language_changed)
        session.opening_changed.connect(self._on_opening_changed)
        session.jobs.changed.connect(self._on_jobs_changed)
        window.host = self
        self._furnish()

    def _furnish(self) -> None:
        """Connect what the window was built with."""
        session, window = self.session, self.window
        self.pages.use(window.stack)
        window.header.chosen.connect(self.show_tab)
        window.header.help.clicked.connect(self.actions.act_help)
        welcome = window.welcome
        welcome.create_new.connect(self.actions.act_new)
        welcome.open_other.connect(self.actions.act_open)
        welcome.sample.connect(self.actions.act_sample)
        welcome.choose_file.connect(self.actions.act_import)
        welcome.opened.connect(session.open_project)
        welcome.forgotten.connect(self._on_forgotten)
        self.notice = Notice(session.theme, close_name=session.words("ui.close"))
        self.notice.setObjectName("notice")
        self.interrupted = InterruptedJobs(session)
        self.integrity = Integrity(session)
        for bar in (self.notice, self.integrity, self.interrupted):
            window.bars.addWidget(bar)
        self._activity = Activity(session, window.foot)
        self._menus = Menus(session, window.header, self.actions)
        self._show_project()

    # Tabs

    @Slot(str)
    def show_tab(self, tab: str) -> None:
        """Show a tab."""
        if self.session.project is not None:
            self._first_due.stop()
            self.pages.show(tab)
            self.window.header.set_tab(tab)

    @Slot(str, str)
    def _on_navigated(self, tab: str, record_id: str) -> None:
        self.show_tab(tab)
        page = self.pages.page(tab)
        if page is not None and record_id:
            self._shown_records[tab] = record_id
            page.show_record(record_id)  # type: ignore[attr-defined]

    @Slot()
    def _show_first_tab(self) -> None:
        self.show_tab(TABS[0].id)
        self.window.header.tabs[TABS[0].id].setFocus()

    # What the session says

    @Slot()
    def _on_project_changed(self) -> None:
        self.pages.drop(remember=False)
        self._shown_records.clear()
        self.notice.dismiss()
        self._show_project()
        self.interrupted.refresh()
        self.integrity.refresh()

    def _show_project(self) -> None:
        window, project, name = self.window, self.session.project, self.session.words("ui.app_name")
        window.header.set_project(project.name if project else "")
        window.setWindowTitle(f"{project.name} — {name}" if project else name)
        self.actions.refresh()
        if project is None:
            window.header.set_tab("")
            window.welcome.refresh(self.session.settings)
            window.stack.setCurrentIndex(0)
            window.welcome.create_button.setFocus()
            return
        self._badges_due.start()
        self._first_due.start()

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        self._badges_due.start()

    @Slot()
    def _on_jobs_changed(self) -> None:
        self._badges_due.start()

    @Slot()
    def _refresh_badges(self) -> None:
        if self.session.project is not None:
            for tab, badge in tab_badges(self.session).items():
                self.window.header.set_badge(tab, badge)

    @Slot(object)
    def _on_failed(self, error: CicloError) -> None:
        self.notice.say_error(self.session.words, error)

    @Slot(bool)
    def _on_opening_changed(self, opening: bool) -> None:
        self.window.welcome.setEnabled(not opening)

    @Slot(str)
    def _on_forgotten(self, path: str) -> None:
        self.session.forget_recent(path)
        self.window.welcome.refresh(self.session.settings)

    @Slot()
    def _on_language_changed(self) -> None:
        shown, records = self.pages.current, dict(self._shown_records)
        self.pages.drop(remember=True)
        self.window.build(self.session.words, self.session.settings)
        self._furnish()
        self.integrity.refresh()
        if shown:
            self._on_navigated(shown, records.get(shown, ""))
            self.window.header.tabs[shown].setFocus()

    # Files and projects

    @Slot(str)
    def take_file(self, path: str) -> None:
        """Bring a file, several (one on each line) or a folder of them to the import page, by way of a new project
        where none is open; open a project folder."""
        self.notice.hide()
        folder = Path(path)
        closed = self.session.project is None
        if folder.is_dir() and ((folder / IDENTITY).is_file() or (closed and not holds_tables(folder))):
            self.session.open_project(path)
            return
        self.session.offer_file(path)
        if self.session.project is None:
            self.ask_for_project(Path(path.partition("\n")[0]).stem)

    def take_clipboard(self) -> None:
        """Bring a table that was copied elsewhere to the import page; or files, as if they were dropped."""
        if self.session.project is None:
            return
        files = copied_files()
        try:
            path = as_source(files) if files else pasted_table(self.session.project)
        except CicloError as error:
            self.notice.say_error(self.session.words, error)
            return
        if path:
            self.take_file(path)
        else:
            self.notice.say("neutral", self.session.words("ui.paste.empty"))

    def ask_for_project(self, name: str) -> None:
        """Open the dialog for a new project."""
        dialog = NewProject(self.session, self.window, name=name)
        dialog.wanted.connect(self.session.create_project)
        dialog.rejected.connect(self.session.withdraw_file)
        dialog.open()

    # Closing

    def close(self) -> None:
        """Let go of the pages."""
        self._first_due.stop()
        self.pages.drop(remember=False)

    def may_close(self) -> bool:
        """Whether nothing is under way; else the user is asked."""
        under_way = self.session.jobs.open()
        if not under_way or self._leaving:
            return True
        dialog = ClosingWithWork(self.session, self.window, jobs=len(under_way))
        dialog.finish.connect(self._on_finish_wanted)
        dialog.stop.connect(self._on_stop_wanted)
        dialog.open()
        return False

    @Slot()
    def _on_finish_wanted(self) -> None:
        """Hide, and close when the last job is over."""
        self.window.hide()
        self.session.jobs.changed.connect(self._close_when_idle)
        self._close_when_idle()

    @Slot()
    def _close_when_idle(self) -> None:
        if not self.session.jobs.open():
            self.session.jobs.changed.disconnect(self._close_when_idle)
            self._leave()

    @Slot()
    def _on_stop_wanted(self) -> None:
        for job in self.session.jobs.open():
            self.session.jobs.stop(job.id)
        self._leave()

    def _leave(self) -> None:
        self._leaving = True
        self.window.close()

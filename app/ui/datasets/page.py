"""The Datasets tab: nothing yet, an import, or a dataset."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget

from app.data.recipe.steps import AnyStep
from app.data.records import DATASET
from app.data.sql.addresses import is_sqlite
from app.resources import resource
from app.ui.choosers import choose_file
from app.ui.datasets.compare_view import CompareView
from app.ui.datasets.database_dialog import DatabaseChoice, DatabaseDialog
from app.ui.datasets.dataset_view import DatasetView
from app.ui.datasets.folder_watch import FolderWatch
from app.ui.datasets.import_state import begin_query
from app.ui.datasets.import_view import ImportView
from app.ui.datasets.recipe.page import RecipeView
from app.ui.datasets.version_dialogs import VersionDialogs
from app.ui.datasets.versions_view import VersionsView
from app.ui.datasets.waiting_bar import WaitingBar
from app.ui.session import Changes, Session
from app.ui.widgets.page import EmptyPage

if TYPE_CHECKING:
    from app.ui.datasets.pair_view import PairView


class Page(QStackedWidget):
    """The tab. A record is shown by :meth:`show_record`, a file taken by :meth:`begin_import`."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("datasets.page")
        self.setProperty("role", "page")
        self._session = session
        self._next_of = ""
        self.dataset = DatasetView(session)
        self.addWidget(self.dataset)
        self.dataset.import_asked.connect(self.choose_file)
        self.dataset.next_asked.connect(self._on_next_asked)
        self.dataset.versions_asked.connect(self.show_versions)
        self.dataset.bin_asked.connect(self.show_bin)
        self.dataset.header.prepare_asked.connect(self.show_recipe)
        self.dataset.detail.goes_with.pair_asked.connect(self.show_pair)
        self.dataset.findings.remedy_asked.connect(self.show_remedy)
        self.folders = FolderWatch(session, self)
        self.dialogs = VersionDialogs(session, self.dataset, self)
        self.dialogs.made.connect(self.show_record)
        self.dialogs.remedy_asked.connect(self.show_remedy)
        self.dialogs.watched.connect(self.folders.refresh)
        self.waiting = WaitingBar(session, self.folders)
        self.waiting.import_asked.connect(self._on_waiting_asked)
        self.dataset.add_bar(self.waiting)
        self.dataset.rail.database_button.clicked.connect(self.choose_database)
        session.changed.connect(self._on_changed)
        session.file_offered.connect(self.begin_import)
        self.show_datasets()

    @cached_property
    def importing(self) -> ImportView:
        """The import page, made for the first file: making it takes as long as the rest of the tab."""
        made = ImportView(self._session)
        made.imported.connect(self.show_record)
        made.left.connect(self.show_datasets)
        made.choose_asked.connect(self.choose_file)
        self.addWidget(made)
        return made

    @cached_property
    def versions(self) -> VersionsView:
        """The versions of a dataset, made when they are first looked at."""
        made = VersionsView(self._session)
        made.left.connect(self.show_datasets)
        made.shown.connect(self.show_record)
        made.compare_asked.connect(self.show_comparison)
        self.addWidget(made)
        return made

    @cached_property
    def recipe(self) -> RecipeView:
        """The page of a recipe, made when it is first asked for."""
        made = RecipeView(self._session)
        made.left.connect(self.show_datasets)
        made.made.connect(self._on_prepared)
        self.addWidget(made)
        return made

    @cached_property
    def comparison(self) -> CompareView:
        """The comparison of two versions, made when it is first looked at."""
        made = CompareView(self._session)
        made.left.connect(self._on_comparison_left)
        self.addWidget(made)
        return made

    @cached_property
    def pair(self) -> PairView:
        """The page of two columns, made when it is first asked for."""
        from app.ui.datasets.pair_view import PairView  # draws by pyqtgraph, which comes after the first paint

        made = PairView(self._session)
        made.left.connect(self.show_datasets)
        self.addWidget(made)
        return made

    @cached_property
    def empty(self) -> EmptyPage:
        """What is shown before the first dataset."""
        words = self._session.words
        made = EmptyPage(
            self._session.theme,
            "database",
            words("ui_datasets.empty.title"),
            words("ui_datasets.empty.sentence"),
            words("ui_datasets.import_button"),
            words("ui_datasets.empty.sample"),
        )
        made.acted.connect(self.choose_file)
        made.linked.connect(self._on_sample_asked)
        database = made.add_link(words("ui_datasets.database.button"), self.choose_database)
        database.setObjectName("datasets.database_first")
        if made.button is not None and made.link is not None:
            made.button.setObjectName("datasets.import_first")
            made.link.setObjectName("datasets.sample")
        self.addWidget(made)
        return made

    @Slot(str)
    def show_record(self, record_id: str) -> None:
        """Show a version of a dataset."""
        self.dataset.show_version(record_id)
        self.dataset.reload()
        self.setCurrentWidget(self.dataset)

    @Slot(str)
    def begin_import(self, path: str) -> None:
        """Take a file to the import page."""
        if is_sqlite(Path(path)):
            self._ask_database(path)
            return
        dataset, self._next_of = self._next_of, ""
        self.setCurrentWidget(self.importing)
        self.importing.begin(path, dataset)

    @Slot()
    def choose_database(self) -> None:
        """Let the user choose a table or a query of a database."""
        self._ask_database("")

    def _ask_database(self, file: str) -> None:
        asked = DatabaseDialog(self._session, self.window(), file=file)
        asked.chosen.connect(self._on_database_chosen)
        asked.open()

    @Slot(object)
    def _on_database_chosen(self, choice: DatabaseChoice) -> None:
        dataset, self._next_of = self._next_of, ""
        self.setCurrentWidget(self.importing)
        self.importing.take(begin_query(choice.source, choice.reading, choice.access, dataset))

    @Slot()
    def show_datasets(self) -> None:
        """The dataset last shown; the empty page where there is none."""
        self.dataset.reload()
        away = self._session.project is not None and bool(self._session.project.binned())
        self.setCurrentWidget(self.dataset if self.dataset.version is not None or away else self.empty)

    @Slot(str)
    def show_versions(self, id: str) -> None:
        """Show the versions of a dataset, the one with this id chosen."""
        if self.dataset.version is not None:
            self.versions.show_versions(self.dataset.version.name, id)
            self.setCurrentWidget(self.versions)

    @Slot()
    def show_recipe(self) -> None:
        """Write a recipe for the version that is shown."""
        if self.dataset.version is not None:
            self.recipe.show_version(self.dataset.version)
            self.setCurrentWidget(self.recipe)

    @Slot(str, str)
    def show_pair(self, x: str, y: str) -> None:
        """Show two columns of the version that is shown beside each other."""
        table = self.dataset.table()
        profiles = {row.profile.name: row.profile for row in self.dataset.columns.columns.rows()}
        if table is not None and self.dataset.version is not None and {x, y} <= profiles.keys():  # they come late
            self.setCurrentWidget(self.pair)
            self.pair.show_pair(self.dataset.version, table, profiles, x, y)

    @Slot(object)
    def show_remedy(self, step: AnyStep) -> None:
        """Begin or go on with a recipe by a step that sets a finding right."""
        self.show_recipe()
        self.recipe.add_remedy(step)

    @Slot(str)
    def _on_prepared(self, record_id: str) -> None:
        """Show the version that a recipe made, and what still holds the personal data that it replaced."""
        self.show_record(record_id)
        version = self.dataset.version
        if version is not None and version.body.pseudonym_key:
            words = self._session.words
            self.dataset.notice.say(
                "neutral", words("ui_datasets.recipe.original_kept", label=version.body.source_name)
            )

    @Slot()
    def show_bin(self) -> None:
        """Show what lies in the bin, of all datasets."""
        self.versions.show_versions("", "")
        self.setCurrentWidget(self.versions)

    @Slot(str, str)
    def show_comparison(self, before: str, after: str) -> None:
        """Compare two versions, by their ids."""
        self.setCurrentWidget(self.comparison)
        self.comparison.compare(before, after)

    @Slot()
    def _on_comparison_left(self) -> None:
        self.setCurrentWidget(self.versions)

    @Slot()
    def choose_file(self) -> None:
        """Let the user choose a file to import."""
        choose_file(self.window(), self._session, self.begin_import)

    @Slot(str)
    def _on_next_asked(self, dataset: str) -> None:
        self._next_of = dataset
        self.choose_file()

    @Slot(str, str)
    def _on_waiting_asked(self, path: str, dataset: str) -> None:
        self._next_of = dataset
        self.begin_import(path)

    @Slot()
    def _on_sample_asked(self) -> None:
        self.begin_import(str(resource("samples", "telco_churn.csv")))

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if DATASET not in changes:
            return
        if self.currentWidget() is self.__dict__.get("versions"):
            self.versions.reload()
            self.dataset.reload()
        elif self.dataset.version is None:
            self.show_datasets()
        else:
            self.dataset.reload()

"""From a database: where it is and who asks, its tables to pick from or a query, then on to the preview."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLineEdit, QWidget

from app.data.records import Reading
from app.data.sql.addresses import spell
from app.data.sql.passwords import hand_over, take_back
from app.data.sql.records import (
    KEEP_PASSWORD,
    NAMES,
    PORTS,
    TABLES,
    Access,
    Address,
    Engine,
    KeepRequest,
    Kept,
    Tables,
    TablesRequest,
)
from app.errors import CicloError
from app.ui.dialogs import Dialog
from app.ui.session import Session
from app.ui.widgets.basics import button, column, row
from app.ui.widgets.form import Dropdown, Field, Option, line_edit, text_edit
from app.ui.widgets.messages import Notice

_ENGINES = (Engine.SQLITE, Engine.POSTGRESQL, Engine.MARIADB, Engine.MYSQL)
_PATIENCE_S = 30.0
_LARGEST_PORT = 65_535


@dataclass(frozen=True)
class DatabaseChoice:
    """What to import: the address, its table or query, how the password is found."""

    source: str
    reading: Reading
    access: Access


class DatabaseDialog(Dialog):
    """Asks for a database and what to take from it. ``chosen(DatabaseChoice)`` is sent once, for the button."""

    chosen = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None, *, file: str = "") -> None:
        words = session.words
        super().__init__(session, words("ui_datasets.database.title"), parent)
        self.setObjectName("datasets.database")
        self.setMinimumWidth(session.theme.size(560))
        self._session, self._words = session, words
        self._access = Access(timeout_s=_PATIENCE_S)
        self._make_place()
        self._make_login()
        self._make_choice()
        self._lay_out()
        if file:
            self._file.setText(file)
            self._list_tables()
        self._show_state()

    # Making it

    def _make_place(self) -> None:
        words = self._words
        self._engine = Dropdown(self._session.theme, [Option(engine, NAMES[engine]) for engine in _ENGINES])
        self._engine.chosen.connect(self._on_changed)
        self._file = self._edit("file")
        self._browse = button(words("ui_datasets.database.browse"), self._on_browse_clicked)
        self._host, self._port = self._edit("host", "localhost"), self._edit("port")
        self._database, self._user, self._password = self._edit("name"), self._edit("user"), self._edit("password")
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._engine.setObjectName("datasets.database_engine")

    def _edit(self, part: str, text: str = "") -> QLineEdit:
        made = line_edit(text)
        made.setObjectName(f"datasets.database_{part}")
        made.textEdited.connect(self._on_changed)
        return made

    def _make_login(self) -> None:
        self._keep = QCheckBox(self._words("ui_datasets.database.keep"))
        self._keep.setObjectName("datasets.database_keep")
        self._notice = Notice(self._session.theme, close_name=self._words("ui_datasets.close"))
        self._notice.setObjectName("datasets.database_notice")
        self._notice.hide()
        self._connect = button(self._words("ui_datasets.database.connect"), self._on_connect_clicked)
        self._connect.setObjectName("datasets.database_connect")

    def _make_choice(self) -> None:
        words = self._words
        self._table = Dropdown(self._session.theme)
        self._table.setObjectName("datasets.database_table")
        self._table.chosen.connect(self._on_table_chosen)
        self._query = text_edit(words("ui_datasets.database.query_example"), lines=4)
        self._query.setObjectName("datasets.database_query")
        self._query.textChanged.connect(self._show_state)
        self._look = button(words("ui_datasets.database.look"), self._on_look_clicked, "primary")
        self._look.setObjectName("datasets.database_look")
        self._look.setDefault(True)

    def _lay_out(self) -> None:
        words = self._words
        self.body.addWidget(self._field("engine", self._engine))
        self._of_file = QWidget()
        self._of_file.setLayout(row(self._field("file", self._file), self._browse))
        self._of_file.layout().setAlignment(self._browse, Qt.AlignmentFlag.AlignBottom)  # type: ignore[union-attr]
        self._of_server = QWidget()
        place = row(
            self._field("host", self._host), self._field("port", self._port), self._field("name", self._database)
        )
        login = row(self._field("user", self._user), self._field("password", self._password))
        for stretched, part in ((place, 3), (login, 1)):
            stretched.setStretch(0, part)
        self._of_server.setLayout(column(place, login, self._keep))
        for widget in (self._of_file, self._of_server, self._notice):
            self.body.addWidget(widget)
        self.body.addLayout(row(self._connect, 1))
        self._of_choice = QWidget()
        self._of_choice.setLayout(column(self._field("table", self._table), self._field("query", self._query)))
        self.body.addWidget(self._of_choice)
        self.body.addLayout(row(1, button(words("ui.cancel"), self.reject), self._look))

    def _field(self, part: str, editor: QWidget) -> Field:
        return Field(self._words(f"ui_datasets.database.{part}"), editor)

    # What it says

    def _address(self) -> Address:
        engine = Engine(self._engine.value())
        if engine is Engine.SQLITE:
            return Address(engine=engine, database=self._file.text().strip())
        port = self._port.text().strip()
        return Address(
            engine=engine,
            host=self._host.text().strip(),
            port=int(port) if port else 0,
            database=self._database.text().strip(),
            user=self._user.text().strip(),
        )

    def _is_complete(self) -> bool:
        port = self._port.text().strip()
        if self._engine.value() == Engine.SQLITE:
            return bool(self._file.text().strip())
        return not port or (port.isascii() and port.isdigit() and 0 < int(port) <= _LARGEST_PORT)

    @Slot()
    def _show_state(self) -> None:
        engine = Engine(self._engine.value())
        self._of_file.setVisible(engine is Engine.SQLITE)
        self._of_server.setVisible(engine is not Engine.SQLITE)
        self._port.setPlaceholderText(str(PORTS.get(engine, "")))
        listed = self._table.count() > 0
        self._of_choice.setVisible(listed)
        self._query.setEnabled(not self._table.value())
        self._connect.setEnabled(self._is_complete())
        self._look.setEnabled(listed and bool(self._table.value() or self._query.toPlainText().strip()))

    @Slot()
    def _on_changed(self) -> None:
        """Another database, or another user: its tables aren't known yet."""
        self._session.drop(TABLES)
        self._table.set_options([])
        self._notice.hide()
        self._show_state()

    @Slot()
    def _on_table_chosen(self) -> None:
        self._show_state()
        if not self._table.value():
            self._query.setFocus()

    @Slot()
    def _on_browse_clicked(self) -> None:
        chooser = QFileDialog(self, self._words("ui_datasets.database.browse_title"), str(Path.home()))
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.fileSelected.connect(self._on_file_chosen)
        chooser.open()

    @Slot(str)
    def _on_file_chosen(self, path: str) -> None:
        self._file.setText(path)
        self._on_changed()
        self._list_tables()

    # Connecting

    @Slot()
    def _on_connect_clicked(self) -> None:
        self._list_tables()

    def _list_tables(self) -> None:
        take_back(self._access)
        file = str(hand_over(self._password.text())) if self._password.text() else ""
        self._access = Access(password_file=file, timeout_s=_PATIENCE_S)
        self._connect.setEnabled(False)
        self._notice.say("neutral", self._words("ui_datasets.database.connecting"))
        request = TablesRequest(source=spell(self._address()), access=self._access)
        self._session.quick(TABLES, request, Tables, self._on_listed, self._on_failed)

    def _on_listed(self, tables: Tables) -> None:
        self._notice.hide()
        own = Option("", self._words("ui_datasets.database.own_query"))
        self._table.set_options([*(Option(name, name) for name in tables.names), own])
        self._table.set_value(tables.names[0] if tables.names else "")
        self._show_state()
        if self._keep.isChecked() and self._access.password_file:
            request = KeepRequest(source=spell(self._address()), access=self._access)
            self._session.quick(KEEP_PASSWORD, request, Kept, self._on_kept, self._on_failed)

    def _on_kept(self, kept: Kept) -> None:
        code = "ui_datasets.database.kept" if kept.keyring else "ui_datasets.database.kept_file"
        self._notice.say("good", self._words(code, path=kept.path))

    def _on_failed(self, error: CicloError) -> None:
        self._show_state()
        self._notice.say_error(self._words, error)

    # Leaving it

    @Slot()
    def _on_look_clicked(self) -> None:
        table = self._table.value()
        wanted = Reading(table=table) if table else Reading(query=self._query.toPlainText().strip())
        access, self._access = Access(password_file=self._access.password_file), Access()
        self.chosen.emit(DatabaseChoice(spell(self._address()), wanted, access))
        self.accept()

    def done(self, result: int) -> None:
        take_back(self._access)
        self._session.drop(TABLES)
        super().done(result)

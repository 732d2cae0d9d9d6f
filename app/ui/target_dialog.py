"""The settings of a target, drawn from what it declares; a server is asked who it is before anything goes there."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QWidget

from app.deployment.declared import Declared, Setting, SettingKind, Settings, is_missing
from app.deployment.records import CONNECT, ConnectAnswer, ConnectRequest
from app.deployment.secrets import keep_secret
from app.errors import CicloError
from app.ui import theme as tokens
from app.ui.dialogs import Dialog
from app.ui.folder_edit import FolderEdit
from app.ui.session import Session
from app.ui.target_names import setting_help, setting_label, title_of, why
from app.ui.widgets.basics import button, label, line, row
from app.ui.widgets.form import Dropdown, Field, Option, line_edit
from app.ui.widgets.messages import Notice

_YES, _NO = "yes", "no"
_ACROSS = 2


class TargetDialog(Dialog):
    """Sends ``wanted(settings)`` when the button named ``action`` is pressed."""

    wanted = Signal(object)

    def __init__(
        self, session: Session, declared: Declared, given: Settings, parent: QWidget | None, *, action: str
    ) -> None:
        super().__init__(session, title_of(session.words, declared), parent)
        self.setObjectName("deployment.settings")
        self.setMinimumWidth(session.theme.size(640))
        self._session, self._words, self._declared = session, session.words, declared
        self._editors: dict[str, QLineEdit | Dropdown | QCheckBox] = {}
        self._fields: dict[str, Field] = {}
        self.body.addWidget(label(why(session.words, declared), "muted"))
        grid = QGridLayout()
        grid.setSpacing(tokens.SPACE)
        for place, setting in enumerate(declared.settings):
            field = self._field(setting, given.get(setting.name, setting.default))
            grid.addWidget(field, place // _ACROSS, place % _ACROSS, Qt.AlignmentFlag.AlignTop)
        for place in range(_ACROSS):
            grid.setColumnStretch(place, 1)
        self.body.addLayout(grid)
        self._notice = Notice(session.theme, close_name=session.words("ui_deployment.close"))
        self._notice.setObjectName("deployment.settings_notice")
        self.body.addWidget(self._notice)
        self._notice.hide()
        self.body.addStretch(1)
        self.body.addWidget(line())
        self._add_buttons(action)

    def _add_buttons(self, action: str) -> None:
        words = self._words
        self._test = button(words("ui_deployment.settings.test"), self._on_test_clicked)
        self._test.setObjectName("deployment.settings_test")
        kinds = {setting.name: setting.kind for setting in self._declared.settings}
        self._test.setVisible(kinds.get(self._declared.address, SettingKind.FOLDER) is not SettingKind.FOLDER)
        cancel = button(words("ui.cancel"), self.reject)
        self._go_on = button(action, self._on_action_clicked, "primary")
        self._go_on.setObjectName("deployment.settings_export")
        self._go_on.setDefault(True)
        self.body.addLayout(row(self._test, 1, cancel, self._go_on))

    def _field(self, setting: Setting, value: str) -> Field:
        words, declared = self._words, self._declared
        caption = setting_label(words, declared, setting)
        editor: QLineEdit | Dropdown | QCheckBox
        shown: QWidget | None = None
        if setting.kind is SettingKind.CHOICE:
            editor = Dropdown(self._session.theme, [Option(choice, choice) for choice in setting.choices])
            editor.set_value(value)
        elif setting.kind is SettingKind.FOLDER:
            shown = FolderEdit(self._session, value, caption)
            editor = shown.edit
        elif setting.kind is SettingKind.SWITCH:
            editor = QCheckBox(caption)
            editor.setChecked(value == _YES)
        else:
            editor = line_edit("" if setting.variable else value, setting.default)
            if setting.kind is SettingKind.SECRET:
                editor.setEchoMode(QLineEdit.EchoMode.Password)
        editor.setObjectName(f"deployment.setting.{setting.name}")
        self._editors[setting.name] = editor
        hint = setting_help(words, declared, setting)
        if setting.variable:
            hint = words("ui_deployment.settings.secret", variable=setting.variable)
        above = "" if setting.kind is SettingKind.SWITCH else caption
        made = self._fields[setting.name] = Field(above, shown or editor, hint)
        editor.setAccessibleName(caption)
        return made

    def _entered(self) -> Settings:
        """What was typed, secrets among it."""
        found = {}
        for name, editor in self._editors.items():
            if isinstance(editor, QCheckBox):
                found[name] = _YES if editor.isChecked() else _NO
            else:
                found[name] = editor.value() if isinstance(editor, Dropdown) else editor.text().strip()
        return found

    def _taken(self) -> Settings | None:
        """The settings without secrets, which are kept for this user; None where something is missing."""
        entered, complete = self._entered(), True
        for setting in self._declared.settings:
            missing = not setting.variable and is_missing(setting, entered)
            self._fields[setting.name].set_wrong(self._words("ui_deployment.settings.missing") if missing else "")
            complete = complete and not missing
        self.fit()
        if not complete:
            return None
        secrets = {s.name for s in self._declared.settings if s.variable}
        try:
            for name in secrets:
                if entered[name]:
                    keep_secret(self._declared.name, name, entered[name])
        except CicloError as error:
            self._show_error(error)
            return None
        defaults = {setting.name: setting.default for setting in self._declared.settings}
        return {name: value for name, value in entered.items() if name not in secrets and value != defaults[name]}

    @Slot()
    def _on_test_clicked(self) -> None:
        settings = self._taken()
        if settings is None:
            return
        self._go_on.setFocus()  # a button that is disabled would hand it to Cancel, which Enter then presses
        self._test.setEnabled(False)
        self._notice.say("neutral", self._words("ui_deployment.settings.asking"))
        self.fit()
        request = ConnectRequest(target=self._declared.name, settings=settings)
        self._session.quick(CONNECT, request, ConnectAnswer, self._on_answered, self._on_failed)

    def _on_answered(self, answer: ConnectAnswer) -> None:
        self._test.setEnabled(True)
        self._notice.say("good", self._words("ui_deployment.settings.answered", server=answer.server))
        self.fit()

    def _on_failed(self, error: CicloError) -> None:
        self._test.setEnabled(True)
        self._show_error(error)

    def _show_error(self, error: CicloError) -> None:
        self._notice.say_error(self._words, error)
        self.fit()

    @Slot()
    def _on_action_clicked(self) -> None:
        settings = self._taken()
        if settings is not None:
            self.wanted.emit(settings)
            self.accept()

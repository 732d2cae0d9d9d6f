"""Where a dataset comes from: the folder that is watched for it, and what is corrected for its files."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFileDialog, QWidget

from app.data.rules.matching import forgetting, known_rules
from app.data.rules.records import KnownRule
from app.data.watched.records import Watch
from app.data.watched.settings import begin_watch, stop_watch, watch_of
from app.errors import CicloError
from app.ui.datasets.rule_bar import said
from app.ui.dialogs import Dialog
from app.ui.session import Session
from app.ui.widgets.basics import button, label, line, row
from app.ui.widgets.form import Field, line_edit

_USUAL = "*.csv"


class _RuleRow(QWidget):
    """A rule with the button that forgets it."""

    forgotten = Signal(object)

    def __init__(self, session: Session, known: KnownRule) -> None:
        super().__init__()
        self._known = known
        words = session.words
        sentence = words("rules.ui.rule", pattern=known.rule.pattern, corrections=said(known.rule.corrections, words))
        forget = button(words("rules.ui.forget"), self._on_clicked, "small")
        forget.setObjectName(f"datasets.forget.{known.rule.pattern}")
        made = row(label(sentence), forget)
        made.setStretch(0, 1)
        self.setLayout(made)

    @Slot()
    def _on_clicked(self) -> None:
        self.hide()
        self.forgotten.emit(self._known)


class SourceDialog(Dialog):
    """``watched()`` is sent once another folder is watched, or none any more."""

    watched = Signal()

    def __init__(self, session: Session, parent: QWidget | None, dataset: str, file_name: str) -> None:
        words = session.words
        super().__init__(session, words("watched.ui.title", dataset=dataset), parent)
        self.setObjectName("datasets.source_dialog")
        self._session, self._dataset = session, dataset
        project = session.project
        self._watch = watch_of(project, dataset) if project is not None else None
        self._make_fields(file_name)
        self._make_rules()
        stop = button(words("watched.ui.stop"), self._on_stop_clicked)
        stop.setObjectName("datasets.watch_stop")
        stop.setVisible(self._watch is not None)
        self._ok = button(words("watched.ui.watch"), self._on_watch_clicked, "primary")
        self._ok.setObjectName("datasets.watch_begin")
        self._ok.setDefault(True)
        self.body.addLayout(row(stop, 1, button(words("ui_datasets.close"), self.reject), self._ok))
        self.folder.textChanged.connect(self._on_folder_changed)
        self._on_folder_changed()

    def _make_fields(self, file_name: str) -> None:
        words, watch = self._session.words, self._watch
        self.folder = line_edit(watch.folder if watch is not None else "")
        self.folder.setObjectName("datasets.watch_folder")
        choose = button(words("watched.ui.choose"), self._on_choose_clicked)
        self._field = Field(words("watched.ui.folder"), self.folder)
        place = row(self._field, choose)
        place.setStretch(0, 1)
        place.setAlignment(choose, Qt.AlignmentFlag.AlignBottom)
        ending = Path(file_name).suffix
        self.pattern = line_edit(watch.pattern if watch is not None else f"*{ending}" if ending else _USUAL)
        self.pattern.setObjectName("datasets.watch_pattern")
        self.existing = QCheckBox(words("watched.ui.existing"))
        self.existing.setObjectName("datasets.watch_existing")
        self.body.addWidget(label(words("watched.ui.sentence"), "muted"))
        self.body.addLayout(place)
        self.body.addWidget(Field(words("watched.ui.pattern"), self.pattern))
        self.body.addWidget(self.existing)

    def _make_rules(self) -> None:
        project = self._session.project
        rules = [k for k in known_rules(project) if k.rule.dataset == self._dataset] if project is not None else []
        if not rules:
            return
        self.body.addWidget(line())
        self.body.addWidget(label(self._session.words("rules.ui.rules"), "strong"))
        for known in rules:
            made = _RuleRow(self._session, known)
            made.forgotten.connect(self._on_forgotten)
            self.body.addWidget(made)

    @Slot(object)
    def _on_forgotten(self, known: KnownRule) -> None:
        self._session.commit([forgetting(known)])

    @Slot()
    def _on_folder_changed(self) -> None:
        self._ok.setEnabled(bool(self.folder.text().strip()))

    @Slot()
    def _on_choose_clicked(self) -> None:
        chooser = QFileDialog(self, self._session.words("watched.ui.folder"), self.folder.text() or str(Path.home()))
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.fileSelected.connect(self.folder.setText)
        chooser.open()

    @Slot()
    def _on_watch_clicked(self) -> None:
        """Listing the folder may take its time: not in the window's thread."""
        if self._session.project is not None:
            begin = partial(
                begin_watch,
                self._session.project,
                dataset=self._dataset,
                folder=Path(self.folder.text().strip()).expanduser(),
                pattern=self.pattern.text(),
                existing=self.existing.isChecked(),
            )
            self._session.run(begin, self._on_begun, self._on_refused)

    def _on_begun(self, _watch: Watch) -> None:
        self.watched.emit()
        self.accept()

    def _on_refused(self, error: CicloError) -> None:
        self._field.set_wrong(" ".join(self._session.words.error(error)).strip())

    @Slot()
    def _on_stop_clicked(self) -> None:
        if self._session.project is not None:
            self._session.run(partial(stop_watch, self._session.project, self._dataset), self._on_stopped)

    def _on_stopped(self, _was: bool) -> None:
        self.watched.emit()
        self.accept()

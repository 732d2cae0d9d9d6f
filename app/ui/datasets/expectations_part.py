"""What is expected of a dataset, and how the version shown keeps to it: learnt, changed and taken back here."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.data.expectations.contracts import Held, contract_of, contracting, proposal
from app.data.expectations.editing import dropped, put
from app.data.expectations.records import (
    CHECK,
    CONTRACT,
    CheckAnswer,
    CheckRequest,
    Expectation,
    Result,
    Verdict,
    spread,
)
from app.errors import CicloError
from app.project import Project, Record
from app.ui import theme as tokens
from app.ui.datasets.expectation_dialog import ExpectationDialog
from app.ui.datasets.expectations_table import ExpectationsTable, rows_of
from app.ui.datasets.versions import Version
from app.ui.session import Changes, Session
from app.ui.widgets.basics import button, column, label, row
from app.ui.widgets.messages import Notice


class ExpectationsPart(QWidget):
    """The part of a dataset's page; :meth:`show_version` says of which version."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        self._version: Version | None = None
        self._held: Held | None = None
        self._before: tuple[Expectation, ...] | None = None
        self._key = ""
        self.notice = Notice(session.theme, close_name=self._words("ui_datasets.close"))
        self._said = label("", "muted")
        self._said.setObjectName("datasets.expectations_said")
        self.table = ExpectationsTable(session.theme, self._words)
        self.table.picked.connect(self._on_picked)
        self.table.opened.connect(self._on_opened)
        self._picked = label("", selectable=True)
        self._picked.setObjectName("datasets.expectations_picked")
        self._make_buttons()
        bar = row(self._said, self._learn, self._add, self._edit, self._remove)
        bar.setStretch(0, 1)
        made = column(bar, self.notice, self.table, self._picked, spacing=tokens.PAD)
        made.setStretch(2, 1)
        made.addStretch(0)
        self.setLayout(made)
        session.changed.connect(self._on_changed)

    def _make_buttons(self) -> None:
        words = self._words
        self._learn = button(words("expectations.ui.learn"), self._on_learn_clicked, "small")
        self._add = button(words("expectations.ui.add"), self._on_add_clicked, "small")
        self._edit = button(words("expectations.ui.edit"), self._on_edit_clicked, "small")
        self._remove = button(words("expectations.ui.remove"), self._on_remove_clicked, "small")
        for name in ("learn", "add", "edit", "remove"):
            getattr(self, f"_{name}").setObjectName(f"datasets.expectations_{name}")

    # Showing

    def show_version(self, version: Version | None) -> None:
        """Show what is expected of the dataset of a version, and check that version."""
        self._version = version
        self.notice.hide()
        self._read()

    def _read(self) -> None:
        project, version = self._session.project, self._version
        if project is None or version is None:
            return
        self._held = contract_of(project, version.name)
        expectations = self._expectations
        self._fill(())
        self._learn.setText(self._words(f"expectations.ui.{'learn_anew' if expectations else 'learn'}"))
        if not expectations:
            self._session.drop(CHECK)
            self._said.setText(self._words("expectations.ui.none", dataset=version.name))
            return
        known = version.body.expected
        if known is not None and self._held is not None and known.contract == self._held.id:
            self._session.drop(CHECK)
            self._show_results(spread(known, expectations))
            return
        self._said.setText(self._words("expectations.ui.checking", version=version.number))
        request = CheckRequest(
            project=str(project.folder.resolve()), dataset=version.record.label, expectations=expectations
        )
        self._session.quick(CHECK, request, CheckAnswer, self._on_checked, self._on_failed)

    @property
    def _expectations(self) -> tuple[Expectation, ...]:
        return self._held.contract.expectations if self._held is not None else ()

    def _fill(self, results: tuple[Result, ...]) -> None:
        rows = rows_of(self._expectations, results)
        self.table.expectations.set_rows(rows)
        self.table.setVisible(bool(rows))
        self.table.pick(self._key)
        self._show_picked()

    def _on_checked(self, answer: CheckAnswer) -> None:
        if [one.expectation for one in answer.results] == list(self._expectations):
            self._show_results(answer.results)

    def _show_results(self, results: tuple[Result, ...]) -> None:
        self._fill(results)
        met = sum(one.verdict is Verdict.MET for one in results)
        number = self._version.number if self._version is not None else 0
        self._said.setText(self._words("expectations.ui.met", n=met, of=len(results), version=number))

    def _on_failed(self, error: CicloError) -> None:
        self._said.setText("")
        self.notice.say_error(self._words, error)

    @Slot(str)
    def _on_picked(self, key: str) -> None:
        self._key = key
        self._show_picked()

    def _show_picked(self) -> None:
        """The whole sentence of the row chosen: in the table it may be cut."""
        place = self.table.expectations.find(self._key)
        for made in (self._edit, self._remove):
            made.setEnabled(place >= 0)
        self._picked.setVisible(place >= 0)
        if place >= 0:
            self._picked.setText(self.table.told(self.table.expectations.row(place)))

    # Changing

    @Slot()
    def _on_learn_clicked(self) -> None:
        project, version = self._session.project, self._version
        if project is not None and version is not None:
            self._before = self._expectations
            self._session.store(partial(_learn, project, version.record), self._on_learnt, self._on_failed)

    def _on_learnt(self, _records: list[Record]) -> None:
        number = self._version.number if self._version is not None else 0
        self._offer_back(self._words("expectations.ui.learnt", n=len(self._expectations), version=number))

    @Slot()
    def _on_add_clicked(self) -> None:
        self._ask(None)

    @Slot()
    def _on_edit_clicked(self) -> None:
        place = self.table.expectations.find(self._key)
        if place >= 0:
            self._ask(self.table.expectations.row(place).expectation)

    @Slot(str)
    def _on_opened(self, _key: str) -> None:
        self._on_edit_clicked()

    def _ask(self, held: Expectation | None) -> None:
        if self._version is None:
            return
        types = {one.name: one.type for one in self._version.body.columns}
        asked = ExpectationDialog(self._session, self.window(), types, held)
        asked.wanted.connect(self._on_wanted)
        asked.open()

    @Slot(object)
    def _on_wanted(self, expectation: Expectation) -> None:
        self.notice.hide()  # what it offers to take back isn't the last change any more
        self._commit(put(self._expectations, expectation))

    @Slot()
    def _on_remove_clicked(self) -> None:
        self._before = self._expectations
        if self.table.expectations.find(self._key) >= 0:
            self._commit(dropped(self._expectations, self._key))
            self._offer_back(self._words("expectations.ui.removed"))

    def _commit(self, expectations: tuple[Expectation, ...]) -> None:
        if self._version is not None:
            learned_from = self._held.contract.learned_from if self._held is not None else ""
            made = contracting(self._version.name, expectations, learned_from=learned_from)
            self._session.commit([made], None, self._on_failed)

    def _offer_back(self, sentence: str) -> None:
        self.notice.say("good", sentence)
        back = self.notice.add(self._words("expectations.ui.undo"), self._on_undo_clicked)
        back.setObjectName("datasets.expectations_undo")

    @Slot()
    def _on_undo_clicked(self) -> None:
        self.notice.hide()
        if self._before is not None:
            self._commit(self._before)

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if CONTRACT in changes:
            self._read()


def _learn(project: Project, record: Record) -> list[Record]:
    made = contracting(record.name, proposal(project, record), learned_from=record.label)
    return project.commit([made])

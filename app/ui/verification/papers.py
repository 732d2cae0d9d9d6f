"""The papers about a version: saved as files, and the questions that only people can answer for them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.errors import CicloError
from app.project.durable import write_file
from app.project.record import Record
from app.project.store import Project
from app.text import Words
from app.ui import theme as tokens
from app.ui.choosers import save_file
from app.ui.dialogs import Dialog
from app.ui.session import Session
from app.ui.widgets.basics import Card, button, label, row
from app.ui.widgets.form import Field, text_edit
from app.ui.widgets.page import ScrollPage, see_through
from app.verification.papers.paper import ENDINGS
from app.verification.papers.statements import TOPICS, Statement, state, statements

_WIDTH, _HEIGHT = 620, 560


class PapersCard(Card):
    """Model card and technical documentation of the version that is shown. ``failed(CicloError)``."""

    failed = Signal(object)

    def __init__(self, session: Session) -> None:
        words = session.words
        super().__init__(words("papers.ui.title"))
        self._session, self._words = session, words
        self._record: Record | None = None
        self._paper = ""
        self._open = label("", "small-muted")
        self.body.addWidget(label(words("papers.ui.about"), "muted"))
        self.body.addWidget(self._open)
        for name, slot in (("answer", self._on_answer), ("card", self._on_card), ("annex", self._on_annex)):
            made = button(words(f"papers.ui.{name}"), slot)
            made.setObjectName(f"papers.{name}")
            self.body.addWidget(made)

    def show_version(self, record: Record) -> None:
        """Tell how much is still to be said about its model."""
        self._record = record
        project = self._session.project
        if project is not None:
            n = len(TOPICS) - len(statements(project, record.name))
            self._open.setText(self._words("papers.ui.open", n=n) if n else self._words("papers.ui.none_open"))

    @Slot()
    def _on_answer(self) -> None:
        if self._record is not None:
            Questions(self._session, self._record.name, self.window()).open()

    @Slot()
    def _on_card(self) -> None:
        self._ask("card")

    @Slot()
    def _on_annex(self) -> None:
        self._ask("annex")

    def _ask(self, paper: str) -> None:
        if self._record is not None:
            self._paper = paper
            name = f"{self._record.name}-{self._record.number}-{paper}{ENDINGS[paper][0]}"
            save_file(self, self._words, name=name, suffixes=ENDINGS[paper], chosen=self.save)

    @Slot(str)
    def save(self, path: str) -> None:
        """Write the paper that was asked for."""
        project = self._session.project
        if project is not None and self._record is not None:
            work = partial(_write, project, self._record, self._paper, Path(path), self._words)
            self._session.run(work, None, self._on_failed)

    def _on_failed(self, error: CicloError) -> None:
        self.failed.emit(error)


class Questions(Dialog):
    """What only people know about a model, asked topic by topic."""

    def __init__(self, session: Session, model: str, parent: QWidget | None) -> None:
        words = session.words
        super().__init__(session, words("papers.ui.questions"), parent)
        self.setObjectName("questions")
        self._session, self._model = session, model
        self._edits: dict[str, QPlainTextEdit] = {}
        project = session.project
        known = statements(project, model) if project is not None else {}
        self._wrong = label("", "small")
        self._wrong.setProperty("kind", "bad")
        self._wrong.hide()
        self.body.addWidget(label(words("papers.ui.questions.about", model=model), "small-muted"))
        self.body.addWidget(self._asked(words, {t: record.read(Statement).text for t, record in known.items()}), 1)
        self.body.addWidget(self._wrong)
        keep = button(words("papers.ui.keep"), self._on_keep, "primary")
        keep.setObjectName("questions.keep")
        self.body.addLayout(row(1, button(words("ui.cancel"), self.reject), keep))
        self.resize(session.theme.size(_WIDTH), session.theme.size(_HEIGHT))

    def _asked(self, words: Words, known: dict[str, str]) -> ScrollPage:
        page = ScrollPage(margin=0, spacing=tokens.SPACE)
        for topic in TOPICS:
            edit = self._edits[topic] = text_edit(lines=2)
            edit.setObjectName(f"questions.{topic}")
            edit.setPlainText(known.get(topic, ""))
            page.add(Field(words(f"papers.ask.{topic}"), edit))
        see_through(page)
        return page

    @Slot()
    def _on_keep(self) -> None:
        project = self._session.project
        if project is not None:
            answers = {topic: edit.toPlainText() for topic, edit in self._edits.items()}
            work = partial(state, project, model=self._model, answers=answers)
            self._session.store(work, self._on_kept, self._on_failed)

    def _on_kept(self, _records: list[Record]) -> None:
        self.accept()

    def _on_failed(self, error: CicloError) -> None:
        self._wrong.setText(" ".join(self._session.words.error(error)).strip())
        self._wrong.show()


def _write(project: Project, record: Record, paper: str, path: Path, words: Words) -> None:
    from app.verification.papers.gathered import gather
    from app.verification.papers.paper import written

    ending = path.suffix.lower() if path.suffix.lower() in ENDINGS[paper] else ENDINGS[paper][0]
    write_file(path, written(paper, gather(project, record), words, ending), staging=path.parent)

"""The page of a recipe: its steps at the left, what the chosen one does at the right."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSplitter, QWidget

from app.data.reader_protocol import Answer, Failed, PreviewAnswer
from app.data.recipe.steps import PREPARE, AnyStep, PrepareAnswer, PrepareRequest
from app.data.recipe.wording import kind_of, said_of
from app.data.records import DATASET
from app.errors import CicloError
from app.jobs.contract import Ended, Event, JobState
from app.project.record import is_series_name
from app.text.message import Text
from app.ui import theme as tokens
from app.ui.datasets.loading import Load, Loaded
from app.ui.datasets.recipe.draft import Draft
from app.ui.datasets.recipe.keeping import Keeping, Restored
from app.ui.datasets.recipe.preview_card import PreviewCard
from app.ui.datasets.recipe.scene import Scene
from app.ui.datasets.recipe.step_dialog import StepDialog
from app.ui.datasets.recipe.steps_card import StepsCard
from app.ui.datasets.recipe.suggestions import Suggestions
from app.ui.datasets.versions import Version, newest_of_each, versions
from app.ui.session import Session
from app.ui.widgets.basics import column
from app.ui.widgets.form import Field, line_edit
from app.ui.widgets.messages import Notice
from app.ui.widgets.page import PageHeader, ScrollPage


class RecipeView(QWidget):
    """``left()`` goes back, ``made(id)`` says that a version was made."""

    left = Signal()
    made = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setProperty("role", "page")
        self._session, self._words = session, session.words
        self.draft, self._keeping = Draft(), Keeping(session)
        self._edited = -1
        self._job, self._made_of = "", (self.draft, self.draft.recipe)
        self._view = session.reader.open_view(self._on_previewed)
        self._make_parts()
        self._lay_out()
        session.job_event.connect(self._on_job_event)

    def _make_parts(self) -> None:
        words, theme = self._words, self._session.theme
        self._header = PageHeader()
        self._header.add(words("ui_datasets.versions.back"), self.left.emit).setObjectName("datasets.recipe_back")
        self._undo = self._header.add(words("ui_datasets.recipe.undo"), self._on_undo_clicked)
        self._undo.setObjectName("datasets.recipe_undo")
        self._redo = self._header.add(words("ui_datasets.recipe.redo"), self._on_redo_clicked)
        self._redo.setObjectName("datasets.recipe_redo")
        self._make = self._header.set_primary(words("ui_datasets.recipe.make"), self._on_make_clicked)
        self._make.setObjectName("datasets.recipe_make")
        self.notice = Notice(theme, close_name=words("ui_datasets.close"))
        self.notice.setObjectName("datasets.recipe_notice")
        self.restored = Restored(theme, words)
        self.restored.anew.connect(self._on_anew_asked)
        self.steps = StepsCard(theme, words)
        self.steps.picked.connect(self._on_picked)
        self.steps.asked.connect(self._on_asked)
        self.steps.added.connect(self._on_added)
        self.suggestions = Suggestions(theme, words)
        self.suggestions.taken.connect(self.add_remedy)
        self.preview = PreviewCard(theme, words)
        self._name = line_edit()
        self._named = Field(words("ui_datasets.recipe.name"), self._name, words("ui_datasets.recipe.name_hint"))
        self._name.setObjectName("datasets.recipe_name")
        self._name.editingFinished.connect(self._on_name_edited)

    def _lay_out(self) -> None:
        size = self._session.theme.size
        sides = ScrollPage(margin=0)
        sides.body.setContentsMargins(0, 0, tokens.PAD, 0)
        sides.add(self.steps)
        sides.add(self.suggestions)
        sides.add(self._named)
        sides.body.addStretch(1)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(sides)
        splitter.addWidget(self.preview)
        sides.setMinimumWidth(size(380))
        self.preview.setMinimumWidth(size(380))
        splitter.setSizes([size(500), size(760)])
        splitter.setStretchFactor(1, 1)
        outer = column(self._header, self.restored, self.notice, splitter, spacing=tokens.SPACE, margins=tokens.WIDE)
        outer.setStretch(3, 1)
        self.setLayout(outer)

    # What is shown

    def show_version(self, version: Version) -> None:
        """Write a recipe for a version; one that was begun for it is there still."""
        if self.draft.version is None or self.draft.version.id != version.id:
            self.draft = Draft(version)
            self.notice.hide()
            self._take_kept(version)
            if self._session.project is not None:
                self._session.run(Load(self._session.project, version.record), self._on_loaded)
        self.draft.meet([one for one in newest_of_each(versions(self._session)) if one.name != version.name])
        said = self._words("ui_datasets.recipe.subtitle", n=version.body.rows)
        number = self._words("ui_datasets.dataset.version", version=version.number)
        self._header.set(self._words("ui_datasets.recipe.title", dataset=version.name), number, said)
        self._refresh()

    def _take_kept(self, version: Version) -> None:
        """Go on with the steps that an earlier window left, and say so."""
        kept = self._keeping.take(self.draft)
        self._name.setText(kept.name or version.name)
        self.restored.tell(len(kept.steps))

    @Slot()
    def _on_anew_asked(self) -> None:
        self.draft.change((), -1)
        self._changed()

    @Slot()
    def _on_name_edited(self) -> None:
        self._keeping.keep(self.draft, self._name.text().strip())

    def _on_loaded(self, loaded: Loaded) -> None:
        if self.draft.version is None or loaded.id != self.draft.version.id:
            return
        if loaded.error is not None:
            self.notice.say_error(self._words, loaded.error)
        self.draft.profile = loaded.profile
        self.suggestions.show_findings(self.draft.remedies)

    def _refresh(self) -> None:
        """Show the steps as they are now, and ask for what they do."""
        draft = self.draft
        self.steps.show_steps(draft.steps, draft.place)
        self.suggestions.show_findings(draft.remedies)
        self._undo.setEnabled(draft.can_undo)
        self._redo.setEnabled(draft.can_redo)
        self._make.setEnabled(bool(draft.steps) and not self._job)
        as_it_is = self._words("ui_datasets.recipe.as_it_is")
        said = self._words.text(said_of(draft.steps[draft.place])) if draft.place >= 0 else as_it_is
        self.preview.show_sentence(said)
        if self._session.project is None:
            return
        try:
            table, others = draft.table(self._session.project), draft.joined(self._session.project)
        except CicloError as error:
            self.notice.say_error(self._words, error)
            return
        if table is not None:
            told = draft.pseudonyms(self._session.project)
            self._session.reader.ask_preview(self._view, table, draft.recipe, draft.place, others, told)

    def _on_previewed(self, answer: Answer) -> None:
        if isinstance(answer, Failed):
            error = CicloError(answer.code, **answer.params)
            place = answer.params.get("place")
            if isinstance(place, int) and 0 < place <= len(self.steps.rows):
                self.steps.rows[place - 1].say(self._words.error(error)[0], bad=True)
            self.preview.show_error(error)
            self._make.setEnabled(False)
        elif isinstance(answer, PreviewAnswer):
            self.steps.show_touched(answer.touched, answer.looked, len(self.draft.types))
            self.preview.show_answer(answer, self.draft.spoken_of)

    # Editing

    def _changed(self) -> None:
        self.notice.hide()
        if not self.draft.steps:
            self.restored.hide()
        self._keeping.keep(self.draft, self._name.text().strip())
        self._refresh()

    @Slot(object)
    def add_step(self, step: AnyStep) -> None:
        """One more step at the end."""
        self.draft.add(step)
        self._changed()

    @Slot(object)
    def add_remedy(self, step: AnyStep) -> None:
        """A step that sets a finding right."""
        self.draft.add_remedy(step)
        self._changed()

    @Slot(int)
    def _on_picked(self, place: int) -> None:
        self.draft.pick(place)
        self._refresh()

    @Slot(str, int)
    def _on_asked(self, what: str, place: int) -> None:
        match what:
            case "remove":
                self.draft.remove(place)
            case "up":
                self.draft.move(place, place - 1)
            case "down":
                self.draft.move(place, place + 1)
            case "edit":
                self._ask(kind_of(self.draft.steps[place]), place)
                return
        self._changed()

    @Slot(str)
    def _on_added(self, kind: str) -> None:
        self._ask(kind, -1)

    def _ask(self, kind: str, place: int) -> None:
        """Ask for the settings of the step at ``place``, or of a new one."""
        draft, self._edited = self.draft, place
        before = draft.steps[:place] if place >= 0 else draft.steps
        try:
            types = draft.types_after(before)
        except CicloError as error:
            self.notice.say_error(self._words, error)
            return
        scene = Scene(self._session.theme, self._words, types, draft.words, draft.others)
        step = draft.steps[place] if place >= 0 else None
        dialog = StepDialog(self._session, scene, kind, self.window(), check=_Check(draft, before), step=step)
        dialog.wanted.connect(self._on_wanted)
        dialog.open()

    @Slot(object)
    def _on_wanted(self, step: AnyStep) -> None:
        if self._edited < 0:
            self.draft.add(step)
        else:
            self.draft.replace(self._edited, step)
        self._changed()

    @Slot()
    def _on_undo_clicked(self) -> None:
        self.draft.undo()
        self._changed()

    @Slot()
    def _on_redo_clicked(self) -> None:
        self.draft.redo()
        self._changed()

    # Making the version

    @Slot()
    def _on_make_clicked(self) -> None:
        project, version = self._session.project, self.draft.version
        name = self._name.text().strip()
        named = is_series_name(name)
        self._named.set_wrong("" if named else self._words("ui_datasets.import.bad_name"))
        if project is None or version is None or not named:
            return
        request = PrepareRequest(
            project=str(project.folder.resolve()),
            dataset=version.record.label,
            recipe=self.draft.recipe,
            name=name,
        )
        self._make.setEnabled(False)
        self._made_of = self.draft, self.draft.recipe
        self._job = self._session.submit(PREPARE, request, Text("ui_datasets.recipe.job", {"dataset": version.name}))

    @Slot(object)
    def _on_job_event(self, event: Event) -> None:
        if not self._job or event.job != self._job or not isinstance(event, Ended):
            return
        self._job = ""
        self._make.setEnabled(bool(self.draft.steps))
        if event.failure is not None:
            self.notice.say_error(self._words, CicloError(event.failure.code, **event.failure.params))
        elif event.state is JobState.DONE:
            draft, recipe = self._made_of
            if draft.recipe == recipe:  # what was changed meanwhile isn't made yet
                self._keeping.drop(draft)
                self.restored.hide()
            answer = msgspec.json.decode(event.answer, type=PrepareAnswer)
            self.made.emit(answer.known or event.records[DATASET][0])  # what was there already is shown as well
        else:
            self.notice.say("neutral", self._words("ui_datasets.recipe.stopped"))


class _Check:
    """Whether a step fits after others."""

    def __init__(self, draft: Draft, before: Sequence[AnyStep]) -> None:
        self._draft, self._before = draft, before

    def __call__(self, step: AnyStep) -> None:
        self._draft.types_after((*self._before, step))

"""What to learn: the form at the left. It asks for a plan whenever something changes and proposes the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QWidget

from app.data.records import DATASET, ColumnType, DatasetVersion
from app.errors import CicloError
from app.learning.records import (
    MODEL,
    ModelVersion,
    Planned,
    PlanRequest,
    Preset,
    Task,
    TrainRequest,
    model_name,
)
from app.project.record import Record, readable
from app.text.message import amount
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.session import Session
from app.ui.training.before import propose_again
from app.ui.training.choices import MoreChoices
from app.ui.training.columns import ColumnChoice, ColumnsHead
from app.ui.training.forecast import ForecastNote
from app.ui.training.question import PlanQuestion
from app.ui.training.requests import plan_request, train_request
from app.ui.training.split import JudgedOn, SplitChoice
from app.ui.training.where import WhereChoice
from app.ui.widgets.basics import Card, button, label
from app.ui.widgets.form import Dropdown, Field, Option, Segments
from app.ui.widgets.page import ScrollPage, see_through

_MINUTE_S = 60
_LIKELY = re.compile(r"(target|label|class|churn|outcome|result|objetivo|baja|salida|y)", re.IGNORECASE)


@dataclass(frozen=True)
class Chosen:
    """What an analyst has chosen so far."""

    dataset: str
    target: str
    positive: str
    holdout: str
    preset: str
    columns: dict[str, bool]
    directions: dict[str, int]
    more: dict[str, str]
    split: dict[str, str]


class TrainingForm(Card):
    """Emits ``submitted(TrainRequest)`` when the analyst presses Train."""

    submitted = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(session.words("ui_training.new"))
        self._session = session
        self._words = session.words
        self._plan: Planned | None = None
        self._records: dict[str, Record] = {}
        self._question = PlanQuestion(session, self, self._plan_request)
        self._question.planned.connect(self._on_planned)
        self._question.failed.connect(self._on_plan_failed)
        self._make_fields()
        self._lay_out()
        self.reload()

    def _make_fields(self) -> None:
        theme, words = self._session.theme, self._words
        self.dataset = _named(Dropdown(theme), "training.dataset")
        self.target = _named(Dropdown(theme), "training.target")
        self.target.invite(words("ui_training.predict.choose"))
        self.positive = _named(Dropdown(theme), "training.positive")
        self.holdout = JudgedOn(theme)
        self.preset = _named(Segments([_preset_option(words, p) for p in Preset]), "training.preset")
        self.where = WhereChoice(self._session)
        self._forecast = ForecastNote(words)
        self.columns = ColumnChoice(theme, words)
        self.split = SplitChoice(theme, words)
        self.more = MoreChoices(theme, words)
        self.dataset.chosen.connect(self._on_dataset_chosen)
        self.target.chosen.connect(self._on_target_chosen)
        self.positive.chosen.connect(self._on_choice_made)
        self.holdout.chosen.connect(self._on_choice_made)
        self.more.changed.connect(self._on_choice_made)
        self.split.changed.connect(self._on_choice_made)
        self._question.looked.connect(self.split.show_twins)
        self.preset.chosen.connect(self._on_taken)
        self.where.chosen.connect(self._on_taken)
        self.columns.changed.connect(self._on_columns_changed)
        self.holdout.offer(words, ())

    def _lay_out(self) -> None:
        words = self._words
        self._task = label("", "small-muted")
        self._before = _named(label("", "small-muted"), "training.as_before")
        self._positive_field = Field(words("ui_training.positive"), self.positive)
        self._columns_head = ColumnsHead(words, self._on_columns_clicked)
        self._more_button = button(words("ui_training.more"), self._on_more_clicked, "link")
        self._more_button.setObjectName("training.more")
        self._problems = label("")
        self.train = button(words("ui_training.train"), self._on_train_clicked, "primary")
        self.train.setObjectName("training.start")
        fields = ScrollPage(margin=0, spacing=tokens.PAD + tokens.GAP)
        fields.body.setContentsMargins(0, 0, tokens.PAD, 0)
        fields.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        see_through(fields)
        for widget in (
            Field(words("ui_training.from"), self.dataset),
            Field(words("ui_training.predict"), self.target),
            self._task,
            self._before,
            self._positive_field,
            self._columns_head,
            self.columns,
            Field(words("ui_training.holdout"), self.holdout, words("ui_training.holdout.help")),
            self.split,
            self._more_button,
            self.more,
        ):
            fields.add(widget)
        fields.body.addStretch(1)
        self.body.addWidget(fields, 1)
        self.body.addWidget(Field(words("ui_training.preset"), self.preset))
        self.body.addWidget(self.where)
        self.body.addWidget(self._forecast)
        self.body.addWidget(self._problems)
        self.body.addWidget(self.train)
        for later in (self.columns, self.more, self._positive_field, self._problems):
            later.hide()

    # What is there

    def reload(self) -> None:
        """Take in the datasets of the project, keeping what was chosen."""
        newest: dict[str, Record] = {}
        for record in self._session.records(DATASET):
            newest[record.name] = record
        self._records = {r.name: r for r in reversed(newest.values())}
        before = self.dataset.value()
        rows = [(r, self._words("ui_training.rows", n=r.read(DatasetVersion).rows)) for r in self._records.values()]
        self.dataset.set_options([Option(r.name, readable(r.label), said) for r, said in rows])
        self.train.setEnabled(False)
        if self._records:
            self._show_dataset(keep=before == self.dataset.value())

    def choose_dataset(self, record: Record) -> None:
        """Learn from that dataset (its newest version)."""
        self.dataset.set_value(record.name)
        self._show_dataset(keep=False)

    def chosen(self) -> Chosen:
        """What the form holds."""
        return Chosen(
            dataset=self.dataset.value(),
            target=self.target.value(),
            positive=self.positive.value(),
            holdout=self.holdout.value(),
            preset=self.preset.value(),
            columns=self.columns.ticked(),
            directions=self.columns.directions(),
            more=self.more.chosen(),
            split=self.split.chosen(),
        )

    def choose(self, chosen: Chosen) -> None:
        """Fill the form with choices made before; what isn't there any more is left as proposed."""
        self.dataset.set_value(chosen.dataset)
        self._show_dataset(keep=False)
        self.target.set_value(chosen.target)
        self._on_target_chosen(self.target.value())
        self.positive.set_options([Option(chosen.positive, chosen.positive)])
        self.holdout.set_value(chosen.holdout)
        self.preset.set_value(chosen.preset)
        self.columns.tick(chosen.columns)
        self.columns.direct(chosen.directions)
        self.more.choose(chosen.more)
        self.split.choose(chosen.split)

    def _record(self) -> Record | None:
        return self._records.get(self.dataset.value())

    def _show_dataset(self, *, keep: bool) -> None:
        record = self._record()
        if record is None:
            return
        columns = record.read(DatasetVersion).columns
        before = self.target.value() if keep else ""
        self.target.set_options([Option(c.name, c.name, self._words(f"ui_training.type.{c.type}")) for c in columns])
        names = [c.name for c in columns]
        self.target.set_value(before if before in names else _likely_target(self._session, record.name, names))
        self.holdout.offer(self._words, [r.label for r in self._records.values() if r.name != record.name])
        keyed = [c.name for c in columns if c.type is not ColumnType.NUMBER]
        times = [c.name for c in columns if c.type in (ColumnType.DATE, ColumnType.DATETIME)]
        self.split.set_columns(groups=keyed, times=times)
        self._on_target_chosen(self.target.value())

    # Asking for a plan

    @Slot(str)
    def _on_dataset_chosen(self, name: str) -> None:
        self._show_dataset(keep=False)

    @Slot(str)
    def _on_target_chosen(self, name: str) -> None:
        self.positive.set_options([])
        self.columns.forget()
        self._forget_plan()
        _say(self._before, propose_again(self, self._session, name))
        self.more.propose_name(model_name(name))
        self._on_choice_made()

    @Slot()
    def _on_choice_made(self) -> None:
        self._plan = None
        self.train.setEnabled(False)
        self._question.ask()
        if self.target.value():
            self._forecast.wait()
        else:
            self._on_taken("")

    def _plan_request(self) -> PlanRequest | None:
        record, project = self._record(), self._session.project
        if record is None or project is None or not self.target.value():
            return None
        return plan_request(self, str(project.folder), record.label)

    @Slot(object)
    def _on_planned(self, plan: Planned) -> None:
        words, self._plan = self._words, plan
        _say(self._task, words(f"ui_training.task.{plan.task}", n=len(plan.classes)))
        self._positive_field.setVisible(plan.task is Task.BINARY)
        total = sum(count for _, count in plan.classes) or 1
        self.positive.set_options([Option(c, c, words.percent(count / total)) for c, count in plan.classes])
        self.positive.set_value(plan.positive)
        self.columns.set_columns(plan.columns)
        self._columns_head.say(self.columns)
        self.split.show_split(plan.split)
        _say_times(self.preset, words, plan)
        _say(self._problems, "\n".join(words.text(problem) for problem in plan.problems))
        self.more.say_about_rule(None)
        self._on_taken("")

    @Slot(str)
    def _on_taken(self, _choice: str) -> None:
        elsewhere = bool(self.where.target())
        self.train.setEnabled(self._forecast.show_plan(self._plan, self.preset.value(), elsewhere=elsewhere))

    def _forget_plan(self) -> None:
        """Say nothing of what held for other data or another target."""
        self._plan = None
        self._on_taken("")
        self._positive_field.hide()
        _say(self._task, "")
        self.split.show_split(None)
        self.columns.set_columns(())
        self._columns_head.say(self.columns)
        _say_times(self.preset, self._words, None)

    @Slot(object)
    def _on_plan_failed(self, error: CicloError) -> None:
        self._forget_plan()
        _say(self._problems, " ".join(self._words.error(error)).strip())
        self.more.say_about_rule(error)

    # Columns and more

    @Slot()
    def _on_columns_changed(self) -> None:
        self._columns_head.say(self.columns)
        self._on_choice_made()

    @Slot()
    def _on_columns_clicked(self) -> None:
        self.columns.setVisible(not self.columns.isVisible())
        self._columns_head.say(self.columns)

    @Slot()
    def _on_more_clicked(self) -> None:
        self.more.setVisible(not self.more.isVisible())
        self._more_button.setText(self._words("ui_training.less" if self.more.isVisible() else "ui_training.more"))

    # Training

    @Slot()
    def _on_train_clicked(self) -> None:
        request = self._request() if self.more.check_name() else None
        if request is not None:
            self.submitted.emit(request)
        elif not self.more.isVisible():
            self._on_more_clicked()

    def _request(self) -> TrainRequest | None:
        record, project = self._record(), self._session.project
        if record is None or project is None or self._plan is None:
            return None
        return train_request(self, project, record.label, binary=self._plan.task is Task.BINARY)


def _likely_target(session: Session, dataset: str, names: list[str]) -> str:
    """What was predicted last from this dataset; else a column that is called as targets are; else none: a guess that
    stands there like a choice would be trained."""
    for record in reversed(session.records(MODEL)):
        version = record.read(ModelVersion)
        if version.dataset.partition("@")[0] == dataset and version.target in names:
            return version.target
    return next((name for name in reversed(names) if _LIKELY.fullmatch(name)), "")


def _preset_option(words: Words, preset: str, seconds: float | None = None) -> Option:
    return Option(preset, words(f"learning.preset.{preset}"), "" if seconds is None else _about(words, seconds))


def _say_times(presets: Segments, words: Words, plan: Planned | None) -> None:
    for preset in Preset:
        told = plan.forecasts.get(preset) if plan is not None else None
        presets.set_option(_preset_option(words, preset, told.seconds if told is not None else None))


def _say(where: QLabel, text: str) -> None:
    """Hidden where there is nothing to say."""
    where.setText(text)
    where.setVisible(bool(text))


def _named(widget: QWidget, name: str):  # type: ignore[no-untyped-def]
    widget.setObjectName(name)
    return widget


def _about(words: Words, seconds: float) -> str:
    """A forecast isn't known to the second; ``01:30`` would be."""
    if seconds >= _MINUTE_S:
        return words("ui_training.about_minutes", minutes=words.number(round(2 * seconds / _MINUTE_S) / 2))
    rounded = max(1, round(seconds)) if seconds < 20 else 5 * round(seconds / 5)
    return words("ui_training.about", duration=amount(float(rounded), "duration"))

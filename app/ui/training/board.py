"""What was tried: the leaderboard that fills, value against complexity, and value against time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from app.learning.records import Candidate, ModelVersion
from app.learning.simplest import can_take, model_of, simplest_as_good
from app.text.message import amount
from app.ui import theme as tokens
from app.ui.models.records import Column, RecordTableModel
from app.ui.session import Session
from app.ui.training.candidates import (
    bars_axis,
    best_of_each,
    candidate_key,
    candidate_name,
    exports_words,
    first_of_each,
    is_baseline,
    is_timed,
    shown,
    words_of,
)
from app.ui.training.tried_charts import MOST_COMPLEX, Tried
from app.ui.widgets.basics import Card, button, label, row
from app.ui.widgets.cells import DotsCell, IntervalCell
from app.ui.widgets.chart import ChartView
from app.ui.widgets.chart_extras import Extras
from app.ui.widgets.figures import figure
from app.ui.widgets.table import Table
from app.verification.catalogue import without_interval
from app.verification.records import Chart

_SEVERAL = 2
_MANY = 14
"""Candidates, from which on only the best of each kind is shown unless asked for."""


class Board(QWidget):
    """Shows the candidates of a training, live or stored; ``taken(Candidate)`` asks for a version of one."""

    taken = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        self._axis = (0.0, 1.0)
        self._metric = ""
        self._model: RecordTableModel[Candidate] = RecordTableModel(session.theme, self._columns(), key=candidate_key)
        self._table = Table(session.theme, self._model, name=self._words("ui_training.leaderboard"), whole=True)
        self._table.setObjectName("training.leaderboard")
        self._best: tuple[Candidate, ...] = ()
        self._history, self._complexity, self._time = (
            _ChartCard(session, name) for name in ("history", "complexity", "time")
        )
        self._proposal = label("", "muted")
        self._version: ModelVersion | None = None
        self._simplest: Candidate | None = None
        self._take_simplest = button(self._words("ui_training.take"), self._on_simplest_taken, "small")
        self._take_simplest.setObjectName("training.take_simplest")
        self._take = button(self._words("ui_training.take_selected"), self._on_selected_taken, "link")
        self._take.setObjectName("training.take_selected")
        for taking in (self._take_simplest, self._take):
            taking.setToolTip(self._words("ui_training.take.why"))
            taking.hide()
        self._table.selectionModel().currentChanged.connect(self._on_current_changed)
        self._unsaid = label("", "small-muted")
        self._effort = label("", "muted")
        self._effort.setWordWrap(True)
        self._candidates: tuple[Candidate, ...] = ()
        self._all = False
        self._toggle = button("", self._on_toggled, "link")
        self._toggle.setObjectName("training.all_candidates")
        self._toggle.hide()
        self._lay_out()

    def _lay_out(self) -> None:
        words = self._words
        board = self._card = Card()
        board.body.addWidget(self._table)
        board.body.addWidget(self._unsaid)
        foot = QHBoxLayout()
        foot.addWidget(self._effort, 1)
        foot.addWidget(self._take)
        foot.addWidget(self._toggle)
        board.body.addLayout(foot)
        history, complexity, time = self._history, self._complexity, self._time
        self._history_note = label("", "small-muted")
        history.body.addWidget(self._history_note)
        complexity.body.addWidget(self._proposal)
        complexity.body.addLayout(row(self._take_simplest, 1))
        complexity.body.addWidget(label(words("ui_training.complexity_chart.help"), "small-muted"))
        time.body.addWidget(label(words("ui_training.time_chart.help"), "small-muted"))
        grid = self._grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(tokens.SPACE)
        grid.addWidget(board, 0, 0, 1, 2)
        grid.addWidget(history, 1, 0)
        grid.addWidget(complexity, 1, 1)
        grid.addWidget(time, 2, 0)
        for column in range(2):
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(3, 1)

    def add_beside(self, card: QWidget) -> None:
        """Put a card beside the last chart."""
        self._grid.addWidget(card, 2, 1)

    def show_version(self, version: ModelVersion) -> None:
        """Show the candidates of a stored version, of which others can be taken."""
        self.show_candidates(version.metric, version.candidates, version)

    def show_candidates(
        self, metric: str, candidates: Sequence[Candidate], version: ModelVersion | None = None
    ) -> None:
        """Show candidates, best first, judged by ``metric``."""
        self._metric, self._candidates, self._version = metric, tuple(candidates), version
        self._card.set_title(self._words(f"verification.metric.{metric}") if metric else "")
        self._fill()
        self._best = tuple(best_of_each(candidates, metric))
        self._history.setVisible(any(map(is_timed, candidates)))
        self._complexity.setVisible(bool(self._best))
        self._time.setVisible(bool(self._best))
        for draw in (self._draw_history, self._draw_complexity, self._draw_time):
            self._session.turns.take(self, draw)
        self._simplest = simplest_as_good(candidates)
        self._proposal.setText(words_of(self._words, self._simplest, candidates, metric))
        self._proposal.setVisible(bool(self._proposal.text()))
        self._take_simplest.setVisible(bool(self._proposal.text()) and self._can_take(self._simplest))
        self._take.setVisible(version is not None)
        self._on_current_changed()

    def _fill(self) -> None:
        """The table: every candidate, or the best of each kind where there are many."""
        candidates = self._candidates
        many = len(candidates) > _MANY
        shown = candidates if self._all or not many else tuple(first_of_each(candidates))
        self._axis = bars_axis(shown, self._metric)
        chosen = self._table.currentIndex().row()
        self._model.set_columns(self._columns(), shown)
        self._table.fit_columns(stretch=2)
        if 0 <= chosen < len(shown):
            self._table.pick(candidate_key(shown[chosen]))
        done = [c for c in shown if c.state == "done" and self._metric in c.cv]
        reasons = without_interval((self._metric, c.cv[self._metric]) for c in done)
        self._unsaid.setText("\n".join(map(self._words.text, reasons)))
        self._unsaid.setVisible(bool(reasons))
        self._toggle.setText(
            self._words("ui_training.show_best")
            if self._all
            else self._words("ui_training.show_all", n=len(candidates))
        )
        self._toggle.setVisible(many)

    @Slot()
    def _on_toggled(self) -> None:
        self._all = not self._all
        self._fill()

    # Taking one

    def _can_take(self, candidate: Candidate | None) -> bool:
        return self._version is not None and candidate is not None and can_take(self._version, candidate)

    def _selected(self) -> Candidate | None:
        row, rows = self._table.currentIndex().row(), self._model.rows()
        return rows[row] if 0 <= row < len(rows) else None

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, *_: object) -> None:
        self._take.setEnabled(self._can_take(self._selected()))

    @Slot()
    def _on_simplest_taken(self) -> None:
        self.taken.emit(self._simplest)

    @Slot()
    def _on_selected_taken(self) -> None:
        self.taken.emit(self._selected())

    def say_effort(self, lines: Sequence[str]) -> None:
        """What the training took, and why it ended; nothing while it runs."""
        self._effort.setText(" ".join(lines))
        self._effort.setVisible(bool(lines))

    @Slot()
    def _draw_history(self) -> None:
        if any(map(is_timed, self._candidates)):
            tried, words = self._tried(self._candidates), self._words
            self._history.show_chart(tried.history())
            worse = tried.left_out()
            said = [words("ui_training.history_chart.left_out", n=worse)] if worse else []
            self._history_note.setText(" ".join([words("ui_training.history_chart.help"), *said]))

    @Slot()
    def _draw_complexity(self) -> None:
        if self._best:
            self._complexity.show_chart(self._tried(self._best).complexity(self._candidates))

    @Slot()
    def _draw_time(self) -> None:
        if self._best:
            self._time.show_chart(self._tried(self._best).time(self._candidates))

    def _tried(self, candidates: tuple[Candidate, ...]) -> Tried:
        return Tried(words=self._words, metric=self._metric, candidates=candidates)

    def _columns(self) -> list[Column[Candidate]]:
        words = self._words
        return [
            Column(words("ui_training.column.model"), self._name, tone="strong", hint=self._hint),
            Column(words("ui_training.column.value"), self._value, right=True),
            Column("", self._value, drawn=self._interval),
            Column(words("ui_training.column.interval"), self._range, tone="muted"),
            Column(words("ui_training.column.time"), self._seconds, right=True, tone="muted"),
            Column(words("ui_training.column.complexity"), self._complexity_text, drawn=self._dots),
        ]

    def _name(self, candidate: Candidate) -> str:
        name = candidate_name(self._words, candidate)
        same = [c for c in self._model.rows() if c.estimator == candidate.estimator]
        name = name if len(same) < _SEVERAL else f"{name} · {same.index(candidate) + 1}"
        chosen = self._version is not None and candidate == model_of(self._version)
        return f"{name} · {self._words('ui_training.chosen')}" if chosen else name

    def _hint(self, candidate: Candidate) -> str:
        lines = [self._words(f"learning.estimator.{candidate.estimator}.help")]
        if candidate.params:
            lines.append(", ".join(f"{name} {value}" for name, value in candidate.params.items()))
        if candidate.exports is not None and not is_baseline(candidate):
            lines.append(exports_words(self._words, candidate.exports))
        if candidate.rows:
            lines.append(self._words("ui_training.sample", n=candidate.rows))
        told = shown(candidate, self._metric)
        if told.reason is not None:
            lines.append(self._words.text(told.reason))
        if candidate.remark:
            lines.append(self._words.text(candidate.remark))
        return "\n".join(lines)

    def _value(self, candidate: Candidate) -> str:
        value = shown(candidate, self._metric).value
        if value is None:
            state = "not_begun" if candidate.state == "left" and not candidate.folds else candidate.state
            return self._words(f"ui_training.state.{state}") if state != "done" else "—"
        return figure(self._words, value)

    def _range(self, candidate: Candidate) -> str:
        told = shown(candidate, self._metric)
        if candidate.state == "running":
            return self._words("ui_training.folds_so_far", n=len(candidate.folds))
        if told.low is None or told.high is None:
            return self._words("ui_training.no_interval") if told.reason is not None else ""
        return f"{figure(self._words, told.low)} – {figure(self._words, told.high)}"

    def _interval(self, candidate: Candidate) -> IntervalCell:
        told = shown(candidate, self._metric)
        return IntervalCell(told.value, told.low, told.high, *self._axis, quiet=is_baseline(candidate))

    def _seconds(self, candidate: Candidate) -> str:
        return self._words.value(amount(candidate.seconds, "duration")) if candidate.seconds else ""

    def _complexity_text(self, candidate: Candidate) -> str:
        return str(candidate.complexity) if candidate.complexity else ""

    def _dots(self, candidate: Candidate) -> DotsCell | None:
        return DotsCell(candidate.complexity, MOST_COMPLEX) if candidate.complexity else None


class _ChartCard(Card):
    """A chart with its question as a heading."""

    def __init__(self, session: Session, name: str) -> None:
        super().__init__(session.words(f"ui_training.{name}_chart"))
        self._session, self._name = session, name

    @cached_property
    def _chart(self) -> ChartView:
        """Made when there is something to draw: a chart takes long to make."""
        made = ChartView(
            self._session.theme, self._session.words, name=self._session.words(f"ui_training.{self._name}_chart")
        )
        made.setObjectName(f"training.{self._name}_chart")
        made.setMinimumHeight(self._session.theme.size(260))
        self.body.insertWidget(0, made, 1)
        return made

    def show_chart(self, drawn: tuple[Chart, Extras]) -> None:
        """Draw what is told now."""
        self._chart.show_chart(*drawn)

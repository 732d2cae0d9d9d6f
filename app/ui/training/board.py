"""What was tried: the leaderboard that fills, value against complexity, and value against time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from app.learning.records import Candidate, Estimate
from app.text.message import Text, amount
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.models.records import Column, RecordTableModel
from app.ui.session import Session
from app.ui.training.proposal import simplest_as_good
from app.ui.widgets.basics import Card, button, label
from app.ui.widgets.cells import DotsCell, IntervalCell
from app.ui.widgets.chart import ChartView, Extras
from app.ui.widgets.figures import figure
from app.ui.widgets.table import Table
from app.verification.catalogue import display
from app.verification.records import Chart, Curve

_MOST_COMPLEX = 4
_SEVERAL = 2
_LEFT = "left"
_MANY = 14
"""Candidates, from which on only the best of each kind is shown unless asked for."""


class Board(QWidget):
    """Shows the candidates of a training, live or stored."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        self._axis = (0.0, 1.0)
        self._metric = ""
        self._model: RecordTableModel[Candidate] = RecordTableModel(session.theme, self._columns(), key=candidate_key)
        self._table = Table(session.theme, self._model, name=self._words("ui_training.leaderboard"), whole=True)
        self._table.setObjectName("training.leaderboard")
        self._best: tuple[Candidate, ...] = ()
        self._proposal = label("", "muted")
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
        foot = QHBoxLayout()
        foot.addWidget(self._effort, 1)
        foot.addWidget(self._toggle)
        board.body.addLayout(foot)
        complexity = self._complexity_card = Card(words("ui_training.complexity_chart"))
        complexity.body.addWidget(self._proposal)
        time = self._time_card = Card(words("ui_training.time_chart"))
        grid = self._grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(tokens.SPACE)
        grid.addWidget(board, 0, 0, 1, 2)
        grid.addWidget(complexity, 1, 0)
        grid.addWidget(time, 1, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(3, 1)

    def add_below(self, card: QWidget) -> None:
        """Put a card below the charts."""
        self._grid.addWidget(card, 2, 0, 1, 2)

    @cached_property
    def _complexity(self) -> ChartView:
        return self._make_chart(self._complexity_card)

    @cached_property
    def _time(self) -> ChartView:
        return self._make_chart(self._time_card)

    def _make_chart(self, card: Card) -> ChartView:
        """Made when there is something to draw: a chart takes long to make."""
        made = ChartView(self._session.theme, self._words)
        made.setMinimumHeight(self._session.theme.size(260))
        card.body.insertWidget(0, made, 1)
        return made

    def show_candidates(self, metric: str, candidates: Sequence[Candidate]) -> None:
        """Show candidates, best first, judged by ``metric``."""
        self._metric, self._candidates = metric, tuple(candidates)
        self._card.set_title(self._words(f"verification.metric.{metric}") if metric else "")
        self._fill()
        self._best = tuple(best_of_each(candidates, metric))
        for card in (self._complexity_card, self._time_card):
            card.setVisible(bool(self._best))
        for draw in (self._draw_complexity, self._draw_time):
            self._session.turns.take(self, draw)
        simplest = simplest_as_good(candidates, metric)
        self._proposal.setText(words_of(self._words, simplest, candidates))
        self._proposal.setVisible(bool(self._proposal.text()))

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

    def say_effort(self, lines: Sequence[str]) -> None:
        """What the training took, and why it ended; nothing while it runs."""
        self._effort.setText(" ".join(lines))
        self._effort.setVisible(bool(lines))

    @Slot()
    def _draw_complexity(self) -> None:
        if self._best:
            x = [float(candidate.complexity) for candidate in self._best]
            steps = tuple((float(step), str(step)) for step in range(1, _MOST_COMPLEX + 1))
            self._complexity.show_chart(self._scatter("complexity", self._best, x), Extras(x_ticks=steps))

    @Slot()
    def _draw_time(self) -> None:
        if self._best:
            self._time.show_chart(self._scatter("time", self._best, [candidate.seconds for candidate in self._best]))

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
        name = self._words(f"learning.estimator.{candidate.estimator}")
        same = [c for c in self._model.rows() if c.estimator == candidate.estimator]
        return name if len(same) < _SEVERAL else f"{name} · {same.index(candidate) + 1}"

    def _hint(self, candidate: Candidate) -> str:
        lines = [self._words(f"learning.estimator.{candidate.estimator}.help")]
        if candidate.params:
            lines.append(", ".join(f"{name} {value}" for name, value in candidate.params.items()))
        if candidate.rows:
            lines.append(self._words("ui_training.sample", n=candidate.rows))
        if candidate.remark:
            lines.append(self._words.text(candidate.remark))
        return "\n".join(lines)

    def _value(self, candidate: Candidate) -> str:
        value = _shown(candidate, self._metric).value
        if value is None:
            return self._words(f"ui_training.state.{candidate.state}") if candidate.state != "done" else "—"
        return figure(self._words, value)

    def _range(self, candidate: Candidate) -> str:
        shown = _shown(candidate, self._metric)
        if shown.low is None or shown.high is None:
            return ""
        return f"{figure(self._words, shown.low)} – {figure(self._words, shown.high)}"

    def _interval(self, candidate: Candidate) -> IntervalCell:
        shown = _shown(candidate, self._metric)
        return IntervalCell(
            shown.value, shown.low, shown.high, *self._axis, quiet=candidate.estimator.startswith("baseline")
        )

    def _seconds(self, candidate: Candidate) -> str:
        return self._words.value(amount(candidate.seconds, "duration")) if candidate.seconds else ""

    def _complexity_text(self, candidate: Candidate) -> str:
        return str(candidate.complexity) if candidate.complexity else ""

    def _dots(self, candidate: Candidate) -> DotsCell | None:
        return DotsCell(candidate.complexity, _MOST_COMPLEX) if candidate.complexity else None

    def _scatter(self, code: str, candidates: Sequence[Candidate], x: Sequence[float]) -> Chart:
        curves = tuple(
            Curve(
                label=Text(f"learning.estimator.{c.estimator}"),
                x=(at,),
                y=(_shown(c, self._metric).value or 0.0,),
                points=True,
            )
            for c, at in zip(candidates, x, strict=True)
        )
        return Chart(
            code=code,
            kind="scatter",
            x_label=Text(f"ui_training.axis.{code}"),
            y_label=Text(f"verification.metric.{self._metric}"),
            curves=curves,
            x_range=(0.5, _MOST_COMPLEX + 0.5) if code == "complexity" else None,
        )


def candidate_key(candidate: Candidate) -> str:
    """What names a candidate within its training."""
    return f"{candidate.estimator} {sorted(candidate.params.items())}"


def first_of_each(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The first, so the best, of each kind of estimator."""
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        found.setdefault(candidate.estimator, candidate)
    return list(found.values())


def best_of_each(candidates: Sequence[Candidate], metric: str) -> list[Candidate]:
    """The first, so the best, of each kind of estimator that has a value; baselines are left out."""
    valued = [c for c in candidates if _shown(c, metric).value is not None and not c.estimator.startswith("baseline")]
    return first_of_each(valued)


def words_of(words: Words, simplest: Candidate | None, candidates: Sequence[Candidate]) -> str:
    """The sentence that proposes the simplest model, empty where the best is the simplest."""
    if simplest is None or not candidates or simplest is candidates[0]:
        return ""
    name = Text(f"learning.estimator.{simplest.estimator}")
    return words("ui_training.simplest", name=name)


def _shown(candidate: Candidate, metric: str) -> Estimate:
    if candidate.state == _LEFT:
        return Estimate(value=None)
    return display(metric, candidate.cv.get(metric, Estimate(value=None)))


def bars_axis(candidates: Sequence[Candidate], metric: str) -> tuple[float, float]:
    """The common axis of the small bars. It begins at the baseline, on whichever side the worse values lie, since one
    hopeless candidate would squeeze all the differences that count; what is worse is drawn at the edge."""
    shown = [(c, _shown(c, metric)) for c in candidates]
    ends = [end for _, e in shown for end in (e.value, e.low, e.high) if end is not None]
    if not ends:
        return (0.0, 1.0)
    low, high = min(ends), max(ends)
    values = [e.value for c, e in shown if e.value is not None and not c.estimator.startswith("baseline")]
    base = next((e.value for c, e in shown if e.value is not None and c.estimator.startswith("baseline")), None)
    if base is not None and values:
        if base < max(values) and values[0] == max(values):
            low = base
        elif base > min(values) and values[0] == min(values):
            high = base
    room = (high - low or abs(high) or 1.0) * 0.05
    return low - room, high + room

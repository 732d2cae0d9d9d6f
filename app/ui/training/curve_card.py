"""Whether more rows would help: the learning curve of the chosen model, as a chart and a sentence."""

from __future__ import annotations

from functools import cached_property

from app.learning.curve_words import sentence
from app.learning.records import Estimate
from app.learning.search.records import LearningCurve
from app.text.message import Text
from app.ui.session import Session
from app.ui.widgets.basics import Card, label
from app.ui.widgets.chart import ChartView
from app.verification.catalogue import display
from app.verification.records import Chart, Curve


class CurveCard(Card):
    """Hidden where a version has no curve."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.words("ui_training.curve"))
        self._session = session
        self._curve: LearningCurve | None = None
        self._sentence = label("")
        self._sentence.setObjectName("training.curve_sentence")
        self._note = label(session.words("ui_training.curve.help"), "small-muted")
        self.body.addWidget(self._sentence)
        self.body.addWidget(self._note)
        self.hide()

    @cached_property
    def _chart(self) -> ChartView:
        """Made when there is something to draw: a chart takes long to make."""
        made = ChartView(self._session.theme, self._session.words, name=self._session.words("ui_training.curve"))
        made.setObjectName("training.curve_chart")
        made.setMinimumHeight(self._session.theme.size(260))
        self.body.insertWidget(1, made, 1)
        return made

    def show_curve(self, curve: LearningCurve | None) -> None:
        """Show a version's curve, or say why there is none."""
        self._curve = curve
        self.setVisible(curve is not None)
        if curve is not None:
            self._sentence.setText(self._session.words.text(sentence(curve)))
            self._note.setVisible(bool(curve.rows))
            self._session.turns.take(self, self._draw)

    def _draw(self) -> None:
        known = self._curve is not None and bool(self._curve.rows)
        if self._curve is not None and known:
            self._chart.show_chart(chart_of(self._curve))
        if "_chart" in self.__dict__:
            self._chart.setVisible(known)


def chart_of(curve: LearningCurve) -> Chart:
    """The scores as points, and the law through them with its interval."""
    ends = [tuple(_shown(curve, value) for value in values) for values in (curve.low, curve.high)]
    low, high = sorted(ends, key=sum)  # what is shown without its sign has its ends the other way round
    name = Text(f"learning.estimator.{curve.estimator}")
    return Chart(
        code="learning_curve",
        x_label=Text("ui_training.axis.rows"),
        y_label=Text(f"verification.metric.{curve.metric}"),
        curves=(
            Curve(
                label=Text("ui_training.curve.law"),
                x=curve.fitted_rows,
                y=tuple(_shown(curve, value) for value in curve.fitted),
                low=low,
                high=high,
                dashed=True,
            ),
            Curve(
                label=name,
                x=tuple(map(float, curve.rows)),
                y=tuple(_shown(curve, value) for value in curve.values),
                points=True,
            ),
        ),
    )


def _shown(curve: LearningCurve, value: float) -> float:
    return display(curve.metric, Estimate(value=value)).value or 0.0

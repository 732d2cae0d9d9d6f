"""One chart of an experiment: a metric of each run, in the order in which they began."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot

from app.deployment.runs.records import Run
from app.text.message import Text, amount
from app.text.words import Words
from app.ui.session import Session
from app.ui.widgets.chart import ChartView
from app.ui.widgets.chart_extras import Extras
from app.ui.widgets.figures import figure
from app.verification.records import Chart, Curve

_HEIGHT = 264


class RunsChart(ChartView):
    """``run_clicked(run_id)`` when a point is clicked."""

    run_clicked = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__(session.theme, session.words, name=session.words("ui_results.runs"))
        self._session = session
        self._runs: list[Run] = []
        self.setMinimumHeight(session.theme.size(_HEIGHT))
        self.point_clicked.connect(self._on_point_clicked)

    def show_runs(self, runs: Sequence[Run], metric: str) -> None:
        """Runs oldest first; those without the metric have no point."""
        placed = [(float(place), run) for place, run in enumerate(runs, 1) if metric in run.metrics]
        self._runs = [run for _, run in placed]
        name = Text("ui_results.runs.metric", {"name": metric})
        curve = Curve(
            label=name,
            x=tuple(place for place, _ in placed),
            y=tuple(run.metrics[metric] for run in self._runs),
            points=True,
        )
        chart = Chart(
            code="runs",
            kind="scatter",
            x_label=Text("ui_results.runs.axis"),
            y_label=name,
            curves=(curve,),
            x_range=(0.5, len(runs) + 0.5),
        )
        self.show_chart(chart, Extras(cards=[[card(self._session.words, run, metric) for run in self._runs]]))

    @Slot(int, int)
    def _on_point_clicked(self, _curve: int, point: int) -> None:
        self.run_clicked.emit(self._runs[point].id)


def card(words: Words, run: Run, metric: str) -> list[str]:
    """What the hover card says of a run."""
    when = words.value(amount(run.started, "datetime")) if run.started else ""
    value = words("ui_results.hover", metric=metric, value=figure(words, run.metrics[metric]))
    return [part for part in (run.name, when, value) if part]

"""Charts: what is drawn can be pointed at, clicked and saved."""

from __future__ import annotations

import csv
from pathlib import Path

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.data.records import Bars, ColumnType, Histogram
from app.text import Text, Words
from app.ui.theme import Theme
from app.ui.widgets.chart import ChartView
from app.ui.widgets.chart_axis import moment_ticks, to_day
from app.ui.widgets.chart_extras import Extras
from app.verification.records import BarChart, Chart, Curve

LABEL = Text("ui.chart.rows")


def line_chart() -> Chart:
    x = (0.0, 0.25, 0.5, 0.75, 1.0)
    model = Curve(label=Text("ui.tab.training"), x=x, y=x, low=(0.0,) * 5, high=(1.0,) * 5)
    chance = Curve(label=Text("ui.help"), x=(0.0, 1.0), y=(0.5, 0.5), dashed=True)
    return Chart(code="roc", x_label=LABEL, y_label=LABEL, curves=(model, chance), x_range=(0, 1), y_range=(0, 1))


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication) -> ChartView:
    made = ChartView(Theme(qapp, mode="light"), Words("es"), name="chart")
    qtbot.addWidget(made)
    made.resize(500, 360)
    made.show()
    return made


def point_at(view: ChartView, x: float, y: float) -> QPoint:
    """Where a value lies on the plot's viewport."""
    box = view._plot.getViewBox()
    return view._plot.mapFromScene(box.mapViewToScene(QPointF(x, y)))


def hover(qtbot: QtBot, view: ChartView, x: float, y: float) -> str:
    """Move to a value; what the card says then."""
    view._on_mouse_moved(view._plot.mapToScene(point_at(view, x, y)))
    return view._card.text() if view._card.isVisible() else ""


def test_that_the_pointer_shows_the_value_with_its_interval(qtbot: QtBot, view: ChartView) -> None:
    view.show_chart(line_chart())
    card = hover(qtbot, view, 0.5, 0.5)
    assert card.splitlines() == ["Entrenamiento", "filas: 0,5", "filas: 0,5", "entre 0 y 1"]
    assert hover(qtbot, view, 0.1, 0.95) == ""


def test_that_a_logarithmic_axis_says_and_saves_the_values_themselves(
    qtbot: QtBot, view: ChartView, tmp_path: Path
) -> None:
    curve = Curve(label=Text("ui.tab.training"), x=(0.1, 1.0, 100.0), y=(1.0, 2.0, 3.0), points=True)
    chart = Chart(code="time", kind="scatter", x_label=LABEL, y_label=LABEL, curves=(curve,))
    view.show_chart(chart, Extras(log_x=True, band=(2.0, 3.0), tones=("good",)))
    assert [text for _, text in view._axes["bottom"]._tickLevels[0]] == ["0,1", "1", "10", "100"]
    assert hover(qtbot, view, 2.0, 3.0).splitlines()[1] == "filas: 100"
    view.save_data(str(tmp_path / "data.csv"))
    with (tmp_path / "data.csv").open(encoding="utf-8", newline="") as file:
        assert [row[1] for row in csv.reader(file)] == ["x", "0.1", "1.0", "100.0"]


def test_that_a_click_says_which_point(qtbot: QtBot, view: ChartView) -> None:
    view.show_chart(line_chart())
    with qtbot.waitSignal(view.point_clicked, timeout=5_000) as signal:
        qtbot.mouseClick(view._plot.viewport(), Qt.MouseButton.LeftButton, pos=point_at(view, 0.75, 0.75))
    assert signal.args == [0, 3]


def test_that_the_gate_and_the_cards_of_the_page_are_shown(qtbot: QtBot, view: ChartView) -> None:
    cards = ((("v1", "ok"),) * 5,)
    extras = Extras(gate=(0.8, "gate"), marks=((0.5, "new data"),), x_ticks=((0.0, "v1"), (1.0, "v2")), cards=cards)
    view.show_chart(line_chart(), extras)
    assert hover(qtbot, view, 0.5, 0.5) == "v1\nok"


def names_shown(view: ChartView) -> list[QRectF]:
    """Where the names of curves are written, in pixels of the scene."""
    view.grab()  # pyqtgraph moves what it holds when it paints
    texts = [item for item in view._plot.scene().items() if isinstance(item, pg.TextItem) and item.isVisible()]
    return [item.textItem.sceneBoundingRect().adjusted(0.5, 0.5, -0.5, -0.5) for item in texts]


def test_that_the_names_of_points_that_lie_together_do_not_lie_on_each_other(view: ChartView) -> None:
    places = [(3.0, 1.32), (3.0, 1.35), (3.0, 1.26), (2.0, 1.4), (1.0, 1.11), (1.0, 3.77)]
    label = Text("ui.tab.verification")
    curves = tuple(Curve(label=label, x=(x,), y=(y,), points=True) for x, y in places)
    view.show_chart(Chart(code="x", kind="scatter", x_label=LABEL, y_label=LABEL, curves=curves, x_range=(0.5, 4.5)))
    names = names_shown(view)
    assert len(names) == len(places)
    assert not any(one.intersects(other) for at, one in enumerate(names) for other in names[:at])


def test_that_a_name_without_any_room_is_left_out(view: ChartView) -> None:
    curves = tuple(Curve(label=Text("ui.tab.verification"), x=(1.0,), y=(2.0,), points=True) for _ in range(60))
    view.show_chart(Chart(code="x", kind="scatter", x_label=LABEL, y_label=LABEL, curves=curves))
    names = names_shown(view)
    assert 1 < len(names) < 60
    assert not any(one.intersects(other) for at, one in enumerate(names) for other in names[:at])


def test_that_a_name_does_not_lie_on_the_intervals_of_points(view: ChartView) -> None:
    x = tuple(i / 10 for i in range(1, 10))
    low, high = tuple(max(0.0, v - 0.1) for v in x), tuple(min(1.0, v + 0.1) for v in x)
    model = Curve(label=Text("ui.tab.verification"), x=x, y=x, low=low, high=high, points=True)
    ideal = Curve(label=Text("ui.tab.training"), x=(0.0, 1.0), y=(0.0, 1.0), dashed=True)
    view.show_chart(
        Chart(code="x", x_label=LABEL, y_label=LABEL, curves=(model, ideal), x_range=(0, 1), y_range=(0, 1))
    )
    names, box = names_shown(view), view._plot.getViewBox()
    assert len(names) == 2
    for at, bottom, top in zip(x, low, high, strict=True):
        whisker = QRectF(box.mapViewToScene(QPointF(at, top)), box.mapViewToScene(QPointF(at + 0.001, bottom)))
        assert not any(name.intersects(whisker) for name in names)


def test_that_every_kind_of_chart_is_drawn_in_both_looks(qtbot: QtBot, qapp: QApplication) -> None:
    theme = Theme(qapp, mode="light")
    view = ChartView(theme, Words("en"))
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    empty = Chart(code="x", x_label=LABEL, y_label=LABEL, curves=(Curve(label=LABEL, x=(), y=()),))
    one = Chart(
        code="x",
        kind="scatter",
        x_label=LABEL,
        y_label=LABEL,
        curves=(Curve(label=LABEL, x=(1.0,), y=(2.0,), points=True),),
    )
    for draw, thing in (
        (view.show_chart, line_chart()),
        (view.show_chart, empty),
        (view.show_chart, one),
        (
            view.show_bars,
            BarChart(code="i", x_label=LABEL, names=("a", "b"), values=(1.0, -0.5), low=(0.9, -1.0), high=(1.1, 0.0)),
        ),
        (view.show_bars, BarChart(code="i", x_label=LABEL, names=(), values=())),
        (view.show_histogram, Histogram(edges=(0.0, 1.0, 2.0), counts=(3, 0))),
        (view.show_counts, Bars(labels=("yes", "no"), counts=(5, 3), rest=2)),
    ):
        draw(thing)
        for mode in ("dark", "light"):
            theme.set_mode(mode)
            assert not view.grab().isNull()


def test_that_a_bar_is_found_in_its_whole_row(qtbot: QtBot, view: ChartView) -> None:
    view.show_bars(BarChart(code="i", x_label=LABEL, names=("Contract", "tenure"), values=(1.0, 0.1)))
    assert hover(qtbot, view, 0.9, -1.0).splitlines() == ["tenure", "filas: 0,1"]


def test_that_a_column_says_its_dates_and_rows(qtbot: QtBot, view: ChartView) -> None:
    view.show_histogram(Histogram(edges=(18_000.0, 18_100.0, 18_200.0), counts=(1_234, 5)), ColumnType.DATE)
    assert hover(qtbot, view, 18_050, 600).splitlines() == ["14 abr 2019 – 23 jul 2019", "filas: 1.234"]


def test_that_data_and_picture_are_saved(qtbot: QtBot, view: ChartView, tmp_path: Path) -> None:
    view.show_chart(line_chart())
    view.save_data(str(tmp_path / "chart.csv"))
    rows = list(csv.reader((tmp_path / "chart.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["curve", "x", "y", "low", "high"]
    assert rows[2] == ["Entrenamiento", "0.25", "0.25", "0.0", "1.0"]
    assert len(rows) == 8
    for name in ("chart.png", "chart.svg"):
        view.save_picture(str(tmp_path / name))
        assert (tmp_path / name).stat().st_size > 1_000


@pytest.mark.parametrize("days", [1, 20, 200, 3_000, 40_000, 900_000])
def test_that_ticks_of_dates_stand_on_whole_days_months_or_years(days: int) -> None:
    ticks = moment_ticks(10_000.0, 10_000.0 + days, unit=1.0, most=6)
    assert 1 <= len(ticks) <= 8
    assert ticks == sorted(ticks)
    if days >= 60:
        assert all(to_day(tick).day == 1 for tick in ticks)

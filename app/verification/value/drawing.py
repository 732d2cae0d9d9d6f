"""What thresholds come to, as charts: for the window and the report. Light."""

from __future__ import annotations

from collections.abc import Sequence

from app.text.message import Text
from app.verification.records import Chart, Curve
from app.verification.value.curve import Point
from app.verification.value.records import ValueTable


def worth_chart(points: Sequence[Point], table: ValueTable, x_range: tuple[float, float], *others: Curve) -> Chart:
    """Money by threshold with its interval; ``others`` are drawn over it."""
    period = Text(f"verification.period.{table.period}")
    return Chart(
        code="worth",
        x_label=Text("verification.axis.threshold"),
        y_label=Text("verification.axis.money", {"period": period, "currency": table.currency}),
        curves=(
            Curve(
                label=Text("verification.curve.worth"),
                x=tuple(point.threshold for point in points),
                y=tuple(point.worth for point in points),
                low=tuple(point.low for point in points),
                high=tuple(point.high for point in points),
            ),
            *others,
        ),
        x_range=x_range,
    )


def shares_chart(points: Sequence[Point], x_range: tuple[float, float]) -> Chart:
    """How many of the positive rows are found, and how many of those pointed out are positive, by threshold."""
    acted = [point for point in points if point.acted > 0]
    return Chart(
        code="shares",
        x_label=Text("verification.axis.threshold"),
        y_label=Text("verification.axis.share"),
        curves=(
            _share("recall", [(point.threshold, point.found, point.found + point.missed) for point in points]),
            _share("precision", [(point.threshold, point.found, point.acted) for point in acted]),
        ),
        x_range=x_range,
        y_range=(0.0, 1.0),
    )


def _share(name: str, parts: Sequence[tuple[float, float, float]]) -> Curve:
    known = [(at, part / whole) for at, part, whole in parts if whole > 0]
    return Curve(
        label=Text(f"verification.curve.{name}"), x=tuple(at for at, _ in known), y=tuple(share for _, share in known)
    )

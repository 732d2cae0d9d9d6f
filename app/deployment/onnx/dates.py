"""The parts of dates and datetimes in the graph, as :mod:`app.learning.matrix` makes them of Arrow's columns."""

from __future__ import annotations

from collections.abc import Callable

from app.deployment.onnx.graph import Graph

_DAY_S, _HOUR_S = 86_400, 3_600
_ERA, _BEGIN = 146_097, 719_468
"""Days in 400 years, and from 1 March of the year 0 to 1970."""


def date_parts(graph: Graph, days: str, seconds: str | None = None) -> dict[str, str]:
    """Year, month, ... of days since 1970, each of the same shape (H. Hinnant, "chrono-compatible low-level date
    algorithms", 2013).

    Parameters
    ----------
    seconds
        Since 1970, of a datetime; ``days`` are then a fraction.
    """
    sum_ = _Sums(graph)
    whole = graph.add("Floor", days)
    shifted = sum_.plus(whole, _BEGIN)
    era = sum_.part(shifted, _ERA)
    day = sum_.minus(shifted, sum_.times(era, _ERA))
    year_of_era = sum_.part(
        sum_.minus(
            sum_.both("Add", sum_.minus(day, sum_.part(day, 1_460)), sum_.part(day, 36_524)), sum_.part(day, _ERA - 1)
        ),
        365,
    )
    leap = sum_.minus(sum_.part(year_of_era, 4), sum_.part(year_of_era, 100))
    day_of_year = sum_.minus(day, sum_.both("Add", sum_.times(year_of_era, 365), leap))
    from_march = sum_.part(sum_.plus(sum_.times(day_of_year, 5), 2), 153)
    before = sum_.part(sum_.plus(sum_.times(from_march, 153), 2), 5)
    late = graph.double(graph.add("GreaterOrEqual", from_march, graph.number(10)))
    month = sum_.minus(sum_.plus(from_march, 3), sum_.times(late, 12))
    years = sum_.both("Add", sum_.times(era, 400), year_of_era)
    weekday = sum_.rest(sum_.plus(whole, 3), 7)
    parts = {
        "day": days,
        "year": sum_.both("Add", years, late),
        "month": month,
        "monthday": sum_.plus(sum_.minus(day_of_year, before), 1),
        "weekday": weekday,
    }
    if seconds is not None:
        parts["hour"] = sum_.part(sum_.minus(seconds, sum_.times(whole, _DAY_S)), _HOUR_S)
    return parts


def days_of(graph: Graph, seconds: str) -> str:
    """Days since 1970, of seconds."""
    return graph.add("Div", seconds, graph.number(_DAY_S))


class _Sums:
    """Arithmetic of whole numbers in double precision."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._with: Callable[[str, str, float], str] = lambda op, a, b: graph.add(op, a, graph.number(b))

    def both(self, operator: str, left: str, right: str) -> str:
        return self._graph.add(operator, left, right)

    def minus(self, left: str, right: str) -> str:
        return self.both("Sub", left, right)

    def plus(self, value: str, number: float) -> str:
        return self._with("Add", value, number)

    def times(self, value: str, number: float) -> str:
        return self._with("Mul", value, number)

    def part(self, value: str, number: float) -> str:
        return self._graph.add("Floor", self._with("Div", value, number))

    def rest(self, value: str, number: float) -> str:
        return self.minus(value, self.times(self.part(value, number), number))

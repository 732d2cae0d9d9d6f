"""The parts of dates and datetimes as expressions, as :mod:`app.learning.matrix` makes them of Arrow's columns."""

from __future__ import annotations

from app.deployment.pmml.markup import Expression, apply, flag, number, where_known
from app.deployment.pmml.writer import Writer

DAY_S, _HOUR_S = 86_400.0, 3_600.0
_ERA, _BEGIN = 146_097.0, 719_468.0
"""Days in 400 years, and from 1 March of the year 0 to 1970."""


def date_parts(writer: Writer, name: str, days: Expression, seconds: Expression | None = None) -> dict[str, Expression]:
    """Year, month, ... of days since 1970 (H. Hinnant, "chrono-compatible low-level date algorithms", 2013).

    Parameters
    ----------
    seconds
        Since 1970, of a datetime; ``days`` are then a fraction.
    """

    def kept(what: str, expression: Expression) -> Expression:
        return writer.named(f"{name}|{what}", where_known(given, expression))

    given = days if seconds is None else seconds
    days = days if seconds is None else writer.named(f"{name}|day", days)

    whole = kept("whole day", apply("floor", days))
    shifted = kept("shifted", _plus(whole, _BEGIN))
    era = kept("era", _part(shifted, _ERA))
    day = kept("day of era", _minus(shifted, _times(era, _ERA)))
    kept_days = _minus(_plus_both(_minus(day, _part(day, 1_460.0)), _part(day, 36_524.0)), _part(day, _ERA - 1))
    year_of_era = kept("year of era", _part(kept_days, 365.0))
    leap = _minus(_part(year_of_era, 4.0), _part(year_of_era, 100.0))
    day_of_year = kept("day of year", _minus(day, _plus_both(_times(year_of_era, 365.0), leap)))
    from_march = kept("month from March", _part(_plus(_times(day_of_year, 5.0), 2.0), 153.0))
    before = _part(_plus(_times(from_march, 153.0), 2.0), 5.0)
    late = kept("late", flag(apply("greaterOrEqual", from_march, number(10.0))))
    parts = {
        "day": days,
        "year": _plus_both(_plus_both(_times(era, 400.0), year_of_era), late),
        "month": _minus(_plus(from_march, 3.0), _times(late, 12.0)),
        "monthday": _plus(_minus(day_of_year, before), 1.0),
        "weekday": _rest(_plus(whole, 3.0), 7.0),
    }
    if seconds is not None:
        parts["hour"] = _part(_minus(seconds, _times(whole, DAY_S)), _HOUR_S)
    return {what: part if what == "day" else where_known(given, part) for what, part in parts.items()}


def days_of(seconds: Expression) -> Expression:
    """Days since 1970, of seconds."""
    return apply("/", seconds, number(DAY_S))


def _minus(left: Expression, right: Expression) -> Expression:
    return apply("-", left, right)


def _plus_both(left: Expression, right: Expression) -> Expression:
    return apply("+", left, right)


def _plus(value: Expression, other: float) -> Expression:
    return apply("+", value, number(other))


def _times(value: Expression, other: float) -> Expression:
    return apply("*", value, number(other))


def _part(value: Expression, other: float) -> Expression:
    return apply("floor", apply("/", value, number(other)))


def _rest(value: Expression, other: float) -> Expression:
    return _minus(value, _times(_part(value, other), other))

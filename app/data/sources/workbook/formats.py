"""Numbers of a workbook as text: what their format makes of them (dates, times, shares), and plain ones."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from enum import IntEnum

from app.data.sources.workbook.rows import Cell, Kind

_SECONDS = 86_400
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|;.*')
_BUILT_IN = {
    **dict.fromkeys((9, 10), "0%"),
    **dict.fromkeys((14, 15, 16, 17, *range(27, 37), *range(50, 59)), "yyyy-mm-dd"),
    **dict.fromkeys((18, 19, 20, 21, 45, 47), "h:mm:ss"),
    22: "yyyy-mm-dd h:mm",
    46: "[h]:mm:ss",
}


class Format(IntEnum):
    """What a number format says about a number."""

    PLAIN = 0
    PERCENT = 1
    DATE = 2
    TIME = 3
    ELAPSED = 4


def format_of(code: str) -> Format:
    """The meaning of a format's code, as in ``dd/mm/yyyy``."""
    if _ELAPSED.search(code):
        return Format.ELAPSED
    bare = _LITERAL.sub("", code).lower().replace("general", "").replace("am/pm", "h").replace("a/p", "h")
    if "%" in bare:
        return Format.PERCENT
    if re.search(r"[dy]|mmm|^m+$", bare) and not re.search(r"[0#?]", re.sub(r"s\.0+", "", bare)):
        return Format.DATE
    return Format.TIME if re.search(r"[hs]", bare) and not re.search(r"[#?]", bare) else Format.PLAIN


def built_in(number: int) -> Format:
    """The meaning of a format that has a number only."""
    return format_of(_BUILT_IN[number]) if number in _BUILT_IN else Format.PLAIN


def number_cell(text: str, format: Format, *, since_1904: bool) -> Cell | None:
    """A stored number as text; None for a date that there isn't."""
    if format is Format.PLAIN or format is Format.PERCENT:
        return _plain(text), Kind.PERCENT if format is Format.PERCENT else Kind.NUMBER
    try:
        serial = float(text)
    except ValueError:
        return text, Kind.TEXT
    written = _time(serial, format, since_1904=since_1904)
    return None if written is None else (written, Kind.TIME)


def _plain(text: str) -> str:
    """A number without a fraction of nothing; digits are never touched."""
    if text.isdigit():
        return text
    return text[: text.index(".")] if re.fullmatch(r"-?\d{1,15}\.0+", text) else text


def _time(serial: float, format: Format, *, since_1904: bool) -> str | None:
    if format is Format.ELAPSED:
        return elapsed(timedelta(seconds=round(serial * _SECONDS, 3)))
    days, seconds = divmod(round(serial * _SECONDS, 3), _SECONDS)
    if format is Format.TIME and days == 0:
        return (datetime.min + timedelta(seconds=seconds)).time().isoformat()
    day = _day(int(days), since_1904=since_1904)
    if day is None:
        return None
    return moment(datetime.combine(day, time()) + timedelta(seconds=seconds))


def _day(days: int, *, since_1904: bool) -> date | None:
    """The day of a serial number. Excel took over the 29 February 1900 of Lotus 1-2-3, which there wasn't."""
    if since_1904:
        base = date(1904, 1, 1)
    elif days == 60:
        return None
    else:
        base = date(1899, 12, 30) if days > 60 else date(1899, 12, 31)
    try:
        return base + timedelta(days=days)
    except OverflowError:
        return None


def moment(value: datetime) -> str:
    """ISO text, of a day alone where there is no time."""
    return value.date().isoformat() if value.time() == time() else value.isoformat()


def elapsed(value: timedelta) -> str:
    """Hours, minutes and seconds, however many hours."""
    sign = "-" if value < timedelta() else ""
    seconds, micro = divmod(round(abs(value) / timedelta(microseconds=1)), 1_000_000)
    fraction = f".{micro:06d}".rstrip("0") if micro else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}"

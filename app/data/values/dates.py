"""Dates and times in the usual orders, a column at once. A day that isn't in the calendar is no date: 31/02 fails."""

from __future__ import annotations

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.values.buffers import mask_of, numbers_of

_YEAR_FIRST = r"(?P<y1>\d{4})[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})"
_YEAR_LAST = r"(?P<a>\d{1,2})(?:[-/](?P<b>\d{1,2})[-/](?P<y2>\d{4}|\d{2})|\.(?P<c>\d{1,2})\.(?P<y3>\d{4}))"
_SHORT = r"(?P<a6>\d\d)\.(?P<b6>\d\d)\.(?P<y6>\d\d)"  # 1.2.10 is a version rather than a day
_NAMED = (
    r"(?P<d4>\d{1,2})(?:[- /]| de )(?P<name>[A-Za-zÀ-ÿ]{3,10})\.?(?:[- /,]{1,2}| del? )(?P<y4>\d{4}|\d{2})"
    r"|(?P<name5>[A-Za-z]{3,10})\.? (?P<d5>\d{1,2})(?:st|nd|rd|th)?,? (?P<y5>\d{4})"
)
_TIME = (
    r"[T ] ?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?)?(?P<zone> ?(?:Z|UTC|GMT|(?P<ahead>[+-])(?P<zh>\d\d)(?::?(?P<zm>\d\d))?))?"
)
_ANY = f"(?:{_YEAR_FIRST}|{_YEAR_LAST}|{_SHORT}|{_NAMED})"


def _plain(pattern: str) -> str:
    """The same pattern without names, for matching only."""
    out = pattern
    while "(?P<" in out:
        start = out.index("(?P<")
        out = out[:start] + "(?:" + out[out.index(">", start) + 1 :]
    return out


DATE_PATTERN = f"^{_plain(_ANY)}$"
DATETIME_PATTERN = f"^{_plain(_ANY)}{_plain(_TIME)}$"
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january ene enero janvier gennaio januar",
            "feb february febrero fevrier fév février",
            "mar march marzo mars mär märz",
            "apr april abr abril avril aprile avr",
            "may mayo mai maggio",
            "jun june junio juin giugno juni",
            "jul july julio juillet luglio juli",
            "aug august ago agosto août aout",
            "sep sept september septiembre set setiembre septembre settembre",
            "oct october octubre okt oktober octobre ottobre",
            "nov november noviembre novembre",
            "dec december dic diciembre décembre dez dezember dicembre",
        ),
        1,
    )
    for name in names.split()
}
_PIVOT = 69
_FIXED = 10
_FARTHEST_ZONE = 14
_COMPACT = 8
_COMPACT_DAY = r"^(19\d\d|20\d\d|2100)(\d\d)(\d\d)$"


class Orders(msgspec.Struct, frozen=True):
    """How the dates of a column can be read: how many only with the day first, only with the month first, how many both
    ways, and how many in no way; ``zoned`` of them say their distance from UTC."""

    day_first: int = 0
    month_first: int = 0
    either: int = 0
    neither: int = 0
    clear: int = 0
    zoned: int = 0

    def __add__(self, other: Orders) -> Orders:
        return Orders(*(getattr(self, f) + getattr(other, f) for f in self.__struct_fields__))


class _Parts(msgspec.Struct):
    year: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    ordered: NDArray[np.bool_]  # whether the order is open (03/04/2021)
    microseconds: NDArray[np.int64]
    time_valid: NDArray[np.bool_]
    zoned: NDArray[np.bool_]


def count_orders(values: pa.Array, counts: NDArray[np.int64]) -> Orders:
    """Which orders the dates allow; ``counts`` says how often each value occurs."""
    parts = _parse(values)
    day = _valid(parts.year, parts.second, parts.first) & parts.time_valid
    month = _valid(parts.year, parts.first, parts.second) & parts.time_valid
    free = parts.ordered

    def total(mask: NDArray[np.bool_]) -> int:
        return int(counts[mask].sum())

    return Orders(
        day_first=total(free & day & ~month),
        month_first=total(free & month & ~day),
        either=total(free & day & month),
        neither=total((free & ~day & ~month) | (~free & ~day)),
        clear=total(~free & day),
        zoned=total(parts.zoned),
    )


def to_dates(values: pa.Array, *, day_first: bool) -> tuple[NDArray[np.datetime64], NDArray[np.bool_]]:
    """Days of cells that match :data:`DATE_PATTERN`, and which aren't in the calendar."""
    parts = _parse(values)
    days, valid = _days(parts, day_first=day_first)
    return days, ~valid


def to_moments(values: pa.Array, *, day_first: bool) -> tuple[NDArray[np.datetime64], NDArray[np.bool_]]:
    """Moments (microseconds) of cells that match one of the patterns, and which don't exist. Those with a zone come
    in UTC."""
    parts = _parse(values)
    days, valid = _days(parts, day_first=day_first)
    moments = days.astype("datetime64[us]") + parts.microseconds.astype("timedelta64[us]")
    return moments, ~(valid & parts.time_valid)


def _days(parts: _Parts, *, day_first: bool) -> tuple[NDArray[np.datetime64], NDArray[np.bool_]]:
    swap = parts.ordered & (not day_first)
    day = np.where(swap, parts.second, parts.first)
    month = np.where(swap, parts.first, parts.second)
    valid = _valid(parts.year, month, day)
    months = np.where(valid, (parts.year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(valid, day - 1, 0).astype("timedelta64[D]")
    return days, valid


def _valid(year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]) -> NDArray[np.bool_]:
    inside = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31) & (year >= 1)
    months = np.where(inside, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    length = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)
    return np.asarray(inside & (day <= length))


def compact_days(cells: pa.Array, whole: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Which cells are days of the years 1900 to 2100 written as 20240131; None where some of the ``whole`` numbers
    haven't eight digits, which ends the question."""
    if not whole.any():
        return whole
    if not (numbers_of(pc.binary_length(pc.fill_null(cells, "")))[whole] == _COMPACT).all():
        return None
    days = whole.copy()
    text = pc.replace_substring_regex(cells.filter(pa.array(whole)), _COMPACT_DAY, r"\1-\2-\3")
    possible = numbers_of(pc.binary_length(text)) == _FIXED
    valid = np.zeros(len(text), bool)
    if possible.any():
        valid[possible] = ~to_dates(text.filter(pa.array(possible)), day_first=True)[1]
    days[whole] = valid
    return days


def dashed(cells: pa.Array) -> tuple[pa.Array, NDArray[np.bool_]]:
    """The cells with 2024-01-31 for 20240131, and which those are."""
    compact = mask_of(pc.match_substring_regex(cells, _COMPACT_DAY))
    if not compact.any():
        return cells, compact
    return pc.replace_substring_regex(cells, _COMPACT_DAY, r"\1-\2-\3"), compact


def fixed_width(values: pa.Array) -> NDArray[np.uint8] | None:
    """The letters of cells that are all written as 2021-03-04 or all as 04/03/2021 (rows of ten), else None."""
    if not len(values) or values.null_count:
        return None
    offsets = np.frombuffer(values.buffers()[1], np.int32, len(values) + 1, values.offset * 4)
    if not (np.diff(offsets) == _FIXED).all():
        return None
    letters = np.frombuffer(values.buffers()[2], np.uint8)[offsets[0] : offsets[-1]].reshape(-1, _FIXED)
    for marks, signs in (((4, 7), b"-/."), ((2, 5), b"-/.")):
        digits = [i for i in range(_FIXED) if i not in marks]
        figures = letters[:, digits] - np.uint8(ord("0"))
        sign = letters[:, marks[0]]
        if (figures < 10).all() and np.isin(sign, list(signs)).all() and (letters[:, marks[1]] == sign).all():
            return letters
    return None


def _parse_fixed(letters: NDArray[np.uint8]) -> _Parts:
    figures = (letters - np.uint8(ord("0"))).astype(np.int64)

    def number(*places: int) -> NDArray[np.int64]:
        total = np.zeros(len(figures), np.int64)
        for place in places:
            total = total * 10 + figures[:, place]
        return total

    year_first = bool(letters[0, 4] < ord("0"))
    if year_first:
        year, second, first = number(0, 1, 2, 3), number(5, 6), number(8, 9)
    else:
        first, second, year = number(0, 1), number(3, 4), number(6, 7, 8, 9)
    none = np.zeros(len(figures), np.int64)
    everywhere = np.ones(len(figures), bool)
    return _Parts(year, first, second, everywhere & (not year_first), none, everywhere, ~everywhere)


def _parse(values: pa.Array) -> _Parts:
    letters = fixed_width(values)
    if letters is not None:
        return _parse_fixed(letters)
    found = pc.extract_regex(values, f"^{_ANY}(?:{_TIME})?$")
    names = {field.name: index for index, field in enumerate(found.type)}

    def number(name: str) -> NDArray[np.int64]:
        cells = found.field(names[name])
        empty = pc.or_(pc.is_null(cells), pc.equal(cells, ""))
        whole = pc.cast(pc.if_else(pc.fill_null(empty, True), "-1", cells), pa.int64())
        return numbers_of(whole)

    y1, m1, d1 = number("y1"), number("m1"), number("d1")
    a, b = np.maximum(number("a"), number("a6")), np.maximum.reduce([number("b"), number("c"), number("b6")])
    last = np.maximum.reduce([number(name) for name in ("y2", "y3", "y4", "y5", "y6")])
    named = np.maximum(number("d4"), number("d5"))
    words = pc.binary_join_element_wise(_text(found, names["name"]), _text(found, names["name5"]), "")
    year_first = y1 >= 0
    year = np.where(year_first, y1, _century(last))
    first = np.where(year_first, d1, np.where(named >= 0, named, a))
    second = np.where(year_first, m1, np.where(named >= 0, _months(words), b))
    micro, time_valid = _clock(found, names, number)
    zoned = ~mask_of(pc.equal(_text(found, names["zone"]), ""))
    return _Parts(year, first, second, ~year_first & (named < 0), micro, time_valid, zoned)


def _text(found: pa.Array, index: int) -> pa.Array:
    return pc.fill_null(found.field(index), "")


def _century(year: NDArray[np.int64]) -> NDArray[np.int64]:
    """Two-digit years: 69 to 99 are the last century's, as in POSIX."""
    short = (year >= 0) & (year < 100)
    return np.where(short, np.where(year < _PIVOT, 2000 + year, 1900 + year), year)


def _months(cells: pa.Array) -> NDArray[np.int64]:
    encoded = pc.fill_null(cells, "").dictionary_encode()
    numbers = np.array([_MONTHS.get(str(w).lower(), 0) for w in encoded.dictionary.to_pylist()] or [0], np.int64)
    return numbers[numbers_of(encoded.indices)]


def _clock(found: pa.Array, names: dict[str, int], number: object) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    assert callable(number)
    hour, minute, second = number("hour"), number("minute"), number("second")
    half = pc.utf8_lower(pc.fill_null(found.field(names["half"]), ""))
    morning = mask_of(pc.starts_with(half, "a"))
    evening = mask_of(pc.starts_with(half, "p"))
    twelve = morning | evening
    valid = (hour < 24) & (minute < 60) & (second < 60) & (~twelve | ((hour >= 1) & (hour <= 12)))
    hour = np.where(twelve, hour % 12 + 12 * evening, hour)
    fraction = pc.utf8_slice_codeunits(pc.utf8_rpad(pc.fill_null(found.field(names["fraction"]), ""), 6, "0"), 0, 6)
    micro = numbers_of(pc.cast(fraction, pa.int64()))
    seconds = np.maximum(hour, 0) * 3600 + np.maximum(minute, 0) * 60 + np.maximum(second, 0)
    zone_hours, zone_minutes = np.maximum(number("zh"), 0), np.maximum(number("zm"), 0)
    valid &= (zone_hours <= _FARTHEST_ZONE) & (zone_minutes < 60)
    ahead = np.where(mask_of(pc.equal(_text(found, names["ahead"]), "-")), -1, 1)
    seconds = seconds - ahead * (zone_hours * 3600 + zone_minutes * 60)
    return seconds * 1_000_000 + micro, valid

"""Columns with an Arrow type, on their way into a dataset: what each holds, what becomes of it, what is to be said."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from app.data.records import ColumnType
from app.data.sources.typed import DAYS, FIGURES, POINTED, SPARE, WORDS
from app.data.values.inference import is_key
from app.data.values.tally import Tally
from app.text.message import Text, Value

_EXACT_DIGITS = 15
_LARGEST = 2**63 - 1

Blanks = dict[str, Value | Text | str | int | float]


class Column:
    """One column. ``add`` is given every batch and returns it as it is kept; what it said is complete after that."""

    kind: ColumnType | None = ColumnType.TEXT
    """What it becomes of itself; None is left out."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.missing = 0
        self.tally = Tally()

    def add(self, values: pa.Array) -> pa.Array:
        """Take in the cells of a batch; what is to be kept of them."""
        kept = self.plain(values)
        self.missing += kept.null_count
        return kept

    def plain(self, values: pa.Array) -> pa.Array:
        """The cells in the one type that is kept."""
        return values

    def decide(self) -> None:
        """Settle ``kind`` where it depends on all values."""

    def stored(self, kept: pa.Array) -> pa.Array:
        """What was kept, as ``kind`` is stored."""
        return kept

    def text(self, kept: pa.Array) -> pa.Array:
        """What was kept in words, for a type that somebody asked for."""
        return pc.cast(kept, pa.string())

    def note(self) -> Text | None:
        """What is worth saying."""
        return None


class Words(Column):
    """Text: typed as the cells of a text file are. ``pointed`` holds numbers with a decimal point, ``literal`` words
    that look like numbers with marks; ``chosen`` are words that somebody already made categories, ``declared``
    ones that are words whatever they look like, except for ``days`` with the year first. A ``spare`` column is left out
    where it has no value."""

    def __init__(
        self,
        name: str,
        *,
        chosen: bool = False,
        spare: bool = False,
        declared: bool = False,
        pointed: bool = False,
        days: bool = False,
    ) -> None:
        super().__init__(name)
        self._days = days
        self.chosen = chosen
        self.declared = declared
        self.pointed, self.literal = pointed, False
        self._spare = spare
        self._blank = 0

    @property
    def only_words(self) -> bool:
        """Whether what looks like a number here mustn't become one."""
        return self.chosen or self.declared or (self.pointed and self.literal)

    @property
    def only_days(self) -> bool:
        """Whether it is declared as words for want of a type for the days that it holds."""
        return self._days and 0 < self.tally.filled == self.tally.orders.clear

    def decide(self) -> None:
        if self._spare and not self.tally.filled:
            self.kind = None

    def add(self, values: pa.Array) -> pa.Array:
        text = values.cast(pa.string())
        self._blank += pc.sum(pc.equal(text, "")).as_py() or 0
        self.missing += text.null_count
        cells = text.fill_null("")
        kept = cells.dictionary_encode() if self.tally.recurring else cells
        self.tally.add(kept)
        return kept

    def note(self) -> Text | None:
        if self._blank and self.missing:
            return Text("data.note.blank_texts", {"n": self._blank})
        return None


class Figures(Words):
    """Decimal fractions in text: numbers where the nearest floating point number still says the same of every one."""

    def __init__(self, name: str) -> None:
        super().__init__(name, pointed=True)
        self._cut = ""

    def add(self, values: pa.Array) -> pa.Array:
        if not self._cut:
            plain = pc.replace_substring_regex(values, r"(\.\d*?)0+$", r"\1")
            long = plain.filter(pc.greater(pc.binary_length(plain), _EXACT_DIGITS)).unique()
            self._cut = next((text for text in long.drop_null().to_pylist() if not _text_survives(text)), "")
            self.declared = bool(self._cut)
        return super().add(values)

    def note(self) -> Text | None:
        return Text("data.note.exact_decimals", {"value": self._cut}) if self._cut else super().note()


def _text_survives(text: str) -> bool:
    """Whether a number still says the same as floating point; words aren't numbers, and stay what they are."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return True
    return not value.is_finite() or Decimal(repr(float(value))) == value


class Whole(Column):
    """Whole numbers of up to 64 bits; distinct ones may be a key, as in a text file."""

    kind = ColumnType.INTEGER

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._watched = True
        self._large = False

    def plain(self, values: pa.Array) -> pa.Array:
        if pa.types.is_uint64(values.type):
            self._large |= (pc.max(values).as_py() or 0) > _LARGEST
            return values
        return values.cast(pa.int64())

    def add(self, values: pa.Array) -> pa.Array:
        kept = super().add(values)
        if self._watched and not self._large and len(kept):
            self._watched = not kept.null_count
            self.tally.add(pc.cast(kept, pa.string()).fill_null(""))
            self._watched = self._watched and self.tally.unique is not None
        return kept

    def decide(self) -> None:
        if self._large:
            self.kind = ColumnType.TEXT
        elif self._watched and self.tally.all_distinct and is_key(self.tally, self.name):
            self.kind = ColumnType.IDENTIFIER
        self.tally = Tally()

    def stored(self, kept: pa.Array) -> pa.Array:
        return kept.cast(pa.int64() if self.kind is ColumnType.INTEGER else pa.string())

    def note(self) -> Text | None:
        return Text("data.note.huge_integers") if self._large else None


class Real(Column):
    """Floating point; what is no number counts as missing, and so does infinity, which is said."""

    kind = ColumnType.NUMBER

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._undefined = self._infinite = 0

    def plain(self, values: pa.Array) -> pa.Array:
        numbers = values.cast(pa.float64())
        bad = pc.invert(pc.is_finite(numbers))
        count = pc.sum(bad).as_py() or 0
        if not count:
            return numbers
        infinite = pc.sum(pc.is_inf(numbers)).as_py() or 0
        self._infinite += infinite
        self._undefined += count - infinite
        return pc.if_else(bad, pa.scalar(None, pa.float64()), numbers)

    def note(self) -> Text | None:
        if self._infinite:
            return Text("data.note.infinite", {"n": self._infinite})
        return Text("data.note.undefined", {"n": self._undefined}) if self._undefined else None


class Exact(Column):
    """Decimal fractions: numbers where the nearest floating point number still says the same, otherwise text."""

    def __init__(self, name: str, type: pa.DataType) -> None:
        super().__init__(name)
        self._whole = type.scale <= 0
        self._cut = ""
        self.kind = ColumnType.INTEGER if self._whole else ColumnType.NUMBER

    def plain(self, values: pa.Array) -> pa.Array:
        if not self._cut:
            written = pc.cast(values, pa.string())
            digits = pc.utf8_length(pc.replace_substring_regex(written, r"^-?[0.]*|\.|0+$", ""))
            long = values.filter(pc.greater(digits, _EXACT_DIGITS)).drop_null().to_pylist()
            self._cut = next((f"{value:f}" for value in long if not self._survives(value)), "")
        return values

    def _survives(self, value: Decimal) -> bool:
        return abs(value) <= _LARGEST if self._whole else Decimal(repr(float(value))) == value

    def decide(self) -> None:
        if self._cut:
            self.kind = ColumnType.TEXT

    def stored(self, kept: pa.Array) -> pa.Array:
        if self.kind is ColumnType.NUMBER:
            return pc.cast(pc.cast(kept, pa.string()), pa.float64())
        return pc.cast(self.text(kept), pa.int64() if self.kind is ColumnType.INTEGER else pa.string())

    def text(self, kept: pa.Array) -> pa.Array:
        words = (None if value is None else f"{value:f}" for value in kept.to_pylist())
        return pa.array(list(words), pa.string())

    def note(self) -> Text | None:
        return Text("data.note.exact_decimals", {"value": self._cut}) if self._cut else None


class Truth(Column):
    """True and false, in these words."""

    kind = ColumnType.BOOLEAN

    def stored(self, kept: pa.Array) -> pa.Array:
        return self.text(kept)


class Days(Column):
    """Dates."""

    kind = ColumnType.DATE

    def plain(self, values: pa.Array) -> pa.Array:
        return values.cast(pa.date32(), safe=False)


class Moments(Column):
    """Dates with a time: a zone is converted to UTC, parts of a microsecond are cut; both are said."""

    kind = ColumnType.DATETIME

    def __init__(self, name: str, type: pa.TimestampType) -> None:
        super().__init__(name)
        self._zone = type.tz or ""
        self._cut = 0

    def plain(self, values: pa.Array) -> pa.Array:
        naive = values.cast(pa.timestamp(values.type.unit))
        if values.type.unit != "ns":
            return naive.cast(pa.timestamp("us"))
        micro = naive.cast(pa.timestamp("us"), safe=False)
        self._cut += pc.sum(pc.not_equal(micro.cast(naive.type, safe=False), naive)).as_py() or 0
        return micro

    def text(self, kept: pa.Array) -> pa.Array:
        words = pc.strftime(kept, format="%Y-%m-%dT%H:%M:%S")
        return pc.replace_substring_regex(words, r"\.0+$", "")

    def note(self) -> Text | None:
        if self._cut:
            return Text("data.note.cut_times", {"n": self._cut})
        zoned = self._zone and self._zone.upper() not in ("UTC", "+00:00", "ETC/UTC", "Z")
        return Text("data.note.named_zone", {"zone": self._zone}) if zoned else None


class Rendered(Column):
    """What has no type of its own in a dataset, in words (``write`` makes them); ``said`` explains it."""

    def __init__(self, name: str, write: Callable[[object], str], said: str = "") -> None:
        super().__init__(name)
        self._write = write
        self._said = said

    def plain(self, values: pa.Array) -> pa.Array:
        words = (None if value is None else self._write(value) for value in values.to_pylist())
        return pa.array(list(words), pa.string())

    def note(self) -> Text | None:
        return Text(self._said) if self._said else None


class Bytes(Column):
    """Bytes: text where they are UTF-8 throughout, otherwise left out."""

    def plain(self, values: pa.Array) -> pa.Array:
        if self.kind is not None:
            try:
                return pc.cast(values, pa.binary()).cast(pa.string())
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
                self.kind = None
        return pa.nulls(len(values), pa.string())


class Nothing(Column):
    """A column without a value."""

    kind = ColumnType.CATEGORY

    def plain(self, values: pa.Array) -> pa.Array:
        return pa.nulls(len(values), pa.string())


def column_for(field: pa.Field) -> Column:
    """What treats a column of an Arrow type."""
    name, type = field.name, field.type
    if type == pa.uuid():
        return Rendered(name, _as_uuid)
    if isinstance(type, pa.BaseExtensionType):
        return column_for(pa.field(name, type.storage_type))
    if pa.types.is_dictionary(type):
        inner = column_for(pa.field(name, type.value_type))
        return Words(name, chosen=True) if isinstance(inner, Words) else inner
    if pa.types.is_string(type) or pa.types.is_large_string(type) or type == pa.string_view():
        return _words(name, field.metadata or {})
    if pa.types.is_decimal(type):
        return Exact(name, type)
    if pa.types.is_timestamp(type):
        return Moments(name, type)
    return _simple(name, type)


def bare(values: pa.Array) -> pa.Array:
    """Cells without the wrapping that :func:`column_for` looks through."""
    if isinstance(values, pa.ExtensionArray):
        return bare(values.storage)
    return bare(values.dictionary_decode()) if pa.types.is_dictionary(values.type) else values


def _words(name: str, marks: dict[bytes, bytes]) -> Words:
    if FIGURES in marks:
        return Figures(name)
    return Words(name, spare=SPARE in marks, declared=WORDS in marks, pointed=POINTED in marks, days=DAYS in marks)


def _simple(name: str, type: pa.DataType) -> Column:
    known: tuple[tuple[Callable[[pa.DataType], bool], Callable[[str], Column]], ...] = (
        (pa.types.is_integer, Whole),
        (pa.types.is_floating, Real),
        (pa.types.is_boolean, Truth),
        (pa.types.is_date, Days),
        (pa.types.is_null, Nothing),
        (_is_bytes, Bytes),
    )
    made = next((make for fits, make in known if fits(type)), None)
    if made is not None:
        return made(name)
    if pa.types.is_nested(type):
        return Rendered(name, _as_json, "data.note.nested")
    return Rendered(name, str, "data.note.durations" if pa.types.is_duration(type) else "")


def _as_uuid(value: object) -> str:
    return str(UUID(bytes=value)) if isinstance(value, bytes) else str(value)


def _is_bytes(type: pa.DataType) -> bool:
    other = pa.types.is_large_binary(type) or pa.types.is_fixed_size_binary(type) or type == pa.binary_view()
    return bool(pa.types.is_binary(type) or other)


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_word)


def _word(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)

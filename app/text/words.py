"""From ids to sentences in a language. Babel is imported only when the first number is written: it costs a tenth of
a second, which the first painted window doesn't have."""

from __future__ import annotations

import gettext
import logging
import math
import os
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from app.errors import WORDED, CicloError
from app.resources import resource

if TYPE_CHECKING:
    from babel import Locale

    from app.text.message import Text, Value

    Parameter = Value | Text | str | int | float

LANGUAGES = ("en", "es")
_SMALLEST, _LARGEST = 0.0005, 1e15
"""What three decimals can show, and what is no longer read digit by digit (babel fails from 1e25 on)."""
_CENTS_COUNT = 100.0
_OPEN = "learning.estimator."
"""Ids that other packages add to; elsewhere a text that is missing costs no look at what is installed."""
_log = logging.getLogger("ciclo.text")


def choose_locale(wanted: str | None = None) -> str:
    """The locale to speak: what is wanted, else ``CICLO_LANG``, else the system's; English where it has no catalogue.

    The territory is kept (``es_MX``), since numbers differ by country.
    """
    for source in (wanted, *(os.environ.get(k) for k in ("CICLO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))):
        code = (source or "").split(".")[0].split("@")[0].replace("-", "_")
        if code.split("_")[0] in LANGUAGES:
            return code
        if code and code not in ("C", "POSIX"):
            return "en"
    return "en"


class Words:
    """Renders texts, numbers and dates in one locale.

    Parameters
    ----------
    locale
        Such as ``"es"``, ``"es_ES"`` or ``"en_GB"``; its language must be one of :data:`LANGUAGES`.
    """

    def __init__(self, locale: str = "en") -> None:
        self.locale = locale
        self.language = locale.split("_")[0]
        self._catalogues: dict[str, gettext.NullTranslations] = {}

    def __call__(self, id: str, /, **params: Parameter) -> str:
        """The sentence ``id`` with its parameters; ``n``, where given, chooses the plural."""
        template = self._template(id, params.get("n"))
        if template is None:
            _log.error("no text for %r in %r", id, self.language)
            return id
        return template.format_map(_Spoken(self, params))

    def text(self, text: Text) -> str:
        """A lazy text, rendered."""
        return self(text.id, **text.params)

    def has(self, id: str) -> bool:
        """Whether the catalogue holds ``id``."""
        return self._template(id, None) is not None

    def error(self, error: CicloError, *, door: str = "") -> tuple[str, str]:
        """What happened, and what to do next (may be empty), of an error.

        ``door`` is where the reader stands: ``cli`` has advice of its own where a command or an option is meant.
        """
        for hint in (f"{door}.hint.{error.code}", error.code + ".hint"):
            if self.has(hint):
                return self(error.code, **error.params), self(hint, **error.params)
        return self(error.code, **error.params), ""

    def _template(self, id: str, n: Parameter | None) -> str | None:
        domain = id.split(".", 1)[0]
        if domain not in self._catalogues:
            folder = str(resource("translations"))
            self._catalogues[domain] = gettext.translation(domain, folder, [self.language], fallback=True)
        catalogue = self._catalogues[domain]
        if n is not None:
            from app.text.message import Value

            count = n.value if isinstance(n, Value) else n
            found = catalogue.ngettext(id, id, int(count) if isinstance(count, int | float) else 2)
            if found != id:
                return found
        found = catalogue.gettext(id)
        if found != id:
            return found
        if not id.startswith(_OPEN):
            return None
        from app.text.foreign import foreign_text

        return foreign_text(id, self.language)

    # Numbers and dates

    @cached_property
    def _babel(self) -> Locale:
        from babel import Locale

        return Locale.parse(self.locale)

    def parameter(self, value: Parameter) -> str:
        """A parameter as text: a bare ``int`` is grouped, a bare ``float`` gets up to three decimals."""
        from app.text.message import Text, Value

        if isinstance(value, Text):
            return self.text(value)
        if isinstance(value, Value):
            return self.value(value)
        return value if isinstance(value, str) else self.number(value)

    def value(self, value: Value) -> str:
        """A value in its style."""
        raw, digits = value.value, value.digits
        if isinstance(raw, str):
            if value.style == "date":
                return self.date(date.fromisoformat(raw[:10]))
            return self.datetime(datetime.fromisoformat(raw)) if value.style == "datetime" else raw
        match value.style:
            case "percent":
                return self.percent(raw, 1 if digits is None else digits)
            case "bytes":
                return self.bytes(int(raw))
            case "duration":
                return self.duration(float(raw))
            case "metric":
                tiny = digits is None and 0 < abs(raw) < _SMALLEST
                return self.significant(raw, digits=2) if tiny else self.number(raw, digits=digits, fixed=True)
            case "plain":
                return str(raw)
            case "currency":
                return self.money(float(raw), value.unit)
            case _:
                return self.number(raw, digits=digits)

    def number(self, value: float | int, *, digits: int | None = None, fixed: bool = False) -> str:
        """A number with the locale's marks; at most ``digits`` decimals (3), exactly so many where ``fixed``."""
        from babel.numbers import format_decimal

        if _LARGEST <= abs(value) < math.inf:
            return self.significant(value)
        places = (3 if digits is None else digits) if isinstance(value, float) else 0
        decimals = ("0" if fixed else "#") * places
        if isinstance(value, float) and abs(value) < 0.5 * 10.0**-places:
            value = 0.0  # not "-0.000"
        return str(format_decimal(value, f"#,##0.{decimals}" if decimals else "#,##0", locale=self._babel))

    def significant(self, value: float, *, digits: int = 4) -> str:
        """A number of any magnitude in about ``digits`` significant digits (1,234; 0.01235; 1.2E9)."""
        from babel.numbers import format_decimal, format_scientific

        if value and not 1e-4 <= abs(value) < 1e12:
            return str(format_scientific(value, "0.###E0", locale=self._babel))
        magnitude = math.floor(math.log10(abs(value))) if value else 0
        places = max(0, digits - 1 - magnitude)
        pattern = "#,##0." + "#" * places if places else "#,##0"
        return str(format_decimal(value, pattern, locale=self._babel))

    def money(self, value: float, currency: str) -> str:
        """An amount of a currency (ISO 4217), without cents where they don't count (€3,100; 3100 €)."""
        from babel.numbers import format_currency

        whole = abs(value) >= _CENTS_COUNT or value == round(value)
        pattern = self._babel.currency_formats["standard"].pattern
        if whole:
            pattern = pattern.replace("0.00", "0")
        return str(format_currency(value, currency, format=pattern, locale=self._babel, currency_digits=False))

    def percent(self, share: float, digits: int = 1) -> str:
        """A share (0.265) as a percentage in the locale's spelling (26.5%, 26,5 %)."""
        from babel.numbers import format_percent

        pattern = self._babel.percent_formats[None].pattern
        decimals = "." + "#" * digits if digits else ""
        return str(format_percent(share, pattern.replace("#,##0", "#,##0" + decimals), locale=self._babel))

    def date(self, day: date) -> str:
        """A day in the locale's medium form."""
        from babel.dates import format_date

        return str(format_date(day, "medium", locale=self._babel))

    def time(self, moment: datetime) -> str:
        """The local time of day of a moment, to the minute."""
        from babel.dates import format_time

        local = moment.astimezone() if moment.tzinfo else moment
        return str(format_time(local.time(), "short", locale=self._babel))

    def datetime(self, moment: datetime) -> str:
        """A moment in local time, medium date with short time."""
        from babel.dates import format_date

        local = moment.astimezone() if moment.tzinfo else moment
        return f"{format_date(local, 'medium', locale=self._babel)} {self.time(local)}"

    def bytes(self, size: int) -> str:
        """A size in bytes with a decimal unit (1.9 MB)."""
        value, unit = float(size), "B"
        for unit in ("B", "kB", "MB", "GB", "TB"):
            if value < 1000 or unit == "TB":
                break
            value /= 1000
        return f"{self.number(value, digits=0 if unit == 'B' else 1)} {unit}"

    def duration(self, seconds: float) -> str:
        """A duration: ``14 s`` under a minute, else ``04:58`` or ``1:02:03``."""
        if seconds < 10:
            return f"{self.number(seconds, digits=1)} s"
        if seconds < 60:
            return f"{self.number(round(seconds))} s"
        minutes, rest = divmod(round(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


class _Spoken(dict[str, str]):
    """The parameters of a sentence in words, each when it is asked for."""

    def __init__(self, words: Words, params: dict[str, Parameter]) -> None:
        super().__init__()
        self._words, self._params = words, params

    def __missing__(self, key: str) -> str:
        value, words = self._params[key], self._words
        if not isinstance(value, str) or not value.startswith(WORDED):
            return words.parameter(value)
        others = {name: other for name, other in self._params.items() if name != key}  # which it may hold itself
        ids = value.split(WORDED)[1:]
        return ", ".join(words(id, **others) if words.has(id) else id.rpartition(".")[2] for id in ids)

"""What a training used of electricity, and the carbon dioxide of that: an estimate whose assumptions are stored.

The energy is the processors' time times a stated power. What the processor itself counts would be better, but only an
administrator may read it, and only on some systems.
"""

from __future__ import annotations

from importlib.metadata import version as library_version
from importlib.util import find_spec

from app.errors import CicloError
from app.learning.search.records import Energy

WATTS = 12.0
"""Of one busy processor with its share of the machine: the usual one of L. Lannelongue, J. Grealey, M. Inouye, "Green
Algorithms: Quantifying the Carbon Footprint of Computation", Advanced Science 8 (2021), 2100707."""

WORLD_GRAMS = 475.0
"""Of carbon dioxide for a kilowatt-hour, the world's mean (International Energy Agency, 2019)."""

_SECONDS_AN_HOUR = 3_600.0


def energy_of(cpu_s: float, *, country: str = "") -> Energy:
    """The electricity of so many seconds of processors, and its carbon dioxide.

    Parameters
    ----------
    country
        Two letters (``ES``); empty: where this machine's time zone lies. The world's mean counts where no country is
        known, and where codecarbon (the extra ``energy``) isn't installed, whose table is used.
    """
    place = (country or country_of_time_zone()).upper()
    grams = _grams_of(place) if place else None
    kwh = cpu_s * WATTS / _SECONDS_AN_HOUR / 1_000
    return Energy(
        kwh=kwh,
        co2_g=kwh * (WORLD_GRAMS if grams is None else grams),
        watts=WATTS,
        grams_per_kwh=WORLD_GRAMS if grams is None else grams,
        country="" if grams is None else place,
        table="IEA 2019" if grams is None else f"codecarbon {library_version('codecarbon')}",
    )


def check_country(country: str) -> None:
    """Refuse a country that somebody named and whose electricity isn't known.

    Raises
    ------
    CicloError
        ``learning.no_energy_table`` or ``learning.unknown_country``.
    """
    if not country:
        return
    if find_spec("codecarbon") is None:
        raise CicloError("learning.no_energy_table", country=country)
    if _grams_of(country.upper()) is None:
        raise CicloError("learning.unknown_country", country=country)


def country_of_time_zone() -> str:
    """The country of this machine's time zone as two letters; empty where the zone names none (UTC)."""
    from babel.core import get_global
    from babel.dates import LOCALTZ

    zone = getattr(LOCALTZ, "key", None) or str(LOCALTZ)
    found = str(get_global("zone_territories").get(zone, ""))
    return found if len(found) == 2 and found.isalpha() else ""


def _grams_of(country: str) -> float | None:
    """Grams for a kilowatt-hour in a country. Only codecarbon's table is read: nothing is measured, asked or sent."""
    try:
        from codecarbon.input import DataSource
    except ImportError:
        return None
    from babel.core import get_global

    table = DataSource().get_global_energy_mix_data()  # type: ignore[no-untyped-call]
    names = (long for long, short in get_global("territory_aliases").items() if short == [country])
    entry = next((table[name] for name in names if name in table), None)
    return None if entry is None else float(entry["carbon_intensity"])

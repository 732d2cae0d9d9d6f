"""What trainings cost, in words and summed. Light."""

from __future__ import annotations

from collections.abc import Iterable

from app.learning.search.records import Energy, Served, Spent
from app.text.message import Text, Value, amount

_KILO = 1_000.0


def sentences(spent: Spent | None, served: Served | None) -> list[Text]:
    """What a version cost, and what its model takes; nothing for what was trained before it was measured."""
    said = []
    if served is not None:
        latency = {"one": _few(served.one_row_ms), "thousand": _few(served.thousand_rows_ms)}
        said.append(Text("learning.served", {"size": amount(served.size_bytes, "bytes"), **latency}))
    if spent is not None and spent.energy is not None:
        said.append(_energy(spent.energy))
    return said


def total(several: Iterable[Spent | None]) -> Spent:
    """All of it together; memory is the most of any."""
    known = [spent for spent in several if spent is not None]
    energies = [spent.energy for spent in known if spent.energy is not None]
    kwh, co2_g = sum(e.kwh for e in energies), sum(e.co2_g for e in energies)
    last = energies[-1] if energies else None
    return Spent(
        seconds=round(sum(spent.seconds for spent in known), 3),
        cpu_s=round(sum(spent.cpu_s for spent in known), 3),
        memory_mb=max((spent.memory_mb for spent in known), default=0.0),
        fits=sum(spent.fits for spent in known),
        energy=last
        and Energy(
            kwh=kwh,
            co2_g=co2_g,
            watts=last.watts,
            grams_per_kwh=co2_g / kwh if kwh else last.grams_per_kwh,
            country=last.country,
            table=last.table,
        ),
    )


def together(versions: Iterable[Spent | None]) -> Text | None:
    """What all versions of a project took; None where nothing was measured."""
    measured = [spent for spent in versions if spent is not None and spent.energy is not None]
    spent = total(measured)
    if spent.energy is None:
        return None
    return Text(
        "learning.spent_together",
        {
            "n": len(measured),
            "cpu": amount(spent.cpu_s, "duration"),
            "energy": _hours(spent.energy.kwh),
            "co2": _grams(spent.energy),
        },
    )


def _energy(energy: Energy) -> Text:
    place = Text("learning.place.world")
    if energy.country:
        place = Text("learning.place.country", {"country": energy.country})
    return Text(
        "learning.energy",
        {
            "energy": _hours(energy.kwh),
            "co2": _grams(energy),
            "watts": _few(energy.watts),
            "grams": _few(energy.grams_per_kwh),
            "place": place,
        },
    )


def _hours(kwh: float) -> Text:
    unit, value = ("kwh", kwh) if kwh >= 1 else ("wh", kwh * _KILO)
    return Text(f"learning.unit.{unit}", {"value": _few(value)})


def _grams(energy: Energy) -> Text:
    kilo = energy.co2_g >= _KILO
    return Text(f"learning.unit.{'kg' if kilo else 'g'}", {"value": _few(energy.co2_g / (_KILO if kilo else 1.0))})


def _few(value: float) -> Value:
    """A figure that isn't known to more than two digits."""
    digits = 0 if value >= 10 else 1 if value >= 1 else 2 if value >= 0.1 else 3
    return amount(round(value, digits), "number", digits)

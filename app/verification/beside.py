"""What a comparison says, as texts: for the report, the window and the command line. Light."""

from __future__ import annotations

import msgspec

from app.learning.records import Estimate
from app.project.record import readable
from app.text.message import Text, amount
from app.verification.catalogue import decimals, display
from app.verification.records import Comparison, Flips


def lead(one: Comparison) -> Text:
    """What the version is compared with."""
    return Text(f"verification.beside.{one.kind}", {"name": readable(one.label)})


def verdict_of(difference: Estimate | None, least: float) -> str:
    """What a difference in the scorer's sense says: better where it is surely above 0 and not less than ``least``."""
    if difference is None or difference.low is None or difference.high is None:
        return "unknown"
    if difference.low > 0 and difference.low >= least:
        return "better"
    return "worse" if difference.high < 0 else "no_difference"


def told(one: Comparison) -> str:
    """The verdict as it is told: ``too_small`` where it surely does better, but maybe by less than matters."""
    small = one.verdict == "no_difference" and one.decisive is not None and (one.decisive.low or 0.0) > 0
    return "too_small" if small else one.verdict


def by_least(one: Comparison, least: float) -> Comparison:
    """The same comparison where another difference matters."""
    return msgspec.structs.replace(one, least=least, verdict=verdict_of(one.decisive, least))


def outcome(one: Comparison) -> Text:
    """Better, worse, no clear difference, or why that can't be told."""
    return Text(f"verification.beside.{'nothing' if one.reason is not None else told(one)}")


def grounds(one: Comparison) -> tuple[Text, ...]:
    """What the outcome rests on, and how strictly it was asked."""
    if one.reason is not None:
        return (one.reason,)
    if one.decisive is None or one.decisive.value is None:
        return (Text("verification.beside.no_interval", {"n": one.rows}),)
    said = Text(
        "verification.beside.decided",
        {
            "metric": Text(f"verification.metric.{one.decides}"),
            "difference": difference(one.decides, one.decisive),
            "n": one.rows,
            "level": amount(one.level, "percent", 1),
        },
    )
    found = [said]
    if one.least > 0:
        least = amount(one.least, "metric", decimals(one.decides, one.least))
        found.append(Text("verification.beside.least", {"least": least}))
    if one.earlier:
        found.append(Text("verification.beside.earlier", {"n": one.earlier}))
    return tuple(found)


def difference(code: str, estimate: Estimate) -> Text:
    """A difference as it is shown, with its interval; of losses, below 0 is better."""
    turned = display(code, estimate)
    if turned.value is None:
        return Text("verification.difference.none")
    places = decimals(code, turned.value)
    rounded = round(turned.value, places) if places is not None else turned.value
    sign = "+" if rounded > 0 else "-" if rounded < 0 else ""
    value = amount(abs(turned.value), "metric", places)
    if turned.low is None or turned.high is None:
        return Text("verification.difference", {"sign": sign, "value": value})
    low, high = (amount(end, "metric", decimals(code, end)) for end in (turned.low, turned.high))
    return Text("verification.difference.interval", {"sign": sign, "value": value, "low": low, "high": high})


def our_value(other: Estimate, differs: Estimate) -> float | None:
    """Our figure on the same rows as the other's, in the scorer's sense."""
    if other.value is None or differs.value is None:
        return None
    return other.value + differs.value


def flipped(flips: Flips) -> Text:
    """How many rows changed sides, and whether that may be luck."""
    counts = {"mended": amount(flips.mended), "broken": amount(flips.broken)}
    chance = amount(flips.p, "metric", 3) if flips.p >= _LEAST_P else Text("verification.flips.tiny")
    return Text("verification.flips", {**counts, "p": chance})


_LEAST_P = 0.001

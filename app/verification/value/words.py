"""What a version is worth, in words. Light."""

from __future__ import annotations

from app.project.record import readable
from app.text.message import Text, Value, amount
from app.verification.value.records import Policy, ValueTable, Worth

_LEAST = 0.01


def money(value: float, table: ValueTable) -> Value:
    """An amount of the table's currency."""
    return amount(value, "currency", unit=table.currency)


def signed(value: float, table: ValueTable) -> Text:
    """An amount with its sign, above 0 too."""
    sign = "+" if value > 0 else "-" if value < 0 else ""
    return Text("verification.difference", {"sign": sign, "value": money(abs(value), table)})


def policy_name(policy: Policy) -> Text:
    """What is done, in a few words."""
    if policy.code == "constant":
        return Text("verification.policy.constant", {"name": amount(float(policy.name), digits=2)})
    return Text(f"verification.policy.{policy.code}", {"name": readable(policy.name)})


def compared_with(worth: Worth) -> Policy:
    """What the version is compared with."""
    return worth.policies[worth.today]


def gain_words(worth: Worth) -> Text:
    """What the version brings in a period: +3,100 euros a month."""
    gain = compared_with(worth).gain
    if gain is None or gain.value is None:
        return Text("verification.worth.unknown")
    period = Text(f"verification.period.{worth.table.period}")
    return Text("verification.worth.gain", {"gain": signed(gain.value, worth.table), "period": period})


def chance_words(chance: float) -> Text:
    """A chance in whole per cent; never 0 or 100 %, for nothing here is certain."""
    if chance < _LEAST:
        return Text("verification.chance.under", {"chance": amount(_LEAST, "percent", 0)})
    if chance > 1 - _LEAST:
        return Text("verification.chance.over", {"chance": amount(1 - _LEAST, "percent", 0)})
    return Text("verification.chance", {"chance": amount(chance, "percent", 0)})


def dropped_words(wanted: float | None, table: ValueTable) -> Text | None:
    """How many of the rows over the threshold can't be acted on in a period; None where all can."""
    if wanted is None or table.capacity is None or round(wanted) <= table.capacity:
        return None
    said: dict[str, Value | Text | str | int | float] = {
        "wanted": amount(round(wanted)),
        "capacity": amount(table.capacity),
        "dropped": amount(round(wanted) - table.capacity),
        "period": Text(f"verification.period.{table.period}"),
    }
    return Text("verification.worth.dropped", said)


def approval_words(approved: float | None, threshold: float) -> Text | None:
    """That a version was approved with another threshold than this; None where it wasn't."""
    if approved is None or approved == threshold:
        return None
    return Text("verification.value.approved_other", {"approved": amount(approved, "percent", 1)})


def certainty_words(worth: Worth) -> Text:
    """Between which amounts it lies, and the chance that it is a loss."""
    today = compared_with(worth)
    gain = today.gain
    if gain is not None and gain.low is None and gain.reason is not None:
        return gain.reason
    if gain is None or gain.low is None or gain.high is None or today.worse is None:
        return Text("verification.worth.no_interval")
    ends = {"low": signed(gain.low, worth.table), "high": signed(gain.high, worth.table)}
    return Text("verification.worth.between", {**ends, "worse": chance_words(today.worse)})

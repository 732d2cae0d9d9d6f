"""Data with a leak that was put in, forty kinds of it, and clean data of the same kinds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

Builder = Callable[[np.random.Generator], pd.DataFrame]
_ROWS = 600


def clean(g: np.random.Generator, *, amounts: bool = False, rows: int = _ROWS) -> pd.DataFrame:
    """Customers, as an office keeps them: numbers, words, gaps, and an answer that follows from some, with luck."""
    age = g.integers(18, 90, size=rows)
    months = g.integers(1, 72, size=rows)
    spent = np.round(g.gamma(2.0, 30.0, size=rows), 2)
    calls = g.poisson(1.2, size=rows)
    plan = g.choice(["basic", "plus", "pro"], size=rows, p=[0.5, 0.3, 0.2])
    region = g.choice(["north", "south", "east", "west", "islands"], size=rows)
    income = np.round(g.lognormal(10, 0.4, size=rows), 0)
    income = np.where(g.random(rows) < 0.1, np.nan, income)
    drive = 0.9 * (months < 12) + 0.5 * calls + 0.7 * (plan == "basic") - 0.01 * age + g.normal(scale=1.2, size=rows)
    made = {"age": age, "months": months, "spent": spent, "calls": calls, "plan": plan, "region": region}
    frame = pd.DataFrame({**made, "income": income})
    frame["answer"] = np.round(200 + 60 * drive, 1) if amounts else np.where(drive > 1.1, "yes", "no")
    return frame


def _yes(frame: pd.DataFrame) -> np.ndarray:
    return (frame["answer"] == "yes").to_numpy()


def _flipped(g: np.random.Generator, side: np.ndarray, share: float) -> np.ndarray:
    return side ^ (g.random(len(side)) < share)


def _with(name: str, make: Callable[[np.random.Generator, pd.DataFrame], object], *, amounts: bool = False) -> Builder:
    def build(g: np.random.Generator) -> pd.DataFrame:
        frame = clean(g, amounts=amounts)
        frame.insert(3, name, make(g, frame))
        return frame

    return build


# Copies of the target


def _noisy_copy(share: float) -> Builder:
    return _with("flag", lambda g, f: np.where(_flipped(g, _yes(f), share), "A", "B"))


def _amount_copy(noise: float) -> Builder:
    return _with("invoice", lambda g, f: f["answer"] * 1.21 + g.normal(scale=noise, size=len(f)), amounts=True)


# Known only afterwards


def _filled(share: float, extra: float) -> Builder:
    def make(g: np.random.Generator, f: pd.DataFrame) -> object:
        yes = _yes(f)
        there = (yes & (g.random(len(f)) < share)) | (~yes & (g.random(len(f)) < extra))
        words = g.choice(["price", "moved", "service"], size=len(f))
        return np.where(there, words, None)

    return _with("reason", make)


def _closing_date(share: float) -> Builder:
    def make(g: np.random.Generator, f: pd.DataFrame) -> object:
        days = pd.Timestamp("2024-01-01") + pd.to_timedelta(g.integers(0, 700, size=len(f)), unit="D")
        return pd.Series(days.strftime("%Y-%m-%d")).where(_yes(f) & (g.random(len(f)) < share))

    return _with("closed_on", make)


def _counted_after(share: float) -> Builder:
    def make(g: np.random.Generator, f: pd.DataFrame) -> object:
        return np.where(_yes(f) & (g.random(len(f)) < share), g.integers(1, 6, size=len(f)), 0)

    return _with("reminders", make)


def _state(share: float) -> Builder:
    def make(g: np.random.Generator, f: pd.DataFrame) -> object:
        usual = g.choice(["open", "running"], size=len(f))
        return np.where(_yes(f) & (g.random(len(f)) < share), "closed", usual)

    return _with("state", make)


def _balance(g: np.random.Generator, f: pd.DataFrame) -> object:
    return np.where(_yes(f), 0.0, np.round(g.gamma(2, 50, size=len(f)) + 1, 2))


# Rows that stand on both sides


def _copied(share: float, kind: str) -> Builder:
    def build(g: np.random.Generator) -> pd.DataFrame:
        frame = clean(g)
        if kind == "oversampled":
            rare = frame[_yes(frame)]
            more = rare.sample(n=int(share * len(frame)), replace=True, random_state=1)
        else:
            more = frame.sample(n=int(share * len(frame)), replace=False, random_state=1)
        if kind == "nearly":
            more = more.assign(spent=more["spent"] + 0.01)
        return pd.concat([frame, more]).sample(frac=1.0, random_state=2).reset_index(drop=True)

    return build


def _grouped(name: str, each: int, own: float) -> Builder:
    """Several rows of each person, whose answers are much alike."""

    def build(g: np.random.Generator) -> pd.DataFrame:
        people = _ROWS // each
        base = clean(g, rows=people)
        frame = base.loc[np.repeat(np.arange(people), each)].reset_index(drop=True)
        frame["calls"] = g.poisson(1.2, size=len(frame))
        frame["spent"] = np.round(frame["spent"] * g.uniform(0.9, 1.1, size=len(frame)), 2)
        frame["answer"] = np.where(_flipped(g, _yes(frame), own), "yes", "no")
        frame.insert(0, name, [f"P{number:04}" for number in np.repeat(g.permutation(people), each)])
        return frame.sample(frac=1.0, random_state=3).reset_index(drop=True)

    return build


def _in_time(freq: str, name: str) -> Builder:
    """Rows in the order of their days, with a world that changes."""

    def build(g: np.random.Generator) -> pd.DataFrame:
        frame = clean(g)
        drift = np.linspace(-1, 1, len(frame))
        frame["spent"] = np.round(frame["spent"] * (1 + 0.5 * drift), 2)
        days = pd.date_range("2023-01-01", periods=len(frame), freq=freq).strftime("%Y-%m-%d %H:%M:%S")
        frame.insert(0, name, days)
        return frame

    return build


# Made from all rows before the split


def _standardised(ddof: int, digits: int) -> Builder:
    def build(g: np.random.Generator) -> pd.DataFrame:
        frame = clean(g)
        for name in ("age", "months", "spent"):
            values = frame[name].astype(float)
            frame[name] = np.round((values - values.mean()) / values.std(ddof=ddof), digits)
        return frame

    return build


def _from_0_to_1(g: np.random.Generator) -> pd.DataFrame:
    frame = clean(g)
    for name in ("age", "months", "spent", "income"):
        values = frame[name].astype(float)
        frame[name] = (values - values.min()) / (values.max() - values.min())
    return frame


def _target_mean(by: str, digits: int, *, amounts: bool = False) -> Builder:
    def make(g: np.random.Generator, f: pd.DataFrame) -> object:
        answer = f["answer"] if amounts else pd.Series(_yes(f).astype(float))
        return np.round(answer.groupby(f[by].to_numpy()).transform("mean"), digits)

    return _with(f"{by}_code", make, amounts=amounts)


# Numbers that were given out afterwards


def _numbers(noise: float, start: int) -> Builder:
    """Rows that are numbered with all of one answer first, more or less."""

    def build(g: np.random.Generator) -> pd.DataFrame:
        frame = clean(g)
        order = np.argsort(_yes(frame) + g.normal(scale=noise, size=len(frame)), kind="stable")
        numbers = np.empty(len(frame), dtype=np.int64)
        numbers[order] = np.arange(len(frame)) + start
        frame.insert(0, "record_id", numbers)
        return frame

    return build


LEAKS: dict[str, Builder] = {
    **{f"copy of the target, {share:.1%} wrong": _noisy_copy(share) for share in (0.0, 0.002, 0.005)},
    "copy in numbers": _with("code", lambda g, f: np.where(_yes(f), 17, 4)),
    **{f"amount copied, noise {noise}": _amount_copy(noise) for noise in (0.0, 1.0, 5.0)},
    "copy under another unit": _with("in_cents", lambda g, f: f["answer"] * 100, amounts=True),
    **{f"reason filled in for {share:.0%}": _filled(share, 0.0) for share in (1.0, 0.9, 0.7)},
    "reason filled in, some by mistake": _filled(0.95, 0.002),
    **{f"closing date for {share:.0%}": _closing_date(share) for share in (0.8,)},
    **{f"reminders counted for {share:.0%}": _counted_after(share) for share in (1.0, 0.8, 0.6)},
    **{f"state closed for {share:.0%}": _state(share) for share in (1.0, 0.8, 0.6)},
    "balance paid off": _with("balance", _balance),
    **{f"{share:.0%} of the rows twice": _copied(share, "twice") for share in (0.1, 0.3)},
    "rows almost twice": _copied(0.3, "nearly"),
    **{f"oversampled by {share:.0%}": _copied(share, "oversampled") for share in (0.2, 0.5)},
    "several rows of a patient": _grouped("patient_id", 4, 0.05),
    "several rows of a customer": _grouped("CustomerID", 6, 0.1),
    "several rows of a household": _grouped("hogar", 3, 0.05),
    "in time, by hours": _in_time("6h", "at"),
    "in time, by days": _in_time("D", "fecha"),
    "in time, by minutes": _in_time("37min", "measured_at"),
    "standardised over all rows": _standardised(0, 12),
    "standardised, to four decimals": _standardised(0, 4),
    "standardised by pandas": _standardised(1, 12),
    "scaled from 0 to 1": _from_0_to_1,
    "mean of the target by region": _target_mean("region", 12),
    "mean of the target by age": _target_mean("age", 6),
    "mean of the amount by plan": _target_mean("plan", 12, amounts=True),
    "numbered by the answer": _numbers(0.0, 1),
    "numbered almost by the answer": _numbers(0.3, 5001),
}

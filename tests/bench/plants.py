"""Leaks to put into any table: six kinds, each strong, middling and weak. Written from what is told of leaks that
happened, not from what looks for them.

S. Kaufman, S. Rosset, C. Perlich, O. Stitelman, Leakage in Data Mining (ACM TKDD 6, 2012): columns that are another
reading of the answer, or were written after it; S. Rosset et al., Medical Data Mining: Insights from Winning Two
Competitions (DMKD 20, 2010): numbers that were given out by where a case came from; S. Kapoor, A. Narayanan, Leakage
and the Reproducibility Crisis (Patterns 4, 2023): proxies and preparation on all rows; D. Micci-Barreca (SIGKDD
Explorations 3, 2001): means of the target.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.bench.open_sets import OpenSet, amounts_of, written

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
STRENGTHS = ("strong", "middle", "weak")


@dataclass(frozen=True, kw_only=True)
class Host:
    """A set that something is put into."""

    one: OpenSet
    frame: pd.DataFrame
    g: np.random.Generator
    turn: int

    @property
    def n(self) -> int:
        """Its rows."""
        return len(self.frame)

    @property
    def event(self) -> Booleans:
        """What the leak tells: an answer that isn't the most frequent (of at least a twentieth of the rows where there
        is one), or the largest amounts."""
        if self.one.amounts:
            values = amounts_of(self.one, self.frame)
            high = values > np.quantile(values, 0.7)
            return high if high.sum() >= 0.05 * self.n else values > np.quantile(values, 0.5)
        counts = self.frame[self.one.target].value_counts()
        others = counts.iloc[1:]
        frequent = others[others >= 0.05 * self.n]
        return (
            self.frame[self.one.target] == (frequent if len(frequent) else others).index[-1 if len(frequent) else 0]
        ).to_numpy()

    def put(self, place: int, name: str, words: object) -> pd.DataFrame:
        """The table with another column."""
        made = self.frame.copy()
        made.insert(min(place, made.shape[1] - 1), name, words)
        return made

    def days(self, first: str, span: int) -> pd.Series:
        """A random day for each row."""
        return pd.Series(pd.Timestamp(first) + pd.to_timedelta(self.g.integers(0, span, self.n), unit="D"))


@dataclass(frozen=True, kw_only=True)
class Planted:
    """The table with a leak, and the columns that hold it; none where it is the order of the rows."""

    frame: pd.DataFrame
    columns: tuple[str, ...]


Plant = Callable[[Host, int], Planted]


def copy(host: Host, strength: int) -> Planted:
    """The answer under another name, in other words or another unit; some are wrong, or off by a little."""
    if host.one.amounts:
        values = amounts_of(host.one, host.frame)
        noise = host.g.normal(scale=(0.0, 0.1, 0.23)[strength] * values.std(), size=host.n)
        return Planted(
            frame=host.put(2, "billed", written(values * 1.21 + 3 + noise, host.one, 3)), columns=("billed",)
        )
    labels = host.frame[host.one.target]
    names = {label: f"K{host.g.integers(10, 99)}{place}" for place, label in enumerate(sorted(labels.unique()))}
    wrong = host.g.random(host.n) < (0.0, 0.02, 0.05)[strength]
    words = labels.where(~wrong, labels.sample(frac=1.0, random_state=1).to_numpy()).map(names)
    return Planted(frame=host.put(2, "group_code", words.to_numpy()), columns=("group_code",))


def gaps(host: Host, strength: int) -> Planted:
    """A measurement that says nothing, and was made or lost by the answer."""
    lost, stray = ((1.0, 0.0), (0.95, 0.03), (0.85, 0.1))[strength]
    gone = np.where(host.event, host.g.random(host.n) < lost, host.g.random(host.n) < stray)
    values = np.where(gone, np.nan, host.g.lognormal(3, 0.6, host.n))
    return Planted(frame=host.put(1, "reading", written(values, host.one, 2)), columns=("reading",))


def order(host: Host, strength: int) -> Planted:
    """Rows that were put together by their answer, or numbered so before they were mixed."""
    told = _standing(host)
    ranked = np.argsort(told + host.g.normal(scale=(0.0, 0.25, 0.45)[strength], size=host.n), kind="stable")
    if host.turn % 2:
        return Planted(frame=host.frame.iloc[ranked].reset_index(drop=True), columns=())
    numbers = np.empty(host.n, dtype=np.int64)
    numbers[ranked] = np.arange(host.n) + 10_001
    return Planted(frame=host.put(0, "record_no", [str(number) for number in numbers]), columns=("record_no",))


def _standing(host: Host) -> Floats:
    if host.one.amounts:
        ranks = pd.Series(amounts_of(host.one, host.frame)).rank().to_numpy()
        return (ranks - ranks.mean()) / ranks.std() * 1.5
    return host.event.astype(float)


def dates(host: Host, strength: int) -> Planted:
    """A date of something that follows from the answer: filled in afterwards, or sooner and later by it."""
    event = host.event
    if host.turn % 2:
        filled, stray = ((1.0, 0.0), (0.8, 0.005), (0.5, 0.01))[strength]
        there = np.where(event, host.g.random(host.n) < filled, host.g.random(host.n) < stray)
        words = host.days("2023-01-01", 700).dt.strftime("%Y-%m-%d").where(there, "")
        return Planted(frame=host.put(3, "closed_on", words.to_numpy()), columns=("closed_on",))
    begun = host.days("2021-01-01", 1_000)
    blurred = event ^ (host.g.random(host.n) < (0.0, 0.01, 0.03)[strength])
    lag = np.where(blurred, host.g.integers(1, 60, host.n), host.g.integers(61, 400, host.n))
    ended = begun + pd.to_timedelta(lag, unit="D")
    made = host.put(3, "opened", begun.dt.strftime("%Y-%m-%d").to_numpy())
    made.insert(5, "last_contact", ended.dt.strftime("%Y-%m-%d").to_numpy())
    return Planted(frame=made, columns=("opened", "last_contact"))


def rule(host: Host, strength: int) -> Planted:
    """A word, a limit, or two columns together that stand for the answer in many rows and hardly ever else."""
    event, g = host.event, host.g
    held, stray = ((1.0, 0.0), (0.7, 0.002), (0.45, 0.004))[strength]
    hit = np.where(event, g.random(host.n) < held, g.random(host.n) < stray)
    kind = host.turn % 3
    if kind == 0:
        words = np.where(hit, "closed", g.choice(["open", "running", "waiting"], host.n))
        return Planted(frame=host.put(2, "state", words), columns=("state",))
    if kind == 1:
        values = np.where(hit, g.uniform(80, 120, host.n), g.uniform(0, 80, host.n))
        return Planted(frame=host.put(2, "days_quiet", written(values, host.one, 1)), columns=("days_quiet",))
    first = g.random(host.n) < 0.5
    told = event ^ first ^ (g.random(host.n) < (0.0, 0.02, 0.04)[strength])
    made = host.put(2, "desk", np.where(first, "A", "B"))
    made.insert(4, "shift", np.where(told, "early", "late"))
    return Planted(frame=made, columns=("desk", "shift"))


def encoding(host: Host, strength: int) -> Planted:
    """The mean answer of a group, over all rows: exact, smoothed, or rounded with a little noise."""
    values = amounts_of(host.one, host.frame) if host.one.amounts else host.event.astype(float)
    groups = _groups(host)
    means = pd.Series(values).groupby(groups).transform("mean").to_numpy()
    sizes = pd.Series(values).groupby(groups).transform("size").to_numpy()
    if strength == 1:
        means = (sizes * means + 20 * values.mean()) / (sizes + 20)
    if strength == 2:
        means = means + host.g.normal(scale=0.02 * means.std(), size=host.n)
    digits = max(0, int(np.ceil(-np.log10(max(values.std(), 1e-9)))) + (8, 5, 4)[strength])
    made = host.put(3, "area_rate", written(means, host.one, digits))
    if groups.name == "zone":
        made.insert(1, "zone", groups.to_numpy())
    return Planted(frame=made, columns=("area_rate",))


def _groups(host: Host) -> pd.Series:
    """A column with several kinds; where there is none, zones that say nothing else."""
    for name in host.frame.columns:
        if (
            name != host.one.target
            and 6 <= host.frame[name].nunique() <= host.n / 20
            and not _numeric(host.frame[name])
        ):
            return host.frame[name].rename("own")
    return pd.Series([f"Z{zone:02}" for zone in host.g.integers(0, 30, host.n)], name="zone")


def _numeric(words: pd.Series) -> bool:
    return bool(pd.to_numeric(words.str.replace(",", "."), errors="coerce").notna().mean() > 0.5)


PLANTS: dict[str, Plant] = {"copy": copy, "gaps": gaps, "order": order, "dates": dates, "rule": rule, "mean": encoding}


def clean(host: Host, kind: str) -> pd.DataFrame:
    """The set as it is, from other rows or with columns that say nothing."""
    g, frame = host.g, host.frame
    if kind == "fewer":
        return frame.iloc[np.sort(g.choice(host.n, int(0.7 * host.n), replace=False))].reset_index(drop=True)
    if kind == "again":
        return frame.iloc[g.integers(0, host.n, host.n)].reset_index(drop=True)
    if kind == "mixed":
        return frame.iloc[g.permutation(host.n)].reset_index(drop=True)
    made = host.put(1, "noise", written(np.where(g.random(host.n) < 0.2, np.nan, g.normal(50, 9, host.n)), host.one, 2))
    made.insert(
        3, "seen_on", host.days("2022-01-01", 500).dt.strftime("%Y-%m-%d").where(g.random(host.n) < 0.6, "").to_numpy()
    )
    made.insert(0, "row_key", [f"R{number:06}" for number in g.permutation(host.n)])
    made.insert(4, "branch", g.choice(["north", "south", "east", "west", "islands"], host.n))
    return made


CLEANS = ("fewer", "again", "mixed", "beside")

"""The detail of a column in words: what the chart doesn't say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from app.data.records import ColumnProfile, ColumnType, Histogram
from app.text.message import amount
from app.text.words import Words
from app.ui.datasets.cells import NUMERIC, TEMPORAL, CellFormat, Marks, looks_like_years, reads_as_code

_QUANTILES = ("lowest", "q05", "q25", "median", "q75", "q95", "highest")
_EPOCH = date(1970, 1, 1)
_SHOWN_WORDS = 8


@dataclass(frozen=True)
class Fact:
    """A line of the summary."""

    caption: str
    value: str


def moment_of(type: ColumnType, stored: float) -> date | datetime:
    """The date of a stored number: days since 1970 of a date, seconds of a datetime."""
    if type is ColumnType.DATE:
        return _EPOCH + timedelta(days=round(stored))
    return datetime.fromtimestamp(0, UTC).replace(tzinfo=None) + timedelta(seconds=stored)


def written(profile: ColumnProfile, value: float, words: Words) -> str:
    """A value of the column as the reader writes it."""
    if profile.type in TEMPORAL:
        try:
            moment = moment_of(profile.type, value)
        except OverflowError:
            return words.significant(value)
        return words.datetime(moment) if isinstance(moment, datetime) else words.date(moment)
    if profile.type is ColumnType.INTEGER and float(value).is_integer():
        return Marks(words).write(int(value), grouped=not is_ungrouped(profile))
    return words.significant(value, digits=5)


def is_ungrouped(profile: ColumnProfile) -> bool:
    """Whether the numbers of the column are years or name things."""
    known = profile.quantiles
    years = len(known) > 1 and looks_like_years(known[0], known[-1])
    return profile.type is ColumnType.INTEGER and (years or reads_as_code(profile.name))


def line(profile: ColumnProfile, words: Words) -> str:
    """Type, how many are filled, how many missing: the line below the name."""
    type = words(f"ui_datasets.type.{profile.type}")
    filled = profile.rows - profile.missing
    if not profile.missing:
        return words("ui_datasets.detail.complete", type=type, n=filled)
    share = amount(profile.missing / max(1, profile.rows), "percent")
    return words("ui_datasets.detail.line", type=type, filled=filled, n=profile.missing, share=share)


def facts(profile: ColumnProfile, words: Words) -> list[Fact]:
    """The summary, line by line."""
    made = [Fact(words("ui_datasets.fact.distinct"), words.number(profile.distinct))]
    if profile.mean is not None and profile.type in NUMERIC:
        made.append(Fact(words("ui_datasets.fact.mean"), words.significant(profile.mean, digits=5)))
    if profile.deviation is not None and profile.type in NUMERIC:
        made.append(Fact(words("ui_datasets.fact.deviation"), words.significant(profile.deviation, digits=5)))
    for code, value in zip(_QUANTILES, profile.quantiles, strict=False):
        made.append(Fact(words(f"ui_datasets.fact.{code}"), written(profile, value, words)))
    return made


def examples(profile: ColumnProfile, words: Words) -> str:
    """Some values of the column."""
    shown = CellFormat(words, Marks(words), profile.type, grouped=not is_ungrouped(profile))
    return words("ui_datasets.list_mark").join(shown(cell) for cell in profile.examples[:_SHOWN_WORDS])


def spoken_distribution(profile: ColumnProfile, words: Words) -> str:
    """The chart for those who listen: its highest bar."""
    chart = profile.chart
    if chart is None or not chart.counts or not any(chart.counts):
        return words("ui_datasets.chart.none")
    most = max(range(len(chart.counts)), key=chart.counts.__getitem__)
    if isinstance(chart, Histogram):
        low, high = (written(profile, edge, words) for edge in chart.edges[most : most + 2])
        return words("ui_datasets.chart.interval", low=low, high=high, n=chart.counts[most])
    return words("ui_datasets.chart.word", word=chart.labels[most], n=chart.counts[most])

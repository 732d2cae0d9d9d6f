"""What is known of a stored version, and of a file that was looked at, in the form in which both are compared."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from app.data.delimited.counting import Survey
from app.data.delimited.plan import Plan
from app.data.records import Bars, Column, ColumnProfile, DatasetVersion, Inspected, Profile
from app.data.rules.changes import NUMERIC, WORDED_TYPES, Side, Trait
from app.data.stored import stored_groups
from app.data.values.conversion import convert_column

_LEVELS_KEPT = 200
_LOW, _HIGH = 0.05, 0.95
_ASCII = "data.encoding.ascii"


def side_of_version(version: DatasetVersion, profile: Profile | None, *, plain: bool = False) -> Side:
    """A stored version."""
    profiles = {column.name: column for column in profile.columns} if profile is not None else {}
    return Side(
        traits=tuple(_stored_trait(column, profiles.get(column.name)) for column in version.columns),
        rows=version.rows,
        dialect=version.dialect,
        plain=plain,
    )


def read_profile(path: str) -> Profile | None:
    """A stored profile; None where it can't be read, which the dataset's own page says."""
    try:
        return msgspec.json.decode(Path(path).read_bytes(), type=Profile) if path else None
    except (OSError, msgspec.MsgspecError):
        return None


def _stored_trait(column: Column, profile: ColumnProfile | None) -> Trait:
    low = high = None
    if profile is not None and column.type in NUMERIC and len(profile.quantiles) == 7:
        low, high = profile.quantiles[1], profile.quantiles[5]
    words = _stored_words(column, profile) if column.type in WORDED_TYPES else None
    return Trait(name=column.name, type=column.type, words=words, low=low, high=high)


def _stored_words(column: Column, profile: ColumnProfile | None) -> dict[str, int | None] | None:
    """The words of a stored column, with their counts as far as its chart has them; None where some aren't known."""
    if column.distinct > min(_LEVELS_KEPT, len(column.levels)):
        return None
    chart = profile.chart if profile is not None else None
    counts = dict(zip(chart.labels, chart.counts, strict=True)) if isinstance(chart, Bars) else {}
    return {word: counts.get(word) for word in column.levels}


def counted(side: Side, wanted: dict[str, list[str]], table: str) -> Side:
    """The same with the counts of some words (by column) that its chart doesn't have, from its stored table."""
    traits = []
    for trait in side.traits:
        lacking = [w for w in wanted.get(trait.name, ()) if trait.words is not None and trait.words.get(w) is None]
        if lacking and table and trait.words is not None:
            trait = msgspec.structs.replace(trait, words={**trait.words, **_counts(table, trait.name, lacking)})
        traits.append(trait)
    return msgspec.structs.replace(side, traits=tuple(traits))


def _counts(table: str, column: str, words: list[str]) -> dict[str, int]:
    found = dict.fromkeys(words, 0)
    for group in stored_groups(Path(table), [column], dictionaries=[column]):
        for entry in pc.value_counts(group.column(0).combine_chunks()).to_pylist():
            if entry["values"] in found:
                found[entry["values"]] += entry["counts"]
    return found


def side_of_survey(found: Survey, inspected: Inspected) -> Side:
    """A file of text that was surveyed."""
    traits = []
    for index, (name, type) in enumerate(zip(found.plan.names, found.types, strict=True)):
        words = _surveyed_words(found, index) if type in WORDED_TYPES else None
        low, high = _range(found, index) if type in NUMERIC else (None, None)
        traits.append(Trait(name=name, type=type, words=words, low=low, high=high))
    return Side(
        traits=tuple(traits),
        rows=max(0, inspected.records - found.rejected),
        complete=found.complete,
        dialect=found.dialect,
        plain=is_plain(found.plan),
    )


def side_of_inspected(inspected: Inspected) -> Side:
    """A source of which only the inspection is known."""
    traits = tuple(Trait(name=column.name, type=column.type) for column in inspected.columns)
    rows = max(0, inspected.records - len(inspected.rejected))
    return Side(traits=traits, rows=rows, complete=inspected.complete)


def is_plain(plan: Plan) -> bool:
    """Whether no letter of the file is beyond ASCII."""
    return plan.encoding.reason.id == _ASCII


def _surveyed_words(found: Survey, index: int) -> dict[str, int | None] | None:
    tally, notation = found.tallies[index], found.notations[index]
    if tally.many_words:
        return None
    return {word: n for word, n in tally.words.items() if word and word.strip() not in notation.missing_words}


def _range(found: Survey, index: int) -> tuple[float | None, float | None]:
    """Where most numbers of a column lie, by its first rows."""
    if found.head_rows is None:
        return None, None
    typed, _failed = convert_column(found.head_rows.column(index), found.types[index], found.notations[index])
    numbers = typed.drop_null().cast(pa.float64(), safe=False).to_numpy()
    if not len(numbers):
        return None, None
    low, high = np.quantile(numbers, [_LOW, _HIGH])
    return float(low), float(high)

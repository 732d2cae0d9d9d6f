"""Answers and groups of which there are few rows, and groups that have almost only one answer: what a model can't
learn, or learns from the past too well (S. Barocas, A. Selbst, Big Data's Disparate Impact, California Law Review 104,
2016)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from app.data.records import ColumnType, Finding
from app.learning.findings.beside import Beside, Said, found, share
from app.learning.splits.advice import name_words
from app.learning.telling import Answers
from app.text.listing import listed, quoted
from app.text.message import amount

Booleans = NDArray[np.bool_]

PEOPLE = frozenset({
    "age", "citizenship", "ciudadanía", "disability", "discapacidad", "edad", "ethnic", "ethnicity", "etnia",
    "foreign", "gender", "género", "genero", "marital", "nacionalidad", "nationality", "origen", "origin", "race",
    "raza", "región", "region", "religion", "religión", "sex", "sexo",
})  # fmt: skip
"""Words of columns by whose groups people are compared."""
_AGES = frozenset({"age", "edad"})
_BANDS = (0, 25, 35, 45, 55, 65, 200)
_RARE, _VERY_RARE, _FEW_OF_RARE = 0.2, 0.05, 100
_LEAST_LEVELS, _MOST_LEVELS = 2, 30
_SMALL_ROWS, _SMALL_SHARE = 100, 0.05
_ONE_ANSWER, _FEWEST, _APART = 0.95, 20, 0.1
_LEVEL = 0.001
_SHOWN = 3


@dataclass(frozen=True)
class Group:
    """Rows that share a word, or lie in a band of ages."""

    name: str
    rows: Booleans


def check_balance(answers: Answers, labels: tuple[str, ...]) -> Iterator[Finding]:
    """Whether an answer is rare."""
    if answers.amounts:
        return
    counts = np.bincount(answers.values.astype(np.int64), minlength=len(labels))
    rarest = int(counts.argmin())
    part, n = counts[rarest] / counts.sum(), int(counts[rarest])
    if part > _RARE / max(1.0, len(labels) / 2):
        return
    severity = "warning" if part < _VERY_RARE or n < _FEW_OF_RARE else "note"
    said: Said = {
        "label": labels[rarest],
        "n": n,
        "share": share(float(part)),
        "most": share(float(counts.max() / counts.sum())),
    }
    yield found("imbalance", "", severity, **said)


def check_groups(beside: Beside) -> Iterator[Finding]:
    """Groups of few rows, and groups with almost only one answer, of every column of kinds."""
    for name, type_ in beside.types.items():
        people = bool(name_words(name) & PEOPLE)
        groups = _groups(beside.own(name), name, type_, people=people)
        if not groups:
            continue
        if people:
            yield from _small(beside, name, groups)
        yield from _of_one_answer(beside, name, groups, people=people)


def _groups(column: pd.Series, name: str, type_: ColumnType, *, people: bool) -> list[Group]:
    if column.dtype != object:
        ages = people and name_words(name) & _AGES and column.max() < _BANDS[-1]
        return _banded(column) if ages else []
    counts = column.value_counts()
    if not _LEAST_LEVELS <= len(counts) <= _MOST_LEVELS or type_ is ColumnType.IDENTIFIER:
        return []
    return [Group(str(word), (column == word).to_numpy()) for word in counts.index]


def _banded(column: pd.Series) -> list[Group]:
    bands = pairwise(_BANDS)
    made = [
        Group(f"{low}–{high - 1}" if high < _BANDS[-1] else f"{low}+", ((column >= low) & (column < high)).to_numpy())
        for low, high in bands
    ]
    return [group for group in made if group.rows.any()]


def _small(beside: Beside, name: str, groups: list[Group]) -> Iterator[Finding]:
    n = len(beside.places)
    small = [g for g in groups if g.rows.sum() < _SMALL_ROWS and g.rows.mean() < _SMALL_SHARE]
    if small:
        words = listed([quoted(group.name) for group in small[:_SHOWN]])
        rows = int(sum(group.rows.sum() for group in small))
        yield found(
            "few_of_group", name, "warning", n=len(small), rows=amount(rows), words=words, share=share(rows / n)
        )


def _of_one_answer(beside: Beside, name: str, groups: list[Group], *, people: bool) -> Iterator[Finding]:
    """The largest group of a column that almost always has one answer, where others don't."""
    if beside.answers.amounts:
        return
    codes = beside.answers.values.astype(np.int64)
    base = np.bincount(codes, minlength=len(beside.labels)) / len(codes)
    for group in sorted(groups, key=lambda one: -int(one.rows.sum())):
        n = int(group.rows.sum())
        if n < _FEWEST:
            return
        counts = np.bincount(codes[group.rows], minlength=len(base))
        label = int(counts.argmax())
        part = counts[label] / n
        chance = stats.binom.sf(counts[label] - 1, n, base[label]) * len(groups)
        if part >= _ONE_ANSWER and part - base[label] >= _APART and chance < _LEVEL:
            said: Said = {"group": group.name, "n": n, "label": beside.labels[label]}
            severity = "warning" if people else "note"
            yield found("one_answer", name, severity, share=share(float(part)), rest=share(float(base[label])), **said)
            return

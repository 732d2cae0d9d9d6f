"""Words as numbers: one-hot, codes, means of the target, each as a table of all words that the encoder knows."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator

from app.deployment.onnx.words import answers, known_words
from app.deployment.pmml.markup import Expression, indicator, looked_up, number_text
from app.deployment.pmml.writer import Column, Columns, Floats, Table, Words, Writer, no_converter

_NO_CODE = -1.0


def encoder(writer: Writer, fitted: BaseEstimator, columns: Columns) -> list[Column]:
    """A column for each number that a word becomes."""
    fields = [column.name for column in columns if isinstance(column, Words)]
    if len(fields) < len(columns):
        raise no_converter(type(fitted).__name__)
    known = known_words(fitted)
    made: list[Column] = []
    for field, words, told in zip(fields, known, answers(fitted, known), strict=True):
        for place in range(told.shape[1]):
            table = Table(field=field, words=tuple(words), told=told[:, place])
            made.append(_column(table, place, told.shape[1]))
    return made


def _column(table: Table, place: int, width: int) -> Column:
    flags = bool(np.isin(table.told, (0.0, 1.0)).all())
    word = _only_word(table)
    name = f"{table.field}={word}" if word is not None else f"{table.field}|{place + 1}" if width > 1 else ""
    return Column(name=name or f"{table.field}|code", expression=expression(table), table=table, flag=flags)


def _only_word(table: Table) -> str | None:
    """The word that is 1, where all others are 0, missing and unseen ones too."""
    ones = np.flatnonzero(table.told)
    single = len(ones) == 1 and table.told[ones[0]] == 1.0 and ones[0] < len(table.words)
    return table.words[int(ones[0])] if single else None


def expression(table: Table, *, categories: bool = False) -> Expression:
    """What a table says of its field.

    Parameters
    ----------
    categories
        As whole numbers; what is missing is -1, since PMML4S doesn't take what a table doesn't know for missing.
    """
    word = _only_word(table)
    if word is not None and not categories:
        return indicator(table.field, word)
    told = np.where(np.isnan(table.told), _NO_CODE, table.told) if categories else table.told
    known, missing, unknown = told[:-2], told[-2], told[-1]
    listed = ~((known == unknown) | (np.isnan(known) & np.isnan(unknown)))
    if not listed.any():
        listed[:1] = True  # a table has at least one row
    if np.isnan(known[listed]).any():
        raise no_converter("words")
    return looked_up(
        table.field,
        [(table.words[place], _text(known[place], categories)) for place in np.flatnonzero(listed).tolist()],
        data_type="integer" if categories else "double",
        unknown=None if np.isnan(unknown) else _text(unknown, categories),
        missing=None if np.isnan(missing) else _text(missing, categories),
    )


def _text(value: float, categories: bool) -> str:
    return str(int(value)) if categories else number_text(float(value))


def recoded(column: Column, codes: Floats) -> Column:
    """A column of codes, renumbered: ``codes`` of 0, 1, ..., and of what isn't among them."""
    if column.table is None:
        raise no_converter("codes")
    told = column.table.told
    unseen = ~(told < len(codes) - 1)  # NaN, too
    new = codes[np.where(unseen, len(codes) - 1, told).astype(np.int64)]
    table = Table(field=column.table.field, words=column.table.words, told=new)
    return Column(name=f"{table.field}|category", expression=expression(table, categories=True), table=table)

"""A contract for other programs: as JSON, and as a script that checks a file with pandera. Light."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import PurePath

import msgspec

from app.data.expectations.records import (
    Categories,
    Contract,
    Expectation,
    Filled,
    Fresh,
    Limit,
    Present,
    Range,
    Rows,
    Unique,
    column_of,
)
from app.data.expectations.words import sentence
from app.data.types import TIMES, WORDS, ColumnType
from app.errors import CicloError
from app.text.words import Words

_DTYPES = {
    ColumnType.INTEGER: '"Int64"',
    ColumnType.NUMBER: '"float64"',
    **dict.fromkeys(TIMES, '"datetime64[us]"'),
    **dict.fromkeys(WORDS, '"string"'),
}
_HEAD = '''"""What is expected of {dataset}. Made by Ciclo; needs pandera and pandas, and for Parquet pyarrow.

    python {name} table.csv

The table is one with commas, decimal points and days as 2020-12-31: as "ciclo data" writes it.
"""

import sys

import pandas as pd
import pandera.pandas as pa
'''
_FOOT = '''

def read(path):
    """A table from a CSV or Parquet file; what is blank is missing."""
    if path.endswith(".parquet"):
        return pd.read_parquet(path)
    return pd.read_csv(path, dtype="string", keep_default_na=False).replace(r"^\\s*$", pd.NA, regex=True)


if __name__ == "__main__":
    try:
        schema.validate(read(sys.argv[1]), lazy=True)
    except pa.errors.SchemaErrors as broken:
        print(broken.failure_cases.groupby(["column", "check"], dropna=False).size().to_string())
        sys.exit(1)
    print("All expectations are met.")
'''


def exported(contract: Contract, name: str) -> bytes:
    """The contract in the form that a file of that name is to have.

    Raises
    ------
    CicloError
        ``expectations.unknown_ending``.
    """
    ending = PurePath(name).suffix.lower()
    if ending == ".json":
        return msgspec.json.format(msgspec.json.encode(contract))
    if ending == ".py":
        return _script(contract, PurePath(name).name).encode()
    raise CicloError("expectations.unknown_ending", name=name)


def _script(contract: Contract, name: str) -> str:
    by_column: dict[str, list[Expectation]] = {}
    for one in contract.expectations:
        by_column.setdefault(column_of(one), []).append(one)
    dataset = contract.dataset.replace("\\", "\\\\").replace('"', '\\"')
    lines = [
        _HEAD.format(dataset=dataset, name=name),
        "schema = pa.DataFrameSchema(",
        "    {",
    ]
    for column, held in by_column.items():
        lines += _column(column, held) if column else []
    lines += ["    },", "    checks=["]
    for one in contract.expectations:
        lines += [f"        {check}," for check in _of_table(one)]
    return "\n".join([*lines, "    ],", ")", _FOOT])


def _dtype(held: list[Expectation]) -> str:
    found = next((one.type for one in held if isinstance(one, Present) and one.type is not None), None)
    if found is None and any(isinstance(one, Categories) for one in held):
        found = ColumnType.CATEGORY
    return _DTYPES[found] if found is not None else "None"


def _column(column: str, held: list[Expectation]) -> Iterator[str]:
    dtype = _dtype(held)
    nullable = not any(isinstance(one, Filled) and not one.share for one in held)
    yield f"        {column!r}: pa.Column("
    yield f"            {dtype}, coerce={dtype != 'None'}, nullable={nullable}, checks=["
    for one in held:
        yield from (f"                {check}," for check in _of_cells(one))
    yield "            ]"
    yield "        ),"


def _of_cells(one: Expectation) -> Iterator[str]:
    said = f"error={_said(one)}"
    match one:
        case Range(low=low, high=high):
            if low is not None:
                yield f"pa.Check.ge({_value(low)}, {said})"
            if isinstance(high, str) and len(high) == len("2020-12-31"):
                yield f"pa.Check.lt({_value((date.fromisoformat(high) + timedelta(days=1)).isoformat())}, {said})"
            elif high is not None:
                yield f"pa.Check.le({_value(high)}, {said})"
        case Categories(words=words, others=0.0):
            yield f"pa.Check.isin({list(words)!r}, {said})"
        case Categories(words=words, others=others):
            yield f"pa.Check(lambda cells: bool((~cells.isin({list(words)!r})).sum() <= {others} * len(cells)), {said})"


def _of_table(one: Expectation) -> Iterator[str]:
    said = f"error={_said(one)}"
    match one:
        case Rows(low=low, high=high):
            ends = [f"len(table) >= {low}"] if low is not None else []
            ends += [f"len(table) <= {high}"] if high is not None else []
            yield f"pa.Check(lambda table: {' and '.join(ends)}, {said})"
        case Filled(column=column, share=share) if share:
            yield f"pa.Check(lambda table: bool(table[{column!r}].isna().mean() <= {share}), {said})"
        case Unique(column=column):
            yield f"pa.Check(lambda table: not table[{column!r}].dropna().duplicated().any(), {said})"
        case Fresh(column=column, days=days):
            age = f"(pd.Timestamp.now() - table[{column!r}].max()).days"
            yield f"pa.Check(lambda table: bool({age} <= {days}), {said})"


def _value(limit: Limit) -> str:
    return f"pd.Timestamp({limit!r})" if isinstance(limit, str) else repr(limit)


def _said(one: Expectation) -> str:
    return repr(Words("en").text(sentence(one)))

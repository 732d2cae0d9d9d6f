"""The files that benches import and train on: made anew each time, the same bytes for the same size."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.csv as pc

from app.resources import resource
from tests.bench.figures import ROOT

_BLOCK = 200_000
_MAKER = ROOT.parent / "shared" / "data" / "big" / "make_big.py"
_NOTES = (
    "",
    "",
    "",
    "",
    "Llamar por la tarde",
    'Cliente "VIP", no molestar',
    "Pide factura, con IVA",
    "Avería resuelta",
)


def big_csv(folder: Path, *, gigabytes: float, style: str = "plain") -> Path:
    """A file of mixed columns, ``plain`` or ``es`` (cp1252, semicolons, decimal commas, 31/12/2024), by the script that
    lies beside the project's data where it does; ``CICLO_BENCH_CSV`` and ``CICLO_BENCH_CSV_ES`` name files to take
    instead."""
    given = os.environ.get("CICLO_BENCH_CSV" if style == "plain" else "CICLO_BENCH_CSV_ES")
    if given:
        return Path(given)
    path = folder / f"big-{style}.csv"
    if _MAKER.exists():
        command = [sys.executable, str(_MAKER), "--gb", str(gigabytes), "--out", str(path)]
        subprocess.run([*command, "--style", "us" if style == "plain" else style], check=True, capture_output=True)
        return path
    random = np.random.default_rng(0)
    base = pd.read_csv(str(resource("samples", "telco_churn.csv")), dtype=str, keep_default_na=False)
    first = 0
    with path.open("wb") as file:
        while file.tell() < gigabytes * 1e9:
            rows = _customers(base, first, random)
            if style == "es":
                file.write(_spanish(rows, header=first == 0))
            else:
                pc.write_csv(rows, file, pc.WriteOptions(include_header=first == 0))
            first += _BLOCK
    return path


def in_utf8(source: Path, folder: Path) -> Path:
    """A copy of a file in cp1252 for those that read UTF-8 only."""
    copy = folder / "utf8.csv"
    with source.open("rb") as old, copy.open("wb") as new:
        while block := old.read(1 << 24):
            new.write(block.decode("cp1252").encode())
    return copy


def _spanish(rows: pa.Table, *, header: bool) -> bytes:
    columns = []
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        words = column.cast(pa.string())
        if pa.types.is_floating(column.type):
            words = compute.replace_substring(words, ".", ",")
        elif name == "Since":
            words = compute.replace_substring_regex(words, r"^(\d+)-(\d+)-(\d+)$", r"\3/\2/\1")
        columns.append(words)
    sink = pa.BufferOutputStream()
    told = pc.WriteOptions(include_header=header, delimiter=";", quoting_style="needed")
    pc.write_csv(pa.table(columns, names=rows.column_names), sink, told)
    return sink.getvalue().to_pybytes().decode().encode("cp1252")


def _customers(base: pd.DataFrame, first: int, random: np.random.Generator) -> pa.Table:
    """Rows drawn from the sample with new numbers, a key, a date and a note that sometimes needs quotes."""
    drawn = base.iloc[random.integers(0, len(base), _BLOCK)].reset_index(drop=True)
    tenure = random.integers(0, 73, _BLOCK)
    monthly = random.uniform(18, 119, _BLOCK).round(2)
    day = np.datetime64("2019-01-01") + random.integers(0, 2000, _BLOCK).astype("timedelta64[D]")
    drawn["customerID"] = [f"K{number:09d}" for number in range(first, first + _BLOCK)]
    drawn["tenure"], drawn["MonthlyCharges"] = tenure, monthly
    drawn["TotalCharges"] = np.where(tenure > 0, (tenure * monthly).round(2), np.nan)
    drawn["Since"] = day.astype(str)
    drawn["Usage"] = random.gamma(2.0, 30.0, _BLOCK).round(3)
    drawn["Calls"] = random.poisson(1.3, _BLOCK)
    drawn["Note"] = random.choice(_NOTES, _BLOCK)
    return pa.Table.from_pandas(drawn, preserve_index=False)


def training_csv(folder: Path, *, rows: int = 200_000, columns: int = 30) -> Path:
    """Numbers and categories, some missing, with a target that depends on a few of them."""
    random = np.random.default_rng(1)
    numbers = random.normal(size=(rows, columns - 6))
    data: dict[str, np.ndarray] = {f"x{i}": numbers[:, i].round(5) for i in range(numbers.shape[1])}
    words = np.array(["north", "south", "east", "west", "centre"])
    for i in range(5):
        data[f"c{i}"] = words[random.integers(0, 3 + i % 3, rows)]
    logit = numbers[:, 0] + numbers[:, 1] * numbers[:, 2] - 0.7 * (data["c0"] == "south") - 0.5
    frame = pd.DataFrame(data)
    frame["y"] = np.where(random.random(rows) < 1 / (1 + np.exp(-logit)), "yes", "no")
    frame.loc[random.random(rows) < 0.05, "x3"] = np.nan
    path = folder / "training.csv"
    frame.to_csv(path, index=False)
    return path

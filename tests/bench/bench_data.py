"""The data room on long tables: profile and findings beside the import, a recipe of ten steps beside Polars.

``python -m tests.bench.bench_data [--gb 3.5] [--project P --dataset D]`` imports a file (or takes a version that is
there), profiles its stored table again in a process of its own, and replays ten steps on it, which Polars does from the
same Parquet file to another one. Ciclo's time includes the profile of what it made. A table of 100,000 rows is profiled
beside ydata-profiling, in its minimal mode. The preview of a step is measured in the real window.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from statistics import median

import pyarrow.compute as pc
import pyarrow.parquet as pq

from app.data.profiling import profile_table
from app.data.records import DATASET, DatasetVersion
from app.project import Project
from tests.bench.figures import ROOT, Figures, ciclo, environment, program, quantile, scratch
from tests.bench.files import big_csv
from tests.bench.peers import TOOLS, environment_python, peer_python

_MOST_MB, _MOST_IMPORTS, _MOST_POLARS = 1_500, 1.0, 2.0
_SHORT_ROWS, _SHORT_COLUMNS, _LEAST_FASTER = 100_000, 25, 20
_TURNS, _PREVIEW_MS = 30, 300
_NAME = "big"
_STEPS: list[dict[str, object]] = [
    {"step": "trim", "column": "Contract", "case": "lower"},
    {"step": "replace", "column": "PaymentMethod", "words": {"Mailed check": "check", "Electronic check": "check"}},
    {"step": "fill", "column": "TotalCharges", "value": 0},
    {"step": "clip", "column": "MonthlyCharges", "low": 20, "high": 110},
    {
        "step": "bin",
        "column": "tenure",
        "edges": [12, 24, 48],
        "labels": ["new", "young", "old", "oldest"],
        "into": "age",
    },
    {"step": "calculate", "left": "MonthlyCharges", "operator": "*", "right": "tenure", "into": "sum"},
    {"step": "calculate", "left": "sum", "operator": "-", "right": "TotalCharges", "into": "gap"},
    {"step": "concatenate", "columns": ["Contract", "age"], "into": "group"},
    {"step": "filter", "column": "tenure", "test": ">", "values": [0]},
    {"step": "drop", "columns": ["Partner"]},
]
_POLARS = """
import sys, time
import polars as pl
began = time.perf_counter()
source, out = sys.argv[1:]
c = pl.col
(
    pl.scan_parquet(source)
    .with_columns(
        c("Contract").cast(pl.String).str.strip_chars().str.replace_all(r"\\\\s+", " ").str.to_lowercase(),
        c("PaymentMethod").cast(pl.String).replace({"Mailed check": "check", "Electronic check": "check"}),
        c("TotalCharges").fill_null(0),
        c("MonthlyCharges").clip(20, 110),
    )
    .with_columns(
        pl.when(c("tenure") < 12).then(pl.lit("new")).when(c("tenure") < 24).then(pl.lit("young"))
        .when(c("tenure") < 48).then(pl.lit("old")).when(c("tenure") >= 48).then(pl.lit("oldest")).alias("age"),
        (c("MonthlyCharges") * c("tenure")).alias("sum"),
    )
    .with_columns((c("sum") - c("TotalCharges")).alias("gap"), (c("Contract") + " " + c("age")).alias("group"))
    .filter(c("tenure") > 0)
    .drop("Partner")
    .sink_parquet(out)
)
print(time.perf_counter() - began)
"""

_PROFILER = """
import json, sys, time
from importlib.metadata import version
import pandas as pd
from data_profiling import ProfileReport
source, out = sys.argv[1:]
small = ProfileReport(pd.read_parquet(source).head(1_000), minimal=True, progress_bar=False)
small.to_file(out)
began = time.perf_counter()
frame = pd.read_parquet(source)
report = ProfileReport(frame, minimal=True, progress_bar=False)
report.get_description()
figures_s = time.perf_counter() - began
report.to_file(out)
told = {"s": time.perf_counter() - began, "figures_s": figures_s, "rows": len(frame)}
print()
print(json.dumps({**told, "version": version("fg-data-profiling")}))
"""


def _profile(path: str, types: list[str]) -> None:
    """The part that is a process of its own: seconds and peak memory of a profile with findings."""
    from app.data.types import ColumnType

    began = time.perf_counter()
    found, _ = profile_table(Path(path), [ColumnType(one) for one in types], repeated=0, threads=2)
    took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"s": took, "mb": peak, "findings": len(found.findings)}))


def _alone(part: str, *arguments: str) -> dict[str, float]:
    done = subprocess.run(program("bench_data", part, *arguments), capture_output=True, text=True, check=True, cwd=ROOT)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _sums(path: Path) -> tuple[int, float]:
    """What both results must have in common: rows, and the sum of a column that depends on most of the steps."""
    column = pq.read_table(path, columns=["gap"]).column(0)
    return len(column), float(pc.sum(column).as_py())


def _measure(figures: Figures, home: Path, project: Path, dataset: str, import_s: float, folder: Path) -> None:
    with closing(Project.open(project)) as opened:
        record = opened.version(DATASET, dataset)
        body, stored = record.read(DatasetVersion), opened.object_path(record.objects["table"].sha256)
    figures.note(f"{body.rows:,} rows, {len(body.columns)} columns")
    told = _alone("--profile", str(stored), *(str(column.type) for column in body.columns))
    figures.note(f"profile with {told['findings']:.0f} findings in {told['s']:.1f} s")
    if import_s:
        ratio = told["s"] / import_s
        said = f"{ratio:.2f} ({told['s']:.1f} of {import_s:.1f} s)"
        figures.say("profile and findings beside the import", said, f"<= {_MOST_IMPORTS}", ratio <= _MOST_IMPORTS)
    _preview(figures, home, project)
    _beside_profiler(figures, folder)
    figures.say("peak memory of the profile, MB", f"{told['mb']:.0f}", f"<= {_MOST_MB}", told["mb"] <= _MOST_MB)
    recipe = folder / "ten.json"
    recipe.write_text(json.dumps({"steps": _STEPS}))
    began = time.perf_counter()
    ciclo(home, "prepare", str(project), dataset, "--recipe", str(recipe), "--name", f"ten{time.time_ns()}", "--json")
    ours = time.perf_counter() - began
    out = folder / "polars.parquet"
    command = [str(peer_python()), "-c", _POLARS, str(stored), str(out)]
    theirs = float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1])
    with closing(Project.open(project)) as opened:
        newest = max(opened.live(DATASET), key=lambda one: one.time)
        result = opened.object_path(newest.objects["table"].sha256)
    ratio = ours / theirs
    said = f"{ratio:.2f} ({ours:.1f} and {theirs:.1f} s)"
    figures.say("ten steps beside Polars, whole command", said, f"<= {_MOST_POLARS}", ratio <= _MOST_POLARS)
    (rows, total), (their_rows, their_total) = _sums(result), _sums(out)
    same = rows == their_rows and abs(total - their_total) <= 1e-9 * abs(their_total)
    figures.say("the same rows and sums", f"{rows:,} rows, {total:.2f}", "the same", same)


def _preview(figures: Figures, home: Path, project: Path) -> None:
    """From the click that changes a step to the rows that it makes, painted in the real window."""
    command = program("previewed_window", str(project.resolve()), str(_TURNS))
    done = subprocess.run(command, env=environment(home), capture_output=True, text=True, check=True, cwd=ROOT)
    times = json.loads(done.stdout.splitlines()[-1])
    middle, most = median(times), quantile(times, 0.95)
    said = f"{middle:.0f} ms, 95% {most:.0f} ms"
    figures.say(
        f"click to the preview of a step, median of {_TURNS}", said, f"<= {_PREVIEW_MS} ms", most <= _PREVIEW_MS
    )


def _beside_profiler(figures: Figures, folder: Path) -> None:
    """Both profile the same table of 100,000 rows from the same Parquet file, each in a process alone that has done it
    with a thousand rows before, so that no import counts; from opening the file to the result on the disk. Theirs
    is the report, which is what it is used for; the figures alone, without drawing them, are told as well."""
    source = folder / "short.parquet"
    names = list(_table(folder, source))
    ours = _alone("--profile-file", str(source), str(folder / "ours.json"), *names)
    python = environment_python(TOOLS / "peers-profiling", ROOT / "requirements-peers-profiling.lock")
    command = [str(python), "-W", "ignore", "-c", _PROFILER, str(source), str(folder / "theirs.html")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    theirs = json.loads(done.stdout.splitlines()[-1])
    ratio = theirs["s"] / ours["s"]
    figures.note(f"fg-data-profiling (ydata-profiling now) {theirs['version']}, minimal: {theirs['rows']:,} rows")
    figures.note(f"its figures alone {theirs['figures_s']:.2f} s: {theirs['figures_s'] / ours['s']:.1f} times ours")
    said = f"{ratio:.1f} x ({ours['s']:.2f} and {theirs['s']:.2f} s)"
    figures.say("report of 100,000 rows beside ydata-profiling", said, f">= {_LEAST_FASTER}", ratio >= _LEAST_FASTER)


def _table(folder: Path, out: Path) -> Iterator[str]:
    """A table of 100,000 rows and 25 columns as an import stores it; the types of its columns."""
    source = big_csv(folder, gigabytes=0.02)
    short = folder / "short.csv"
    with source.open(encoding="utf-8") as whole, short.open("w", encoding="utf-8") as part:
        part.writelines(islice(whole, _SHORT_ROWS + 1))
    home, project = folder / "short-home", folder / "short-project"
    ciclo(home, "new", str(project))
    ciclo(home, "import", str(project), str(short), "--name", _NAME)
    with closing(Project.open(project)) as opened:
        record = opened.version(DATASET, _NAME)
        stored = opened.object_path(record.objects["table"].sha256)
        columns = record.read(DatasetVersion).columns[:_SHORT_COLUMNS]
    pq.write_table(pq.read_table(stored, columns=[c.name for c in columns]), out, row_group_size=32_000)
    for column in columns:
        yield str(column.type)


def _profile_file(path: str, out: str, types: list[str]) -> None:
    """The part that is a process of its own: the profile of a file as JSON, once warm."""
    import msgspec

    from app.data.types import ColumnType

    kinds = [ColumnType(one) for one in types]
    small = Path(out).with_suffix(".small")
    pq.write_table(pq.read_table(path).slice(0, 1_000), small)
    profile_table(small, kinds, repeated=0, threads=2)
    began = time.perf_counter()
    found, _ = profile_table(Path(path), kinds, repeated=0, threads=2)
    Path(out).write_bytes(msgspec.json.encode(found))
    print(json.dumps({"s": time.perf_counter() - began}))


def main() -> int:
    """The figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gb", type=float, default=1.0)
    parser.add_argument("--project", type=Path)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--dataset", default=_NAME)
    parser.add_argument("--profile", nargs="+", default=[])
    parser.add_argument("--profile-file", nargs="+", default=[])
    options = parser.parse_args()
    if options.profile:
        _profile(options.profile[0], options.profile[1:])
        return 0
    if options.profile_file:
        _profile_file(*options.profile_file[:2], options.profile_file[2:])
        return 0
    figures = Figures()
    with scratch() as folder:
        project, home, import_s = options.project, options.home or folder / "home", 0.0
        if project is None:
            project = folder / "project"
            source = big_csv(folder, gigabytes=options.gb)
            ciclo(home, "new", str(project))
            began = time.perf_counter()
            ciclo(home, "import", str(project), str(source), "--name", _NAME)
            import_s = time.perf_counter() - began
        _measure(figures, home, project, options.dataset, import_s, folder)
    return figures.status


if __name__ == "__main__":
    sys.exit(main())

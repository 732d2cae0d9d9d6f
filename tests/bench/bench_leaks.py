"""Whether leaks that were put into open data are found, and the data themselves left in peace.

``python -m tests.bench.bench_leaks [--rows 4000] [--clean 100] [--only SET ...]`` plants six kinds of leak, each
strong, middling and weak, in every set of the shared folder; imports each table as the window does; and looks at it as
``ciclo profile --target`` does. What a set's own notes say leaks in it is no false alarm.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd

from app.data.records import ImportRequest
from app.data.versions.arrival import import_source
from app.learning.findings.records import FindAnswer, FindRequest
from app.learning.findings.work import find
from app.project import Project
from tests.bench.figures import Figures
from tests.bench.open_sets import OPEN, SETS, OpenSet, load
from tests.bench.plants import CLEANS, PLANTS, STRENGTHS, Host, clean
from tests.integration.learning.datasets import Here

_FOUND, _FALSE = 0.95, 0.02
_LEAK = "findings.leak."


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One table: a set with a plant of a strength, or (``kind`` of :data:`CLEANS`) without."""

    place: int
    kind: str
    strength: int
    seed: int
    rows: int


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of a table: the codes and columns of leaks that were found as planted, and of all others."""

    case: Case
    right: tuple[str, ...]
    wrong: tuple[str, ...]


def judge(case: Case) -> Result:
    """Build a table, import it and look at it."""
    one = SETS[case.place]
    host = Host(one=one, frame=load(one, case.rows), g=np.random.default_rng(case.seed), turn=case.place)
    columns: tuple[str, ...] = ()
    ordered = case.kind == "order"
    if case.kind in PLANTS:
        planted = PLANTS[case.kind](host, case.strength)
        frame, columns = planted.frame, planted.columns
    else:
        frame = clean(host, case.kind)
    right, wrong = [], []
    for finding in looked_at(one, frame).findings:
        if not finding.code.startswith(_LEAK):
            continue
        named = {finding.column, str(finding.message.params.get("other", ""))} - {""}
        said = f"{finding.code.removeprefix(_LEAK)} {' + '.join(sorted(named))}".strip()
        if named & set(columns) or (ordered and not columns and not finding.column):
            right.append(said)
        elif not named & set(one.leaks):
            wrong.append(said)
    return Result(case=case, right=tuple(right), wrong=tuple(wrong))


def looked_at(one: OpenSet, frame: pd.DataFrame) -> FindAnswer:
    """What is found in a table, after an import into a project of its own."""
    with tempfile.TemporaryDirectory(prefix="ciclo-leaks-") as folder:
        os.environ["CICLO_HOME"] = str(Path(folder) / "home")
        project = Project.create(Path(folder) / "p")
        file = Path(folder) / "data.csv"
        frame.to_csv(file, index=False, sep=";")
        try:
            told = {"project": str(project.folder), "source": str(file), "name": "data"}
            staging, lock = project.new_staging()
            project.commit(import_source(Here(staging), ImportRequest(**told)).drafts)
            request = FindRequest(project=str(project.folder), dataset="data", target=one.target.strip(), scores=False)
            answer = msgspec.json.decode(find(Here(staging), request).answer, type=FindAnswer)
            lock.release()
        finally:
            project.close()
    return answer


def planted_cases(places: list[int], rows: int) -> Iterator[Case]:
    """Every plant of every strength in every set."""
    for place in places:
        for nth, kind in enumerate(PLANTS):
            for strength in range(len(STRENGTHS)):
                yield Case(
                    place=place, kind=kind, strength=strength, seed=1_000 * place + 10 * nth + strength, rows=rows
                )


def clean_cases(places: list[int], rows: int, n: int) -> Iterator[Case]:
    """So many tables without a plant, of all sets and kinds in turn."""
    pairs = cycle([(place, kind) for kind in CLEANS for place in places])
    for seed, (place, kind) in enumerate(islice(pairs, n)):
        yield Case(place=place, kind=kind, strength=0, seed=50_000 + seed, rows=rows)


def say_planted(figures: Figures, results: list[Result]) -> None:
    """How many plants were found, by kind and strength."""
    missed = [r for r in results if not r.right]
    found = len(results) - len(missed)
    figures.say(
        "planted leaks that are found",
        f"{found} of {len(results)} ({found / len(results):.1%})",
        ">= 95 %",
        found >= _FOUND * len(results),
    )
    for kind in PLANTS:
        parts = []
        for strength, name in enumerate(STRENGTHS):
            own = [r for r in results if (r.case.kind, r.case.strength) == (kind, strength)]
            parts.append(f"{name} {sum(bool(r.right) for r in own)} of {len(own)}")
        figures.note(f"{kind}: {', '.join(parts)}")
    for one in missed:
        figures.note(f"missed: {one.case.kind} {STRENGTHS[one.case.strength]} in {SETS[one.case.place].name}")
    beside = Counter(f"{SETS[r.case.place].name}: {said}" for r in results for said in r.wrong)
    figures.note(f"said beside the plants: {', '.join(f'{k} ({n})' for k, n in beside.most_common(12)) or 'nothing'}")


def say_clean(figures: Figures, results: list[Result]) -> None:
    """How many clean tables were accused."""
    accused = [r for r in results if r.wrong]
    limit = _FALSE * len(results)
    figures.say(
        "clean tables that are accused", f"{len(accused)} of {len(results)}", "<= 2 of 100", len(accused) <= limit
    )
    for one in accused:
        figures.note(f"accused: {SETS[one.case.place].name} ({one.case.kind}): {'; '.join(one.wrong)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=4_000, help="of each set at most")
    parser.add_argument("--clean", type=int, default=100, help="tables without a leak")
    parser.add_argument("--only", nargs="*", default=[], help="names of sets")
    options = parser.parse_args()
    if not OPEN.exists():
        print(f"         there are no open data at {OPEN}")
        return 0
    places = [place for place, one in enumerate(SETS) if not options.only or one.name in options.only]
    figures = Figures()
    with ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=get_context("spawn")) as pool:
        say_planted(figures, list(pool.map(judge, planted_cases(places, options.rows), chunksize=4)))
        say_clean(figures, list(pool.map(judge, clean_cases(places, options.rows, options.clean), chunksize=4)))
    return figures.status


if __name__ == "__main__":
    sys.exit(main())

"""The nine tasks of the published table whose data lie beside the project, cut into ten folds."""

from __future__ import annotations

import csv
import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import KFold, StratifiedKFold

from tests.bench.figures import ROOT

DATA = ROOT.parent / "shared" / "data"
FOLDS = 10
_SEED = 42
_TARGET = "answer"


@dataclass(frozen=True, kw_only=True)
class PublishedTask:
    """A task of the table: its name there, the files, and which column is learned."""

    name: str
    files: tuple[str, ...]
    kind: str
    delimiter: str = ","
    header: bool = False
    target: str = ""
    drop: tuple[str, ...] = ()
    """``target`` empty: the last column."""

    @property
    def regression(self) -> bool:
        return self.kind == "rmse"


TASKS = (
    PublishedTask(name="car", files=("bench_small/car.data",), kind="logloss"),
    PublishedTask(name="blood-transfusion-service-center", files=("bench_small/blood.csv",), kind="auc", header=True),
    PublishedTask(name="credit-g", files=("german_credit/german.csv",), kind="auc"),
    PublishedTask(
        name="house_prices_nominal",
        files=("ames_house_prices/house.csv",),
        kind="rmse",
        header=True,
        target="SalePrice",
        drop=("Id",),
    ),
    PublishedTask(name="abalone", files=("bench_small/abalone.csv",), kind="rmse"),
    PublishedTask(name="phoneme", files=("bench_small/phoneme.csv",), kind="auc"),
    PublishedTask(
        name="wine-quality-white",
        files=("bench_small/winequality-white.csv",),
        kind="logloss",
        header=True,
        target="quality",
    ),
    PublishedTask(
        name="bank-marketing",
        files=("bank_marketing/bank-marketing.csv",),
        kind="auc",
        delimiter=";",
        header=True,
        target="y",
    ),
    PublishedTask(name="adult", files=("adult_census/adult-train.csv", "adult_census/adult-test.csv"), kind="auc"),
)


def read(task: PublishedTask) -> tuple[list[str], list[list[str]]]:
    """Header and records, as text; the target stands last under a name of its own."""
    records: list[list[str]] = []
    for file in task.files:
        text = (DATA / "open" / file).read_text(encoding="utf-8-sig")
        records += [row for row in csv.reader(io.StringIO(text), delimiter=task.delimiter) if row]
    header = records.pop(0) if task.header else [f"column {n}" for n in range(1, len(records[0]) + 1)]
    target = header.index(task.target) if task.target else len(header) - 1
    kept = [n for n, name in enumerate(header) if n != target and name not in task.drop]
    answers = [row[target].strip().rstrip(".") if task.name == "adult" else row[target] for row in records]
    names = [header[n] for n in kept] + [_TARGET]
    return names, [[row[n] for n in kept] + [answer] for row, answer in zip(records, answers, strict=True)]


def write_fold(task: PublishedTask, fold: int, folder: Path) -> tuple[Path, Path, list[str]]:
    """The files to learn from and to be judged by, and the true answers of the latter.

    The published folds aren't in the files: these are shuffled, by class where there are classes.
    """
    names, records = read(task)
    learned, judged = fold_of(task, records, fold)
    places = []
    for name, rows in (("learn", learned), ("judge", judged)):
        places.append(folder / f"{name}.csv")
        with places[-1].open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(names)
            writer.writerows(records[n] for n in rows)
    return places[0], places[1], [records[n][-1] for n in judged]


def fold_of(task: PublishedTask, records: list[list[str]], fold: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The places of the records that are learned from, and of those that are judged by."""
    answers = np.array([row[-1] for row in records])
    cut = (KFold if task.regression else StratifiedKFold)(FOLDS, shuffle=True, random_state=_SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a class of wine has five members
        return list(cut.split(np.zeros(len(answers)), None if task.regression else answers))[fold]

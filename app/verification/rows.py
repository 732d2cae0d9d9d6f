"""The rows on which a model is judged: its hold-out, or a test dataset that may look different from what it learned."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.records import DATASET, Column, ColumnType, DatasetVersion
from app.data.stored import read_stored, stored_shape
from app.errors import CicloError
from app.learning.matrix import NUMBERS, cast_column, numbers
from app.learning.records import Feature, ModelVersion, Task
from app.learning.target import source_words
from app.project import Project, Record
from app.project.record import kind_in_words
from app.text.message import Text
from app.verification.observed import Floats
from app.verification.verdict import Finding

_LISTED = 8
_ERRORS, _LEAST = 3.0, 1e-9
"""Standard errors beyond which likeness is no chance, and the least variance that they are reckoned with."""


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows to be judged.

    Attributes
    ----------
    features
        A column for each feature of the model, in a type that it can eat.
    actual
        Shape (n,): index of the label, or the amount; None where the data has no target.
    prior
        What was learned from: the share of each label, or the mean as a single figure.
    key
        Names these rows, for counting how often they were looked at.
    positions
        Shape (n,): their numbers in the dataset.
    """

    dataset: Record
    on_test_file: bool
    key: str
    features: pa.Table
    actual: Floats | None
    prior: Floats
    findings: tuple[Finding, ...]
    positions: NDArray[np.int64]


def load_rows(project: Project, model: Record, version: ModelVersion, *, test: str) -> Rows:
    """The hold-out of a version, or all rows of the dataset version ``test``.

    Raises
    ------
    CicloError
        ``verification.no_common_column`` where a test dataset has none of the model's columns,
        ``verification.learned_from`` where it is the one that the model learned from.
    """
    learned = project.get(version.dataset_id)
    label = test or version.split.test_dataset
    dataset = project.version(DATASET, label) if label else learned
    if test and dataset.objects["table"].sha256 == learned.objects["table"].sha256:  # also under another name
        raise CicloError("verification.learned_from", dataset=dataset.label, model=model.label)
    chosen = _holdout(project, model) if not test else None
    table = _read(project, dataset, version, chosen)
    features, findings = aligned(table, version.features)
    actual, more = _actual(table, dataset.read(DatasetVersion), version)
    known = np.ones(table.num_rows, dtype=np.bool_) if actual is None else ~np.isnan(actual)
    positions = np.arange(table.num_rows) if chosen is None else chosen
    return Rows(
        dataset=dataset,
        on_test_file=bool(test),
        key=f"dataset:{dataset.id}:{version.target}" if test else version.split.key,
        features=features if known.all() else features.filter(pa.array(known)),
        actual=None if actual is None else actual[known],
        prior=_prior(project, learned, version, None if version.split.test_dataset else _holdout(project, model)),
        findings=(*findings, *more),
        positions=positions[known],
    )


def never_learned(project: Project, model: Record, version: ModelVersion, rows: Rows) -> Rows:
    """The rows of a test dataset without those that the version learned from, which is said.

    Raises
    ------
    CicloError
        ``verification.learned_from`` where none is left.
    """
    learned = learned_from(project, model, version, rows)
    if not learned.any():
        return rows
    if learned.all():
        raise CicloError("verification.learned_from", dataset=rows.dataset.label, model=model.label)
    kept = ~learned
    text = Text("verification.finding.learned_from", {"n": int(learned.sum())})
    return replace(
        rows,
        features=rows.features.filter(pa.array(kept)),
        actual=None if rows.actual is None else rows.actual[kept],
        positions=rows.positions[kept],
        findings=(("bad", text), *rows.findings),
    )


def features_of(project: Project, rows: Rows, version: ModelVersion) -> pa.Table:
    """The same rows with the columns of another version's model; those that the dataset doesn't have are empty."""
    table = _read(project, rows.dataset, version, rows.positions)
    return aligned(table, version.features)[0]


def learned_from(project: Project, model: Record, version: ModelVersion, rows: Rows) -> NDArray[np.bool_]:
    """Which of the rows a version learned from, shape (n,): of the same dataset by their numbers, of another by all
    that the version looks at, the target included."""
    if version.split.key == rows.key:
        return np.zeros(len(rows.positions), dtype=np.bool_)
    learned = project.get(version.dataset_id)
    kept = None if version.split.test_dataset else _holdout(project, model)
    size = learned.read(DatasetVersion).rows
    used = np.ones(size, dtype=np.bool_)
    if kept is not None:
        used[kept] = False
    if learned.objects["table"].sha256 == rows.dataset.objects["table"].sha256:
        return used[rows.positions]
    before = _hashes(_read(project, learned, version, np.flatnonzero(used)), version)
    return _known(before, _hashes(_read(project, rows.dataset, version, rows.positions), version))


def _known(before: NDArray[np.uint64], now: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which of the hashes ``now`` stand among those ``before``; none where no more of them do than rows are alike
    anyway: with few columns of few words, new customers look like old ones."""
    found = np.isin(now, before)
    if not found.any():
        return found
    alike = np.unique(before, return_counts=True)[1]
    usual = float(alike[alike > 1].sum() / len(before))
    chance = _ERRORS * float(np.sqrt(max(usual * (1 - usual), _LEAST) / len(now)))
    return found if float(found.mean()) > usual + chance else np.zeros_like(found)


def _hashes(table: pa.Table, version: ModelVersion) -> NDArray[np.uint64]:
    """Of each row's values, shape (n,), whatever their types in the dataset."""
    names = [*(feature.name for feature in version.features), version.target]
    total = np.zeros(table.num_rows, dtype=np.uint64)
    for name in names:
        if not table.schema.get_all_field_indices(name):
            continue
        words = pd.Series(table.column(name).cast(pa.string()).to_pandas(), dtype=object).fillna("")
        total = total * np.uint64(1_000_003) ^ pd.util.hash_pandas_object(words, index=False).to_numpy()
    return total


def _holdout(project: Project, model: Record) -> NDArray[np.int64]:
    path = project.whole_object(model.objects["holdout"].sha256)
    return np.asarray(read_stored(path, ["row"]).column("row").to_numpy(), dtype=np.int64)


def _read(project: Project, dataset: Record, version: ModelVersion, rows: NDArray[np.int64] | None) -> pa.Table:
    path = project.whole_object(dataset.objects["table"].sha256)
    wanted = {version.target, *(feature.name for feature in version.features)}
    columns = [name for name in stored_shape(path).names if name in wanted]
    if not set(columns) - {version.target}:
        raise CicloError("verification.no_common_column", dataset=dataset.label, model=version.request.model)
    table = read_stored(path, columns)
    return table if rows is None else table.take(pa.array(rows))


# Features


def aligned(table: pa.Table, features: tuple[Feature, ...]) -> tuple[pa.Table, list[Finding]]:
    """A column for each feature; what is missing or of another kind becomes empty, and is said."""
    columns, findings = [], list[Finding]()
    for feature in features:
        column, finding = _aligned(table, feature)
        columns.append(column)
        if finding is not None and len(findings) < _LISTED:
            findings.append(finding)
    return pa.table(dict(zip([f.name for f in features], columns, strict=True))), findings


def _aligned(table: pa.Table, feature: Feature) -> tuple[pa.ChunkedArray, Finding | None]:
    name = feature.name
    if not table.schema.get_all_field_indices(name):
        finding = ("bad", Text("verification.finding.missing_column", {"column": name}))
        return _empty(table.num_rows, feature.type), finding
    values = table.column(name)
    try:
        found = cast_column(values, feature.type)
    except pa.ArrowException:
        found = _coerced(values, feature.type)
        lost = found.null_count - values.null_count
        return found, ("warning", Text("verification.finding.wrong_type", {"column": name, "n": lost}))
    return found, _unseen(found, feature)


def _empty(rows: int, type_: ColumnType) -> pa.ChunkedArray:
    kind = pa.float64() if type_ in NUMBERS else pa.timestamp("us") if "date" in type_.value else pa.string()
    return pa.chunked_array([pa.nulls(rows, kind)])


def _coerced(values: pa.ChunkedArray, type_: ColumnType) -> pa.ChunkedArray:
    """Numbers where the words are numbers, empty elsewhere."""
    if type_ not in NUMBERS:
        return _empty(len(values), type_)
    return pa.chunked_array([pa.array(_amounts(values), from_pandas=True)])


def _amounts(values: pa.ChunkedArray) -> Floats:
    try:
        return numbers(cast_column(values, ColumnType.NUMBER))
    except pa.ArrowException:
        words = pd.Series(values.cast(pa.string()).to_pylist(), dtype=object)
        return pd.to_numeric(words, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _unseen(values: pa.ChunkedArray, feature: Feature) -> Finding | None:
    if feature.type not in (ColumnType.CATEGORY, ColumnType.BOOLEAN) or not feature.levels:
        return None
    known = pc.is_in(values, value_set=pa.array(feature.levels, pa.string()))
    strange = pc.and_(pc.invert(known), pc.is_valid(values))
    n = int(pc.sum(strange).as_py() or 0)
    if n == 0:
        return None
    example = str(values.filter(strange)[0].as_py())
    return "note", Text("verification.finding.unseen", {"column": feature.name, "n": n, "example": example})


# Target


def _actual(table: pa.Table, dataset: DatasetVersion, version: ModelVersion) -> tuple[Floats | None, list[Finding]]:
    """Labels as indices, amounts as they are; NaN where the target is missing or a label that the model can't say."""
    column = next((c for c in dataset.columns if c.name == version.target), None)
    if column is None:
        return None, [("bad", Text("verification.finding.no_target", {"column": version.target}))]
    values = table.column(version.target)
    if version.task is Task.REGRESSION:
        actual = _amounts(values)
        return actual, _left_out(int(np.isnan(actual).sum()))
    return _codes(values, column, version.labels)


def _codes(values: pa.ChunkedArray, column: Column, labels: tuple[str, ...]) -> tuple[Floats, list[Finding]]:
    words = source_words(values, column.type)
    position = {label: float(i) for i, label in enumerate(labels)}
    actual = np.array([position.get(word, np.nan) for word in words], dtype=np.float64)
    strange = [w for w, code in zip(words, actual, strict=True) if w is not None and np.isnan(code)]
    findings = _left_out(int(np.isnan(actual).sum()) - len(strange))
    if strange:
        text = Text("verification.finding.unknown_labels", {"n": len(strange), "example": str(strange[0])})
        findings.append(("bad", text))
    return actual, findings


def _left_out(missing: int) -> list[Finding]:
    return [("note", Text("verification.finding.target_missing", {"n": missing}))] if missing else []


def _prior(project: Project, learned: Record, version: ModelVersion, holdout: NDArray[np.int64] | None) -> Floats:
    """What the baseline says: the share of each label among the rows learned from, or their mean."""
    path = project.whole_object(learned.objects["table"].sha256)
    table = read_stored(path, [version.target])
    actual, _findings = _actual(table, learned.read(DatasetVersion), version)
    if actual is None:
        raise CicloError("project.unreadable_record", id=learned.id[:12], kind=kind_in_words(learned.kind))
    used = ~np.isnan(actual)
    if holdout is not None:
        used[holdout] = False
    if version.task is Task.REGRESSION:
        return np.array([actual[used].mean()])
    counts = np.bincount(actual[used].astype(np.intp), minlength=len(version.labels))
    return np.asarray(counts / counts.sum(), dtype=np.float64)

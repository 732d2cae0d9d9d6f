"""``ciclo profile``: statistics and findings of a dataset version, as they were stored at its import, and which of its
columns go together."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal, table
from app.cli.work import dataset_version, opened
from app.data.expectations.words import findings as broken_findings
from app.data.pairs.records import Association
from app.data.recipe.steps import AnyStep
from app.data.records import ColumnProfile, DatasetVersion, Profile
from app.text import Words

_MOST_PAIRS, _SHOWN, _WORTH_SHOWING = 10_000, 10, 0.3


class _Finding(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    column: str
    severity: str
    message: str
    remedy: AnyStep | None = None
    alternatives: tuple[AnyStep, ...] = ()


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    dataset: str
    version: int
    columns: tuple[ColumnProfile, ...]
    findings: tuple[_Finding, ...]
    associations: tuple[Association, ...]
    associations_rows: int


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("dataset", metavar="DATASET")


def run(terminal: Terminal, options: Namespace) -> int:
    """Show the profile."""
    from app.data.pairs.associations import associations

    words = terminal.words
    with opened(terminal, options.project) as project:
        version = dataset_version(terminal, project, options.dataset)
        profile = msgspec.json.decode(project.object_bytes(version.objects["profile"].sha256), type=Profile)
        types = {column.name: column.type for column in profile.columns}
        pairs, sample = associations(project.object_path(version.objects["table"].sha256), types)
    expected = version.read(DatasetVersion).expected
    broken = broken_findings(expected.broken) if expected is not None else ()
    findings = tuple(
        _Finding(
            code=f.code,
            column=f.column,
            severity=f.severity,
            message=words.text(f.message),
            remedy=f.remedy,
            alternatives=f.alternatives,
        )
        for f in (*broken, *profile.findings)
    )
    answer = _Answer(
        dataset=version.name,
        version=version.number,
        columns=profile.columns,
        findings=findings,
        associations=tuple(pairs[:_MOST_PAIRS]),
        associations_rows=sample.rows,
    )
    together = _together(pairs[:_SHOWN], sample.rows, words)
    lines = [*_lines(profile.columns, words), *([""] if findings else []), *(f.message for f in findings), *together]
    terminal.answer(answer, lines)
    return 0


def _lines(columns: tuple[ColumnProfile, ...], words: Words) -> list[str]:
    names = ("column", "type", "missing", "distinct", "mean", "median")
    rows = [tuple(words(f"cli.profile.{name}") for name in names)]
    for column in columns:
        mean = "" if column.mean is None else words.significant(column.mean)
        is_number = column.type in ("integer", "number") and len(column.quantiles) > 3
        median = words.significant(column.quantiles[3]) if is_number else ""
        counts = (words.number(column.missing), words.number(column.distinct))
        rows.append((column.name, words(f"cli.type.{column.type}"), *counts, mean if is_number else "", median))
    return table(rows, right=frozenset({2, 3, 4, 5}))


def _together(pairs: Sequence[Association], rows: int, words: Words) -> list[str]:
    """The strongest pairs, where any is worth a look."""
    shown = [one for one in pairs if one.value >= _WORTH_SHOWING and not one.chance]
    if not shown:
        return []
    names = tuple(words(f"cli.profile.{name}") for name in ("column", "together", "strength"))
    told = [(one.column, one.other, words.number(one.value * (one.sign or 1), digits=2, fixed=True)) for one in shown]
    return ["", words("cli.profile.together_rows", n=rows), *table([names, *told], right=frozenset({2}))]

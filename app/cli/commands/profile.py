"""``ciclo profile``: statistics and findings of a dataset version, as they were stored at its import."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal, table
from app.cli.work import dataset_version, opened
from app.data.expectations.words import findings as broken_findings
from app.data.recipe.steps import AnyStep
from app.data.records import ColumnProfile, DatasetVersion, Profile
from app.text import Words


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


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("dataset", metavar="DATASET")


def run(terminal: Terminal, options: Namespace) -> int:
    """Show the profile."""
    words = terminal.words
    with opened(terminal, options.project) as project:
        version = dataset_version(terminal, project, options.dataset)
        profile = msgspec.json.decode(project.object_bytes(version.objects["profile"].sha256), type=Profile)
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
    answer = _Answer(dataset=version.name, version=version.number, columns=profile.columns, findings=findings)
    lines = [*_lines(profile.columns, words), *([""] if findings else []), *(f.message for f in findings)]
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

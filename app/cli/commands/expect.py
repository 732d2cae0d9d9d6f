"""``ciclo expect``: what is expected of every version of a dataset; status 1 where one that is checked breaks it."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import msgspec

from app.cli.expected import (
    SpokenExpectation,
    SpokenResult,
    result_lines,
    spoken_expectations,
    spoken_results,
)
from app.cli.parser import Parser
from app.cli.terminal import Terminal, table
from app.cli.work import absolute, dataset_version, opened, project_job, save
from app.data.expectations.contracts import Held, contract_of, contracting, proposal
from app.data.expectations.editing import dropped, make_sure, put
from app.data.expectations.exporting import exported
from app.data.expectations.records import CHECK, CheckAnswer, CheckRequest, Contract, Expectation, Result, Verdict
from app.data.expectations.typed import typed
from app.data.expectations.words import broken_sentence
from app.data.records import DatasetVersion
from app.errors import CicloError
from app.project import Project, Record


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    dataset: str
    stored: bool
    learned_from: str
    expectations: tuple[SpokenExpectation, ...]
    checked: str
    results: tuple[SpokenResult, ...]
    out: str


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("dataset", metavar="DATASET")
    parser.switch("--learn")
    parser.option("--set", metavar="COL.KIND=VALUE", several=True)
    parser.option("--drop", metavar="COL.KIND", several=True)
    parser.option("--check", metavar="VERSION", default="")
    parser.option("--export", metavar="FILE", default="")


def run(terminal: Terminal, options: Namespace) -> int:
    """Learn, change, check and export, in this order; show what is expected."""
    with opened(terminal, options.project) as project:
        version = dataset_version(terminal, project, options.dataset)
        held = contract_of(project, version.name)
        contract, stored = _wanted(project, version, held, options)
        if stored and (held is None or contract != held.contract):
            project.commit([contracting(contract.dataset, contract.expectations, learned_from=contract.learned_from)])
        if options.set:
            _warn(terminal, project, version, contract.expectations, held)
        checked = ""
        results: tuple[Result, ...] = ()
        if options.check:
            if not stored:
                raise CicloError("expectations.none", dataset=version.name)
            label = options.check if "@" in options.check else f"{version.name}@{options.check}"
            checked = dataset_version(terminal, project, label).label
            results = _check(terminal, project, checked, contract.expectations)
        out = str(save(Path(options.export), exported(contract, options.export))) if options.export else ""
    _tell(terminal, contract, checked, results, stored=stored, out=out)
    return 1 if any(one.verdict is Verdict.BROKEN for one in results) else 0


def _wanted(project: Project, version: Record, held: Held | None, options: Namespace) -> tuple[Contract, bool]:
    """The contract as it will be, and whether it is (or is to be) stored: otherwise it is a proposal."""
    if options.learn or (held is None and not options.set):
        learnt = proposal(project, version)
        contract = Contract(dataset=version.name, expectations=learnt, learned_from=version.label)
    else:
        contract = held.contract if held is not None else Contract(dataset=version.name, expectations=())
    expectations = contract.expectations
    types = {column.name: column.type for column in version.read(DatasetVersion).columns}
    for name in options.drop:
        expectations = dropped(expectations, name)
    for edit in options.set:
        expectations = put(expectations, make_sure(typed(edit, expectations), types))
    stored = held is not None or options.learn or bool(options.set)
    return msgspec.structs.replace(contract, expectations=expectations), stored


def _warn(
    terminal: Terminal, project: Project, version: Record, now: tuple[Expectation, ...], held: Held | None
) -> None:
    """Say at once where what was set isn't met by the version at hand."""
    before = held.contract.expectations if held is not None else ()
    new = tuple(one for one in now if one not in before)
    for one in _check(terminal, project, version.label, new):
        if one.verdict is Verdict.BROKEN:
            terminal.tell(f"{version.label}: {terminal.words.text(broken_sentence(one))}")


def _check(
    terminal: Terminal, project: Project, label: str, expectations: tuple[Expectation, ...]
) -> tuple[Result, ...]:
    request = CheckRequest(project=absolute(str(project.folder)), dataset=label, expectations=expectations)
    ended = project_job(terminal, CHECK, request, project)
    return msgspec.json.decode(ended.answer, type=CheckAnswer).results


def _tell(
    terminal: Terminal, contract: Contract, checked: str, results: tuple[Result, ...], *, stored: bool, out: str
) -> None:
    words = terminal.words
    spoken = spoken_expectations(contract.expectations, words)
    answer = _Answer(
        dataset=contract.dataset,
        stored=stored,
        learned_from=contract.learned_from,
        expectations=spoken,
        checked=checked,
        results=spoken_results(results, words),
        out=out,
    )
    if checked:
        lines = result_lines(results, words)
    elif spoken:
        lines = table([(one.name, one.message) for one in spoken])
        lines += [] if stored else [words("cli.expect.proposal", dataset=contract.dataset)]
    else:
        lines = [words("expectations.none", dataset=contract.dataset)]
    terminal.answer(answer, [*lines, *([words("cli.expect.exported", out=out)] if out else [])])

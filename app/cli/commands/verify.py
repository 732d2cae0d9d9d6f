"""``ciclo verify``: the verification report of a version; status 1 where a gate failed."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import msgspec

from app.cli.asked import check_test
from app.cli.compared import ComparisonAnswer, comparison_answer, comparison_lines
from app.cli.figures import Figure, figure, spoken
from app.cli.gates import GateAnswer, gate_answers, gate_lines
from app.cli.parser import Parser
from app.cli.terminal import Terminal, table
from app.cli.work import absolute, committed, dataset_version, opened, project_job, save, warn_binned
from app.errors import CicloError
from app.project import Project, Record
from app.project.durable import check_place
from app.text import Words
from app.verification.catalogue import without_interval
from app.verification.records import REPORT, VERIFY, Report, VerifyRequest
from app.verification.state import latest_report, model_record


class _Finding(msgspec.Struct, frozen=True, kw_only=True):
    severity: str
    code: str
    message: str


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    model: str
    verdict: str
    headline: str
    gates: tuple[GateAnswer, ...]
    findings: tuple[_Finding, ...]
    metrics: dict[str, Figure]
    baseline: dict[str, Figure]
    openings: int
    compared: tuple[ComparisonAnswer, ...]
    rows: int
    on_test_file: bool
    html: str
    pdf: str


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("model", metavar="MODEL")
    parser.option("--test", metavar="DATASET", default="")
    parser.option("--html", metavar="F", default="")
    parser.option("--pdf", metavar="F", default="")
    parser.switch("--stored")


def run(terminal: Terminal, options: Namespace) -> int:
    """Verify."""
    with opened(terminal, options.project) as project:
        model = model_record(project, options.model)  # refused at once, before a process is started for it
        warn_binned(terminal, project, model.parents)
        if options.stored and options.test:
            raise CicloError("cli.not_together", name="--stored", other="--test")
        if options.test:
            check_test(project, model, dataset_version(terminal, project, options.test))
        for out in filter(None, (options.html, options.pdf)):
            check_place(Path(out))
        record = _stored(project, model) if options.stored else _made(terminal, options, project)
        wanted = {"html": options.html, "pdf": options.pdf}
        saved = {kind: _save(project, record, kind, out, terminal.words) for kind, out in wanted.items() if out}
    report = record.read(Report)
    terminal.answer(_answer(report, saved, terminal.words), _lines(report, saved, terminal.words))
    return 0 if all(gate.passed for gate in report.gates) else 1


def _made(terminal: Terminal, options: Namespace, project: Project) -> Record:
    """A new report, which opens the rows once more."""
    request = VerifyRequest(project=absolute(options.project), model=options.model, test=options.test)
    return committed(project, project_job(terminal, VERIFY, request, project), REPORT)


def _stored(project: Project, model: Record) -> Record:
    """The newest report as it was made, in the reader's language: nothing is opened for it."""
    found = latest_report(project, model.id)
    if found is None:
        raise CicloError("cli.verify.none_stored", model=model.label)
    return found


def _save(project: Project, record: Record, kind: str, out: str, words: Words) -> str:
    data = project.object_bytes(record.objects[f"{kind}_{words.language}"].sha256)
    try:
        return str(save(Path(out), data))
    except CicloError as error:  # the disk is full, or somebody took the folder away meanwhile
        raise CicloError("cli.verify.not_saved", cause=words.error(error)[0]) from error


def _answer(report: Report, saved: dict[str, str], words: Words) -> _Answer:
    return _Answer(
        model=report.model,
        verdict=report.verdict,
        headline=words.text(report.headline),
        gates=gate_answers(report.gates, words),
        findings=tuple(_Finding(severity=s, code=t.id, message=words.text(t)) for s, t in report.findings),
        metrics={m.code: figure(m.estimate, words) for m in report.metrics},
        baseline={m.code: figure(m.baseline, words) for m in report.metrics if m.baseline},
        openings=report.openings,
        compared=tuple(comparison_answer(one, words) for one in report.compared),
        rows=report.rows,
        on_test_file=report.on_test_file,
        html=saved.get("html", ""),
        pdf=saved.get("pdf", ""),
    )


def _lines(report: Report, saved: dict[str, str], words: Words) -> list[str]:
    lines = [words.text(report.headline), words.text(report.summary), ""]
    rows = [("", words("cli.verify.value"), words("cli.verify.baseline"))]
    rows += [(m.code, spoken(m.estimate, words, m.code), spoken(m.baseline, words, m.code)) for m in report.metrics]
    unsaid = map(words.text, without_interval((m.code, m.estimate) for m in report.metrics))
    lines += [*table(rows), *unsaid, ""]
    for one in report.compared:
        lines += [*comparison_lines(one, words), ""]
    lines += gate_lines(gate_answers(report.gates, words), words)
    lines += [words.text(text) for _severity, text in report.findings]
    lines.append(words("cli.verify.openings", n=report.openings))
    return [*lines, *(words("cli.verify.saved", path=path) for path in saved.values())]

"""``ciclo run``: the cycle once more. Import what is given, train as before, verify; status 1 where a gate failed."""

from __future__ import annotations

import time
from argparse import Namespace
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from app.cli.figures import Figure, figure
from app.cli.gates import GateAnswer, gate_answers, gate_lines
from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.cli.work import absolute, committed, opened, project_job, save
from app.data.recipe.steps import PREPARE, PrepareAnswer, PrepareRequest
from app.data.recipe.steps import Recipe as Steps
from app.data.records import DATASET, DatasetVersion, ImportRequest
from app.data.rules.matching import against, known_rules, newest_version
from app.data.rules.records import IMPORT_NEXT, NextAnswer, NextRequest
from app.deployment.recipe import Recipe, ask_for, corrections, metrics_file, newest_data, recipe_of
from app.errors import CicloError
from app.learning.records import MODEL, TRAIN, ModelVersion
from app.project import Project, Record
from app.project.durable import check_place, reading
from app.project.record import IDENTITY
from app.verification.records import REPORT, VERIFY, Report, VerifyRequest
from app.verification.state import champion, model_record


class _Step(msgspec.Struct, frozen=True, kw_only=True):
    """``step`` is import, prepare, train, verify or gates; ``outcome`` what came of it."""

    step: str
    outcome: str
    seconds: float


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    model: str
    dataset: str
    steps: tuple[_Step, ...]
    verdict: str
    headline: str
    gates: tuple[GateAnswer, ...]
    metrics: dict[str, Figure]


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.option("--model", metavar="N", default="")
    parser.option("--data", metavar="FILE", default="")
    parser.option("--recipe", metavar="FILE", default="")
    parser.option("--metrics", metavar="FILE", default="")
    parser.option("--predictions", metavar="FILE", default="")
    parser.option("--jobs", metavar="N", number=int, default=0, low=1, high=4096)


def run(terminal: Terminal, options: Namespace) -> int:
    """Go round once."""
    for out in filter(None, (options.metrics, options.predictions)):
        check_place(Path(out))
    given = _read(options.recipe) if options.recipe else None
    if given is not None and not (Path(options.project) / IDENTITY).exists():
        Project.create(Path(options.project), name=given.train.model, exports=True).close()
    with opened(terminal, options.project) as project:
        recipe = given or recipe_of(project, _newest(project, options.model))
        cycle = _Cycle(terminal, options, project, recipe)
        if given is not None:
            ask_for(project, given)
        if options.data:
            cycle.take_in()
        version = cycle.train()
        record = cycle.verify(version)
        report = record.read(Report)
        if options.metrics:
            save(Path(options.metrics), metrics_file(report))
        if options.predictions:
            save(Path(options.predictions), _predicted(project, version, record, report))
    answer = _answer(terminal, cycle, version, report)
    terminal.answer(answer, _lines(terminal, answer))
    return 0 if all(gate.passed for gate in report.gates) else 1


def _read(path: str) -> Recipe:
    with reading(Path(path)):
        data = Path(path).read_bytes()
    try:
        return msgspec.json.decode(data, type=Recipe)
    except msgspec.MsgspecError as error:
        raise CicloError("cli.run.bad_recipe", path=path, cause=str(error)) from error


def _newest(project: Project, name: str) -> Record:
    """The newest version of the model that is named; where none is, of the only one."""
    if name:
        return model_record(project, name)
    names = sorted({record.name for record in project.live(MODEL)})
    if len(names) != 1:
        raise CicloError("cli.run.which" if names else "cli.run.nothing", known=", ".join(names))
    return project.version(MODEL, names[0])


@dataclass
class _Cycle:
    terminal: Terminal
    options: Namespace
    project: Project
    recipe: Recipe
    steps: list[_Step] = field(default_factory=list)

    def take_in(self) -> None:
        """Import the file as the next version, and prepare it as the one before; what is known already is no new
        one."""
        began, project = time.monotonic(), self.project
        root, recipes = _came_of(project, self.recipe.train.dataset)
        name = root.name if root is not None else self.recipe.train.dataset
        asked = ImportRequest(
            project=absolute(self.options.project),
            source=absolute(self.options.data),
            name=name,
            corrections=corrections(self.recipe),
        )
        request = NextRequest(
            request=asked,
            rules=() if self.recipe.types else known_rules(project),
            remember=not self.recipe.types,
            against=against(project, root) if root is not None and recipes else newest_version(project, name),
        )
        ended = project_job(self.terminal, IMPORT_NEXT, request, project)
        known = msgspec.json.decode(ended.answer, type=NextAnswer).answer.known
        version = project.get(known) if known else committed(project, ended, DATASET)
        self._done("import", version.label, began)
        for name, recipe in recipes:
            version = self._prepare(version, name, recipe)

    def _prepare(self, base: Record, name: str, recipe: Steps) -> Record:
        began, project = time.monotonic(), self.project
        folder = absolute(self.options.project)
        request = PrepareRequest(project=folder, dataset=base.label, recipe=recipe, name=name)
        ended = project_job(self.terminal, PREPARE, request, project)
        known = msgspec.json.decode(ended.answer, type=PrepareAnswer).known
        version = project.get(known) if known else committed(project, ended, DATASET)
        self._done("prepare", version.label, began)
        return version

    def train(self) -> Record:
        """The next version, with the choices of the one before."""
        began, train, project = time.monotonic(), self.recipe.train, self.project
        request = msgspec.structs.replace(
            train,
            project=absolute(self.options.project),
            dataset=newest_data(project, self.recipe).label,
            champion=champion(project, train.model),
            processors=self.options.jobs,
            afterwards=train.afterwards if self.options.recipe else None,  # else as the project says by now
        )
        ended = project_job(self.terminal, TRAIN, request, project, processors=self.options.jobs)
        version = committed(project, ended, MODEL)
        self._done("train", version.label, began)
        return version

    def verify(self, version: Record) -> Record:
        """Its report."""
        began = time.monotonic()
        request = VerifyRequest(project=absolute(self.options.project), model=version.label)
        record = committed(self.project, project_job(self.terminal, VERIFY, request, self.project), REPORT)
        report = record.read(Report)
        self._done("verify", report.verdict, began)
        failed = [gate.code for gate in report.gates if not gate.passed]
        self._done("gates", ", ".join(failed) or "passed", time.monotonic())
        return record

    def _done(self, step: str, outcome: str, began: float) -> None:
        self.steps.append(_Step(step=step, outcome=outcome, seconds=round(time.monotonic() - began, 3)))


def _came_of(project: Project, name: str) -> tuple[Record | None, list[tuple[str, Steps]]]:
    """The imported version that the newest of a dataset came of, and the recipes in between, each with the name of what
    it made; nothing where there is no such dataset yet."""
    found = max(project.live(DATASET, name), key=_number, default=None)
    recipes: list[tuple[str, Steps]] = []
    while found is not None and (recipe := found.read(DatasetVersion).recipe) is not None:
        recipes.insert(0, (found.name, recipe))
        found = project.get(found.parents[0])
    return found, recipes


def _number(record: Record) -> int:
    return record.number


def _predicted(project: Project, version: Record, record: Record, report: Report) -> bytes:
    from app.deployment.predicted import predicted_file

    data = project.object_bytes(record.objects["predictions"].sha256)
    return predicted_file(data, version.read(ModelVersion), report)


def _answer(terminal: Terminal, cycle: _Cycle, version: Record, report: Report) -> _Answer:
    words = terminal.words
    return _Answer(
        model=version.label,
        dataset=version.read(ModelVersion).dataset,
        steps=tuple(cycle.steps),
        verdict=report.verdict,
        headline=words.text(report.headline),
        gates=gate_answers(report.gates, words),
        metrics={row.code: figure(row.estimate, words) for row in report.metrics},
    )


def _lines(terminal: Terminal, answer: _Answer) -> list[str]:
    words = terminal.words
    lines = [words("cli.run.done", model=answer.model, dataset=answer.dataset), answer.headline]
    return [*lines, *gate_lines(answer.gates, words)]

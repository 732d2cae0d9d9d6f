"""``ciclo prepare``: replay a recipe on a dataset version."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import msgspec

from app.cli.expected import SpokenResult, checked_lines, spoken_results
from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.cli.work import absolute, dataset_version, opened, project_job, series_name
from app.data.pseudonyms import needs_key
from app.data.recipe.steps import PREPARE, PrepareAnswer, PrepareRequest, Recipe
from app.data.recipe.wording import kind_of, said_of
from app.data.records import DATASET, DatasetVersion
from app.errors import CicloError
from app.project import Project
from app.project.durable import reading
from app.text import Words

_EXAMPLE = '{"steps": [{"step": "trim", "column": "city"}]}'


class _Step(msgspec.Struct, frozen=True, kw_only=True):
    step: str
    rows: int
    columns: int
    cells: int
    unmatched: int
    several: int


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    dataset: str
    version: int
    rows: int
    known: bool
    steps: tuple[_Step, ...]
    recipe: Recipe
    expected: tuple[SpokenResult, ...] | None


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("dataset", metavar="DATASET")
    parser.option("--recipe", metavar="FILE", default="")
    parser.option("--like", metavar="DATASET", default="")
    parser.option("--name", metavar="N", default="")
    parser.option("--note", metavar="TEXT", default="")
    parser.option("--by", metavar="NAME", default="")
    parser.switch("--show")


def run(terminal: Terminal, options: Namespace) -> int:
    """Prepare, or show."""
    with opened(terminal, options.project) as project:
        base = dataset_version(terminal, project, options.dataset)
        if options.show:
            terminal.answer(shown := _recipe_of(project, base.label), [_written(shown)])
            return 0
        if bool(options.recipe) == bool(options.like):
            raise CicloError("cli.prepare.what")
        recipe = _read(options.recipe) if options.recipe else _recipe_of(project, options.like)
        name = series_name("--name", options.name) if options.name else base.name
        request = PrepareRequest(
            project=absolute(options.project),
            dataset=base.label,
            recipe=recipe,
            name=name,
            note=options.note,
            by=options.by,
        )
        ended = project_job(terminal, PREPARE, request, project)
        answer = msgspec.json.decode(ended.answer, type=PrepareAnswer)
        made = project.get(answer.known) if answer.known else project.version(DATASET, name)
    told = zip(recipe.steps, answer.steps, strict=False)  # nothing is told of what was made before
    expected = made.read(DatasetVersion).expected
    document = _Answer(
        dataset=made.name,
        version=made.number,
        rows=answer.rows,
        known=bool(answer.known),
        steps=tuple(_Step(step=kind_of(s), **msgspec.structs.asdict(t)) for s, t in told),
        recipe=recipe,
        expected=None if expected is None else spoken_results(expected.broken, terminal.words),
    )
    lines = [*_lines(document, recipe, made.label, terminal.words), *checked_lines(expected, terminal.words)]
    if needs_key(recipe):
        lines.append(terminal.words("cli.prepare.original", label=base.label))
    terminal.answer(document, lines)
    return 0


def _read(path: str) -> Recipe:
    """A recipe from its file.

    Raises
    ------
    CicloError
        ``data.recipe.unreadable``.
    """
    place = Path(path)
    with reading(place):
        data = place.read_bytes()
    try:
        return msgspec.json.decode(data, type=Recipe)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CicloError("data.recipe.unreadable", path=path, cause=str(error), example=_EXAMPLE) from error


def _recipe_of(project: Project, label: str) -> Recipe:
    record = project.version(DATASET, label)
    recipe = record.read(DatasetVersion).recipe
    if recipe is None:
        raise CicloError("data.recipe.none", label=record.label)
    return recipe


def _written(recipe: Recipe) -> str:
    return msgspec.json.format(msgspec.json.encode(recipe)).decode()


def _lines(document: _Answer, recipe: Recipe, label: str, words: Words) -> list[str]:
    lines = []
    for place, (step, one) in enumerate(zip(recipe.steps, document.steps, strict=False), 1):
        said = [words("cli.prepare.step", place=place, step=said_of(step), n=one.rows)]
        for name, n in (("cells", one.cells), ("unmatched", one.unmatched), ("several", one.several)):
            said += [words(f"cli.prepare.{name}", n=n)] if n else []
        lines.append(", ".join(said))
    return [*lines, words("cli.prepare.known" if document.known else "cli.prepare.done", label=label, n=document.rows)]

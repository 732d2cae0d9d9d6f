"""``ciclo pseudonyms``: which key makes the pseudonyms of a project, and how it gets to another computer."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.cli.work import opened
from app.data.pseudonyms import Pseudonyms, pseudonyms_of, refuse_strange, right_key
from app.errors import CicloError
from app.project import Project
from app.project.pseudonym_key import begin_key, find_key, keep_key, place_of_key, read_key, write_key
from app.text import Words


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """``versions``: by the fingerprint of each key, the newest version with pseudonyms made by it."""

    fingerprint: str
    kept: str
    path: str
    versions: dict[str, str]
    out: str = ""


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.option("--export", metavar="FILE", default="")
    parser.option("--import", metavar="FILE", default="")
    parser.switch("--new")
    parser.switch("--replace")


def run(terminal: Terminal, options: Namespace) -> int:
    """Tell, carry, or begin anew."""
    taken = getattr(options, "import")
    if sum(map(bool, (options.export, taken, options.new))) > 1:
        raise CicloError("cli.pseudonyms.one")
    with opened(terminal, options.project) as project:
        known = pseudonyms_of(project)
        if options.export:
            _export(project, known, Path(options.export))
        elif taken:
            _import(known, Path(taken), replace=options.replace)
        elif options.new:
            begin_key(known.project, known.versions)
        right_key(known)
        answer = _answer(known, options.export)
    lines = _lines(answer, terminal.words)
    terminal.answer(answer, [*lines, terminal.words("cli.pseudonyms.taken", path=taken)] if taken else lines)
    return 0


def _export(project: Project, known: Pseudonyms, path: Path) -> None:
    """Anywhere but in the project, which may be handed on.

    Raises
    ------
    CicloError
        ``cli.pseudonyms.none``, ``cli.pseudonyms.inside``, or why it can't be written.
    """
    key = right_key(known)
    if key is None:
        raise CicloError("cli.pseudonyms.none")
    if path.resolve().is_relative_to(project.folder.resolve()):
        raise CicloError("cli.pseudonyms.inside", path=str(path))
    write_key(known.project, key, path)


def _import(known: Pseudonyms, path: Path, *, replace: bool) -> None:
    """Take a key over; one that doesn't make the pseudonyms that there are only where it is to ``replace``."""
    key = read_key(known.project, path)
    if replace:
        key = key.replacing(known.versions)
    refuse_strange(known, key)
    keep_key(known.project, key)


def _answer(known: Pseudonyms, out: str) -> _Answer:
    key, path = find_key(known.project), place_of_key(known.project)
    kept = "" if key is None else "keyring" if path is None else "file"
    return _Answer(
        fingerprint=key.fingerprint if key is not None else "",
        kept=kept,
        path=str(path) if path is not None else "",
        versions=known.versions,
        out=str(Path(out).absolute()) if out else "",
    )


def _lines(answer: _Answer, words: Words) -> list[str]:
    if not answer.kept:
        return [words("cli.pseudonyms.none")]
    lines = [words(f"cli.pseudonyms.{answer.kept}", fingerprint=answer.fingerprint, path=answer.path)]
    if answer.out:
        lines.append(words("cli.pseudonyms.out", path=answer.out))
    return lines

"""``ciclo export``: a certified export of an approved version."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.cli.work import absolute, opened, project_job
from app.deployment.approved import approved_version
from app.deployment.connecting import checked_settings
from app.deployment.declared import Declared, SettingKind, Settings
from app.deployment.records import EXPORT, Certificate, ExportAnswer, ExportRequest
from app.deployment.targets import find_target, target_names
from app.errors import CicloError

_LATER = ("container",)


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    url: str
    commit: str
    release: str
    certificate: Certificate


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("model", metavar="MODEL")
    parser.option("--to", metavar="TARGET", required=True)
    parser.option("--out", metavar="PATH", default="")
    parser.option("--url", metavar="U", default="")
    parser.option("--set", metavar="NAME=VALUE", several=True)


def run(terminal: Terminal, options: Namespace) -> int:
    """Export."""
    if options.to in _LATER:
        raise CicloError("cli.later", what=f"--to {options.to}")
    if options.to not in target_names():
        raise CicloError("deployment.unknown_target", name=options.to, known=", ".join(target_names()))
    with opened(terminal, options.project) as project:
        # refused at once, before a process is started for it
        declared = find_target(options.to).declared
        settings = _settings(options, declared)
        checked_settings(declared, settings)
        approved_version(project, options.model)
        request = ExportRequest(
            project=absolute(options.project),
            model=options.model,
            target=options.to,
            out=absolute(options.out) if options.out else "",
            settings=settings,
        )
        ended = project_job(terminal, EXPORT, request, project)
    answer = msgspec.json.decode(ended.answer, type=ExportAnswer)
    proof = answer.certificate
    sentences = [
        terminal.words("cli.export.done", path=answer.path or answer.url),
        *([terminal.words("cli.export.commit", commit=answer.commit)] if answer.commit else []),
        terminal.words("cli.export.proof", runtime=proof.runtime, n=proof.rows, flips=proof.label_flips),
    ]
    document = _Answer(
        path=answer.path, url=answer.url, commit=answer.commit, release=answer.release, certificate=proof
    )
    terminal.answer(document, sentences)
    return 0


def _settings(options: Namespace, declared: Declared) -> Settings:
    """The settings of the target; ``--url`` is the one that says where its server is. Folders are those of the
    caller."""
    found = {}
    for given in options.set:
        name, equals, value = given.partition("=")
        if not equals:
            raise CicloError("cli.bad_setting", value=given)
        found[name.strip()] = value
    if options.url:
        if not declared.address:
            raise CicloError("deployment.no_server", target=options.to)
        found[declared.address] = options.url
    for setting in declared.settings:
        if setting.kind is SettingKind.FOLDER and found.get(setting.name):
            found[setting.name] = absolute(str(Path(found[setting.name]).expanduser()))
    return found

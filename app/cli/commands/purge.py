"""``ciclo purge``: delete a version of a dataset for good; a tombstone says who did it, when and why."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

import msgspec

from app.cli.commands.versions import spoken_uses
from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.cli.work import opened
from app.data.records import DATASET
from app.deployment.purging import PurgePlan, carry_out, plan_purge
from app.text import Words, amount


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    purged: bool
    plan: PurgePlan
    tombstone: str


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("dataset", metavar="DATASET")
    parser.option("--by", metavar="NAME", default="")
    parser.option("--reason", metavar="TEXT", default="")
    parser.switch("--spare-pseudonyms")
    parser.switch("--plan")


def run(terminal: Terminal, options: Namespace) -> int:
    """Delete it, or with ``--plan`` only say what would go."""
    words = terminal.words
    with opened(terminal, options.project) as project:
        version = project.version(DATASET, options.dataset)
        if options.plan:
            plan, stone = plan_purge(project, version, spare=options.spare_pseudonyms), ""
        else:
            spare = options.spare_pseudonyms
            plan, record = carry_out(project, version, by=options.by, reason=options.reason, spare=spare)
            stone = record.id
    head = "cli.purge.would" if options.plan else "cli.purge.done"
    lines = [words(head, label=plan.label), *_lines(plan, words)]
    terminal.answer(_Answer(purged=bool(stone), plan=plan, tombstone=stone), lines)
    return 0


def _lines(plan: PurgePlan, words: Words) -> Iterator[str]:
    for one in plan.doomed:
        what = words(f"deployment.purge.{one.role}", label=one.label)
        yield words("cli.purge.line", what=what, size=amount(one.size, "bytes"))
    for kept in plan.shared:
        yield words("deployment.purge.shared", role=words(f"deployment.purge.{kept.role}", label=""), label=kept.label)
    if plan.spared:
        yield words("deployment.purge.spared", names=", ".join(plan.spared))
    if plan.figures:
        yield words("deployment.purge.figures", names=spoken_uses(plan.figures, words))
    if plan.elsewhere:
        yield words("deployment.purge.elsewhere", names=", ".join(plan.elsewhere))
    if plan.in_git:
        yield words("deployment.purge.in_git", names=", ".join(plan.in_git))

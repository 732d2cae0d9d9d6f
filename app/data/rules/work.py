"""Look at a file, or import it, by the rules of its source, and say what changed since the version before."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import msgspec

from app.data import limits
from app.data.delimited.inspection import inspected
from app.data.delimited.plan import Plan, make_plan
from app.data.delimited.survey import survey
from app.data.records import (
    IMPORT,
    INSPECT,
    Corrections,
    DatasetVersion,
    ImportAnswer,
    Inspected,
    InspectRequest,
    Profile,
)
from app.data.rules.cells import unconvertible, witnesses
from app.data.rules.changes import Side, changed_words, find_changes, pairs
from app.data.rules.evidence import decimals, missing_words
from app.data.rules.fitting import Fit, fit_rules, is_text
from app.data.rules.matching import source_pattern
from app.data.rules.records import (
    SOURCE_RULE,
    Against,
    Change,
    Looked,
    LookRequest,
    NextAnswer,
    NextRequest,
    SourceRule,
)
from app.data.rules.sides import (
    counted,
    is_plain,
    read_profile,
    side_of_inspected,
    side_of_survey,
    side_of_version,
)
from app.data.source import open_source
from app.errors import CicloError
from app.jobs.contract import Context, JobKind, Outcome
from app.project.folder import Folder
from app.project.record import Draft, draft, encode


def look(context: Context, request: LookRequest) -> Outcome:
    """Say what an import would do, doing nothing.

    Raises
    ------
    CicloError
        What the file is refused for.
    """
    fit = fit_rules(request.request, request.rules, dataset=request.dataset)
    return Outcome(answer=msgspec.Raw(encode(_looked(context, request, fit))))


def _looked(context: Context, request: LookRequest, fit: Fit) -> Looked:
    asked = msgspec.structs.replace(request.request, corrections=fit.corrections)
    if not is_text(asked):  # whoever can read it does, or says why it can't be read
        found = msgspec.json.decode(_work(context, INSPECT, asked).answer, type=Inspected)
        return _compared(request.against, side_of_inspected(found), None, fit, inspected=found)
    surveyed = survey(
        open_source(Path(asked.source)),
        fit.corrections,
        byte_limit=limits.INSPECT_BYTES,
        watch=lambda _blocks: context.check_cancelled(),
    )
    found = inspected(surveyed, preview_rows=asked.preview_rows)
    failing = unconvertible(surveyed)
    if failing:
        rejected = tuple(sorted((*found.rejected, *failing), key=lambda record: record.line)[: limits.LISTED])
        found = msgspec.structs.replace(found, rejected=rejected)
    looked = _compared(request.against, side_of_survey(surveyed, found), surveyed.plan, fit, inspected=found)
    shown = decimals(surveyed, asked.preview_rows)
    return msgspec.structs.replace(looked, words=missing_words(surveyed), decimals=shown)


def _compared(against: Against | None, new: Side, plan: Plan | None, fit: Fit, *, inspected: Inspected) -> Looked:
    changes = _changes(against, new, plan) if against is not None else None
    return Looked(inspected=inspected, corrections=fit.corrections, rule=fit.rule, changes=changes)


def _work(context: Context, kind: JobKind, request: msgspec.Struct) -> Outcome:
    """The work of another kind of job, in this one."""
    module, _, name = kind.function.partition(":")
    outcome: Outcome = getattr(import_module(module), name)(context, request)
    return outcome


def _changes(against: Against, new: Side, plan: Plan | None, table: str = "") -> tuple[Change, ...]:
    """What changed; ``table`` is where the new version's rows lie, once they do."""
    profile = read_profile(against.profile)
    old = side_of_version(against.version, profile, plain=_was_plain(against.version, profile))
    both = pairs(old, new)
    fresh = {trait.name: changed_words(was, trait)[0] for was, trait in both}
    gone = {was.name: changed_words(was, trait)[1] for was, trait in both}
    wanted = {trait.name: was for was, trait in both if was.type is not trait.type}
    seen = {}
    if plan is not None and new.dialect is not None and wanted:
        seen = witnesses(plan, new.dialect, wanted)
    return find_changes(counted(old, gone, against.table), counted(new, fresh, table), seen)


def _was_plain(version: DatasetVersion, profile: Profile | None) -> bool:
    """Whether a version that was read as UTF-8 holds nothing beyond ASCII, as far as its summary tells."""
    words = [word for column in version.columns for word in (column.name, *column.levels)]
    words += [word for column in profile.columns for word in column.examples] if profile is not None else []
    return version.dialect is not None and version.dialect.encoding == "utf-8" and all(word.isascii() for word in words)


def import_next(context: Context, request: NextRequest) -> Outcome:
    """Import a file by the rules of its source, and remember what was corrected.

    Raises
    ------
    CicloError
        What the file or the disk refused.
    """
    asked = request.request
    rules = request.rules if request.apply else ()
    fit = fit_rules(
        InspectRequest(source=asked.source, corrections=asked.corrections, reading=asked.reading),
        rules,
        dataset=asked.name,
    )
    outcome = _work(context, IMPORT, msgspec.structs.replace(asked, corrections=fit.corrections))
    answer = NextAnswer(answer=msgspec.json.decode(outcome.answer, type=ImportAnswer), rule=fit.rule)
    if outcome.drafts:  # not so where the bytes are a version already
        made = outcome.drafts[0]
        body = msgspec.json.decode(made.body, type=DatasetVersion)
        answer = msgspec.structs.replace(answer, changes=_changes_of_import(request, body, made))
        outcome = Outcome(drafts=(*outcome.drafts, *_lesson(request, body, fit)))
    return msgspec.structs.replace(outcome, answer=msgspec.Raw(encode(answer)))


def _changes_of_import(request: NextRequest, body: DatasetVersion, made: Draft) -> tuple[Change, ...] | None:
    if request.against is None:
        return None
    plan = _plan(request, body)
    table, profile = (_place(request, made, name) for name in ("table", "profile"))
    side = side_of_version(body, read_profile(profile), plain=plan is not None and is_plain(plan))
    return _changes(request.against, side, plan, table)


def _place(request: NextRequest, made: Draft, name: str) -> str:
    """Where an object of the version to be lies: staged, or in the project where it was stored already."""
    if name in made.objects:
        return made.objects[name].path
    held = made.kept.get(name)
    return str(Folder(Path(request.request.project)).object_place(held.sha256)) if held is not None else ""


def _plan(request: NextRequest, body: DatasetVersion) -> Plan | None:
    """How the file was read, where it is text."""
    if body.dialect is None:
        return None
    reading = Corrections(
        delimiter=body.dialect.delimiter or None, encoding=body.corrections.encoding, header=body.corrections.header
    )
    try:
        return make_plan(open_source(Path(request.request.source)), reading)
    except CicloError:
        return None


def _lesson(request: NextRequest, body: DatasetVersion, fit: Fit) -> tuple[Draft, ...]:
    """The rule that this import teaches; none where the one in force says the same, or what of it fits this file."""
    file = Path(request.request.source).name
    rule = SourceRule(
        dataset=request.request.name,
        pattern=source_pattern(file),
        file=file,
        header=tuple(column.name for column in body.columns),
        corrections=fit.corrections,
    )
    held = next((k for k in request.rules if _key(k.rule) == _key(rule)), None)
    before = [held.rule.corrections if held is not None else Corrections()]
    used = fit.rule or request.applied
    if used is not None and held is not None and used.id == held.id:
        before.append(used.proposed)
    return (draft(SOURCE_RULE, rule),) if request.remember and fit.corrections not in before else ()


def _key(rule: SourceRule) -> tuple[str, str]:
    return rule.dataset, rule.pattern

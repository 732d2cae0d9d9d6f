"""Which rule is meant for a file: by its dataset, by its name without digits, or by its header. Light."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

import msgspec

from app.data.records import DATASET, Corrections, DatasetVersion
from app.data.rules.records import RULE_FORGOTTEN, SOURCE_RULE, Against, KnownRule, RuleForgotten, SourceRule
from app.errors import CicloError
from app.project.record import Draft, Record, draft
from app.project.store import Project

_ENDINGS = re.compile(r"(\.[a-z]{1,5}(?:\.(?:gz|xz|zip|bz2|zst))?)$", re.IGNORECASE)
_MONTH_NAMES = (
    "january february march april may june july august september october november december "
    "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre "
    "jan feb mar apr jun jul aug sep sept oct nov dec ene abr ago dic"
)
_MONTHS = "|".join(sorted(_MONTH_NAMES.split(), key=len, reverse=True))
_MONTH = re.compile(rf"(?<![^\W\d_])(?:{_MONTHS})(?![^\W\d_])")
_NUMBERS = re.compile(r"\d+(?:[-_. :T]*\d+)*")
_MARKS = re.compile(r"#(?:[-_. ]*#)+")
_COPY = re.compile(r"[ _-]*\((?:\d+|#)\)|(?:[ _-]+(?:copy|copia))(?=\.|$)")


def source_pattern(file_name: str) -> str:
    """A file's name with everything taken out that counts on: ``Ventas_2024-03.csv`` becomes ``ventas_#.csv``.

    Numbers, dates, months in words and the marks of copies go; letters don't differ by case.
    """
    name = PurePath(file_name).name.casefold()
    ending = _ENDINGS.search(name)
    stem = name[: ending.start()] if ending else name
    stem = _COPY.sub("", stem)
    stem = _MONTH.sub("#", _NUMBERS.sub("#", stem))
    return _MARKS.sub("#", stem) + (ending.group() if ending else "")


def says_nothing(pattern: str) -> bool:
    """Whether a pattern has no word in it that tells one source from another (``#.csv``)."""
    return not any(sign.isalpha() for sign in _ENDINGS.sub("", pattern))


def known_rules(project: Project) -> tuple[KnownRule, ...]:
    """The rules that hold, newest first: the last one for each dataset and pattern, unless it was forgotten."""
    return rules_of(project.records(SOURCE_RULE), project.records(RULE_FORGOTTEN))


def rules_of(stored: Sequence[Record], forgotten: Sequence[Record]) -> tuple[KnownRule, ...]:
    """The same out of the records, oldest first; one that can't be read is left to ``check``."""
    gone = {parent for record in forgotten for parent in record.parents}
    newest: dict[tuple[str, str], KnownRule] = {}
    for record in stored:
        try:
            known = KnownRule(id=record.id, rule=record.read(SourceRule))
        except CicloError:
            continue
        key = known.rule.dataset, known.rule.pattern
        newest.pop(key, None)
        newest[key] = known
    held = [known for known in newest.values() if known.id not in gone and known.rule.corrections != Corrections()]
    return tuple(reversed(held))


def by_name(rules: Sequence[KnownRule], *, dataset: str, file_name: str) -> KnownRule | None:
    """The rule that a file's name or the dataset's calls for: of both, else of the dataset, else of the name."""
    pattern = source_pattern(file_name)
    of_dataset = [known for known in rules if dataset and known.rule.dataset == dataset]
    named = [known for known in rules if known.rule.pattern == pattern and not says_nothing(pattern)]
    both = [known for known in of_dataset if known.rule.pattern == pattern]
    return next(iter([*both, *of_dataset, *named]), None)


def forgetting(known: KnownRule) -> Draft:
    """The draft of the decision to forget a rule."""
    return draft(RULE_FORGOTTEN, RuleForgotten(file=known.rule.file), parents=(known.id,))


def find_rule(rules: Sequence[KnownRule], wanted: str) -> KnownRule:
    """The rule whose id begins with ``wanted``.

    Raises
    ------
    CicloError
        ``rules.no_such_rule``.
    """
    found = [known for known in rules if wanted and known.id.startswith(wanted)]
    if len(found) != 1:
        raise CicloError("rules.no_such_rule", id=wanted, known=", ".join(k.id[:8] for k in rules) or "—")
    return found[0]


def newest_version(project: Project, dataset: str) -> Against | None:
    """The newest version of a dataset that isn't in the bin, to compare a file with; None where none can be read."""
    records = project.live(DATASET, dataset) if dataset else []
    for record in sorted(records, key=lambda r: (r.number, r.id), reverse=True):
        made = against(project, record)
        if made is not None:
            return made
    return None


def against(project: Project, record: Record) -> Against | None:
    """A version as what a file is compared with; None where its record can't be read."""
    try:
        version = record.read(DatasetVersion)
    except CicloError:
        return None
    places = {}
    for name in ("table", "profile"):
        stored = record.objects.get(name)
        path = project.object_place(stored.sha256) if stored is not None else None
        places[name] = str(path.resolve()) if path is not None and path.is_file() else ""
    return Against(label=record.label, number=record.number, version=version, **places)


def merged(own: Corrections, proposed: Corrections) -> Corrections:
    """What a rule proposes, and over it what was set by hand."""
    fields = {name: getattr(own, name) for name in own.__struct_fields__ if name not in ("types", "all_text")}
    taken = {name: value for name, value in fields.items() if value is not None}
    return msgspec.structs.replace(
        proposed, types={**proposed.types, **own.types}, all_text=own.all_text or proposed.all_text, **taken
    )

"""What of a rule fits the next file. A correction that no longer does is dropped with a sentence: a rule must neither
stop an import nor turn values into others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from app.data.delimited.counting import Survey
from app.data.delimited.plan import Plan, make_plan
from app.data.delimited.survey import survey
from app.data.records import ColumnType, Corrections, InspectRequest
from app.data.rules.described import sign
from app.data.rules.matching import by_name, merged
from app.data.rules.records import AppliedRule, KnownRule
from app.data.source import Source, open_source
from app.data.sources.jobs import inspect_any, typed_source
from app.data.types import WORDS
from app.data.values.conversion import convert_column
from app.errors import CicloError
from app.text.message import Text

_SAMPLE_BYTES = 1 << 20
_TRIED_HEADERS = 8
_SHOWN_COLUMNS = 5
_BAD_ENCODING = ("data.encoding.chosen_against_utf8", "data.encoding.chosen_with_faults")


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """The corrections in force for a file, and the rule that some of them come from."""

    corrections: Corrections
    rule: AppliedRule | None = None


def fit_rules(request: InspectRequest, rules: Sequence[KnownRule], *, dataset: str) -> Fit:
    """What applies to a file: the rule that is meant for it as far as it fits, under what the request corrects.

    Raises
    ------
    CicloError
        What the file is refused for, whatever the corrections.
    """
    path, own = Path(request.source), request.corrections
    known = by_name(rules, dataset=dataset, file_name=path.name)
    if rules and is_text(request):
        source = open_source(path)
        known = known or _by_header(source, own, rules)
        fitted = _Fitting(source, own, known).run() if known is not None else None
    else:
        fitted = _fit_typed(request, known) if known is not None else None
    if known is None or fitted is None:
        return Fit(corrections=own)
    proposed, dropped = fitted
    rule = AppliedRule(
        id=known.id, file=known.rule.file, dataset=known.rule.dataset, proposed=proposed, dropped=tuple(dropped)
    )
    return Fit(corrections=merged(own, proposed), rule=rule)


def is_text(request: InspectRequest) -> bool:
    """Whether a file is delimited text that can be read, as far as its first bytes tell."""
    path = Path(request.source)
    try:
        source = typed_source(path, request.reading, request.corrections, quick=True)
        if source is None:
            open_source(path)
    except CicloError:
        return False
    if source is not None:
        source.close()
    return source is None


def _fit_typed(request: InspectRequest, known: KnownRule) -> tuple[Corrections, list[Text]] | None:
    """A rule for a source that has columns of its own: of it, what is said of columns and words counts."""
    rule = msgspec.structs.replace(known.rule.corrections, delimiter=None, encoding=None, header=None)
    try:
        found = inspect_any(Path(request.source), msgspec.structs.replace(request, preview_rows=1))
    except CicloError:  # said by the inspection itself
        return None
    names = [column.name for column in found.columns]
    gone = [name for name in rule.types if name not in names]
    left = msgspec.structs.replace(rule, types={name: kept for name, kept in rule.types.items() if name in names})
    return left, [_listed(gone, "rules.dropped.columns", known)] if gone else []


def _listed(gone: list[str], code: str, known: KnownRule) -> Text:
    names = ", ".join(name.strip() for name in gone[:_SHOWN_COLUMNS])
    return Text(code, {"n": len(gone), "names": names, "file": known.rule.file})


def _by_header(source: Source, own: Corrections, rules: Sequence[KnownRule]) -> KnownRule | None:
    """The newest rule that makes the file's header the one that it was made for."""
    for known in rules[:_TRIED_HEADERS]:
        if len(known.rule.header) < 2:
            continue
        plan = _planned(source, merged(own, _reading(known.rule.corrections)))
        if plan is not None and plan.names == known.rule.header:
            return known
    return None


def _reading(corrections: Corrections) -> Corrections:
    """Without what is said of single columns."""
    return msgspec.structs.replace(corrections, types={})


def _planned(source: Source, corrections: Corrections) -> Plan | None:
    try:
        return make_plan(source, corrections)
    except CicloError:
        return None


class _Fitting:
    """One rule tried on one file."""

    def __init__(self, source: Source, own: Corrections, known: KnownRule) -> None:
        self._source, self._own, self._known = source, own, known
        self._left = known.rule.corrections
        self._dropped: list[Text] = []

    def run(self) -> tuple[Corrections, list[Text]]:
        """What is left of the rule, and what was dropped."""
        self._fit_encoding()
        self._fit_delimiter()
        self._fit_names()
        found = self._surveyed()
        if found is not None and self._fit_marks(found):
            found = self._surveyed()
        if found is not None:
            self._fit_types(found)
        return self._left, self._dropped

    def _drop(self, reason: Text, **fields: None) -> None:
        self._dropped.append(reason)
        self._left = msgspec.structs.replace(self._left, **fields)

    def _said(self, code: str, value: str) -> Text:
        return Text(code, {"value": sign(value), "file": self._known.rule.file})

    def _fit_encoding(self) -> None:
        wanted = self._left.encoding
        if wanted is None or self._own.encoding is not None:
            return
        plan = _planned(self._source, merged(self._own, Corrections(encoding=wanted)))
        if plan is None or plan.encoding.reason.id in _BAD_ENCODING:
            self._drop(self._said("rules.dropped.encoding", wanted), encoding=None)

    def _fit_delimiter(self) -> None:
        wanted = self._left.delimiter
        if wanted is None or self._own.delimiter is not None:
            return
        bound = _planned(self._source, merged(self._own, _reading(self._left)))
        free = _planned(self._source, merged(self._own, msgspec.structs.replace(_reading(self._left), delimiter=None)))
        if bound is None or (bound.layout.width == 1 and free is not None and free.layout.width > 1):
            self._drop(self._said("rules.dropped.delimiter", wanted), delimiter=None)

    def _fit_names(self) -> None:
        """Types of columns that aren't there."""
        plan = _planned(self._source, merged(self._own, _reading(self._left)))
        if plan is not None:
            self._drop_types([name for name in self._left.types if name not in plan.names], "rules.dropped.columns")

    def _drop_types(self, gone: list[str], code: str) -> None:
        if not gone:
            return
        self._left = msgspec.structs.replace(
            self._left, types={name: kept for name, kept in self._left.types.items() if name not in gone}
        )
        self._dropped.append(_listed(gone, code, self._known))

    def _surveyed(self) -> Survey | None:
        """The beginning of the file, read as the rule says."""
        try:
            return survey(self._source, merged(self._own, self._left), byte_limit=_SAMPLE_BYTES)
        except CicloError:  # said by the inspection itself
            return None

    def _fit_marks(self, found: Survey) -> bool:
        """Decimal mark and order of dates, where all of the file speaks against them; whether one was dropped."""
        before = len(self._dropped)
        numerals, wanted = found.numerals, self._left.decimal
        if wanted is not None and self._own.decimal is None and numerals.against and not numerals.votes:
            self._drop(self._said("rules.dropped.decimal", wanted), decimal=None)
        day_first = self._left.day_first
        if day_first is not None and self._own.day_first is None:
            orders = [tally.orders for tally in found.tallies]
            days, months = sum(o.day_first for o in orders), sum(o.month_first for o in orders)
            if (months and not days) if day_first else (days and not months):
                self._dropped.append(Text("rules.dropped.dates", {"file": self._known.rule.file}))
                self._left = msgspec.structs.replace(self._left, day_first=None)
        return len(self._dropped) > before

    def _fit_types(self, found: Survey) -> None:
        """Types that most values of a column aren't of: they would reject most rows."""
        own = self._own.types
        gone = [
            name
            for name, type in self._left.types.items()
            if name not in own and type not in WORDS and _mostly_fails(found, found.plan.names.index(name), type)
        ]
        self._drop_types(gone, "rules.dropped.types")


def _mostly_fails(found: Survey, index: int, type: ColumnType) -> bool:
    if found.head_rows is None or not found.head_rows.num_rows:
        return False
    values = found.head_rows.column(index)
    _typed, failed = convert_column(values, type, found.notations[index])
    filled = sum(1 for cell in values.to_pylist() if cell and cell.strip())
    return int(np.count_nonzero(failed)) > 0.5 * max(1, filled)

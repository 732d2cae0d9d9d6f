"""What a request asks for, checked against the data: the same before the click and in the training."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec

from app.data.known.answers import known_of
from app.learning.balance.checking import check_balance
from app.learning.columns import check_directions, choose_columns, propose_columns
from app.learning.estimators.cost import Size
from app.learning.estimators.kind import Traits
from app.learning.examination import examine_target
from app.learning.records import Balance, PlannedColumn, PlanRequest
from app.learning.room import most_words, size_of
from app.learning.rule.outcome import Stated, state_rule
from app.learning.source import Source, open_source
from app.learning.splits.testset import open_test
from app.learning.splits.work import Divided, choose_scheme, make_split
from app.learning.target import Target
from app.project import Project


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The data of a request, and its target."""

    request: PlanRequest
    source: Source
    test: Source | None
    target: Target


@dataclass(frozen=True, kw_only=True)
class Asked(Opened):
    """With the columns that are learned from, and the split."""

    columns: tuple[PlannedColumn, ...]
    divided: Divided

    @cached_property
    def stated(self) -> Stated | None:
        """The rule that is used today; raises as :func:`~app.learning.rule.outcome.state_rule`."""
        request = self.request
        return state_rule(
            self.source, request.rule, locale=request.locale, target=request.target, task=self.target.task
        )

    @cached_property
    def directions(self) -> dict[str, int]:
        """In which direction columns may work; raises as :func:`~app.learning.columns.check_directions`."""
        request = self.request
        return check_directions(
            self.columns, self.target.task, increasing=request.increasing, decreasing=request.decreasing
        )

    @property
    def size(self) -> Size:
        """What a fit on every training row reads."""
        return size_of(self.source, self.target, self.columns, len(self.divided.rows.train))

    @property
    def traits(self) -> Traits:
        """What the target is like."""
        return Traits.of(
            self.target.task,
            self.divided.learned,
            words=most_words(self.source, self.columns),
            directed=bool(self.directions),
            balanced=self.request.balance is not Balance.NONE,
        )


def open_asked(request: PlanRequest, *, whole: bool) -> Opened:
    """Open the data and examine the target, which says what else may be asked.

    Parameters
    ----------
    whole
        As :func:`~app.learning.source.open_source`.
    """
    source = open_source(request.project, request.dataset, whole=whole)
    return Opened(
        request=settled(request, source),
        source=source,
        test=open_test(request.project, request.test, source, whole=whole),
        target=examine_target(source, request.target, task=request.task, positive=request.positive),
    )


def settled(request: PlanRequest, source: Source) -> PlanRequest:
    """The request with what the project says now of columns that are known only afterwards, where it doesn't say it
    itself: so a version tells, and its training can be repeated, whatever is answered later."""
    if request.afterwards is not None:
        return request
    with closing(Project.open(Path(request.project))) as project:
        late = known_of(project, source.record.name, request.target).afterwards
    return msgspec.structs.replace(request, afterwards=late)


def understand(opened: Opened) -> Asked:
    """Choose the columns and make the split.

    Raises
    ------
    CicloError
        What makes columns or split unfit, in one sentence.
    """
    request, source, target = opened.request, opened.source, opened.target
    scheme = choose_scheme(source, target, request)
    group = scheme.column if scheme.kind == "group" else ""
    proposed = propose_columns(source, target=request.target, group=group, afterwards=request.afterwards or ())
    columns = choose_columns(proposed, exclude=request.exclude, include=request.include, target=request.target)
    divided = make_split(source, opened.test, target, scheme, columns, request)
    check_balance(request.balance, divided, columns)
    return Asked(request=request, source=source, test=opened.test, target=target, columns=columns, divided=divided)

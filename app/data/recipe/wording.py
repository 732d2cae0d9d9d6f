"""The light half: each step as a sentence, which a reader's language and numbers are put into late."""

from __future__ import annotations

from functools import singledispatch

from app.data.recipe.steps import (
    Aggregate,
    Bin,
    Blank,
    Calculate,
    Case,
    Clip,
    Concatenate,
    Condition,
    DatePart,
    Deduplicate,
    Drop,
    Extract,
    Fill,
    Filter,
    Join,
    Operator,
    Plain,
    Pseudonymise,
    Relabel,
    Rename,
    Replace,
    Retype,
    Sample,
    Sort,
    Split,
    Step,
    Trim,
)
from app.text.listing import listed, quoted, shortened
from app.text.message import Text, Value, amount

_SHOWN_PAIRS = 2
_LONGEST = 28
_SIGNS = {Operator.PLUS: "+", Operator.MINUS: "−", Operator.TIMES: "×", Operator.OVER: "÷"}
_TESTS = {
    Condition.EQUAL: "equal",
    Condition.UNEQUAL: "unequal",
    Condition.LESS: "less",
    Condition.AT_MOST: "at_most",
    Condition.MORE: "more",
    Condition.AT_LEAST: "at_least",
    Condition.AMONG: "among",
    Condition.MISSING: "missing",
    Condition.PRESENT: "present",
}


def kind_of(step: Step) -> str:
    """What the step is called in a stored recipe: ``trim``."""
    return str(step.__struct_config__.tag)


def name_of(kind: str) -> Text:
    """What a kind of step is called."""
    return Text(f"data.step_kind.{kind}")


def _said(code: str, **params: Value | Text | str | int | float) -> Text:
    return Text(f"data.step_said.{code}", params)


def _shown(value: Plain) -> Text | Value:
    """A word in quotes, a number in the reader's form."""
    return quoted(value, longest=_LONGEST) if isinstance(value, str) else amount(value)


@singledispatch
def said_of(step: Step) -> Text:
    """What a step does."""
    raise NotImplementedError(type(step).__name__)


@said_of.register
def _rename(step: Rename) -> Text:
    return _said("rename", column=step.column, to=step.to)


@said_of.register
def _drop(step: Drop) -> Text:
    return _said("drop", columns=listed(step.columns))


@said_of.register
def _retype(step: Retype) -> Text:
    return _said("retype", column=step.column, type=Text(f"data.type.{step.type}"))


@said_of.register
def _trim(step: Trim) -> Text:
    return _said("trim" if step.case is Case.KEEP else f"trim_{step.case}", column=step.column)


@said_of.register
def _replace(step: Replace) -> Text:
    parts = [
        _said("written", before=shortened(before, _LONGEST), after=shortened(after, _LONGEST))
        if after
        else _said("emptied", before=shortened(before, _LONGEST))
        for before, after in step.words.items()
    ]
    return _said("replace", column=step.column, words=listed(parts, most=_SHOWN_PAIRS))


@said_of.register
def _blank(step: Blank) -> Text:
    return _said("blank", column=step.column, values=listed([_shown(value) for value in step.values]))


@said_of.register
def _fill(step: Fill) -> Text:
    return _said("fill", column=step.column, value=_shown(step.value))


@said_of.register
def _clip(step: Clip) -> Text:
    sides = ("between" if step.low is not None else "below") if step.high is not None else "above"
    ends = {name: amount(end) for name, end in (("low", step.low), ("high", step.high)) if end is not None}
    return _said(f"{'cut' if step.blank else 'clip'}_{sides}", column=step.column, **ends)


@said_of.register
def _bin(step: Bin) -> Text:
    return _said("bin", column=step.column, into=step.into, edges=listed([amount(edge) for edge in step.edges]))


@said_of.register
def _split(step: Split) -> Text:
    return _said("split", column=step.column, separator=step.separator, into=listed(step.into))


@said_of.register
def _extract(step: Extract) -> Text:
    return _said(f"extract_{step.what}", column=step.column, into=step.into, mark=step.mark)


@said_of.register
def _date_part(step: DatePart) -> Text:
    return _said("date_part", column=step.column, into=step.into, part=Text(f"data.date_part.{step.part}"))


@said_of.register
def _calculate(step: Calculate) -> Text:
    left, right = (side if isinstance(side, str) else amount(side) for side in (step.left, step.right))
    if step.operator is Operator.DAYS:
        return _said("days", into=step.into, left=left, right=right)
    return _said("calculate", into=step.into, left=left, right=right, sign=_SIGNS[step.operator])


@said_of.register
def _concatenate(step: Concatenate) -> Text:
    return _said("concatenate", columns=listed(step.columns), into=step.into)


@said_of.register
def _filter(step: Filter) -> Text:
    values = listed([_shown(value) for value in step.values])
    return _said(f"filter_{_TESTS[step.test]}", column=step.column, values=values)


@said_of.register
def _pseudonymise(step: Pseudonymise) -> Text:
    return _said("pseudonymise", columns=listed(step.columns))


@said_of.register
def _deduplicate(step: Deduplicate) -> Text:
    kept = "last" if step.last else "first"
    if not step.columns:
        return _said(f"deduplicate_{kept}")
    return _said(f"deduplicate_by_{kept}", columns=listed(step.columns))


@said_of.register
def _sort(step: Sort) -> Text:
    return _said("sort_descending" if step.descending else "sort", columns=listed(step.columns))


@said_of.register
def _sample(step: Sample) -> Text:
    return _said("sample", n=step.rows)


@said_of.register
def _relabel(step: Relabel) -> Text:
    return _said("relabel", column=step.column, n=len(step.rows))


@said_of.register
def _aggregate(step: Aggregate) -> Text:
    return _said("aggregate", by=listed(step.by), columns=listed([one.into for one in step.measures]))


@said_of.register
def _join(step: Join) -> Text:
    keys = listed([here if here == there else f"{here} = {there}" for here, there in step.on.items()])
    return _said("join_inner" if step.inner else "join", dataset=step.dataset, keys=keys)

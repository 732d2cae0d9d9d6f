"""``ciclo value``: what outcomes are worth in money, and the threshold that a version decides by."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal, table
from app.cli.work import absolute, opened, project_job
from app.errors import CicloError
from app.learning.records import ModelVersion, Task
from app.project import Project, Record
from app.text import Words
from app.text.message import Text
from app.verification.state import approved_threshold, model_record
from app.verification.value.curve import Point, WorthCurve
from app.verification.value.records import COUNTS, PERIODS, Counts, CountsRequest, ValueTable
from app.verification.value.stored import in_force, set_threshold, set_value_table, value_table
from app.verification.value.words import approval_words, dropped_words, money

_BEST = "best"


class _At(msgspec.Struct, frozen=True, kw_only=True):
    """What a threshold comes to in a period, on the rows learned from, out of fold."""

    threshold: float
    worth: float
    low: float
    high: float
    found: float
    missed: float
    false_alarms: float
    left: float
    dropped: float


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    model: str
    table: ValueTable | None
    threshold: float | None
    approved_threshold: float | None
    now: _At | None
    best: _At | None


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("model", metavar="MODEL")
    parser.option("--price", metavar="REALLY:SAID=AMOUNT", several=True)
    parser.option("--over", metavar="AMOUNT", number=float)
    parser.option("--under", metavar="AMOUNT", number=float)
    parser.option("--fixed", metavar="AMOUNT", number=float)
    parser.option("--rows", metavar="N", number=int, low=1)
    parser.option("--period", choices=PERIODS, default="")
    parser.option("--capacity", metavar="N|none", default="")
    parser.option("--currency", metavar="EUR", default="")
    parser.option("--threshold", metavar="T|best", default="")


def run(terminal: Terminal, options: Namespace) -> int:
    """Store what is given, and say what it comes to."""
    with opened(terminal, options.project) as project:
        record = model_record(project, options.model)
        version = record.read(ModelVersion)
        changed = _changed(options, version, value_table(project, record.name) or _blank(record.name, version))
        if changed is not None:
            set_value_table(project, changed)
        table_now = value_table(project, record.name)
        curve = _curve(terminal, project, record, version, table_now, absolute(options.project))
        if options.threshold:
            _set_threshold(project, record, options.threshold, curve)
        now = in_force(project, record).threshold if version.task is Task.BINARY else None
        approved = approved_threshold(project, record)
        at = curve.at(now) if curve is not None and now is not None else None
        best = curve.best() if curve is not None else None
    said = _at(at, table_now, threshold=now)
    answer = _Answer(
        model=record.label,
        table=table_now,
        threshold=now,
        approved_threshold=approved,
        now=said,
        best=_at(best, table_now),
    )
    terminal.answer(answer, _lines(answer, terminal.words))
    return 0


def _blank(model: str, version: ModelVersion) -> ValueTable:
    k = len(version.labels)
    return ValueTable(model=model, labels=version.labels, cells=tuple((0.0,) * k for _ in range(k)))


def _changed(options: Namespace, version: ModelVersion, before: ValueTable) -> ValueTable | None:
    """The table as asked for; None where nothing of it was.

    Raises
    ------
    CicloError
        ``cli.value.bad_price`` or ``cli.value.bad_capacity``.
    """
    wanted = {name: getattr(options, name) for name in ("over", "under", "fixed", "rows", "period", "currency")}
    given = {name: value for name, value in wanted.items() if value not in (None, "")}
    _check_fits(options, version)
    cells = [list(row) for row in before.cells] if before.labels == version.labels else _blank("", version).cells
    prices = [list(row) for row in cells]
    for text in options.price:
        names, _equals, price = text.rpartition("=")
        really, _, said = names.partition(":")
        try:
            prices[version.labels.index(really)][version.labels.index(said)] = float(price)
        except ValueError as error:
            known = ", ".join(version.labels) or "—"
            raise CicloError("cli.value.bad_price", price=text, known=known) from error
    if options.capacity:
        given["capacity"] = _capacity(options.capacity)
    if not given and not options.price:
        return None
    return msgspec.structs.replace(before, labels=version.labels, cells=tuple(map(tuple, prices)), **given)


def _check_fits(options: Namespace, version: ModelVersion) -> None:
    """Refuse what prices another kind of answers."""
    if version.labels and (options.over is not None or options.under is not None):
        raise CicloError("cli.value.not_for_classes", labels=", ".join(version.labels))
    if not version.labels and options.price:
        raise CicloError("cli.value.not_for_amounts", target=version.target)
    if options.capacity and version.task is not Task.BINARY:
        raise CicloError("cli.value.no_capacity")


def _capacity(text: str) -> int | None:
    if text == "none":
        return None
    if not text.isdecimal() or not int(text):
        raise CicloError("cli.value.bad_capacity", capacity=text)
    return int(text)


def _curve(
    terminal: Terminal,
    project: Project,
    record: Record,
    version: ModelVersion,
    prices: ValueTable | None,
    folder: str,
) -> WorthCurve | None:
    if version.task is not Task.BINARY or prices is None or prices.labels != version.labels:
        return None
    ended = project_job(terminal, COUNTS, CountsRequest(project=folder, model=record.id), project)
    counts = msgspec.json.decode(ended.answer, type=Counts)
    return WorthCurve(counts, prices, version.labels.index(version.positive))


def _set_threshold(project: Project, record: Record, wanted: str, curve: WorthCurve | None) -> None:
    if wanted == _BEST:
        if curve is None:
            raise CicloError("cli.value.no_prices", model=record.label)
        set_threshold(project, record, curve.best().threshold, best=True)
        return
    try:
        threshold = float(wanted)
    except ValueError as error:
        raise CicloError("verification.value.bad_threshold") from error
    set_threshold(project, record, threshold)


def _at(point: Point | None, prices: ValueTable | None, *, threshold: float | None = None) -> _At | None:
    if point is None or prices is None:
        return None
    return _At(
        threshold=point.threshold if threshold is None else threshold,
        worth=point.worth,
        low=point.low,
        high=point.high,
        found=point.found,
        missed=point.missed,
        false_alarms=point.false_alarms,
        left=point.left,
        dropped=0.0 if prices.capacity is None else max(0.0, point.acted - prices.capacity),
    )


def _lines(answer: _Answer, words: Words) -> list[str]:
    other = approval_words(answer.approved_threshold, answer.threshold) if answer.threshold is not None else None
    warned = [words.text(other)] if other is not None else []
    if answer.table is None:
        return [words("cli.value.nothing", model=answer.model), *warned]
    prices, period = answer.table, Text(f"verification.period.{answer.table.period}")
    rows = [("", *(words("verification.report.predicted", label=label) for label in prices.labels))]
    rows += [
        (words("verification.report.actual", label=label), *(words.value(money(price, prices)) for price in cells))
        for label, cells in zip(prices.labels, prices.cells, strict=True)
    ]
    lines = [*table(rows, right=frozenset(range(1, len(prices.labels) + 1))), ""] if prices.labels else []
    for code, at in (("now", answer.now), ("best", answer.best)):
        if at is None:
            continue
        said = {name: words.value(money(getattr(at, name), prices)) for name in ("worth", "low", "high")}
        threshold = words.number(at.threshold, digits=4)
        lines.append(words(f"cli.value.{code}", threshold=threshold, period=period, **said))
        dropped = dropped_words(at.found + at.false_alarms, prices)
        lines += [words.text(dropped)] if dropped is not None else []
    if answer.now is not None:
        lines.append(words("cli.value.out_of_fold"))
    return [*(lines or [words("cli.value.stored", model=answer.model)]), *warned]

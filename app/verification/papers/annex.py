"""A draft of the technical documentation that Annex IV of the EU AI Act (Regulation (EU) 2024/1689) asks for.

Its points keep the numbers of the Annex. What the project knows is filled in, with the proof of each sentence; what
only people know is taken from their statements, or stands there as a question."""

from __future__ import annotations

from collections.abc import Callable

from app.project import Record
from app.project.record import readable
from app.text import Text, Words, amount
from app.verification.papers import facts
from app.verification.papers.gathered import Gathered
from app.verification.papers.telling import Telling, passage, says
from app.verification.records import DECISION, Decision, GateRisk, Risk
from app.verification.report.blocks import Block, Document, Grid, Passage, Section, Sentence
from app.verification.report.plane import shortened
from app.verification.value.records import OPERATING_POINT, OperatingPoint

DEPLOYMENT, RELEASE = "deployment", "release"
"""Exports were stored as releases once, outside of any series."""
"""The kind of record that deployment keeps of an export: only that there is one is told."""
_MOST = 40

Part = Callable[[Telling], Passage | Grid | None]


def annex(gathered: Gathered, words: Words) -> Document:
    """The draft in one language; the same project gives the same document."""
    telling = Telling(gathered, words)
    sections = [_section(telling, number, parts) for number, parts in _POINTS.items()]
    missing = gathered.open_questions
    proofs = Section(
        id="proofs",
        title=words("papers.proofs"),
        help=words("papers.proofs.help"),
        blocks=(telling.proofs,),
    )
    title = shortened(readable(gathered.record.label), 80)
    lead = [words("papers.annex.lead"), words("papers.annex.missing", n=missing) if missing else ""]
    return Document(
        language=words.language,
        title=title,
        kind_of=words("papers.annex.title"),
        lead=" ".join(filter(None, lead)),
        sections=(*sections, proofs),
        footer=words("papers.footer"),
    )


def _section(telling: Telling, number: str, parts: tuple[Part, ...]) -> Section:
    made = (part(telling) for part in parts)
    blocks: list[Block] = [block for block in made if block is not None and says(block)]
    key = number.replace("(", ".").rstrip(")")
    return Section(id=f"point-{key}", title=f"{number}  {telling.words(f'papers.point.{key}')}", blocks=tuple(blocks))


def _stated(topic: str) -> Part:
    return lambda telling: passage(telling.stated(topic))


def _forms(telling: Telling) -> Passage:
    """The exports that were made."""
    made = [*(r for r in telling.of.naming(RELEASE) if not r.name), *telling.of.naming(DEPLOYMENT)]
    if not made:
        return passage(telling.say("papers.said.no_export", telling.of.record))
    return passage(*(_dated(telling, "papers.said.export", record) for record in made[:_MOST]))


def _dated(telling: Telling, id: str, record: Record) -> Sentence:
    return telling.say(id, record, date=amount(record.time, "date"), author=record.author)


def _why_these_metrics(telling: Telling) -> Passage:
    """Why the figures are fit to judge it by."""
    version, report, record = telling.of.version, telling.of.report, telling.of.report_record
    name, about = f"verification.metric.{version.metric}", f"verification.metric.{version.metric}.help"
    first = telling.say("papers.said.decides", telling.of.record, metric=Text(name), help=Text(about))
    if report is None or record is None:
        return passage(first)
    level = amount(report.level, "percent")
    return passage(
        first, telling.say("papers.said.intervals", record, level=level), telling.say("papers.said.usual", record)
    )


def _risk(telling: Telling) -> Passage:
    record = telling.of.risk_record
    risk = record.read(GateRisk).risk if record is not None else Risk.USUAL
    said = Text(f"papers.risk.{risk}")
    return passage(telling.say("papers.said.risk", record or telling.of.record, risk=said, n=risk.approvals))


def _changes(telling: Telling) -> Passage:
    """The versions of the model, what was decided about them, and thresholds that were set."""
    series = {record.id: record for record in telling.of.series}
    found = [(record, _change(telling, "version", record, label=record.label)) for record in series.values()]
    for record in telling.of.project.records(DECISION):
        body = record.read(Decision)
        if body.model_id in series:
            which = "version_approved" if body.approved else "version_rejected"
            found.append((record, _change(telling, which, record, label=body.model, by=body.by)))
    for record in telling.of.project.records(OPERATING_POINT):
        point = record.read(OperatingPoint)
        if point.model_id in series:
            label = series[point.model_id].label
            found.append((record, _change(telling, "threshold_set", record, label=label, threshold=point.threshold)))
    found.sort(key=lambda pair: pair[0].order)
    return passage(*(sentence for _record, sentence in found[-_MOST:]))


def _change(telling: Telling, id: str, record: Record, **params: str | float) -> Sentence:
    label = shortened(readable(str(params.pop("label"))), 60)
    return telling.say(f"papers.said.change.{id}", record, date=amount(record.time, "date"), label=label, **params)


_POINTS: dict[str, tuple[Part, ...]] = {
    "1(a)": (_stated("purpose"), _stated("provider"), facts.identity),
    "1(b)": (_stated("use"),),
    "1(c)": (facts.software,),
    "1(d)": (_forms,),
    "1(e)": (facts.served,),
    "1(f)": (_stated("product"),),
    "1(g)": (_stated("interface"),),
    "1(h)": (_stated("instructions"),),
    "2(a)": (facts.method,),
    "2(b)": (facts.design,),
    "2(c)": (facts.cost,),
    "2(d)": (facts.data, _stated("origin"), _stated("labels"), facts.split),
    "2(e)": (_stated("oversight"),),
    "2(f)": (_stated("foreseen"),),
    "2(g)": (facts.judged, facts.metrics, facts.compared, facts.gates, facts.decided, _stated("groups")),
    "2(h)": (facts.security,),
    "3": (facts.findings, _stated("people"), _stated("limits"), facts.columns),
    "4": (_why_these_metrics,),
    "5": (_risk, _stated("risks")),
    "6": (_changes,),
    "7": (_stated("standards"),),
    "8": (_stated("conformity"),),
    "9": (_stated("monitoring"),),
}

"""What a project knows about a version, theme by theme, as sentences with their proof."""

from __future__ import annotations

from collections.abc import Iterable

from app.data.records import ColumnType
from app.learning.bounds import bound
from app.learning.records import Feature, PlannedColumn, Task
from app.project import Record
from app.project.record import readable
from app.project.signing_key import fingerprint
from app.text import Text, Words, amount
from app.verification.beside import grounds, lead, outcome
from app.verification.catalogue import shown
from app.verification.papers.telling import Telling, passage
from app.verification.records import Decision, Report
from app.verification.report.blocks import Cell, Grid, Passage, Sentence
from app.verification.report.plane import shortened
from app.verification.report.source import figure, interval
from app.verification.signing import signature_state
from app.verification.value.words import certainty_words, compared_with, gain_words, policy_name

_MOST = 20
_MOST_COLUMNS = 200
_LEVELS = 12
_FIRST_YEAR, _LAST_YEAR = 1500, 2100
_NAME = 60


def identity(telling: Telling) -> Passage:
    """What it predicts, from what, and which version it is."""
    record, version = telling.of.record, telling.of.version
    made = {"number": amount(record.number, "plain"), "date": amount(record.time, "date")}
    n = len(version.features)
    kind = "amount" if version.task is Task.REGRESSION else "label"
    labels = ", ".join(shortened(label, _NAME) for label in version.labels[:_LEVELS])
    more = ", …" if len(version.labels) > _LEVELS else ""
    target = shortened(version.target, _NAME)
    return passage(
        telling.say(
            "papers.said.made",
            record,
            name=record.name,
            software=record.envelope.software,
            author=record.author,
            **made,
        ),
        telling.say(f"papers.said.predicts.{kind}", record, target=target, n=n, labels=labels + more),
        telling.say("papers.said.estimator", record, estimator=Text(f"learning.estimator.{version.estimator}")),
        _threshold(telling),
        _before(telling),
    )


def _threshold(telling: Telling) -> Sentence | None:
    version = telling.of.version
    if version.task is not Task.BINARY:
        return None
    positive = shortened(version.positive, _NAME)
    return telling.say(
        "papers.said.threshold", telling.of.threshold_record, positive=positive, threshold=version.threshold
    )


def _before(telling: Telling) -> Sentence | None:
    before = [record for record in telling.of.series if record.order < telling.of.record.order]
    return telling.say("papers.said.before", before[-1], n=len(before)) if before else None


def software(telling: Telling) -> Passage:
    """What it was made with."""
    libraries = ", ".join(f"{name} {number}" for name, number in sorted(telling.of.version.versions.items()))
    return passage(telling.say("papers.said.libraries", telling.of.record, libraries=libraries))


def served(telling: Telling) -> Passage:
    """What it takes to use it."""
    found = telling.of.version.served
    if found is None:
        return passage()
    size, took = amount(found.size_bytes, "bytes"), amount(round(found.thousand_rows_ms))
    return passage(telling.say("papers.said.served", telling.of.record, size=size, ms=took))


def security(telling: Telling) -> Passage:
    """What protects it from being altered, and the one who opens it from harm."""
    record = telling.of.record
    return passage(
        telling.with_object(telling.say("papers.said.no_code", record), record, "model"),
        telling.say("papers.said.hashed", record),
        *(_signature(telling, one) for one in telling.of.decisions),
    )


def _signature(telling: Telling, record: Record) -> Sentence:
    body = record.read(Decision)
    state = signature_state(record, telling.of.project)
    return telling.say(f"papers.said.signature.{state}", record, by=body.by, key=fingerprint(body.key))


# How it was made


def method(telling: Telling) -> Passage:
    """How the candidates were compared and one was chosen."""
    record, version = telling.of.record, telling.of.version
    found, usual = version.cv.get(version.metric), version.baseline.get(version.metric)
    metric = Text(f"verification.metric.{version.metric}")
    chosen = None
    if found is not None and found.value is not None and usual is not None and usual.value is not None:
        values = {"value": shown(version.metric, found.value), "usual": shown(version.metric, usual.value)}
        chosen = telling.say("papers.said.chosen", record, metric=metric, **values)
    taken = version.request.taken
    return passage(
        telling.say("papers.said.candidates", record, n=len(version.candidates)),
        chosen,
        telling.say("papers.said.taken", record, version=readable(taken.version)) if taken is not None else None,
        telling.say("papers.said.nothing_foreign", record),
    )


def design(telling: Telling) -> Passage:
    """What it was told to do, and what it may not use."""
    record, version = telling.of.record, telling.of.version
    request = version.request
    metric = {
        "metric": Text(f"verification.metric.{version.metric}"),
        "help": Text(f"verification.metric.{version.metric}.help"),
    }
    directions = (("rising", request.increasing), ("falling", request.decreasing))
    return passage(
        telling.say("papers.said.optimised", record, **metric),
        telling.say("papers.said.prepared", record),
        telling.say("papers.said.rule", record, rule=request.rule) if request.rule else None,
        *(telling.say(f"papers.said.{way}", record, columns=_listed(names)) for way, names in directions if names),
        *_left_out(telling, version.excluded),
        *(telling.repeat(text, record) for text in (*version.alarms, *version.notes)[:_MOST]),
    )


def _left_out(telling: Telling, columns: tuple[PlannedColumn, ...]) -> Iterable[Sentence]:
    for column in columns[:_MOST]:
        name = shortened(column.name, _NAME)
        if column.reason is None:
            yield telling.say("papers.said.left_out", telling.of.record, column=name)
        else:
            yield telling.say("papers.said.left_out.why", telling.of.record, column=name, reason=column.reason)
    if len(columns) > _MOST:
        yield telling.say("papers.said.left_out.more", telling.of.record, n=len(columns) - _MOST)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(shortened(name, _NAME) for name in names)


def cost(telling: Telling) -> Passage:
    """What the training took."""
    record, spent = telling.of.record, telling.of.version.spent
    if spent is None:
        return passage()
    took = {"seconds": amount(spent.seconds, "duration"), "cpu": amount(spent.cpu_s, "duration")}
    energy = spent.energy
    burnt = None
    if energy is not None:
        burnt = telling.say(
            "papers.said.energy", record, wh=energy.kwh * 1000, co2=energy.co2_g, watts=round(energy.watts)
        )
    return passage(
        telling.say("papers.said.spent", record, memory=amount(int(spent.memory_mb * 1e6), "bytes"), **took), burnt
    )


# The data


def data(telling: Telling) -> Passage:
    """Where the rows come from, and what was done to them."""
    record, found = telling.of.dataset_record, telling.of.dataset
    if record is None or found is None:
        return passage(telling.say("papers.said.data.gone", telling.of.record, dataset=telling.of.version.dataset))
    source = shortened(found.source_name, _NAME)
    holes = sum(column.missing > 0 for column in found.columns)
    imported = telling.say(
        "papers.said.data.source", record, source=source, date=amount(record.time, "date"), author=record.author
    )
    size = {"rows": amount(found.rows), "columns": amount(len(found.columns)), "records": amount(found.records)}
    return passage(
        telling.with_object(imported, record, "table"),
        telling.say("papers.said.data.hash", record, sha256=found.source_sha256) if found.source_sha256 else None,
        telling.say("papers.said.data.size", record, **size),
        telling.say("papers.said.data.rejected", record, n=found.rejected) if found.rejected else None,
        telling.say("papers.said.data.holes", record, n=holes) if holes else None,
        telling.say("papers.said.data.note", record, note=found.note, by=found.by) if found.note else None,
        *(telling.repeat(note, record) for note in found.notes[:_MOST]),
    )


def split(telling: Telling) -> Passage:
    """Which rows it learned from, and which it didn't."""
    record, found = telling.of.record, telling.of.version.split
    counts = {"train": amount(found.train_rows), "holdout": amount(found.holdout_rows)}
    if found.test_dataset:
        name = readable(found.test_dataset)
        return passage(telling.say("papers.said.split.test", record, dataset=name, train=counts["train"]))
    said = telling.say("papers.said.split", record, **counts)
    return passage(telling.with_object(said, record, "holdout"))


def columns(telling: Telling) -> Grid:
    """The columns that it needs, and what it has seen in them."""
    words = telling.words
    head = tuple(words(f"papers.column.{name}") for name in ("name", "type", "seen", "missing"))
    rows = []
    for feature in telling.of.version.features[:_MOST_COLUMNS]:
        missing = words(f"papers.column.{'yes' if feature.missing_seen else 'no'}")
        kind = words(f"deployment.type.{feature.type}")
        texts = (shortened(feature.name, _NAME), kind, seen(feature, words), missing)
        rows.append(tuple(Cell(text=text) for text in texts))
    return Grid(head=head, rows=tuple(rows))


def seen(feature: Feature, words: Words) -> str:
    """The levels or the range of a column in the rows learned from."""
    if feature.low is not None and feature.high is not None:
        if feature.type is ColumnType.INTEGER and _FIRST_YEAR <= feature.low <= feature.high <= _LAST_YEAR:
            return f"{int(feature.low)} – {int(feature.high)}"  # years, most likely: never with a mark of thousands
        return f"{words.value(bound(feature, feature.low))} – {words.value(bound(feature, feature.high))}"
    known = ", ".join(shortened(level, _NAME) for level in feature.levels[:_LEVELS])
    return known + (", …" if len(feature.levels) > _LEVELS else "") or "–"


# How it was judged


def judged(telling: Telling) -> Passage:
    """On which rows, how often, with what outcome."""
    record, report = telling.of.report_record, telling.of.report
    if record is None or report is None:
        return passage(telling.say("papers.said.not_judged", telling.of.record))
    where = "test" if report.on_test_file else "holdout"
    dataset, rows = readable(report.dataset), amount(report.rows)
    return passage(
        telling.say(
            f"papers.said.judged.{where}", record, date=amount(record.time, "date"), rows=rows, dataset=dataset
        ),
        None if report.on_test_file else telling.say("papers.said.openings", record, n=report.openings),
        telling.say("papers.said.verdict", record, headline=report.headline),
        telling.repeat(report.summary, record),
        _worth(telling, record, report),
    )


def _worth(telling: Telling, record: Record, report: Report) -> Sentence | None:
    """What it brings in money."""
    if report.worth is None:
        return None
    today = policy_name(compared_with(report.worth))
    said = {"gain": gain_words(report.worth), "today": today, "ends": certainty_words(report.worth)}
    return telling.say("papers.said.worth", record, **said)


def metrics(telling: Telling) -> Grid | None:
    """The figures with their intervals."""
    report, words = telling.of.report, telling.words
    if report is None or not report.rows:
        return None
    head = tuple(words(f"papers.metric.{name}") for name in ("name", "value", "interval", "usual", "method"))
    rows = []
    for row in report.metrics:
        texts = (
            words(f"verification.metric.{row.code}"),
            figure(row.code, row.estimate.value, words),
            interval(row.code, row.estimate, words) or "–",
            figure(row.code, row.baseline.value if row.baseline else None, words),
            row.estimate.method or "–",
        )
        rows.append(tuple(Cell(text=text) for text in texts))
    return Grid(head=head, rows=tuple(rows), right=frozenset((1, 2, 3)))


def compared(telling: Telling) -> Passage:
    """What it was compared with, and what came out."""
    record, report = telling.of.report_record, telling.of.report
    if record is None or report is None:
        return passage()
    found = []
    for one in report.compared:
        found.append(telling.say("papers.said.beside", record, other=lead(one), outcome=outcome(one)))
        found += [telling.repeat(text, record) for text in grounds(one)]
    return passage(*found)


def gates(telling: Telling) -> Passage:
    """The conditions for an approval, and whether they were met."""
    record, report = telling.of.report_record, telling.of.report
    if record is None or report is None:
        return passage()
    found = []
    for gate in report.gates:
        name = Text(f"verification.gate.{gate.code}")
        passed = Text(f"papers.gate.{'passed' if gate.passed else 'failed'}")
        found.append(telling.say("papers.said.gate", record, gate=name, passed=passed, sentence=gate.sentence))
    return passage(*found)


def findings(telling: Telling) -> Passage:
    """What the report warns of."""
    record, report = telling.of.report_record, telling.of.report
    if record is None or report is None:
        return passage()
    return passage(*(telling.repeat(text, record) for text in warned(report)[:_MOST]))


def warned(report: Report) -> list[Text]:
    """Findings that are more than notes, the worst first."""
    order = ("bad", "warning")
    return [text for wanted in order for severity, text in report.findings if severity == wanted]


def decided(telling: Telling) -> Passage:
    """Who approved or rejected it, when, and why."""
    found = []
    for record in telling.of.decisions:
        body = record.read(Decision)
        which = "approved" if body.approved else "rejected"
        found.append(telling.say(f"papers.said.{which}", record, by=body.by, date=amount(record.time, "date")))
        found += [
            telling.say("papers.said.because", record, text=text) for text in (body.override, body.comment) if text
        ]
    return passage(*found) if found else passage(telling.say("papers.said.not_decided", telling.of.record))

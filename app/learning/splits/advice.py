"""Which split the data calls for, with evidence: whose rows repeat, whether they run in time, how rare a class is."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.records import Column, ColumnType
from app.learning.matrix import MOMENTS, moments
from app.learning.source import Source, read_table
from app.learning.splits.records import Advice
from app.learning.target import Target
from app.text.message import Text, amount

_WORDS = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")
_PEOPLE = frozenset({
    "abonado", "account", "alumno", "cif", "client", "cliente", "company", "conductor", "cuenta", "customer", "dni",
    "driver", "empleado", "employee", "empresa", "estudiante", "hogar", "household", "member", "nif", "paciente",
    "patient", "person", "persona", "policy", "poliza", "póliza", "socio", "student", "subject", "subscriber",
    "sujeto", "user", "usuario", "vehicle", "vehículo",
})  # fmt: skip
_CASES = frozenset({
    "case", "caso", "expediente", "factura", "id", "invoice", "order", "pedido", "sesion", "sesión", "session",
    "visit", "visita",
})  # fmt: skip
SOMEBODY = _PEOPLE | _CASES
"""Words for whom or what a row is about."""
_BIRTH = frozenset({
    "birth", "birthdate", "birthday", "born", "dob", "nacido", "nacimiento",
})  # fmt: skip
_KINDS = frozenset(
    {"brand", "category", "categoría", "class", "clase", "kind", "marca", "model", "modelo", "tipo", "type"}
)
_QUANTITIES = frozenset({
    "age", "amount", "años", "antigüedad", "balance", "cantidad", "count", "days", "días", "duration", "edad", "hours",
    "horas", "importe", "income", "ingresos", "meses", "minutes", "months", "price", "rate", "salary", "score",
    "tenure", "total", "weeks", "years",
})  # fmt: skip
"""What a number with such a word in its name counts, it does of somebody, and is not their name: years at a company."""
_REPEATING = frozenset({ColumnType.IDENTIFIER, ColumnType.TEXT, ColumnType.CATEGORY, ColumnType.INTEGER})

_FEWEST_ENTITIES = 20
_FEWEST_REPEATED = 5
_MOST_ROWS_EACH = 500
_SHARE_REPEATED = 0.05
_MOST_LOOKED_AT = 12
_KNOWN_MOMENTS = 0.8
_FEWEST_MOMENTS = 10
_IN_ORDER = 0.95
_RARE_SHARE, _RARE_ROWS = 0.1, 2_000


@dataclass(frozen=True, kw_only=True)
class Entity:
    """A column that says whose row it is: ``several`` of its values have more than one row."""

    column: str
    several: int
    rank: int


def entities(source: Source, target: str) -> tuple[Entity, ...]:
    """The columns by whose values rows belong together, the likeliest first."""
    ranked = [(c, _rank(c)) for c in source.version.columns if c.name != target and _repeats(c, source.version.rows)]
    likely = sorted(((c, rank) for c, rank in ranked if rank < 3), key=lambda pair: pair[1])[:_MOST_LOOKED_AT]
    found = []
    for column, rank in likely:
        counts = read_table(source, (column.name,)).column(0).drop_null().value_counts().field("counts").to_numpy()
        repeated = counts[counts > 1]
        known = int(counts.sum())
        if len(repeated) >= _FEWEST_REPEATED and repeated.sum() >= _SHARE_REPEATED * known:
            found.append(Entity(column=column.name, several=len(repeated), rank=rank))
    return tuple(found)


def _repeats(column: Column, rows: int) -> bool:
    known = rows - column.missing
    fewest = max(_FEWEST_ENTITIES, known / _MOST_ROWS_EACH)
    return column.type in _REPEATING and fewest <= column.distinct < known and known > rows / 2


def _rank(column: Column) -> int:
    words = name_words(column.name)
    if words & _KINDS or (column.type is ColumnType.INTEGER and words & _QUANTITIES):
        return 3
    if words & _PEOPLE:
        return 0
    if words & _CASES:
        return 1
    return 2 if column.type is ColumnType.IDENTIFIER else 3


def name_words(name: str) -> frozenset[str]:
    """The words of a column's name, in small letters: ``CustomerID`` has two."""
    return frozenset(word.casefold() for word in _WORDS.findall(_CAMEL.sub(" ", name)))


def advise(source: Source, target: Target, target_name: str) -> tuple[Advice, ...]:
    """Every split that the data speaks for, the one to propose first."""
    found = [*_by_group(source, target_name), *_by_time(source, target_name), _by_class(target)]
    at_random = Advice(split="random", reason=Text("learning.advice.random"), proposed=True)
    found.append(at_random)
    first = next(advice for advice in found if advice.proposed)
    others = [Advice(split=a.split, reason=a.reason) for a in found if a is not first]
    return (first, *others)


def _by_group(source: Source, target: str) -> list[Advice]:
    return [
        Advice(
            split=f"group:{entity.column}",
            reason=Text("learning.advice.group", {"n": entity.several, "column": entity.column}),
            proposed=True,
        )
        for entity in entities(source, target)[:3]
    ]


def _by_time(source: Source, target: str) -> list[Advice]:
    found = []
    for column in source.version.columns:
        if column.name == target or column.type not in MOMENTS or name_words(column.name) & _BIRTH:
            continue
        known = source.version.rows - column.missing
        if column.distinct >= _FEWEST_MOMENTS and known >= _KNOWN_MOMENTS * source.version.rows:
            found.append(_time_advice(column.name, read_table(source, (column.name,)).column(0)))
    return sorted(found, key=lambda advice: not advice.proposed)[:3]


def _time_advice(name: str, values: pa.ChunkedArray) -> Advice:
    ends = pc.min_max(values)
    days = {end: amount(ends[end].as_py().isoformat()[:10], "date") for end in ("min", "max")}
    in_order = _in_order(moments(values))
    kind = "time_in_order" if in_order else "time"
    reason = Text(f"learning.advice.{kind}", {"column": name, "start": days["min"], "end": days["max"]})
    return Advice(split=f"time:{name}", reason=reason, proposed=in_order)


def _in_order(order: NDArray[np.float64]) -> bool:
    """Whether the file was written as things happened, in either direction."""
    steps = np.diff(order[~np.isnan(order)])
    steps = steps[steps != 0]
    forward = float((steps > 0).mean()) if len(steps) else 0.5
    return max(forward, 1 - forward) >= _IN_ORDER


def _by_class(target: Target) -> Advice:
    if not target.labels:
        return Advice(split="stratified", reason=Text("learning.advice.tenths"))
    label, n = target.counts()[-1]
    rows = len(target.rows)
    if n >= min(_RARE_ROWS, _RARE_SHARE * rows):
        return Advice(split="stratified", reason=Text("learning.advice.classes"))
    reason = Text("learning.advice.rare", {"n": n, "rows": amount(rows), "label": label})
    return Advice(split="stratified", reason=reason, proposed=True)


def proposed_split(advice: tuple[Advice, ...]) -> str:
    """The split that is proposed."""
    return next(a.split for a in advice if a.proposed)


def rows_across(source: Source, entity: Entity, *, train: NDArray[np.int64], holdout: NDArray[np.int64]) -> int:
    """How many of the rows set aside are of somebody of whom others are learned from."""
    values = read_table(source, (entity.column,)).column(0)
    learned = pc.unique(values.take(pa.array(train)).drop_null())
    return int(pc.sum(pc.is_in(values.take(pa.array(holdout)), value_set=learned, skip_nulls=True)).as_py() or 0)

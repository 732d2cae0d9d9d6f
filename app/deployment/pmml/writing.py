"""A fitted model as one PMML file: typed columns in; label and probabilities, or a value, out.

What is derived of the inputs stands at the top; what adds up trees or effects is a segment of a chain, and the
last segment makes probabilities or amounts of what the others say. A model of one sum is that sum alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import msgspec
from sklearn.base import BaseEstimator
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.pipeline import Pipeline

from app.data.recipe.travelling import Place
from app.deployment.onnx.inputs import UNITS, is_words
from app.deployment.pmml import inputs
from app.deployment.pmml.combined import as_answer, weighted
from app.deployment.pmml.markup import Expression, element, extension, plain
from app.deployment.pmml.outputs import Names, inputs_of, names_of, output
from app.deployment.pmml.steps import Steps, fields_of
from app.deployment.pmml.table import PREDICTORS, TRANSFORMERS
from app.deployment.pmml.verification import verification
from app.deployment.pmml.writer import Answer, Columns, Link, Sum, Writer, mining_schema, no_converter
from app.deployment.prepared import within
from app.learning import canonical
from app.learning.model import FittedModel
from app.learning.records import Feature, RowPart, Signature, Task

NAMESPACE, VERSION, FORMAT = "http://www.dmg.org/PMML-4_4", "4.4", "1"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NORMALIZATION = {
    Link.AMOUNT: "none",
    Link.EXPONENTIAL: "exp",
    Link.LOGIT: "logit",
    Link.SOFTMAX: "softmax",
    Link.SHARES: "simplemax",
}


def write_pmml(
    model: FittedModel,
    *,
    model_sha256: str = "",
    software: str = "ciclo",
    target: str = "",
    told: Mapping[str, str] | None = None,
    part: RowPart | None = None,
) -> bytes:
    """The file of a fitted model; the same model gives the same bytes.

    Parameters
    ----------
    model_sha256
        Of the stored model; worked out where not given.
    target
        What is predicted is called this, or alike.
    told
        What else the header says, without the prefix ``ciclo.``.
    part
        What is done to a row before: as much of it as PMML can do is in the file, and its header says what has to be
        done before. A row that a filter takes away gets no answer.

    Raises
    ------
    CicloError
        ``deployment.pmml.no_converter`` naming what can't be written, or ``deployment.pmml.bad_character``.
    """
    signature = model.signature
    inside = within(part, signature.features, Place.PMML) if part is not None else None
    columns = signature.features if inside is None else inside.inputs
    names = names_of(signature, target, columns)
    writer = Writer(TRANSFORMERS, PREDICTORS, [column.name for column in columns], names.all)
    steps = Steps(writer, columns)
    if inside is not None:
        steps.run(inside.steps)
    frame = inputs.frame(writer, signature.features, fields_of(steps, signature.features))
    answer = _answer(writer, model.pipeline, frame, len(signature.labels))
    ends = inputs_of(columns, names) + output(signature, names, steps.kept)
    made = _model(writer, answer, signature, names, ends, verification(model, names, inside))
    sha256 = model_sha256 or hashlib.sha256(canonical.dump(model.pipeline)).hexdigest()
    everything = {"model_sha256": sha256, **(inside.told if inside is not None else {}), **(told or {})}
    document = element(
        "PMML",
        {"xmlns": NAMESPACE, "version": VERSION},
        _header(signature, software, everything),
        _dictionary(signature, columns, names),
        made,
    )
    return (_DECLARATION + document.replace("><", ">\n<") + "\n").encode()


def _answer(writer: Writer, fitted: BaseEstimator, frame: Columns, classes: int) -> Answer:
    """As :func:`app.learning.model.raw_predictions`."""
    if isinstance(fitted, (VotingClassifier, VotingRegressor)):
        members = [writer.settled(_answer(writer, member, frame, classes)) for member in fitted.estimators_]
        found = weighted(members, [float(weight) for weight in fitted.weights])
        if not classes:
            return as_answer(Link.AMOUNT, found)
        return as_answer(Link.SHARES, found[1:] if classes == 2 else found)
    if not isinstance(fitted, Pipeline):
        raise no_converter(type(fitted).__name__)
    found_here = writer.predict(fitted[-1], writer.transform(fitted[:-1], frame))
    if not classes or len(fitted[-1].classes_) == classes:
        return found_here
    return _every_class(writer.settled(found_here), [int(known) for known in fitted[-1].classes_], classes)


def _every_class(found: Sequence[Expression], known: Sequence[int], classes: int) -> Answer:
    """Sums for the classes that this model has never seen as well: probability 0."""
    shares = dict(zip(known, found, strict=True))
    terms = [((shares[place], 1.0),) if place in shares else () for place in range(classes)]
    return Answer(link=Link.SHARES, sums=tuple(Sum(constant=0.0, terms=own) for own in terms))


def _model(writer: Writer, answer: Answer, signature: Signature, names: Names, ends: str, checked: str) -> str:
    """The chain of segments, or the one model where there is only one. ``ends``: what goes in and what comes out."""
    function = {"functionName": "regression" if signature.task is Task.REGRESSION else "classification"}
    told = {**function, "normalizationMethod": _normalization(answer, signature)}
    fields, tables = _tables(writer, answer, signature)
    shared = _derived(writer.shared)
    if not writer.segments:
        return element("RegressionModel", told, ends, shared, *tables, checked)
    looked_at = mining_schema(
        [*(field for field in fields if not writer.is_own(field)), *writer.said, *writer.used_last],
        target=names.target,
    )
    last = element("RegressionModel", told, looked_at, _derived(writer.own), *tables)
    segments = [*writer.segments, element("Segment", {"id": str(len(writer.segments) + 1)}, "<True/>", last)]
    chain = element("Segmentation", {"multipleModelMethod": "modelChain"}, *segments)
    return element("MiningModel", function, ends, shared, chain, checked)


def _derived(fields: Sequence[str]) -> str:
    """Not in the document's own dictionary: JPMML doesn't pass those on to segments."""
    return element("LocalTransformations", {}, *fields) if fields else ""


def _normalization(answer: Answer, signature: Signature) -> str:
    if answer.link is Link.SHARES and len(signature.labels) == 2:
        return "none"
    return _NORMALIZATION[answer.link]


def _tables(writer: Writer, answer: Answer, signature: Signature) -> tuple[list[str], list[str]]:
    """The fields that the last sums look at, and their tables; of two classes that of the second comes first."""
    labels = signature.labels
    sums, categories = list(answer.sums), list(labels) or [""]
    if len(labels) == 2:
        sums, categories = [answer.sums[-1], Sum(constant=0.0)], [labels[1], labels[0]]
    found = [writer.table(one, category) for one, category in zip(sums, categories, strict=True)]
    return [field for fields, _ in found for field in fields], [table for _, table in found]


def _header(signature: Signature, software: str, told: Mapping[str, str]) -> str:
    """What PMML has no place for, and who wrote it."""
    name, _, version = software.partition(" ")
    everything = {
        "format": FORMAT,
        "task": signature.task.value,
        "positive": signature.positive,
        "threshold": msgspec.json.encode(signature.threshold).decode(),
        "labels": msgspec.json.encode(signature.labels).decode(),
        **told,
    }
    parts = [extension(key, value) for key, value in everything.items()]
    application = element("Application", {"name": name, "version": version} if version else {"name": name})
    note = element("Annotation", {}, plain(_NOTE))
    return element("Header", {"description": "A model made with Ciclo"}, *parts, application, note)


_NOTE = (
    "A date is given as days since 1970-01-01, a datetime as seconds since 1970-01-01T00:00:00, a truth value as the "
    "word true or false. A missing value is left out. Of two classes, label is the positive one if and only if its "
    "probability reaches the threshold. The rows in ModelVerification are made up."
)


def _dictionary(signature: Signature, columns: Sequence[Feature], names: Names) -> str:
    fields = [_field(feature) for feature in columns]
    told = {"name": names.target, "optype": "continuous", "dataType": "double"}
    if signature.labels:
        told |= {"optype": "categorical", "dataType": "string"}
    fields.append(element("DataField", told, *(element("Value", {"value": label}) for label in signature.labels)))
    return element("DataDictionary", {"numberOfFields": str(len(fields))}, *fields)


def _field(feature: Feature) -> str:
    """A column; its range is told without being a rule, as PMML's intervals would be."""
    if is_words(feature):
        told = {"name": feature.name, "optype": "categorical", "dataType": "string"}
        return element("DataField", told, *(element("Value", {"value": level}) for level in feature.levels))
    facts = {"type": feature.type.value, "unit": UNITS.get(feature.type, "")}
    facts |= {"low": "" if feature.low is None else repr(feature.low)}
    facts |= {"high": "" if feature.high is None else repr(feature.high)}
    parts = [extension(key, value) for key, value in facts.items() if value]
    return element("DataField", {"name": feature.name, "optype": "continuous", "dataType": "double"}, *parts)


_SEALED = "<Application "


def with_extension(data: bytes, key: str, value: str) -> bytes:
    """A file with one more entry in its header, ``ciclo.<key>``; what it computes stays as it is."""
    head, application, rest = data.partition(_SEALED.encode())
    return head + f"{extension(key, value)}\n".encode() + application + rest

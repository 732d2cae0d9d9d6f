"""What the file gives back: ``label`` and ``probability_<label>``, or ``value``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.deployment.pmml.markup import apply, element, number, number_text, ref
from app.learning.records import Feature, Signature, Task

LABEL, VALUE, PROBABILITY = "label", "value", "probability_"


@dataclass(frozen=True, kw_only=True)
class Names:
    """What the target and the outputs are called: like no input and like no other."""

    target: str
    label: str = ""
    probabilities: tuple[str, ...] = ()
    value: str = ""

    @property
    def all(self) -> tuple[str, ...]:
        own = tuple(name for name in (self.target, self.label, *self.probabilities, self.value) if name)
        return (*own, *map(unfiltered, own))


UNFILTERED = "|all"


def unfiltered(name: str) -> str:
    """What an output is called before the rows that filters take away lose it."""
    return f"{name}{UNFILTERED}"


def names_of(signature: Signature, target: str, inputs: Sequence[Feature] = ()) -> Names:
    """Free names for the target and the outputs."""
    taken = {feature.name for feature in (*signature.features, *inputs)}

    def free(name: str) -> str:
        while name in taken:
            name += "_"
        taken.add(name)
        return name

    if signature.task is Task.REGRESSION:
        value = free(VALUE)
        return Names(target=free(target or "target"), value=value)
    label, probabilities = free(LABEL), tuple(free(PROBABILITY + label) for label in signature.labels)
    return Names(target=free(target or "target"), label=label, probabilities=probabilities)


def output(signature: Signature, names: Names, kept: str = "") -> str:
    """The fields of what the file says. Of two classes the label is the second if and only if its probability reaches
    the threshold, which PMML's own prediction doesn't know.

    Parameters
    ----------
    kept
        The field that is 1 for rows that get an answer; all do where there is none.
    """
    told = {"optype": "continuous", "dataType": "double"}
    if signature.task is Task.REGRESSION:
        return element("Output", {}, *_told(names.value, {**told, "feature": "predictedValue"}, kept))
    fields = []
    for name, label in zip(names.probabilities, signature.labels, strict=True):
        fields += _told(name, {**told, "feature": "probability", "value": label}, kept)
    told = {"optype": "categorical", "dataType": "string"}
    if len(signature.labels) != 2:
        fields += _told(names.label, {**told, "feature": "predictedValue"}, kept)
    else:
        chosen = _decided(names.probabilities[1], signature.labels, number_text(signature.threshold))
        fields.append(element("OutputField", {"name": names.label, **told, "feature": "transformedValue"}, chosen))
    return element("Output", {}, *fields)


def _told(name: str, attributes: dict[str, str], kept: str) -> list[str]:
    """An output, or one that the file keeps to itself and what is left of it."""
    if not kept:
        return [element("OutputField", {"name": name, **attributes})]
    inner = unfiltered(name)
    left = apply("if", apply("equal", ref(kept), number(1.0)), ref(inner))
    plain = {key: value for key, value in attributes.items() if key in ("optype", "dataType")}
    return [
        element("OutputField", {"name": inner, **attributes, "isFinalResult": "false"}),
        element("OutputField", {"name": name, **plain, "feature": "transformedValue"}, left.xml),
    ]


def _decided(probability: str, labels: Sequence[str], threshold: str) -> str:
    below = element("Interval", {"closure": "openOpen", "rightMargin": threshold})
    reached = element("Interval", {"closure": "closedOpen", "leftMargin": threshold})
    bins = [
        element("DiscretizeBin", {"binValue": label}, interval)
        for label, interval in zip(labels, (below, reached), strict=True)
    ]
    return element("Discretize", {"field": probability, "dataType": "string"}, *bins)


def inputs_of(features: Sequence[Feature], names: Names) -> str:
    """All inputs, and what is predicted: strange words and numbers are taken as they are."""
    fields = [element("MiningField", {"name": names.target, "usageType": "target"})]
    told = {"usageType": "active", "invalidValueTreatment": "asIs"}
    return element("MiningSchema", {}, *fields, *(element("MiningField", {"name": f.name, **told}) for f in features))

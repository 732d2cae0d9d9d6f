"""What the file gives back: ``label`` and ``probability_<label>``, or ``value``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.deployment.pmml.markup import element, number_text
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
        return tuple(name for name in (self.target, self.label, *self.probabilities, self.value) if name)


def names_of(signature: Signature, target: str) -> Names:
    """Free names for the target and the outputs."""
    taken = {feature.name for feature in signature.features}

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


def output(signature: Signature, names: Names) -> str:
    """The fields of what the file says. Of two classes the label is the second if and only if its probability reaches
    the threshold, which PMML's own prediction doesn't know."""
    if signature.task is Task.REGRESSION:
        told = {"name": names.value, "optype": "continuous", "dataType": "double", "feature": "predictedValue"}
        return element("Output", {}, element("OutputField", told))
    fields = [_probability(name, label) for name, label in zip(names.probabilities, signature.labels, strict=True)]
    told = {"name": names.label, "optype": "categorical", "dataType": "string"}
    if len(signature.labels) != 2:
        decided = element("OutputField", {**told, "feature": "predictedValue"})
    else:
        chosen = _decided(names.probabilities[1], signature.labels, number_text(signature.threshold))
        decided = element("OutputField", {**told, "feature": "transformedValue"}, chosen)
    return element("Output", {}, *fields, decided)


def _decided(probability: str, labels: Sequence[str], threshold: str) -> str:
    below = element("Interval", {"closure": "openOpen", "rightMargin": threshold})
    reached = element("Interval", {"closure": "closedOpen", "leftMargin": threshold})
    bins = [
        element("DiscretizeBin", {"binValue": label}, interval)
        for label, interval in zip(labels, (below, reached), strict=True)
    ]
    return element("Discretize", {"field": probability, "dataType": "string"}, *bins)


def _probability(name: str, label: str) -> str:
    told = {"name": name, "optype": "continuous", "dataType": "double", "feature": "probability", "value": label}
    return element("OutputField", told)


def inputs_of(features: Sequence[Feature], names: Names) -> str:
    """All inputs, and what is predicted: strange words and numbers are taken as they are."""
    fields = [element("MiningField", {"name": names.target, "usageType": "target"})]
    told = {"usageType": "active", "invalidValueTreatment": "asIs"}
    return element("MiningSchema", {}, *fields, *(element("MiningField", {"name": f.name, **told}) for f in features))

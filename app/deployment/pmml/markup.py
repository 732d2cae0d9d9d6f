"""Elements of XML as text, and the expressions of PMML made of them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from app.errors import CicloError

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, kw_only=True)
class Expression:
    """An expression, and the names of the fields that it refers to."""

    xml: str
    fields: frozenset[str] = frozenset()


def element(tag: str, attributes: Mapping[str, str] | None = None, *parts: str) -> str:
    """An element with its parts, each of which is XML already."""
    told = "".join(f" {name}={_quoted(value)}" for name, value in (attributes or {}).items())
    inside = "".join(parts)
    return f"<{tag}{told}>{inside}</{tag}>" if inside else f"<{tag}{told}/>"


def _quoted(value: str) -> str:
    return quoteattr(allowed(value))


def plain(value: str) -> str:
    """Text between tags."""
    return escape(allowed(value), {"\r": "&#13;"})


def allowed(value: str) -> str:
    """The text itself.

    Raises
    ------
    CicloError
        ``deployment.pmml.bad_character`` where it holds a character that XML cannot hold.
    """
    found = _FORBIDDEN.search(value)
    if found is not None:
        raise CicloError(
            "deployment.pmml.bad_character", text=_FORBIDDEN.sub("\ufffd", value), sign=f"U+{ord(found[0]):04X}"
        )
    return value


def number_text(value: float) -> str:
    """A number so that reading gives the same one."""
    if not math.isfinite(value):
        raise CicloError("deployment.pmml.no_converter", kind=str(value))
    return repr(float(value))


def extension(name: str, value: str) -> str:
    """What PMML has no place for."""
    return element("Extension", {"name": f"ciclo.{name}", "value": value})


def ref(name: str) -> Expression:
    """A field."""
    return Expression(xml=element("FieldRef", {"field": name}), fields=frozenset({name}))


def number(value: float) -> Expression:
    """A number."""
    return Expression(xml=element("Constant", {"dataType": "double"}, number_text(value)))


def word(text: str) -> Expression:
    """A word."""
    return Expression(xml=element("Constant", {"dataType": "string"}, plain(text)))


def text_table(field: str, pairs: Iterable[tuple[str, str]]) -> Expression:
    """Words as other words; missing where they aren't among them."""
    told = [(old, plain(new)) for old, new in pairs]
    return looked_up(field, told, data_type="string", unknown=None, missing=None)


def apply(function: str, *arguments: Expression) -> Expression:
    """What one of PMML's own functions makes of other expressions."""
    xml = element("Apply", {"function": function}, *(argument.xml for argument in arguments))
    return Expression(xml=xml, fields=frozenset().union(*(argument.fields for argument in arguments)))


def flag(condition: Expression) -> Expression:
    """1 where a condition holds, else 0."""
    return apply("if", condition, number(1.0), number(0.0))


def where_known(value: Expression, then: Expression) -> Expression:
    """``then``; missing where ``value`` is. Some programs fail where arithmetic meets what is missing, but all leave
    alone what an ``if`` doesn't choose."""
    return apply("if", apply("isNotMissing", value), then)


def indicator(field: str, value: str) -> Expression:
    """1 where a field is this word, else 0, where it is missing too."""
    xml = element("NormDiscrete", {"field": field, "value": value, "mapMissingTo": "0"})
    return Expression(xml=xml, fields=frozenset({field}))


def looked_up(
    field: str, pairs: Iterable[tuple[str, str]], *, data_type: str, unknown: str | None, missing: str | None
) -> Expression:
    """What a table says of a word; ``unknown`` of a word that isn't in it; None is missing."""
    attributes = {"outputColumn": "output", "dataType": data_type}
    attributes |= {"defaultValue": unknown} if unknown is not None else {}
    attributes |= {"mapMissingTo": missing} if missing is not None else {}
    rows = (element("row", {}, element("input", {}, plain(key)), element("output", {}, told)) for key, told in pairs)
    pair = element("FieldColumnPair", {"field": field, "column": "input"})
    xml = element("MapValues", attributes, pair, element("InlineTable", {}, *rows))
    return Expression(xml=xml, fields=frozenset({field}))


def line(field: str, ends: Iterable[tuple[float, float]]) -> Expression:
    """Straight between points, level beyond them."""
    norms = (element("LinearNorm", {"orig": number_text(x), "norm": number_text(y)}) for x, y in ends)
    xml = element("NormContinuous", {"field": field, "outliers": "asExtremeValues"}, *norms)
    return Expression(xml=xml, fields=frozenset({field}))

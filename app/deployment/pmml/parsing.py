"""A PMML file as plain nodes: nothing of it is fetched, expanded or run."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from app.errors import CicloError

LARGEST_FILE = 2_000_000_000
_DEEPEST = 20_000
_NAMESPACE = "http://www.dmg.org/PMML-4_4 "


@dataclass(slots=True)
class Node:
    """An element: its name without the namespace, its attributes, its text and what lies in it. ``kept`` is what a
    reader made of it, for the next time that it is asked."""

    tag: str
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)
    text: str = ""
    kept: object = None

    def all(self, tag: str) -> Iterator[Node]:
        """What lies in it under a name."""
        return (child for child in self.children if child.tag == tag)

    def first(self, tag: str) -> Node | None:
        """The first of these, if there is one."""
        return next(self.all(tag), None)

    def one(self, *tags: str) -> Node:
        """The only element under one of these names.

        Raises
        ------
        CicloError
            ``deployment.pmml.unreadable``.
        """
        found = [child for child in self.children if child.tag in tags]
        if len(found) != 1:
            raise unreadable(f"{self.tag}/{tags[0]}")
        return found[0]

    def told(self, name: str) -> str:
        """An attribute that must be there; raises as :meth:`one`."""
        if name not in self.attributes:
            raise unreadable(f"{self.tag}/@{name}")
        return self.attributes[name]

    def number(self, name: str) -> float:
        """An attribute that must be a number; raises as :meth:`one`."""
        return number_of(self.told(name), f"{self.tag}/@{name}")


def number_of(text: str, where: str) -> float:
    """A finite number.

    Raises
    ------
    CicloError
        ``deployment.pmml.unreadable``.
    """
    try:
        found = float(text)
    except ValueError as error:
        raise unreadable(where) from error
    if found - found != 0.0:
        raise unreadable(where)
    return found


def parse(data: bytes) -> Node:
    """The root of a file.

    Raises
    ------
    CicloError
        ``deployment.pmml.unreadable`` where it isn't XML, is too large or too deep, or declares types or entities.
    """
    if len(data) > LARGEST_FILE:
        raise unreadable("size")
    builder = _Builder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = builder.begin
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.say
    parser.StartDoctypeDeclHandler = builder.refuse_types
    parser.EntityDeclHandler = builder.refuse_entities
    collecting = gc.isenabled()
    gc.disable()  # a forest is a million nodes, none of them garbage: looking for it takes a third of the time
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise unreadable(str(error)) from error
    finally:
        if collecting:
            gc.enable()
    return builder.root


class _Builder:
    """Nodes as the parser comes to them."""

    def __init__(self) -> None:
        self.root = Node(tag="", attributes={})
        self._open = [self.root]

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        if not tag.startswith(_NAMESPACE) or len(self._open) > _DEEPEST:
            raise unreadable(tag)
        node = Node(tag=tag[len(_NAMESPACE) :], attributes=attributes)
        self._open[-1].children.append(node)
        self._open.append(node)

    def end(self, tag: str) -> None:
        self._open.pop()

    def say(self, text: str) -> None:
        self._open[-1].text += text

    def refuse_types(self, name: str, system: str | None, public: str | None, internal: int) -> None:
        raise unreadable("DOCTYPE")

    def refuse_entities(self, *told: object) -> None:
        raise unreadable("ENTITY")


def unreadable(what: str) -> CicloError:
    """What to say of a file that Ciclo's reader doesn't read."""
    return CicloError("deployment.pmml.unreadable", what=what)

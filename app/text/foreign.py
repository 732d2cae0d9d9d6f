"""Texts of other packages: what they add to Ciclo (an estimator, say) has a name in each language too.

A package declares them with the entry point ``ciclo.texts``, whose value is the name of one of its packages: the
folder of that package holds gettext's usual folders, ``es/LC_MESSAGES/learning.mo``.
"""

from __future__ import annotations

import gettext
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec

GROUP = "ciclo.texts"


def foreign_text(id: str, language: str) -> str | None:
    """The text of an id that isn't Ciclo's own, in English where there is none in this language; None where no package
    has it."""
    domain = id.split(".", 1)[0]
    for folder in _folders():
        found = gettext.translation(domain, folder, [language, "en"], fallback=True).gettext(id)
        if found != id:
            return found
    return None


@cache
def _folders() -> tuple[str, ...]:
    """Looked up on the first miss: reading what every installed package declares takes time."""
    specs = (find_spec(entry.value) for entry in sorted(entry_points(group=GROUP), key=lambda e: e.name))
    return tuple(place for spec in specs if spec is not None for place in spec.submodule_search_locations or ())

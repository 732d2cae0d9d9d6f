"""Which column of a file is which feature: by exact name, else by the name without case and spaces around it. Light."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Sequence

import msgspec

from app.errors import CicloError
from app.text import Text

RESERVED = "prediction", "remark"
_LIKENESS = 0.7


class Matched(msgspec.Struct, frozen=True, kw_only=True):
    """For each feature, the place of its column in the file; and what is worth saying about the columns."""

    places: dict[str, int]
    notes: tuple[Text, ...]


def match_columns(features: Sequence[str], header: Sequence[str], *, target: str) -> Matched:
    """Find the features among the columns of a file.

    Raises
    ------
    CicloError
        ``deployment.missing_columns`` (with a suggestion, ``deployment.missing_columns_similar``).
    """
    exact = {name: place for place, name in reversed(list(enumerate(header)))}
    loose = _loose(header, taken={name for name in features if name in exact})
    places: dict[str, int] = {}
    renamed: list[tuple[str, str]] = []
    for name in features:
        if name in exact:
            places[name] = exact[name]
        elif len(found := loose.get(_fold(name), [])) == 1:
            places[name] = found[0]
            renamed.append((name, header[found[0]]))
    missing = [name for name in features if name not in places]
    if missing:
        unused = [h for place, h in enumerate(header) if place not in places.values() and h != target]
        raise _missing(missing, unused)
    return Matched(places=places, notes=_notes(renamed, header, places, target))


def output_names(header: Sequence[str], labels: Sequence[str]) -> tuple[str, ...]:
    """The file's columns under names that leave those of the answer free."""
    own = {*RESERVED, *(f"probability_{label}" for label in labels)}
    used = own | set(header)
    names = []
    for name in header:
        new = name
        while new in own or (new != name and new in used):
            new += "_in_file"
        used.add(new)
        names.append(new)
    return tuple(names)


def _fold(name: str) -> str:
    return " ".join(name.split()).casefold()


def _loose(header: Sequence[str], *, taken: set[str]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(header):
        if name not in taken:
            found[_fold(name)].append(place)
    return found


def _missing(missing: Sequence[str], unused: Sequence[str]) -> CicloError:
    names = ", ".join(missing)
    by_fold = {_fold(name): name for name in unused}
    pairs = []
    for wanted in missing:
        found = difflib.get_close_matches(_fold(wanted), by_fold, 1, _LIKENESS)
        if found:  # a column is one feature at most
            pairs.append((wanted, by_fold.pop(found[0])))
    if not pairs:
        return CicloError("deployment.missing_columns", names=names, n=len(missing))
    shown = ", ".join(f"{found} → {wanted}" for wanted, found in pairs)
    return CicloError("deployment.missing_columns_similar", names=names, n=len(missing), similar=shown)


def _notes(
    renamed: Sequence[tuple[str, str]], header: Sequence[str], places: dict[str, int], target: str
) -> tuple[Text, ...]:
    used = set(places.values())
    ignored = [name for place, name in enumerate(header) if place not in used and name != target]
    notes = [Text("deployment.note.renamed", {"found": found, "wanted": wanted}) for wanted, found in renamed]
    if ignored:
        notes.append(Text("deployment.note.ignored", {"names": ", ".join(ignored), "n": len(ignored)}))
    return tuple(notes)

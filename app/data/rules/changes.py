"""What differs between a file and the version before it: columns, types, words, rows, and how it is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

import msgspec

from app.data.records import ColumnType, Dialect
from app.data.rules.described import sign
from app.data.rules.records import Change
from app.text.message import Text, Value, amount

Params = dict[str, Value | Text | str | int | float]

NUMERIC = (ColumnType.INTEGER, ColumnType.NUMBER)
WORDED_TYPES = (ColumnType.CATEGORY, ColumnType.BOOLEAN)
_TEMPORAL = (ColumnType.DATE, ColumnType.DATETIME)
_SHOWN_NAMES, _SHOWN_WORDS, _SHOWN_LENGTH = 8, 5, 40
_FEWER, _MORE, _FAR_FEWER = 0.5, 2.0, 0.1
_SAME_NAME, _SAME_WORDS, _SAME_RANGE = 0.75, 0.5, 0.3


class Trait(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a column: ``words`` are all its words with their counts (a count is None where it isn't known,
    all of it where some words aren't), and ``low`` to ``high`` is where most of its numbers lie."""

    name: str
    type: ColumnType
    words: dict[str, int | None] | None = None
    low: float | None = None
    high: float | None = None


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """A version, or a file to be one. ``rows`` is an estimate where it isn't ``complete``. ``dialect`` is None where it
    is no text; ``plain`` says that no letter beyond ASCII occurs, so that its encoding is any."""

    traits: tuple[Trait, ...]
    rows: int
    complete: bool = True
    dialect: Dialect | None = None
    plain: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(trait.name for trait in self.traits)

    def trait(self, name: str) -> Trait:
        """The column of a name."""
        return next(trait for trait in self.traits if trait.name == name)


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """The first cell that isn't of the type which its column had."""

    line: int
    word: str


def find_changes(old: Side, new: Side, witnesses: dict[str, Witness]) -> tuple[Change, ...]:
    """What differs, the most serious first; ``witnesses`` says for a column which cell its other type comes from."""
    renamed = renames(old, new)
    found = [
        *_columns(old, new, renamed),
        *_types(pairs(old, new), witnesses),
        *_words(pairs(old, new), complete=new.complete),
        *_rows(old, new),
        *_writing(old, new),
    ]
    return tuple(sorted(found, key=lambda change: not change.serious))


# Columns


def _columns(old: Side, new: Side, renamed: dict[str, str]) -> Iterable[Change]:
    before, now = set(old.names), set(new.names)
    gone = [name for name in old.names if name not in now and name not in renamed]
    added = [name for name in new.names if name not in before and name not in renamed.values()]
    for name, other in renamed.items():
        yield _change("column_renamed", column=other, serious=True, old=_short(name), new=_short(other))
    if gone:
        yield _listed("columns_gone", gone, serious=True)
    if added:
        yield _listed("columns_added", added)
    kept = [name for name in old.names if name in now]
    if kept != [name for name in new.names if name in before]:
        yield _change("columns_reordered")


def renames(old: Side, new: Side) -> dict[str, str]:
    """Columns that are gone, each with the new one that is most like it: of its kind, in its place or with nearly its
    name, and with similar values."""
    gone = [trait for trait in old.traits if trait.name not in new.names]
    added = [trait for trait in new.traits if trait.name not in old.names]
    found: dict[str, str] = {}
    for trait in gone:
        rest = [other for other in added if other.name not in found.values() and _alike(trait, other)]
        placed = [other for other in rest if _neighbours(old, trait.name) & _neighbours(new, other.name)]
        named = [other for other in rest if _similar(trait.name, other.name) >= _SAME_NAME]
        best = max(placed or named, key=lambda other: _similar(trait.name, other.name), default=None)
        if best is not None:
            found[trait.name] = best.name
    return found


def _neighbours(side: Side, name: str) -> set[tuple[str, int]]:
    """What stands before and after a column; the edges of the table count too."""
    place = side.names.index(name)
    before = side.names[place - 1] if place else ""
    after = side.names[place + 1] if place + 1 < len(side.names) else ""
    return {(before, -1), (after, 1)}


def _similar(one: str, other: str) -> float:
    return SequenceMatcher(None, one.casefold(), other.casefold()).ratio()


def _alike(one: Trait, other: Trait) -> bool:
    """Whether two columns may hold the same thing."""
    if one.type is not other.type and not (one.type in NUMERIC and other.type in NUMERIC):
        return False
    if one.words is not None and other.words is not None:
        both, either = one.words.keys() & other.words.keys(), one.words.keys() | other.words.keys()
        return len(both) >= _SAME_WORDS * len(either)
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return True
    common = min(one.high, other.high) - max(one.low, other.low)
    whole = max(one.high, other.high) - min(one.low, other.low)
    return common >= _SAME_RANGE * whole


# Types and words


def pairs(old: Side, new: Side) -> list[tuple[Trait, Trait]]:
    """The columns that both have, as they were and as they are; those that were probably renamed among them."""
    before = {trait.name: trait for trait in old.traits}
    before |= {other: old.trait(name) for name, other in renames(old, new).items()}
    return [(before[trait.name], trait) for trait in new.traits if trait.name in before]


def _types(both: list[tuple[Trait, Trait]], witnesses: dict[str, Witness]) -> Iterable[Change]:
    for was, trait in both:
        if was.type is trait.type:
            continue
        params: Params = {
            "column": _short(trait.name),
            "was": Text(f"data.type.{was.type}"),
            "now": Text(f"data.type.{trait.type}"),
        }
        witness = witnesses.get(trait.name)
        if witness is None:
            text = Text("rules.change.type", params)
        else:
            text = Text("rules.change.type_because", {**params, "line": witness.line, "value": _short(witness.word)})
        serious = witness is not None
        yield Change(code="rules.change.type", message=text, column=trait.name, treat=was.type, serious=serious)


def changed_words(was: Trait, trait: Trait) -> tuple[list[str], list[str]]:
    """The words of a column that are new, and those that are gone; none where they can't be told."""
    both = trait.type in WORDED_TYPES and was.type in WORDED_TYPES
    if not both or trait.words is None or was.words is None:
        return [], []
    return [w for w in trait.words if w not in was.words], [w for w in was.words if w not in trait.words]


def _words(both: list[tuple[Trait, Trait]], *, complete: bool) -> Iterable[Change]:
    for was, trait in both:
        fresh, gone = changed_words(was, trait)
        if fresh and trait.words is not None:
            yield _worded("words_new", trait.name, {word: trait.words[word] for word in fresh})
        if gone and complete and was.words is not None:
            yield _worded("words_gone", trait.name, {word: was.words[word] for word in gone})


def _worded(code: str, column: str, words: dict[str, int | None]) -> Change:
    """Words, the most frequent first, and in how many cells they stand."""
    most = sorted(words, key=lambda word: (-(words[word] or 0), word))[:_SHOWN_WORDS]
    cells = sum(n or 0 for n in words.values())
    params: Params = {"n": len(words), "column": _short(column), "words": ", ".join(map(_short, most))}
    params["cells"] = Text("rules.cells", {"n": cells})
    more = len(words) - len(most)
    if more:
        params["more"] = more
        code += "_more"
    return Change(code=f"rules.change.{code}", message=Text(f"rules.change.{code}", params), column=column)


def _short(word: str) -> str:
    """A word as it is shown: without the spaces around it, and not too long."""
    return " ".join(word.split())[:_SHOWN_LENGTH]


# Rows, and how it is written


def _rows(old: Side, new: Side) -> Iterable[Change]:
    if not old.rows or _FEWER <= new.rows / old.rows <= _MORE:
        return
    share = new.rows / old.rows
    params: Params = {"n": new.rows, "before": amount(old.rows), "change": amount(share - 1, "percent", 0)}
    code = "rows_fewer" if share < 1 else "rows_more"
    text = Text(f"rules.change.{code}", params)
    yield Change(code=f"rules.change.{code}", message=text, serious=share < _FAR_FEWER)


def _writing(old: Side, new: Side) -> Iterable[Change]:
    before, now = old.dialect, new.dialect
    if before is None or now is None:
        return
    if before.delimiter != now.delimiter:
        yield _change("delimiter", old=sign(before.delimiter), new=sign(now.delimiter))
    if before.encoding != now.encoding and not (old.plain or new.plain):
        yield _change("encoding", old=before.encoding, new=now.encoding)
    if before.decimal != now.decimal and _has_numbers(old) and _has_numbers(new):
        yield _change("decimal", serious=True, old=sign(before.decimal), new=sign(now.decimal))
    if before.day_first is not None and now.day_first is not None and before.day_first is not now.day_first:
        yield _change("dates_day" if now.day_first else "dates_month", serious=True)
    if bool(before.header_lines) != bool(now.header_lines):
        yield _change("header_came" if now.header_lines else "header_went", serious=True)


def _has_numbers(side: Side) -> bool:
    return any(trait.type is ColumnType.NUMBER for trait in side.traits)


def _change(code: str, *, column: str = "", serious: bool = False, **params: str | Text) -> Change:
    id = f"rules.change.{code}"
    return Change(code=id, message=Text(id, {**params}), column=column, serious=serious)


def _listed(code: str, names: Sequence[str], *, serious: bool = False) -> Change:
    id = f"rules.change.{code}"
    shown = ", ".join(map(_short, names[:_SHOWN_NAMES]))
    params: Params = {"n": len(names), "names": shown}
    more = len(names) - _SHOWN_NAMES
    if more > 0:
        params["more"] = more
        id += "_more"
    return Change(code=id, message=Text(id, {**params}), serious=serious)

"""What columns are called: by the words of one header row or several, made unique."""

from __future__ import annotations

from app.data.records import Problem
from app.text.message import Text, amount


def column_names(rows: list[list[str]], width: int) -> tuple[list[str], list[Problem]]:
    """Names of all columns: of several header rows, the words of each that add something; made unique."""
    rows = [spread(row, rows[number + 1 :]) for number, row in enumerate(rows)]
    wanted = [_name([row[i] for row in rows if i < len(row)]) for i in range(width)]
    problems: list[Problem] = []
    empty = sum(not name for name in wanted[: len(rows[0])]) if rows else 0
    if empty:
        problems.append(_problem("data.problem.empty_names", n=empty))
    padded = sum(t != t.strip() and bool(t.strip()) for row in rows for t in row)
    if padded:
        problems.append(_problem("data.problem.padded_names", n=padded))
    named = [name or f"column_{i}" for i, name in enumerate(wanted, 1)]
    names, renamed = _unique(named)
    if renamed:
        problems.append(_problem("data.problem.duplicate_names", n=len(renamed), names=", ".join(renamed[:5])))
    return names, problems


def headings(rows: list[list[str]], width: int) -> tuple[str, ...]:
    """The names of all columns as one header row has them, blanks and repetitions too; of several rows, the words of
    each."""
    if len(rows) < 2:
        return tuple(row[i] if i < len(row) else "" for row in rows for i in range(width))
    whole = [spread(row, rows[number + 1 :]) for number, row in enumerate(rows)]
    return tuple(" ".join(row[i].strip() for row in whole if i < len(row) and row[i].strip()) for i in range(width))


def spread(row: list[str], below: list[list[str]]) -> list[str]:
    """A name above several named columns belongs to all of them (a merged cell leaves the others empty)."""
    found, last = [], ""
    for index, text in enumerate(row):
        last = text if text.strip() else last
        named = any(index < len(lower) and lower[index].strip() for lower in below)
        found.append(text if text.strip() or not named else last)
    return found


def _name(words: list[str]) -> str:
    """A name without blanks around it; of several rows, what each adds."""
    filled = [w.strip() for w in words if w.strip()]
    if len(filled) == 1:
        return filled[0]
    return " ".join(dict.fromkeys(" ".join(w.split()) for w in filled))


def _problem(code: str, *, n: int, **params: str) -> Problem:
    return Problem(code=code, message=Text(code, {"n": amount(n), **params}))


def _unique(named: list[str]) -> tuple[list[str], list[str]]:
    taken = set(named)
    seen: set[str] = set()
    names, renamed = [], []
    for name in named:
        new, number = name, 2
        while new in seen or (new != name and new in taken):
            new, number = f"{name}_{number}", number + 1
        if new != name:
            renamed.append(new)
        seen.add(new)
        names.append(new)
    return names, renamed

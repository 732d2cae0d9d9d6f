"""The row steps in plain Python, a cell at a time: what Arrow's are compared with."""

from __future__ import annotations

import math
import re
from datetime import date

from app.data.recipe.steps import (
    Bin,
    Blank,
    Calculate,
    Case,
    Clip,
    Concatenate,
    Condition,
    DatePart,
    Drop,
    Extract,
    Fill,
    Filter,
    Part,
    Rename,
    Replace,
    RowStep,
    Split,
    Trim,
    What,
)

Cell = str | float | int | date | None
Row = dict[str, Cell]
_BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_BLANK = re.compile(f"[{_BLANKS}]+")


def one_row(step: RowStep, row: Row) -> Row | None:
    """The row after a step; None where a filter takes it out."""
    match step:
        case Rename():
            return {step.to if name == step.column else name: cell for name, cell in row.items()}
        case Drop():
            return {name: cell for name, cell in row.items() if name not in step.columns}
        case Filter():
            return row if _fulfils(step, row[step.column]) else None
        case Split():
            return {**row, **dict(zip(step.into, _split(step, row[step.column]), strict=True))}
        case Calculate():
            return {**row, step.into: _calculated(step, row)}
        case Concatenate():
            parts = [row[name] for name in step.columns]
            return {**row, step.into: None if None in parts else step.separator.join(map(str, parts))}
        case Bin() | Extract() | DatePart():
            return {**row, step.into: _new(step, row[step.column])}
        case _:
            return {**row, step.column: _cell(step, row[step.column])}


def _cell(step: RowStep, cell: Cell) -> Cell:
    match step:
        case Fill():
            return step.value if cell is None else cell
        case Trim() if isinstance(cell, str):
            found = _BLANK.sub(" ", cell.strip(_BLANKS))
            found = {Case.LOWER: found.lower(), Case.UPPER: found.upper()}.get(step.case, found)
            return found or None
        case Replace() if isinstance(cell, str):
            return (step.words[cell] or None) if cell in step.words else cell
        case Blank():
            return None if cell in step.values else cell
        case Clip() if isinstance(cell, float):
            for bound, out in ((step.low, lambda b: cell < b), (step.high, lambda b: cell > b)):
                if bound is not None and out(bound):
                    return None if step.blank else bound
            return cell
    return cell


def _new(step: RowStep, cell: Cell) -> Cell:
    if cell is None:
        return None
    match step:
        case Bin():
            return step.labels[sum(cell >= edge for edge in step.edges)]
        case Extract(what=What.DIGITS):
            found = re.search(r"[0-9]+", str(cell))
            return found[0] if found else None
        case Extract():
            before, mark, after = str(cell).partition(step.mark)
            return ((before if step.what is What.BEFORE else after).strip(_BLANKS) or None) if mark else None
        case DatePart(part=Part.WEEKDAY):
            return cell.isoweekday()
        case DatePart():
            parts = {"year": cell.year, "month": cell.month, "day": cell.day, "quarter": (cell.month + 2) // 3}
            return parts[step.part]
    raise NotImplementedError


def _split(step: Split, cell: Cell) -> list[Cell]:
    parts = [] if cell is None else str(cell).split(step.separator, len(step.into) - 1)
    return [(parts[place].strip(_BLANKS) or None) if place < len(parts) else None for place in range(len(step.into))]


def _calculated(step: Calculate, row: Row) -> Cell:
    left, right = (row[v] if isinstance(v, str) else v for v in (step.left, step.right))
    if left is None or right is None:
        return None
    try:
        found = {"+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * right}.get(
            step.operator, lambda: left / right
        )()
    except ZeroDivisionError:
        return None
    return found if math.isfinite(found) else None


def _fulfils(step: Filter, cell: Cell) -> bool:
    if step.test in (Condition.MISSING, Condition.PRESENT):
        return (cell is None) == (step.test is Condition.MISSING)
    if cell is None:
        return False
    value = step.values[0]
    return {
        Condition.EQUAL: lambda: cell == value,
        Condition.UNEQUAL: lambda: cell != value,
        Condition.LESS: lambda: cell < value,
        Condition.AT_MOST: lambda: cell <= value,
        Condition.MORE: lambda: cell > value,
        Condition.AT_LEAST: lambda: cell >= value,
        Condition.AMONG: lambda: cell in step.values,
    }[step.test]()

"""What about a sheet deserves a look before its values are trusted."""

from __future__ import annotations

from app.data.records import Problem, Sheet
from app.data.sources.workbook.rows import Area, Hazards, Reader
from app.text.message import Text, Value, amount


def hazard_problems(
    reader: Reader,
    hazards: Hazards,
    sheet: Sheet,
    area: Area,
    *,
    names: tuple[str, ...],
    before: tuple[Problem, ...],
    hidden: int,
    blank: int,
) -> tuple[Problem, ...]:
    """All of it, in the order in which it matters."""
    others = [s.name for s in reader.sheets if s.name != sheet.name]
    columns = _hidden_names(hazards, area, names)
    merged = sum(area.meets(one) for one in hazards.merged)
    counted: tuple[tuple[str, int, dict[str, str]], ...] = (
        ("sheets", len(others), {"sheet": sheet.name, "others": ", ".join(others[:8])}),
        ("uncalculated", hazards.uncalculated, {}),
        ("error_cells", hazards.errors.total(), {"errors": ", ".join(hazards.errors)}),
        ("merged_cells", merged, {}),
        ("hidden_rows", hidden, {}),
        ("hidden_columns", len(columns), {"columns": ", ".join(columns[:8])}),
        ("impossible_dates", hazards.impossible_dates, {}),
        ("blank_rows", blank, {}),
    )
    plain = (
        ("hidden_sheet", sheet.hidden),
        ("since_1904", reader.since_1904),
        ("macros", reader.macros),
        ("older_workbook", not reader.tells_all),
    )
    return (
        *before,
        *(_problem(code, n=n, **params) for code, n, params in counted if n),
        *(_problem(code) for code, holds in plain if holds),
    )


def _hidden_names(hazards: Hazards, area: Area, names: tuple[str, ...]) -> list[str]:
    hidden = {place for first, last in hazards.hidden_columns for place in range(first, min(last, area.right) + 1)}
    return [name for place, name in enumerate(names, area.left) if place in hidden]


def _problem(code: str, *, n: int | None = None, **params: str) -> Problem:
    id = f"data.problem.{code}"
    blanks: dict[str, Value | Text | str | int | float] = {**params}
    if n is not None:
        blanks["n"] = amount(n)
    return Problem(code=id, message=Text(id, blanks))

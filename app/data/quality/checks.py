"""All checks of a table, in one list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from app.data.quality.looked import Looked, finding, look
from app.data.quality.numbers import check_codes, check_far, check_unit
from app.data.quality.personal import check_personal
from app.data.quality.plain import check_disguised_words, check_filled, check_names_rows, check_nearly_constant
from app.data.quality.times import check_gaps, check_stand_ins
from app.data.quality.twins import check_twins
from app.data.quality.words import check_blanks, check_look_alikes, check_mixed, check_rare
from app.data.recipe.steps import Deduplicate
from app.data.records import ColumnProfile, Finding

Check = Callable[[Looked], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    check_filled,
    check_nearly_constant,
    check_names_rows,
    check_personal,
    check_disguised_words,
    check_codes,
    check_stand_ins,
    check_far,
    check_unit,
    check_mixed,
    check_blanks,
    check_look_alikes,
    check_rare,
    check_gaps,
)


def check_table(
    path: Path,
    profiles: Sequence[ColumnProfile],
    *,
    repeated: int,
    check_cancelled: Callable[[], None] | None = None,
) -> tuple[Finding, ...]:
    """What is worth a look in a stored table of which ``repeated`` rows are equal to earlier ones.

    The profiles hold all rows; what they don't say is looked for in at most a hundred thousand rows that lie evenly
    over the table.
    """
    found: list[Finding] = []
    columns = look(path, profiles)
    for column in columns:
        if check_cancelled is not None:
            check_cancelled()
        for check in CHECKS:
            found += check(column)
    found += check_twins(columns)
    if repeated:
        found.append(finding("duplicate_rows", "", "note", Deduplicate(), n=repeated))
    return tuple(found)

"""Tables written in random dialects come back as they were, or what doesn't is listed or refused in words."""

from __future__ import annotations

from tests.faults.data.grammar import run


def test_that_no_file_of_the_grammar_is_lost_or_changed() -> None:
    assert set(run(200)) <= {"same", "listed", "refused"}

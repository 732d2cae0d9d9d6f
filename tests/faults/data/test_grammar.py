"""Tables written in random dialects come back as they were, or what doesn't is listed or refused in words."""

from __future__ import annotations

from pathlib import Path

from tests.faults.data.grammar.verdict import GOOD, run


def test_that_no_file_of_the_grammar_is_lost_or_changed(tmp_path: Path) -> None:
    wrong: list[str] = []
    verdicts = run(200, 0, tmp_path, wrong.append)
    assert not wrong
    assert set(verdicts) <= set(GOOD)
    assert verdicts["said"] < 0.05 * 200  # where everything were a guess, nothing would be proven

"""Rows of a test file that were learned from, told from rows that are alike anyway."""

from __future__ import annotations

import numpy as np

from app.verification.rows import _known


def hashes(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.uint64)


def test_that_rows_that_stood_there_before_are_known_where_rows_are_unlike() -> None:
    before = hashes(*range(1_000))
    assert _known(before, hashes(5, 2_000, 3_000)).tolist() == [True, False, False]
    assert not _known(before, hashes(2_000, 3_000)).any()
    assert _known(before, hashes()).tolist() == []


def test_that_rows_alike_by_chance_are_new_where_most_are_alike() -> None:
    generator = np.random.default_rng(0)
    before, fresh = (generator.integers(0, 40, size=n).astype(np.uint64) for n in (1_000, 200))
    assert not _known(before, fresh).any(), "forty kinds of rows: each new one looks like an old one"


def test_that_a_copy_is_known_though_some_rows_are_alike_anyway() -> None:
    generator = np.random.default_rng(1)
    before = generator.integers(0, 1_500, size=1_000).astype(np.uint64)
    fresh = generator.integers(0, 1_500, size=300).astype(np.uint64)
    assert _known(before, before[:300]).all()
    assert not _known(before, fresh).all()

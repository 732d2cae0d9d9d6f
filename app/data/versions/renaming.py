"""Columns that probably have another name now: those whose cells are the same."""

from __future__ import annotations

from collections.abc import Callable

from app.data.types import WORDS
from app.data.versions.cells import Hashes
from app.data.versions.matching import Pairs
from app.data.versions.records import Renaming
from app.data.versions.sides import Pair, Table

_ALIKE, _VARIED = 0.9, 20
_MOST_LOOKS = 200


def guess_renamings(
    before: Table, after: Table, pairs: Pairs | None, hashes: Callable[[Pair], tuple[Hashes, Hashes]]
) -> tuple[Renaming, ...]:
    """Columns of ``before`` that stand in ``after`` under another name.

    All compared cells must be equal, or nine in ten where the column holds many different values. Rows are compared by
    ``pairs``; None: in the place where they stand.
    """
    lost = [column for name, column in before.columns.items() if name not in after.columns]
    new = [column for name, column in after.columns.items() if name not in before.columns]
    looks = [Pair(before=old, after=now) for now in new for old in lost]
    scored = []
    for pair in [one for one in looks if _is_likely(one)][:_MOST_LOOKS]:
        share = _share(*hashes(pair), pairs)
        varied = min(pair.before.distinct, pair.after.distinct)
        if varied > 1 and (share == 1.0 or (share >= _ALIKE and varied >= _VARIED)):
            scored.append(Renaming(before=pair.before.name, after=pair.after.name, share=share))
    return _best(scored)


def _is_likely(pair: Pair) -> bool:
    """Whether a look is worth it: both hold about as many different values, of the same sort."""
    fewer, more = sorted((pair.before.distinct, pair.after.distinct))
    return fewer >= _ALIKE * more - _VARIED and (pair.before.type in WORDS) == (pair.after.type in WORDS)


def _share(before: Hashes, after: Hashes, pairs: Pairs | None) -> float:
    if pairs is None:
        common = min(len(before), len(after))
        return float((before[:common] == after[:common]).mean()) if common else 0.0
    return 1.0 - float(pairs.unequal(before, after).mean()) if len(pairs.before) else 0.0


def _best(scored: list[Renaming]) -> tuple[Renaming, ...]:
    """Each column once, the most alike first."""
    taken: set[str] = set()
    found = []
    for one in sorted(scored, key=lambda r: -r.share):
        names = {f"<{one.before}", f">{one.after}"}
        if not names & taken:
            taken |= names
            found.append(one)
    return tuple(found)

"""Rules of sources and changes since the version before, as commands say them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.cli.terminal import Terminal
from app.data.records import Corrections
from app.data.rules.described import described
from app.data.rules.records import Against, AppliedRule, Change
from app.text import Words


class SpokenRule(msgspec.Struct, frozen=True, kw_only=True):
    """The rule that a file was read by; ``dropped`` says what of it no longer fits."""

    id: str
    file: str
    dataset: str
    corrections: tuple[str, ...]
    dropped: tuple[str, ...]


class SpokenChange(msgspec.Struct, frozen=True, kw_only=True):
    """Something that differs from the version before."""

    code: str
    column: str
    message: str


def spoken_corrections(corrections: Corrections, words: Words) -> tuple[str, ...]:
    """What was corrected, in words."""
    return tuple(words.text(text) for text in described(corrections))


def spoken_rule(rule: AppliedRule | None, words: Words) -> SpokenRule | None:
    """The rule in words."""
    if rule is None:
        return None
    return SpokenRule(
        id=rule.id,
        file=rule.file,
        dataset=rule.dataset,
        corrections=spoken_corrections(rule.proposed, words),
        dropped=tuple(words.text(text) for text in rule.dropped),
    )


def spoken_changes(changes: Sequence[Change] | None, words: Words) -> tuple[SpokenChange, ...] | None:
    """The changes in words; None where nothing was compared."""
    if changes is None:
        return None
    return tuple(SpokenChange(code=c.code, column=c.column, message=words.text(c.message)) for c in changes)


def tell_rule(terminal: Terminal, rule: AppliedRule | None) -> None:
    """Say beside the answer by which rule a file is read, and what of it no longer fits."""
    if rule is None:
        return
    words = terminal.words
    corrected = "; ".join(spoken_corrections(rule.proposed, words))
    if corrected:
        terminal.tell(words("rules.applied_as", file=rule.file, corrections=corrected))
    for text in rule.dropped:
        terminal.tell(words.text(text))


def change_lines(changes: Sequence[Change] | None, against: Against | None, words: Words) -> list[str]:
    """The changes as lines of an answer."""
    if changes is None or against is None:
        return []
    if not changes:
        return [words("rules.same", version=against.label)]
    return [words("rules.changed", version=against.label), *(f"  {words.text(c.message)}" for c in changes)]

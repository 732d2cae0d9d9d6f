"""The quiet bar that says by which rule a file is read: one click goes back to what is detected, one forgets it."""

from __future__ import annotations

from collections.abc import Callable

from app.data.records import Corrections
from app.data.rules.described import described
from app.data.rules.records import AppliedRule
from app.text.words import Words
from app.ui.theme import Theme
from app.ui.widgets.messages import Notice

_MOST_SAID = 6


class RuleBar(Notice):
    """``afresh`` and ``forget`` are bound methods, called for the two buttons."""

    def __init__(
        self, theme: Theme, words: Words, *, afresh: Callable[[], object], forget: Callable[[], object]
    ) -> None:
        super().__init__(theme, close_name=words("ui_datasets.close"))
        self._words, self._afresh, self._forget = words, afresh, forget
        self.setObjectName("datasets.rule")

    def show_rule(self, rule: AppliedRule | None) -> None:
        """Say what is read as it was corrected before, and what of that no longer fits; None hides the bar."""
        if rule is None:
            self.hide()
            return
        words = self._words
        corrected = said(rule.proposed, words)
        sentence = words("rules.applied_as", file=rule.file, corrections=corrected) if corrected else ""
        dropped = " ".join(words.text(text) for text in rule.dropped)
        self.say("warning" if dropped else "accent", sentence or dropped, dropped if sentence else "")
        if sentence:
            self.add(words("rules.ui.afresh"), self._afresh).setObjectName("datasets.rule_afresh")
        self.add(words("rules.ui.forget"), self._forget).setObjectName("datasets.rule_forget")


def said(corrections: Corrections, words: Words) -> str:
    """What was corrected, in a line."""
    texts = described(corrections)
    shown = [words.text(text) for text in texts[:_MOST_SAID]]
    if len(texts) > _MOST_SAID:
        shown.append(words("rules.ui.more_corrections", n=len(texts) - _MOST_SAID))
    return "; ".join(shown)

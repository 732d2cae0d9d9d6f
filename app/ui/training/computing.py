"""What carries out the fits, in words."""

from __future__ import annotations

from app.learning.compute.records import Computing
from app.text.message import Text
from app.text.words import Words


def computing_words(words: Words, computing: Computing) -> str:
    """What carries out fits, as a sentence."""
    if not computing.workers:
        return words("ui_training.computing.here", n=computing.threads)
    return words("ui_training.computing.cluster", members=members(computing), address=computing.address)


def members(computing: Computing) -> Text:
    """Workers and threads, counted."""
    return Text(
        "ui_training.cluster.members",
        {
            "workers": Text("ui_training.cluster.workers", {"n": computing.workers}),
            "threads": Text("ui_training.cluster.threads", {"n": computing.threads}),
        },
    )

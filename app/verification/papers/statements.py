"""What only people know about a model, written by them and kept with the project. Light."""

from __future__ import annotations

from operator import attrgetter

import msgspec

from app.errors import CicloError
from app.project import Project, Record, draft

STATEMENT = "model-statement"

TOPICS = (
    "purpose",
    "provider",
    "use",
    "people",
    "limits",
    "origin",
    "labels",
    "oversight",
    "risks",
    "groups",
    "monitoring",
    "foreseen",
    "interface",
    "instructions",
    "product",
    "standards",
    "conformity",
)
"""What is asked, in the order in which it is; the question is the text ``papers.ask.<topic>``."""

LONGEST = 4_000


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a statement: the newest one about a topic of the model named ``model`` counts, an empty one takes it
    back."""

    model: str
    topic: str
    text: str


def statements(project: Project, model: str) -> dict[str, Record]:
    """What was written about the model of that name, by topic."""
    newest: dict[str, Record] = {}
    for record in sorted(project.records(STATEMENT), key=attrgetter("order")):
        body = record.read(Statement)
        if body.model == model:
            newest[body.topic] = record
    return {topic: newest[topic] for topic in TOPICS if topic in newest and newest[topic].read(Statement).text}


def state(project: Project, *, model: str, answers: dict[str, str]) -> list[Record]:
    """Keep what is said about a model, by topic; what says nothing new is not kept again.

    Raises
    ------
    CicloError
        ``papers.unknown_topic``, ``papers.too_long``.
    """
    for topic, text in answers.items():
        if topic not in TOPICS:
            raise CicloError("papers.unknown_topic", topic=topic, known=", ".join(TOPICS))
        if len(text.strip()) > LONGEST:
            raise CicloError("papers.too_long", topic=topic, n=LONGEST)
    known = {topic: record.read(Statement).text for topic, record in statements(project, model).items()}
    news = {topic: text.strip() for topic, text in answers.items() if text.strip() != known.get(topic, "")}
    drafts = [draft(STATEMENT, Statement(model=model, topic=topic, text=text)) for topic, text in news.items()]
    return project.commit(drafts) if drafts else []

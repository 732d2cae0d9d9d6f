"""Sentences with their proof: each names the records and objects that it rests on, by number."""

from __future__ import annotations

from app.errors import worded
from app.project import Record
from app.project.record import readable
from app.text import Text, Words, amount
from app.text.message import Value
from app.verification.papers.gathered import Gathered
from app.verification.papers.statements import Statement
from app.verification.report.blocks import Block, Passage, Proof, Proofs, Sentence
from app.verification.report.plane import shortened

_LONGEST = 1_200
_NAME = 60


class Telling:
    """Makes sentences about a version in one language, and keeps the list of what proves them."""

    def __init__(self, gathered: Gathered, words: Words) -> None:
        self.of, self.words = gathered, words
        self._proofs: dict[str, Proof] = {}

    def say(self, id: str, /, *proofs: Record, **params: Value | Text | str | int | float) -> Sentence:
        """The sentence of that id."""
        return self.quote(self.words(id, **params), *proofs)

    def repeat(self, text: Text, *proofs: Record) -> Sentence:
        """A sentence that is stored as a text."""
        return self.quote(self.words.text(text), *proofs)

    def quote(self, text: str, *proofs: Record) -> Sentence:
        """A sentence as it is."""
        return Sentence(text=shortened(text, _LONGEST), proofs=tuple(self._number(record) for record in proofs))

    def stated(self, topic: str) -> Sentence:
        """What people wrote about a topic, or that it is still to be written."""
        record = self.of.statements.get(topic)
        if record is None:
            return self.missing(topic)
        return Sentence(text=record.read(Statement).text, proofs=(self._number(record),))

    def missing(self, topic: str) -> Sentence:
        """What somebody has to write."""
        return Sentence(text=self.words(f"papers.ask.{topic}"), missing=True)

    def with_object(self, sentence: Sentence, record: Record, name: str) -> Sentence:
        """The sentence, proved by an object of a record too."""
        found = record.objects.get(name)
        if found is None:
            return sentence
        place = self.of.project.object_place(found.sha256)
        proof = self._proofs.setdefault(
            found.sha256,
            Proof(
                number=len(self._proofs) + 1,
                what=self.words("papers.proof.object", name=self.words(f"papers.object.{name}"), of=self._name(record)),
                place=place.relative_to(self.of.project.folder).as_posix(),
                sha256=found.sha256,
            ),
        )
        return Sentence(text=sentence.text, proofs=(*sentence.proofs, proof.number), missing=sentence.missing)

    def _number(self, record: Record) -> int:
        found = self._proofs.get(record.id)
        if found is None:
            place = self.of.project.record_place(record.kind, record.id)
            found = self._proofs[record.id] = Proof(
                number=len(self._proofs) + 1,
                what=self._name(record),
                place=place.relative_to(self.of.project.folder).as_posix(),
                sha256=record.id,
            )
        return found.number

    def _name(self, record: Record) -> str:
        kind = worded(f"project.kind.{record.kind.replace('-', '_')}")
        when = amount(record.time, "date")
        author = shortened(record.author, _NAME)
        if not record.name:
            return self.words("papers.proof.record", kind=kind, date=when, author=author)
        label = shortened(readable(record.label), _NAME)
        return self.words("papers.proof.version", kind=kind, label=label, date=when, author=author)

    @property
    def proofs(self) -> Proofs:
        """What all sentences so far rest on."""
        return Proofs(proofs=tuple(self._proofs.values()))


def passage(*sentences: Sentence | None) -> Passage:
    """Sentences that follow each other, without those that are None."""
    return Passage(sentences=tuple(sentence for sentence in sentences if sentence is not None))


def says(block: Block) -> bool:
    """Whether there is anything in it."""
    return bool(block.sentences) if isinstance(block, Passage) else True

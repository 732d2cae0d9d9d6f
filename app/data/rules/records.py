"""The light half: rules of sources, what an inspection or an import with them says, and the records they leave."""

from __future__ import annotations

import msgspec

from app.data.records import (
    ColumnType,
    Corrections,
    DatasetVersion,
    ImportAnswer,
    ImportRequest,
    Inspected,
    InspectRequest,
)
from app.jobs.contract import JobKind
from app.text.message import Text

SOURCE_RULE = "source-rule"
RULE_FORGOTTEN = "source-rule-forgotten"

LOOK = JobKind("data.look", "app.data.rules.work:look")
IMPORT_NEXT = JobKind("data.import_next", "app.data.rules.work:import_next")


class SourceRule(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a rule: how the files of a source are to be read. The newest for a dataset and a pattern holds.

    ``pattern`` is the name of the file without its digits (``ventas_#.csv``), ``header`` the names of the columns that
    it had, ``file`` what the corrections were made for. Without corrections it says that none are needed any more.
    """

    dataset: str
    pattern: str
    file: str
    header: tuple[str, ...]
    corrections: Corrections


class RuleForgotten(msgspec.Struct, frozen=True, kw_only=True):
    """Body of the decision to forget a rule: the rule is its parent."""

    file: str


class KnownRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that holds, with the id of its record."""

    id: str
    rule: SourceRule


class AppliedRule(msgspec.Struct, frozen=True, kw_only=True):
    """The rule that a file is read by: ``proposed`` is what is left of it for this file, ``dropped`` says in sentences
    what no longer fits."""

    id: str
    file: str
    dataset: str
    proposed: Corrections
    dropped: tuple[Text, ...] = ()


class Against(msgspec.Struct, frozen=True, kw_only=True):
    """The version that a file is compared with. ``table`` and ``profile`` are where its objects lie; empty where there
    are none."""

    label: str
    number: int
    version: DatasetVersion
    table: str = ""
    profile: str = ""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Something that differs from the version before. ``treat`` is the type that the column had, where the file can be
    read so again; ``serious`` marks what is rarely meant."""

    code: str
    message: Text
    column: str = ""
    treat: ColumnType | None = None
    serious: bool = False


class MissingWord(msgspec.Struct, frozen=True, kw_only=True):
    """A word that may stand for a missing value: in how many cells it stands, and whether it is taken so.

    ``implied`` says that it is taken in columns of numbers and dates, where it can't be anything else; it must stay
    among the words where others are chosen.
    """

    word: str
    count: int
    taken: bool
    implied: bool = False


class LookRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Look at a file as the next version of ``dataset``, do nothing.

    ``rules`` are those that may apply to it; what ``request`` corrects goes before what a rule says.
    """

    request: InspectRequest
    dataset: str = ""
    rules: tuple[KnownRule, ...] = ()
    against: Against | None = None


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What an import would do: ``corrections`` are those in force, the rule's among them.

    ``changes`` is None where there is no version to compare with. ``decimals`` are those with which each column of
    numbers is written in the file; empty where that isn't text.
    """

    inspected: Inspected
    corrections: Corrections
    rule: AppliedRule | None = None
    changes: tuple[Change, ...] | None = None
    words: tuple[MissingWord, ...] = ()
    decimals: tuple[int, ...] = ()


class NextRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Import a file by the rules.

    ``apply`` lets the rules correct what ``request`` leaves open; where that was done before (on the import page),
    ``applied`` says by which. ``remember`` stores what was corrected as a rule.
    """

    request: ImportRequest
    rules: tuple[KnownRule, ...] = ()
    apply: bool = True
    applied: AppliedRule | None = None
    remember: bool = True
    against: Against | None = None


class NextAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What an import by the rules says when it is done."""

    answer: ImportAnswer
    rule: AppliedRule | None = None
    changes: tuple[Change, ...] | None = None

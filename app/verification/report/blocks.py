"""What a document is made of. Blocks hold words as they are read and figures as they are drawn, and no markup; each
way of writing (HTML, PDF) draws every kind of block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.verification.records import BarChart, Chart


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A sentence in large type, with what leads to it and what follows; ``tone`` is good, reservations or bad."""

    kind: ClassVar[str] = "statement"
    lead: str
    headline: str
    text: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line with a badge; ``tone`` is good, bad, warning or note. ``title`` may be empty."""

    tone: str
    text: str
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Lines:
    """A list of lines."""

    kind: ClassVar[str] = "lines"
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Strip:
    """A value with its interval on an axis, the baseline as a tick."""

    value: float
    low: float | None
    high: float | None
    axis: tuple[float, float]
    baseline: float | None


@dataclass(frozen=True, kw_only=True)
class MetricLine:
    """A metric as a line of the table."""

    name: str
    help: str
    value: str
    interval: str
    reason: str
    strip: Strip | None
    baseline: str
    chip: str
    chip_tone: str


@dataclass(frozen=True, kw_only=True)
class MetricTable:
    """Metrics with intervals; ``head`` names the five columns."""

    kind: ClassVar[str] = "metrics"
    head: tuple[str, str, str, str, str]
    lines: tuple[MetricLine, ...]


@dataclass(frozen=True, kw_only=True)
class Count:
    """A cell of a confusion table; ``strength`` 0 to 100 tints it."""

    count: str
    share: str
    strength: int
    right: bool


@dataclass(frozen=True, kw_only=True)
class Crosstab:
    """Counts by actual (rows) and predicted (columns) label."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Count, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class Crosstabs:
    """Confusion tables, side by side where they are narrow."""

    kind: ClassVar[str] = "crosstabs"
    tables: tuple[Crosstab, ...]

    @property
    def narrow(self) -> bool:
        return all(len(table.columns) <= 3 for table in self.tables)


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A chart with its title and explanation; ``legend`` is the name of each curve, the dashed ones last."""

    title: str
    help: str
    chart: Chart | BarChart
    legend: tuple[tuple[str, bool], ...] = ()

    @property
    def wide(self) -> bool:
        return isinstance(self.chart, BarChart)


@dataclass(frozen=True, kw_only=True)
class Drawings:
    """Charts, two in a row."""

    kind: ClassVar[str] = "drawings"
    drawings: tuple[Drawing, ...]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Names with their values."""

    kind: ClassVar[str] = "facts"
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell of a table; ``tone`` good, bad or plain makes a chip of it, ``below`` stands under it in small type."""

    text: str
    tone: str = ""
    below: str = ""


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table whose first column names its rows; the columns of ``right`` hold numbers."""

    kind: ClassVar[str] = "grid"
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    right: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence with the numbers of its proofs. ``missing``: it says what somebody still has to write."""

    text: str
    proofs: tuple[int, ...] = ()
    missing: bool = False


@dataclass(frozen=True, kw_only=True)
class Passage:
    """Sentences under each other."""

    kind: ClassVar[str] = "passage"
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A stored record or object: its file in the project's folder, and the SHA-256 of that file."""

    number: int
    what: str
    place: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Proofs:
    """What the sentences of a document rest on."""

    kind: ClassVar[str] = "proofs"
    proofs: tuple[Proof, ...]


Block = Statement | Lines | MetricTable | Crosstabs | Drawings | Facts | Grid | Passage | Proofs


@dataclass(frozen=True, kw_only=True)
class Section:
    """A card of the document. ``half``: two such that follow each other stand side by side on a screen. ``bare``: its
    blocks bring cards of their own."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    help: str = ""
    half: bool = False
    bare: bool = False

    @property
    def tone(self) -> str:
        """Of its statement; empty where it has none."""
        return next((block.tone for block in self.blocks if isinstance(block, Statement)), "")


@dataclass(frozen=True, kw_only=True)
class Document:
    """A report in one language."""

    language: str
    title: str
    kind_of: str
    lead: str
    sections: tuple[Section, ...]
    footer: str

    @property
    def groups(self) -> list[list[Section]]:
        """The sections with those together that stand side by side."""
        found: list[list[Section]] = []
        for section in self.sections:
            beside = section.half and found and len(found[-1]) == 1 and found[-1][0].half
            if beside:
                found[-1].append(section)
            else:
                found.append([section])
        return found

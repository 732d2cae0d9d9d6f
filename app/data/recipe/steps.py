"""The light half: the steps of the language, and what is asked of a preparation.

A missing cell stays missing in every step that doesn't speak of missing cells. Each step names the column that it
changes, or ``into``, the one that it makes; one that is there already is replaced where it stands.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.data.types import ColumnType
from app.jobs.contract import JobKind

PREPARE = JobKind("data.prepare", "app.data.recipe.preparing:prepare")

Plain = str | int | float


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="step", tag=True):
    """One step. ``note`` is what somebody says about it."""

    note: str = ""


class RowStep(Step, frozen=True, kw_only=True):
    """One row in, one row out, whatever the other rows are."""


class TableStep(Step, frozen=True, kw_only=True):
    """What needs to see the other rows."""


class KeyedStep(Step, frozen=True, kw_only=True):
    """One row in, one row out, by a key of the project that lies outside of it: where the key isn't, it can't be done,
    so it never travels with a model. ``columns`` are those that change."""

    columns: tuple[str, ...]


# Rows


class Rename(RowStep, frozen=True, kw_only=True, tag="rename"):
    """Call a column something else."""

    column: str
    to: str


class Drop(RowStep, frozen=True, kw_only=True, tag="drop"):
    """Leave columns out."""

    columns: tuple[str, ...]


class Retype(RowStep, frozen=True, kw_only=True, tag="retype"):
    """Read a column as another type; what can't be read so becomes missing. ``decimal`` and ``day_first`` say how words
    are to be read as numbers and dates."""

    column: str
    type: ColumnType
    decimal: str = "."
    day_first: bool = False


class Case(StrEnum):
    """What becomes of capitals."""

    KEEP = "keep"
    LOWER = "lower"
    UPPER = "upper"


class Trim(RowStep, frozen=True, kw_only=True, tag="trim"):
    """Take blanks away before and behind words, and make one of several between them; what is empty then is missing."""

    column: str
    case: Case = Case.KEEP


class Replace(RowStep, frozen=True, kw_only=True, tag="replace"):
    """Write words of a column otherwise, all at once: several that become the same are merged. An empty word makes the
    cell missing."""

    column: str
    words: dict[str, str]


class Blank(RowStep, frozen=True, kw_only=True, tag="blank"):
    """Values that stand for nothing become missing: numbers, words, or days such as 1900-01-01."""

    column: str
    values: tuple[Plain, ...]


class Fill(RowStep, frozen=True, kw_only=True, tag="fill"):
    """Missing cells get a value."""

    column: str
    value: Plain


class Clip(RowStep, frozen=True, kw_only=True, tag="clip"):
    """Numbers outside of bounds become the bound, or missing with ``blank``."""

    column: str
    low: float | None = None
    high: float | None = None
    blank: bool = False


class Bin(RowStep, frozen=True, kw_only=True, tag="bin"):
    """Numbers as words: ``labels`` are one more than ``edges``; an edge belongs to the label above it."""

    column: str
    edges: tuple[float, ...]
    labels: tuple[str, ...]
    into: str


class Split(RowStep, frozen=True, kw_only=True, tag="split"):
    """Words cut at a separator into columns; the last takes the rest, and those that get nothing are missing."""

    column: str
    separator: str
    into: tuple[str, ...]


class What(StrEnum):
    """Which part of a text is wanted."""

    DIGITS = "digits"
    LETTERS = "letters"
    BEFORE = "before"
    AFTER = "after"


class Extract(RowStep, frozen=True, kw_only=True, tag="extract"):
    """The first run of digits or of letters, or what stands before or after the first ``mark``; missing where there is
    none."""

    column: str
    what: What
    into: str
    mark: str = ""


class Part(StrEnum):
    """Of a day or a moment. Weekdays count from Monday, 1."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    DAY = "day"
    WEEKDAY = "weekday"
    HOUR = "hour"
    MINUTE = "minute"


class DatePart(RowStep, frozen=True, kw_only=True, tag="date_part"):
    """A part of a date as a whole number."""

    column: str
    part: Part
    into: str


class Operator(StrEnum):
    """What is done with two numbers; ``days`` is how many days lie from the second date to the first."""

    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    OVER = "/"
    DAYS = "days"


class Calculate(RowStep, frozen=True, kw_only=True, tag="calculate"):
    """A number from two: each a column (by name) or a constant. What has no value, as 1/0, is missing."""

    left: Plain
    operator: Operator
    right: Plain
    into: str


class Concatenate(RowStep, frozen=True, kw_only=True, tag="concatenate"):
    """Words of several columns one after the other; missing where one of them is."""

    columns: tuple[str, ...]
    into: str
    separator: str = " "


class Condition(StrEnum):
    """What a row has to fulfil."""

    EQUAL = "="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    AMONG = "in"
    MISSING = "missing"
    PRESENT = "present"


class Filter(RowStep, frozen=True, kw_only=True, tag="filter"):
    """Keep the rows that fulfil it; a missing cell fulfils ``missing`` only."""

    column: str
    test: Condition
    values: tuple[Plain, ...] = ()


# With the project's key


class Pseudonymise(KeyedStep, frozen=True, kw_only=True, tag="pseudonymise"):
    """Values become pseudonyms: equal ones the same, in every dataset of the project and every time, others another.
    Without the key of the project nobody can turn one back, or find out whether a guess is right.

    Values are equal where they differ in nothing but blanks around them and in how Unicode writes the same letter
    (NFC); capitals count. A whole number is the word of its digits. Missing stays missing, and empty becomes so. Which
    values are equal, and how frequent each is, stays to be seen: the data are still personal data (GDPR, art. 4(5)).
    """


# The whole table


class Deduplicate(TableStep, frozen=True, kw_only=True, tag="deduplicate"):
    """Of rows that are equal in these columns (none: in all), the first one, or the last."""

    columns: tuple[str, ...] = ()
    last: bool = False


class Sort(TableStep, frozen=True, kw_only=True, tag="sort"):
    """Rows in order; those that are equal stay as they were, missing cells come last."""

    columns: tuple[str, ...]
    descending: bool = False


class Sample(TableStep, frozen=True, kw_only=True, tag="sample"):
    """So many rows, drawn at random and the same every time, in their order."""

    rows: int
    seed: int = 0


class Decided(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was decided about the label of one row, counted from 1: ``was`` is what it said, ``to`` what it is to say,
    the same where it is right, and None where the row is left out."""

    row: int
    was: str
    to: str | None = None


class Relabel(TableStep, frozen=True, kw_only=True, tag="relabel"):
    """Correct the labels of single rows, or leave the rows out. Refused where a row says something else than it did
    when it was decided about: the rows of another table aren't these."""

    column: str
    rows: tuple[Decided, ...]


class Function(StrEnum):
    """What becomes of the values of a group. ``rows`` counts rows, ``count`` values that aren't missing."""

    ROWS = "rows"
    COUNT = "count"
    DISTINCT = "distinct"
    SUM = "sum"
    MEAN = "mean"
    LEAST = "min"
    MOST = "max"
    FIRST = "first"
    LAST = "last"


class Measure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A column of an aggregate. ``days`` takes only the rows of so many days up to the last day of the table's
    ``time`` column."""

    function: Function
    into: str
    column: str = ""
    days: int = 0


class Aggregate(TableStep, frozen=True, kw_only=True, tag="aggregate"):
    """One row for each combination of values in ``by``, in the order in which they come first. ``time`` is the column
    by which measures of the last days are taken."""

    by: tuple[str, ...]
    measures: tuple[Measure, ...]
    time: str = ""


class Join(TableStep, frozen=True, kw_only=True, tag="join"):
    """Columns of another dataset, by columns with equal values (``on``: here -> there). Rows without a partner keep
    missing cells, or go where ``inner``; a row with several is refused unless ``several``."""

    dataset: str
    on: dict[str, str]
    columns: tuple[str, ...] = ()
    inner: bool = False
    several: bool = False


AnyRowStep = (
    Rename
    | Drop
    | Retype
    | Trim
    | Replace
    | Blank
    | Fill
    | Clip
    | Bin
    | Split
    | Extract
    | DatePart
    | Calculate
    | Concatenate
    | Filter
)
AnyStep = AnyRowStep | Pseudonymise | Deduplicate | Sort | Sample | Relabel | Aggregate | Join


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Steps in their order."""

    steps: tuple[AnyStep, ...]


class Touched(msgspec.Struct, frozen=True, kw_only=True):
    """What a step did: rows and columns after it, cells that are other ones now, and of a join the rows without a
    partner and with several."""

    rows: int
    columns: int
    cells: int = 0
    unmatched: int = 0
    several: int = 0


class PrepareRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Replay a recipe on a dataset version; what it makes is the next version of the dataset ``name``."""

    project: str
    dataset: str
    recipe: Recipe
    name: str
    note: str = ""
    by: str = ""


class PrepareAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What each step did; ``known`` is the version that is the same already."""

    rows: int
    steps: tuple[Touched, ...]
    known: str = ""

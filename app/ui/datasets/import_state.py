"""What the import page knows: the file, what the user corrected, what was found. No widgets."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePath

import msgspec

from app.data.records import Corrections, ImportRequest, Inspected, InspectRequest, Reading, SourceKind
from app.data.rules.matching import says_nothing, source_pattern
from app.data.rules.records import Against, AppliedRule, KnownRule, Looked, LookRequest, NextRequest
from app.data.sql.passwords import take_back
from app.data.sql.records import Access
from app.text.message import Text, amount
from app.text.words import Words
from app.ui.datasets.choices import dataset_name
from app.ui.datasets.versions import Version, last_from, newest_of_each


@dataclass
class ImportState:
    """One file on its way in. ``busy`` while a newer reading is awaited.

    ``rules`` may be proposed for it, as long as the user corrected nothing; ``rule`` is the one that was.
    """

    path: str
    name: str
    rules: tuple[KnownRule, ...] = ()
    against: Against | None = None
    corrections: Corrections = field(default_factory=Corrections)
    rule: AppliedRule | None = None
    untouched: bool = True
    looked: Looked | None = None
    busy: bool = True
    job: str = ""
    again: bool = False
    note: str = ""
    by: str = ""
    learned_from: str = ""
    reading: Reading = field(default_factory=Reading)
    access: Access = field(default_factory=Access)
    undo: list[tuple[Corrections, Reading]] = field(default_factory=list)

    @property
    def file_name(self) -> str:
        """What is imported, as a title: of several files the first and how many more."""
        if not self.reading.files:
            return self.reading.table or PurePath(self.path.partition("?")[0]).name
        first, more = PurePath(self.reading.files[0]).name, len(self.reading.files) - 1
        return f"{first} + {more}"

    @property
    def found(self) -> Inspected | None:
        """What the last reading found."""
        return self.looked.inspected if self.looked is not None else None

    def take(self, looked: Looked) -> None:
        """A reading came; with the first one comes what a rule corrects."""
        self.looked, self.busy = looked, False
        if self.untouched:
            self.corrections, self.rule = looked.corrections, looked.rule

    def learned(self, column: str) -> str:
        """The file for which the type of a column was corrected as it is now; empty where that was for none before."""
        rule, type = self.rule, self.corrections.types.get(column)
        return rule.file if rule is not None and type is not None and rule.proposed.types.get(column) is type else ""

    @property
    def rows(self) -> int:
        """How many rows the import will make, as far as is known."""
        return max(0, self.found.records - len(self.found.rejected)) if self.found is not None else 0

    @property
    def has_rows(self) -> bool:
        """Whether there is something to import, as far as is known."""
        return self.found is not None and bool(self.found.columns) and (self.rows > 0 or not self.found.complete)

    def correct(self, corrections: Corrections) -> None:
        """Take a correction; it can be undone."""
        self.undo.append((self.corrections, self.reading))
        self.corrections, self.busy, self.untouched = corrections, True, False

    def choose(self, reading: Reading) -> None:
        """Take another part of the source; it can be undone. Types were set for columns of the part before."""
        self.correct(msgspec.structs.replace(self.corrections, types={}))
        self.reading = reading

    def step_back(self) -> None:
        """Undo the last correction or choice."""
        if self.undo:
            (self.corrections, self.reading), self.busy = self.undo.pop(), True

    def look(self) -> LookRequest:
        """What to ask for a preview: what a rule corrects comes with the first one."""
        own = Corrections() if self.untouched else self.corrections
        return LookRequest(
            request=InspectRequest(source=self.path, corrections=own, reading=self.reading, access=self.access),
            dataset=self.name,
            rules=self.rules if self.untouched else (),
            against=self.against,
        )

    def importing(self, project: Path) -> NextRequest:
        """What to ask for the import of what was shown."""
        return NextRequest(
            request=self._import(project), rules=self.rules, apply=False, applied=self.rule, against=self.against
        )

    def _import(self, project: Path) -> ImportRequest:
        return ImportRequest(
            project=str(project.resolve()),
            source=self.path,
            name=self.name,
            corrections=self.corrections,
            shown=self.found.modified_ns if self.found is not None else None,
            reading=self.reading,
            again=self.again,
            note=self.note,
            by=self.by,
            access=self.access,
        )


def let_go(state: ImportState | None) -> None:
    """Forget what was on its way in; a job that goes on in the background still needs its password."""
    if state is not None and not state.job:
        take_back(state.access)


def begin_query(source: str, reading: Reading, access: Access, dataset: str) -> ImportState:
    """The state for the rows of a database."""
    made = ImportState(source, "", reading=reading, access=access)
    made.name = dataset or re.sub(r"\.(db|sqlite3?)$", "", made.file_name, flags=re.IGNORECASE)
    return made


def begin(path: str, dataset: str, known: list[Version]) -> ImportState:
    """The state for a file, a folder of them, or several (one on each line): the next version of ``dataset``, or of the
    one that its source was imported to before."""
    folder, files = _several(path)
    source = PurePath(folder).name
    of_source = (last_from(known, source) or _of_pattern(known, source_pattern(source))) if not files else None
    name = dataset or (of_source.name if of_source is not None else dataset_name(files[0] if files else path))
    made = ImportState(folder, name, reading=Reading(files=files))
    before = last_from(known, source, dataset) if not files else None
    if before is not None and (reading := _reading_before(before)) != Reading():
        made.reading, made.learned_from = reading, before.record.label
        made.undo.append((Corrections(), Reading()))
    return made


def _several(path: str) -> tuple[str, tuple[str, ...]]:
    """The folder of several files, and their names in it; a single path has none."""
    paths = path.split("\n")
    if len(paths) < 2:
        return path, ()
    folder = os.path.commonpath([str(Path(one).parent) for one in paths])
    return folder, tuple(str(Path(one).relative_to(folder)) for one in paths)


def _reading_before(before: Version) -> Reading:
    """The part of a workbook that was imported before."""
    origin = before.body.origin
    if origin is not None and origin.kind is SourceKind.FOLDER:
        return Reading(source_column=origin.source_column or None)
    if origin is None or origin.kind is not SourceKind.EXCEL:
        return Reading()
    return Reading(sheet=origin.sheet if origin.sheet_chosen else None, range=origin.range or None)


def _of_pattern(known: list[Version], pattern: str) -> Version | None:
    """The last version that came from a file of the same source; the number in its name may be another one."""
    if says_nothing(pattern) or "#" not in pattern:
        return None
    return next((version for version in reversed(known) if source_pattern(version.body.source_name) == pattern), None)


def subtitle(state: ImportState, known: list[Version], words: Words) -> str:
    """Size, records found, and what the dataset will be."""
    found = state.found
    if found is None:
        return words("ui_datasets.import.looking")
    code = "ui_datasets.import.found" if found.complete else "ui_datasets.import.found_about"
    parts = [
        *([words.bytes(found.size)] if found.size else []),
        words(code, n=_count(found, words), columns=Text("data.columns", {"n": len(found.columns)})),
    ]
    before = next((v for v in newest_of_each(known) if v.name == state.name.strip()), None)
    if before is not None:
        parts.append(words("ui_datasets.import.becomes", name=before.name, version=before.number + 1))
    parts.append(words("ui_datasets.import.untouched"))
    return " · ".join(parts)


def _count(found: Inspected, words: Words) -> int:
    if found.complete or found.records < 100:
        return found.records
    digits = len(str(found.records))
    return round(found.records, 2 - digits)  # an estimate: two figures say enough


def confirm_text(state: ImportState, words: Words) -> str:
    """The words on the primary button."""
    found = state.found
    if found is None:
        return words("ui_datasets.import.confirm_none")
    if not found.complete:
        return words("ui_datasets.import.confirm_all")
    return words("ui_datasets.import.confirm", n=amount(state.rows))

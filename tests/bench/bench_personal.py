"""Whether personal data are told: by Faker's people of four countries, and by columns of public data that hold none.

``python -m tests.bench.bench_personal [--seeds 5] [FILE ...]`` prints, for each kind, the share of columns of invented
people that are told, and which columns of the files are taken for personal data.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pyarrow as pa
from faker import Faker

from app.data.quality.looked import Looked
from app.data.quality.personal import KINDS, check_personal, is_phone
from app.data.records import ColumnProfile, ColumnType, ImportRequest
from app.data.records import Profile as Profiles
from app.data.versions.arrival import import_source
from app.project import Project
from tests.bench.figures import Figures
from tests.integration.learning.datasets import Here

_LOCALES = {"es": "es_ES", "en": "en_US", "fr": "fr_FR", "de": "de_DE"}
_ROWS = 200


def people(locale: str, seed: int) -> dict[str, tuple[str, list[str]]]:
    """Columns of one kind each, with the kind."""
    fake = Faker(_LOCALES[locale])
    fake.seed_instance(seed)
    makers = {
        "email": fake.email,
        "phone": fake.phone_number,
        "iban": fake.iban,
        "card": fake.credit_card_number,
        **({"dni": fake.nif, "nie": fake.nie} if locale == "es" else {}),
    }
    kinds = {name: "dni" if name == "nie" else name for name in makers}
    return {name: (kinds[name], [str(make()) for _ in range(_ROWS)]) for name, make in makers.items()}


def told(texts: list[str]) -> str:
    """What a column of these words is taken for."""
    cells = pa.array(texts)
    profile = ColumnProfile(
        name="column_7", type=ColumnType.TEXT, rows=len(texts), missing=0, distinct=len(set(texts)), chart=None
    )
    found = [one.code for one in check_personal(Looked(profile=profile, cells=cells))]
    return found[0].removeprefix("data.finding.personal_") if found else ""


def check_recall(figures: Figures, seeds: int) -> None:
    """Of columns, and of single values."""
    right = total = 0
    values: dict[str, list[bool]] = {}
    for locale in _LOCALES:
        for seed in range(seeds):
            for name, (kind, texts) in people(locale, seed).items():
                found = told(texts)
                total += 1
                right += found == kind
                if found != kind:
                    figures.note(f"{locale} {name}, seed {seed}: taken for {found or 'nothing'}")
                is_kind = is_phone if kind == "phone" else KINDS[kind]
                values.setdefault(f"{name}", []).extend(map(is_kind, texts))
    for name, hits in values.items():
        share = sum(hits) / len(hits)
        figures.say(f"values told: {name}", f"{share:.4f} of {len(hits)}", ">= 0.98", share >= 0.98)
    figures.say("columns told", f"{right} of {total}", ">= 0.98", right >= 0.98 * total)


def check_public(figures: Figures, files: list[str]) -> None:
    """Columns of public data: every alarm is named, for a person to judge."""
    columns, alarms = 0, list[str]()
    for file in files:
        for name, codes in _imported(file):
            columns += 1
            alarms += [f"{Path(file).name} {name}: {code}" for code in codes]
    for alarm in alarms:
        figures.note(alarm)
    if columns:
        share = len(alarms) / columns
        figures.say("columns of public data that are named", f"{len(alarms)} of {columns}", "<= 1 %", share <= 0.01)


def _imported(file: str) -> Iterator[tuple[str, list[str]]]:
    with tempfile.TemporaryDirectory() as folder:
        project = Project.create(Path(folder) / "p")
        staging, lock = project.new_staging()
        request = ImportRequest(project=str(project.folder), source=file, name="data")
        outcome = import_source(Here(staging), request)
        (record,) = project.commit(outcome.drafts)
        lock.release()

        profile = msgspec.json.decode(project.object_bytes(record.objects["profile"].sha256), type=Profiles)
        project.close()
    for column in profile.columns:
        codes = [f.code for f in profile.findings if f.column == column.name and "personal" in f.code]
        yield column.name, codes


def main() -> int:
    """Both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*")
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    figures = Figures()
    check_recall(figures, options.seeds)
    check_public(figures, options.files)
    return figures.status


if __name__ == "__main__":
    sys.exit(main())

"""Pseudonyms in stored versions: datasets still join, a recipe gives the same ones on another file, and the key lies in
no file of the project."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.data.pseudonyms import needed_key, pseudonyms_of, right_key
from app.data.reader_protocol import Preview, PreviewAnswer
from app.data.recipe.preparing import prepare
from app.data.recipe.previewing import Previews
from app.data.recipe.steps import Join, Plain, PrepareAnswer, PrepareRequest, Pseudonymise, Recipe, Sample, Step
from app.data.records import DATASET, ColumnType, DatasetVersion, ImportRequest, Profile
from app.data.stored import read_stored
from app.data.versions.arrival import import_source
from app.deployment.purging import carry_out, plan_purge
from app.errors import CicloError
from app.project import Project, Record
from app.project.check import check
from app.project.pseudonym_key import begin_key, find_key, keep_key, place_of_key
from app.text import Words
from tests.integration.data.test_prepare import committed

MAILS = [f"person{n}@example.org" for n in range(40)]
PEOPLE = "email,age\n" + "".join(f"{mail},{20 + n}\n" for n, mail in enumerate(MAILS))
ORDERS = "contact,spent\n" + "".join(f" {mail} ,{n}\n" for n, mail in enumerate(MAILS[:30] * 2)) + ",7\n"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project.create(tmp_path / "p", name="p")
    bring(made, tmp_path, "people", PEOPLE)
    bring(made, tmp_path, "orders", ORDERS)
    yield made
    made.close()


def bring(project: Project, folder: Path, name: str, text: str) -> Record:
    file = folder / f"{name}.csv"
    file.write_text(text)
    (made,), _ = committed(
        project, import_source, ImportRequest(project=str(project.folder), source=str(file), name=name)
    )
    return made


def prepared(project: Project, dataset: str, *steps: Step, name: str = "") -> tuple[Record, PrepareAnswer]:
    recipe = Recipe(steps=steps)  # type: ignore[arg-type]
    request = PrepareRequest(
        project=str(project.folder), dataset=dataset, recipe=recipe, name=name or dataset.split("@")[0]
    )
    _, outcome = committed(project, prepare, request)
    return project.version(DATASET, request.name), msgspec.json.decode(outcome.answer, type=PrepareAnswer)


def column(project: Project, record: Record, name: str) -> list[Plain | None]:
    table = read_stored(project.object_path(record.objects["table"].sha256))
    return list(table.column(name).to_pylist())


def keyed(name: str) -> Pseudonymise:
    return Pseudonymise(columns=(name,))


def bytes_of(folder: Path) -> bytes:
    return b"\0".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_that_two_datasets_join_after_both_got_pseudonyms(project: Project) -> None:
    people, _ = prepared(project, "people", keyed("email"), name="persons")
    join = Join(dataset="persons", on={"contact": "email"})
    joined, answer = prepared(project, "orders", keyed("contact"), join, name="joined")
    assert (answer.rows, answer.steps[1].unmatched, answer.steps[0].cells) == (61, 1, 60)
    assert column(project, joined, "age") == [20 + n for n in range(30)] * 2 + [None]
    assert not set(column(project, people, "email")) & set(MAILS)
    assert column(project, joined, "contact")[-1] is None


def test_that_the_version_says_identifier_and_accuses_nobody_any_more(project: Project) -> None:
    before, after = project.version(DATASET, "orders"), prepared(project, "orders", keyed("contact"))[0]
    told = []
    for record in (before, after):
        profile = msgspec.json.decode(project.object_bytes(record.objects["profile"].sha256), type=Profile)
        told.append([one for one in profile.findings if one.column == "contact"])
    assert [(one.code, one.remedy) for one in told[0]][:1] == [("data.finding.personal_email", keyed("contact"))]
    assert not told[1]
    (mails, _) = after.read(DatasetVersion).columns
    assert (mails.type, mails.distinct, mails.missing, mails.levels) == (ColumnType.IDENTIFIER, 30, 1, ())


def test_that_a_recipe_gives_the_same_pseudonyms_on_another_file(project: Project, tmp_path: Path) -> None:
    first, _ = prepared(project, "people", keyed("email"), name="persons")
    bring(project, tmp_path, "people", PEOPLE.replace("email,age", "email,years") + "new@example.org,1\n")
    second, _ = prepared(project, "people", keyed("email"), name="persons")
    assert column(project, second, "email")[:40] == column(project, first, "email")
    assert second.number == 2
    prints = {record.read(DatasetVersion).pseudonym_key for record in (first, second)}
    assert prints == {find_key(project.identity.id).fingerprint}  # type: ignore[union-attr]
    again, answer = prepared(project, "people", keyed("email"), name="persons")
    assert (again.id, answer.known) == (second.id, second.id)


def test_that_the_key_lies_in_no_file_of_the_project_and_the_values_in_no_new_one(project: Project) -> None:
    before = {path for path in project.folder.rglob("*") if path.is_file()}
    prepared(project, "people", keyed("email"), name="persons")
    key = find_key(project.identity.id)
    assert key is not None
    everything = bytes_of(project.folder)
    for form in (key.secret, key.secret.hex().encode(), base64.b64encode(key.secret)[:-2], repr(key.secret).encode()):
        assert form not in everything
    new = [path.read_bytes() for path in project.folder.rglob("*") if path.is_file() and path not in before]
    assert new
    assert not [data for data in new if b"person7" in data]
    assert key.fingerprint.encode() in everything


def test_that_without_the_key_or_with_another_none_are_made(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(project, "people", keyed("email"), name="persons")
    own = find_key(project.identity.id)
    assert own is not None
    monkeypatch.setenv("CICLO_HOME", str(tmp_path / "elsewhere"))
    assert refused(project) == "data.pseudonyms.no_key"
    assert find_key(project.identity.id) is None  # none was made on the way
    prepared(project, "orders", Sample(rows=5), name="few")  # nothing else is kept from working
    assert prepared(project, "people", keyed("email"), name="persons")[1].known  # what is there already is known
    other = begin_key(project.identity.id, ())
    assert refused(project) == "data.pseudonyms.other_key"
    keep_key(project.identity.id, own)
    assert column(project, prepared(project, "orders", keyed("contact"))[0], "contact")[0] is not None
    begin_key(project.identity.id, pseudonyms_of(project).versions)
    assert needed_key(pseudonyms_of(project)) not in (own, other)
    assert not prepared(project, "people", keyed("email"), name="persons")[1].known  # they are others now


def refused(project: Project) -> str:
    with pytest.raises(CicloError) as caught:
        prepared(project, "orders", keyed("contact"))
    for language in ("en", "es"):
        sentence, hint = Words(language).error(caught.value)
        assert "persons@1" in sentence
        assert "ciclo pseudonyms" in hint
    return caught.value.code


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff\xfe"])
def test_that_a_damaged_key_makes_no_version(project: Project, damage: bytes) -> None:
    needed_key(pseudonyms_of(project))
    place = place_of_key(project.identity.id)
    assert place is not None
    place.write_bytes(damage)
    with pytest.raises(CicloError, match=r"project\.(pseudonym_key_damaged|private_unreadable)"):
        prepared(project, "orders", keyed("contact"))
    assert project.version(DATASET, "orders").number == 1


def test_that_a_purge_of_the_original_can_spare_the_pseudonyms_and_what_was_made_of_them(project: Project) -> None:
    prepared(project, "people", Sample(rows=20), name="few")
    prepared(project, "few", keyed("email"), name="persons")
    prepared(project, "persons", Sample(rows=5), name="fewer")
    people = project.version(DATASET, "people")
    whole, sparing = plan_purge(project, people), plan_purge(project, people, spare=True)
    assert {one.label for one in whole.doomed} == {"people@1", "few@1", "persons@1", "fewer@1"}
    assert ({one.label for one in sparing.doomed}, sparing.spared) == ({"people@1", "few@1"}, ("persons@1",))
    carry_out(project, people, by="Ana", reason="minimal", spare=True)
    assert [one.label for one in project.records(DATASET)] == ["orders@1", "persons@1", "fewer@1"]
    people_left = [project.object_path(one.objects["table"].sha256) for one in project.records(DATASET)[1:]]
    assert not [path for path in people_left if b"person7" in path.read_bytes()]
    assert check(project).damaged == ()
    assert prepared(project, "persons", Sample(rows=3), name="fewest")[1].rows == 3


# Looking


def look(project: Project, previews: Previews, step: Pseudonymise) -> PreviewAnswer:
    version = project.version(DATASET, "orders@1")
    types = {one.name: one.type for one in version.read(DatasetVersion).columns}
    path = str(project.object_path(version.objects["table"].sha256))
    told = pseudonyms_of(project)
    request = Preview(
        view=1, generation=1, path=path, types=types, recipe=Recipe(steps=(step,)), place=0, pseudonyms=told
    )
    return previews.answer(request)


def test_that_a_preview_makes_no_key_that_stays_and_shows_the_right_pseudonyms_once_there_is_one(
    project: Project,
) -> None:
    previews = Previews()
    example = look(project, previews, keyed("contact"))
    assert example.examples
    assert example.rows[0].before[0].strip() == MAILS[0]  # type: ignore[union-attr]
    assert example.touched[0].cells == 60
    assert right_key(pseudonyms_of(project)) is None
    made, _ = prepared(project, "orders", keyed("contact"))
    real = look(project, previews, keyed("contact"))
    assert not real.examples
    assert [row.cells[0] for row in real.rows] == column(project, made, "contact")[:60]
    assert real.rows[0].cells[0] != example.rows[0].cells[0]


def test_that_whole_numbers_are_shown_with_what_they_were(project: Project) -> None:
    shown = look(project, Previews(), keyed("spent"))
    assert shown.rows[0].before == {1: 0}
    assert len(str(shown.rows[0].cells[1])) == 16

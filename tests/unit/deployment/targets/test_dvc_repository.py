"""A repository that grows by a release, without DVC."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from app.deployment.declared import Delivered
from app.deployment.records import Certificate, Deployment, Standing
from app.deployment.repository import CONTENTS, Contents, contents_in, md5_of, rows_in, standing
from app.deployment.targets.dvc import growing
from app.deployment.targets.dvc.commit import Told
from app.deployment.targets.dvc.folder import track
from app.deployment.targets.dvc.git import has_git
from app.deployment.targets.dvc.growing import check_repository, deliver
from app.deployment.targets.dvc.merging import stage_file
from app.deployment.targets.dvc.swapping import Swap
from app.errors import CicloError
from app.project.durable import files_below, hash_file, measured

pytestmark = pytest.mark.skipif(not has_git(), reason="git isn't installed")

Export = Callable[..., Delivered]


def made(folder: Path, number: int, *, name: str, data: str, project: str) -> tuple[Path, Contents]:
    """What an export of a version has in staging, as far as a repository goes by it."""
    plain = {
        ".dvc/config": "[core]\n    analytics = false\n",
        ".dvc/.gitignore": "/cache\n/tmp\n",
        ".gitignore": "/project\n",
        "README.md": f"# {name}@{number}\n",
        "metrics.json": f'{{"auc": 0.{number}}}\n',
        "dvc.yaml": stage_file("train", {"cmd": "ciclo run", "deps": [data]}, locked=False),
        "dvc.lock": stage_file("train", {"cmd": "ciclo run", "outs": [{"md5": str(number)}]}, locked=True),
        data: f"rows\n{number}\n",
        f"model/{name}.ciclo.zip": f"model {number}",
    }
    for path, text in plain.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    for path in list(plain)[-2:]:
        track(folder, path)
    listed = {path.relative_to(folder).as_posix(): hash_file(path)[0] for path in files_below(folder)}
    files = {path: sha256 for path, sha256 in listed.items() if not path.startswith(".dvc/cache")}
    kept = list(plain)[-2:]
    contents = Contents(
        project=project,
        name=name,
        model=f"{name}@{number}",
        release=f"{number}" * 64,
        files=files,
        tracked={path: md5_of(folder / path) for path in kept},
    )
    (folder / CONTENTS).write_bytes(msgspec.json.encode(contents))
    return folder, contents


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return tmp_path / "churn"


@pytest.fixture
def export(tmp_path: Path, repository: Path) -> Export:
    made_so_far = iter(range(100))

    def run(number: int, *, name: str = "churn", data: str = "data/rows.csv", project: str = "p") -> Delivered:
        folder, contents = made(tmp_path / f"made{next(made_so_far)}", number, name=name, data=data, project=project)
        at, subject = f"2026-11-0{number}T10:00:00Z", f"Release {name}@{number}"
        told = Told(by="Ana", at=at, subject=subject, body="ciclo.model: x", tag=f"{name}-{number}")
        return deliver(folder, contents, repository, told)

    return run


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Eva", "-c", "user.email=eva@x", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def state(repository: Path) -> tuple[str, ...]:
    """Everything that a failure must leave as it was."""
    told = [
        git(repository, *asked.split()) for asked in ("rev-parse HEAD", "show-ref", "status --porcelain", "ls-files -s")
    ]
    files = [p for p in files_below(repository) if ".git" not in p.relative_to(repository).parts]
    return (*told, *(f"{path} {hash_file(path)[0]}" for path in files))


def refused(export: Export, repository: Path, code: str, number: int = 3, **given: str) -> CicloError:
    """An export that is refused, with nothing changed."""
    before = measured(repository)
    with pytest.raises(CicloError) as caught:
        export(number, **given)
    assert caught.value.code == code
    (repository / ".git" / "ciclo.lock").unlink(missing_ok=True)
    assert measured(repository) == before
    return caught.value


def test_that_each_release_is_a_commit_with_a_tag_and_people_keep_what_is_theirs(
    export: Export, repository: Path
) -> None:
    first = export(1)
    for path, text in {"ci.yml": "ci\n", "data/.gitignore": "/rows.csv\n/other.csv\n", "README.md": "ours\n"}.items():
        (repository / path).write_text(text, encoding="utf-8")
    with (repository / ".dvc" / "config").open("a") as file:
        file.write("['remote \"s\"']\n    url = /r\n")
    with (repository / "dvc.yaml").open("a") as file:
        file.write("  other:\n    cmd: echo\n")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "ours")
    (repository / "notes.txt").write_text("not committed\n")
    second = export(2, data="data/new.csv")
    assert git(repository, "log", "--format=%an: %s").splitlines() == [
        "Ana: Release churn@2",
        "Eva: ours",
        "Ana: Release churn@1",
    ]
    assert git(repository, "tag").split() == ["churn-1", "churn-2"]
    assert git(repository, "cat-file", "-t", "churn-2") == "tag"
    assert git(repository, "rev-parse", "churn-1^{commit}", "HEAD").split() == [first.commit, second.commit]
    assert git(repository, "status", "--porcelain") == "?? notes.txt"
    assert git(repository, "fsck", "--strict") == ""
    assert (repository / "ci.yml").exists()
    assert not (repository / "data" / "rows.csv").exists()
    assert not (repository / "data" / "rows.csv.dvc").exists()
    assert (repository / "data" / "new.csv").read_text() == "rows\n2\n"
    assert (repository / "data" / ".gitignore").read_text().split() == ["/rows.csv", "/other.csv", "/new.csv"]
    assert (repository / "README.md").read_text() == "ours\n"
    assert "url = /r" in (repository / ".dvc" / "config").read_text()
    stages = (repository / "dvc.yaml").read_text()
    assert "  other:\n    cmd: echo\n" in stages
    assert "new.csv" in stages
    assert "rows.csv" not in stages
    kept = files_below(repository / ".dvc" / "cache")
    assert len(kept) == 4
    assert not (repository / ".git" / "ciclo").exists()


def test_that_going_back_is_a_new_commit_and_the_same_again_is_none(export: Export, repository: Path) -> None:
    first, second = export(1), export(2)
    assert export(2).commit == second.commit
    git(repository, "tag", "--delete", "churn-2")
    assert export(2).commit == second.commit
    (repository / "data" / "rows.csv").unlink()
    export(2)
    assert (repository / "data" / "rows.csv").exists()
    back = export(1)
    assert back.commit not in (first.commit, second.commit)
    assert git(repository, "rev-parse", "churn-1^{commit}") == first.commit
    assert git(repository, "diff", "--stat", "churn-1", "HEAD") == ""
    assert git(repository, "rev-list", "--count", "HEAD") == "3"


def test_that_an_empty_repository_takes_the_first_release(export: Export, repository: Path) -> None:
    repository.mkdir()
    git(repository, "init", "-q", "--initial-branch=trunk")
    made = export(1)
    assert git(repository, "rev-parse", "trunk", "churn-1^{commit}").split() == [made.commit, made.commit]
    assert git(repository, "status", "--porcelain") == ""


def test_that_a_repository_that_could_lose_something_is_left_alone(
    export: Export, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(1)
    refused(export, repository, "deployment.dvc.other_project", project="q")
    refused(export, repository, "deployment.dvc.other_model", name="income")
    (repository / "data" / "third.csv").write_text("theirs")
    assert (
        refused(export, repository, "deployment.dvc.in_the_way", data="data/third.csv").params["name"]
        == "data/third.csv"
    )
    (repository / "data" / "rows.csv").write_text("newer")
    assert refused(export, repository, "deployment.dvc.uncommitted").params["name"] == "data/rows.csv"
    (repository / "data" / "rows.csv").unlink()
    (repository / "metrics.json").write_text("{}")
    assert refused(export, repository, "deployment.dvc.uncommitted").params["name"] == "metrics.json"
    git(repository, "checkout", "-q", "metrics.json")
    (repository / "dvc.yaml").write_text("stages: {}\n")
    git(repository, "commit", "-qam", "another form")
    refused(export, repository, "deployment.dvc.other_form")
    git(repository, "rm", "-q", CONTENTS)
    git(repository, "commit", "-qm", "no releases")
    refused(export, repository, "deployment.dvc.no_releases")
    git(repository, "checkout", "-q", "--detach", "HEAD")
    refused(export, repository, "deployment.dvc.no_branch")
    (repository / ".git").rename(repository / "git")
    refused(export, repository, "deployment.dvc.not_git")
    monkeypatch.setattr("app.deployment.targets.dvc.git.shutil.which", lambda _name: None)
    refused(export, repository, "deployment.dvc.no_git")


def failing(*_given: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("owner", "step", "after"), [(Swap, "prepare", 0), (Swap, "_move", 4), (growing._Growth, "_point", 0)]
)
def test_that_a_failure_in_the_middle_leaves_all_as_it_was(
    owner: type, step: str, after: int, export: Export, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(1)
    before, real, calls = state(repository), getattr(owner, step), []

    def flaky(*given: object) -> None:
        calls.append(given)
        if len(calls) > after:
            failing()
        real(*given)

    monkeypatch.setattr(owner, step, flaky)
    with pytest.raises(CicloError) as caught:
        export(2, data="data/new.csv")
    assert caught.value.code == "project.disk_full"
    assert state(repository) == before
    assert not (repository / ".git" / "ciclo").exists()


def test_that_what_a_kill_left_half_done_is_put_back_by_the_next_export(
    export: Export, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(1)
    before = state(repository)
    with monkeypatch.context() as patched:  # dies there, and nothing is cleaned up
        patched.setattr(growing._Growth, "_point", failing)
        patched.setattr(growing, "recover", lambda *_given: None)
        with pytest.raises(CicloError):
            export(2, data="data/new.csv")
    assert state(repository) != before
    check_repository(repository, project="p", name="churn")
    assert state(repository) == before
    export(2)
    assert git(repository, "rev-list", "--count", "HEAD") == "2"


def test_that_no_hook_and_no_setting_of_anybody_takes_part(export: Export, repository: Path) -> None:
    export(1)
    for hook in ("pre-commit", "commit-msg", "post-commit", "reference-transaction", "post-index-change"):
        place = repository / ".git" / "hooks" / hook
        place.parent.mkdir(exist_ok=True)
        place.write_text(f"#!/bin/sh\ntouch '{repository / 'ran'}'\nexit 1\n")
        place.chmod(0o755)
    for setting in ("commit.gpgsign=true", "tag.gpgsign=true", "core.autocrlf=true", f"core.fsmonitor={place}"):
        git(repository, "config", *setting.split("=", 1))
    export(2)
    assert not (repository / "ran").exists()
    assert b"\r" not in (repository / "metrics.json").read_bytes()


def test_that_a_deployment_is_in_place_altered_or_gone(export: Export, repository: Path) -> None:
    def body(went: Delivered) -> Deployment:
        proof = Certificate(runtime="r", rows=1, max_difference=0.0, label_flips=0)
        told = {name: getattr(went, name) for name in ("place", "commit", "sha256", "size", "tracked")}
        return Deployment(model="churn@1", model_id="m", target="dvc", file_name="x", certificate=proof, **told)

    first = body(export(1))
    assert standing(Path("/elsewhere"), first) is Standing.HERE
    (repository / "README.md").write_text("ours")  # people write there
    assert standing(Path("/elsewhere"), first) is Standing.HERE
    git(repository, "checkout", "-q", "README.md")
    second = body(export(2))
    assert [standing(Path("/x"), one) for one in (first, second)] == [Standing.ALTERED, Standing.HERE]
    (repository / "data" / "rows.csv").write_text("newer")
    assert standing(Path("/x"), second) is Standing.ALTERED
    rows = [path.relative_to(repository).as_posix() for path in rows_in(repository, first.tracked)]
    assert len(rows) == 2  # in the cache only
    assert not list(rows_in(repository, {"../x": "a" * 32, "y": "../../z"}))
    repository.rename(repository.with_name("moved"))
    assert standing(Path("/x"), second) is Standing.GONE
    assert contents_in(repository) is None

"""The main job through the command line: a CSV file in, predictions from a bundle out, without Qt."""

from __future__ import annotations

import csv
import json
import shutil
import signal
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from app.learning.model import load_model, predict_table, signature_of
from app.learning.records import MODEL, ModelVersion
from app.project import Project
from tests.integration.cli.conftest import Program, Said

Steps = dict[str, Said]


@pytest.fixture(scope="module")
def steps(program: Program, customers: Path) -> Steps:
    """The whole job, once."""
    done: Steps = {}

    def step(name: str, *arguments: str) -> None:
        done[name] = program(name, *arguments)

    step("new", "p", "--name", "Clientes")
    step("inspect", str(customers))
    step("import", "p", str(customers), "--name", "clientes")
    step("profile", "p", "clientes")
    step("data", "p", "clientes", "--out", "table.csv")
    step("plan", "p", "clientes", "--target", "baja")
    step("train", "p", "clientes", "--target", "baja", "--positive", "Sí", "--model", "baja", "--seed", "3")
    done["export too early"] = program("export", "p", "baja", "--to", "bundle")
    done["approve too early"] = program("approve", "p", "baja", "--by", "Ana", "--comment", "ok")
    step("verify", "p", "baja", "--html", "report.html", "--pdf", "report.pdf")
    step("approve", "p", "baja@1", "--by", "Ana", "--comment", "Sirve | *bien*")
    step("models", "p")
    step("export", "p", "baja", "--to", "bundle", "--out", "out.ciclo.zip")
    step("open", "out.ciclo.zip", "--rescore")
    step("score", "out.ciclo.zip", str(customers), "--out", "scored.csv")
    step("check", "p")
    return done


def test_that_every_step_was_done(steps: Steps) -> None:
    failed = {name: said.document for name, said in steps.items() if said.status and "early" not in name}
    assert failed == {}


@pytest.mark.parametrize(
    ("step", "keys"),
    [
        ("new", "project"),
        ("inspect", "delimiter encoding decimal header records columns problems"),
        ("import", "dataset version rows rejected rejected_rows columns sha256"),
        ("profile", "columns findings associations"),
        ("data", "rows out"),
        ("plan", "task metric train_rows holdout_rows presets problems"),
        ("train", "model version task estimator metric cv baseline candidates seconds peak_memory_mb"),
        ("models", "models"),
        ("verify", "verdict gates findings metrics openings"),
        ("approve", "decision"),
        ("export", "path certificate"),
        ("open", "signed_by state manifest"),
        ("score", "rows rejected out"),
        ("check", "records objects damaged"),
    ],
)
def test_that_the_answers_have_the_promised_keys(steps: Steps, step: str, keys: str) -> None:
    assert set(keys.split()) <= set(steps[step].document)


def test_that_an_import_accounts_for_every_record(steps: Steps) -> None:
    seen, done = steps["inspect"].document, steps["import"].document
    assert (seen["delimiter"], seen["decimal"], seen["header"], seen["records"]) == (";", ",", True, 261)
    assert (done["rows"], done["rejected"], done["version"]) == (260, 1, 1)
    assert done["rejected_rows"][0]["line"] == 262
    types = {column["name"]: column["type"] for column in done["columns"]}
    assert types["gasto"] == "number"
    assert types["desde"] == "date"
    assert types == {column["name"]: column["type"] for column in seen["columns"]}


def test_that_the_table_comes_out_with_decimal_points_and_iso_dates(steps: Steps, program: Program) -> None:
    with (program.folder / "table.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == steps["data"].document["rows"] == 260
    assert float(rows[0]["gasto"]) > 0
    assert rows[0]["desde"][4] == "-"
    assert rows[7]["gasto"] == ""


def test_that_columns_that_go_together_are_told_with_their_measure(steps: Steps) -> None:
    document = steps["profile"].document
    names = {column["name"] for column in document["columns"]}  # type: ignore[attr-defined,index]
    found = document["associations"]
    assert found
    assert document["associations_rows"] == 260
    assert {one["column"] for one in found} | {one["other"] for one in found} <= names  # type: ignore[attr-defined,index]
    assert {one["measure"] for one in found} <= {"spearman", "rank_ratio", "cramers_v"}  # type: ignore[attr-defined,index]
    values = [one["value"] for one in found]  # type: ignore[attr-defined,index]
    assert values == sorted(values, reverse=True)
    assert all(0 <= value <= 1 for value in values)


def test_that_a_plan_foretells_time_memory_size_and_latency(steps: Steps) -> None:
    presets = steps["plan"].document["presets"]
    assert list(presets) == ["quick", "balanced", "thorough"]
    assert presets["quick"]["fits"]
    assert presets["quick"]["seconds"] < presets["thorough"]["seconds"]
    assert 100 < presets["quick"]["needed_mb"] < 1_000
    assert presets["quick"]["latency_ms"].keys() == {"1", "1000"}


def test_that_a_training_and_the_project_tell_what_they_cost(steps: Steps) -> None:
    done, together = steps["train"].document, steps["models"].document
    assert done["spent"]["cpu_s"] > 1
    assert done["spent"]["energy"]["kwh"] > 0
    assert {"watts", "grams_per_kwh", "country", "table"} <= set(done["spent"]["energy"])
    assert done["served"]["size_bytes"] > 1_000
    assert 0 < done["served"]["one_row_ms"] < 10_000
    assert together["spent"]["cpu_s"] == pytest.approx(done["spent"]["cpu_s"])
    assert together["models"][0]["served"] == done["served"]


def test_that_a_training_tells_everything_it_promises(steps: Steps) -> None:
    done = steps["train"].document
    assert (done["model"], done["version"], done["task"]) == ("baja", 1, "binary")
    assert {"value", "low", "high"} <= set(done["cv"][done["metric"]])
    assert len(done["candidates"]) >= 6
    assert {"estimator", "cv", "seconds", "complexity"} <= set(done["candidates"][0])
    assert done["peak_memory_mb"] > 50
    assert "id" in done["excluded"]


def test_that_nothing_goes_out_before_it_is_approved(steps: Steps) -> None:
    early = steps["export too early"]
    assert (early.status, early.document["error"]["code"]) == (2, "deployment.not_approved")
    early = steps["approve too early"]
    assert (early.status, early.document["error"]["code"]) == (2, "verification.no_report")


def test_that_a_report_has_gates_metrics_and_a_file(steps: Steps, program: Program) -> None:
    done = steps["verify"].document
    assert {"code", "passed", "value", "limit"} <= set(done["gates"][0])
    assert {"value", "low", "high", "method"} <= set(done["metrics"]["roc_auc"])
    assert done["openings"] == 1
    assert "<html" in (program.folder / "report.html").read_text(encoding="utf-8")
    assert (program.folder / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_that_the_versions_are_listed_with_their_state(steps: Steps) -> None:
    (row,) = steps["models"].document["models"]
    assert {"model", "version", "state", "metrics", "dataset", "created"} <= set(row)
    assert (row["model"], row["version"], row["state"], row["dataset"]) == ("baja", 1, "approved", "clientes@1")


def test_that_an_export_is_certified_and_recorded(steps: Steps, program: Program) -> None:
    proof = steps["export"].document["certificate"]
    assert proof["runtime"].startswith("onnxruntime ")
    assert proof["max_difference"] <= 1e-12
    assert proof["label_flips"] == 0
    assert proof["threshold_rows"] >= 1000
    assert steps["open"].document["certificate"]["runtime"] == proof["runtime"]
    assert steps["open"].document["certificate"]["max_difference"] <= 1e-12
    again = program("export", "p", "baja", "--to", "bundle", "--out", "again.ciclo.zip")
    assert again.status == 0
    one, two = (program.folder / name for name in ("out.ciclo.zip", "again.ciclo.zip"))
    assert one.read_bytes() == two.read_bytes()
    (program.folder / "taken.zip").write_bytes(b"something else")
    for out, code in (
        ("taken.zip", "deployment.exists"),
        ("table.csv", "deployment.bad_ending"),
        ("nowhere/b.zip", "project.no_folder"),
    ):
        one_more = program("export", "p", "baja", "--to", "bundle", "--out", out)
        assert (one_more.status, one_more.document["error"]["code"]) == (2, code)
    assert (program.folder / "taken.zip").read_bytes() == b"something else"
    assert not (program.folder / "nowhere").exists()
    assert not list(program.folder.glob(".*.part"))


def test_that_a_bundle_says_where_it_comes_from(steps: Steps) -> None:
    manifest = steps["open"].document["manifest"]
    assert steps["open"].document["state"] == "trusted"
    assert steps["open"].document["signed_by"]
    assert manifest["lineage"]["source_sha256"] == steps["import"].document["sha256"]
    assert manifest["decision"]["comment"] == "Sirve | *bien*"
    assert manifest["schema"]["labels"] == ["No", "Sí"]


def scored(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_that_scores_are_the_windows(steps: Steps, program: Program) -> None:
    rows = scored(program.folder / "scored.csv")
    assert steps["score"].document["rows"] == len(rows) == 261
    assert steps["score"].document["rejected"] == 1
    assert list(rows[0])[-4:] == ["prediction", "probability_No", "probability_Sí", "remark"]
    assert (rows[-1]["prediction"], rows[-1]["probability_No"]) == ("", "")
    assert rows[-1]["remark"]
    assert rows[0]["gasto"].count(",") == 1  # its columns as they were
    project = Project.open(program.folder / "p")
    record = project.version(MODEL, "baja")
    body = record.read(ModelVersion)
    model = load_model(project.object_path(record.objects["model"].sha256), signature=signature_of(body))
    dataset = project.get(body.dataset_id)
    found = predict_table(model, pq.read_table(project.object_path(dataset.objects["table"].sha256)))
    project.close()
    assert [row["prediction"] for row in rows[:-1]] == found.labels.tolist()
    given = np.array([[float(row["probability_No"]), float(row["probability_Sí"])] for row in rows[:-1]])
    np.testing.assert_allclose(given, found.probabilities, rtol=0, atol=1e-12)


def rewritten(customers: Path, out: Path, change: Callable[[list[list[str]]], list[list[str]]]) -> Path:
    rows = [line.split(";") for line in customers.read_text(encoding="utf-8").splitlines()[:-1]]
    out.write_text("\n".join(";".join(row) for row in change(rows)) + "\n", encoding="utf-8")
    return out


def test_that_order_and_company_of_the_columns_and_rows_change_nothing(
    steps: Steps, program: Program, customers: Path
) -> None:
    path = rewritten(
        customers, program.folder / "few.csv", lambda rows: [["new", *reversed(r)] for r in rows[:1] + rows[101:130]]
    )
    said = program("score", "out.ciclo.zip", str(path), "--out", "few.parquet")
    assert said.status == 0
    assert "new" in " ".join(said.document["notes"])
    few = pq.read_table(program.folder / "few.parquet").to_pylist()
    whole = scored(program.folder / "scored.csv")[100:129]
    assert [row["probability_Sí"] for row in few] == [float(row["probability_Sí"]) for row in whole]


def test_that_missing_columns_are_named_with_a_suggestion(steps: Steps, program: Program, customers: Path) -> None:
    path = rewritten(
        customers, program.folder / "lacking.csv", lambda rows: [["la edad", *rows[0][2:]]] + [r[1:] for r in rows[1:]]
    )
    said = program("score", "out.ciclo.zip", str(path), "--out", "lacking-out.csv", language="es")
    error = said.document["error"]
    assert (said.status, error["code"]) == (2, "deployment.missing_columns_similar")
    assert "edad" in error["message"]
    assert "la edad → edad" in error["hint"]
    assert not (program.folder / "lacking-out.csv").exists()


def test_that_unusual_rows_are_scored_with_a_remark_and_impossible_ones_keep_their_place(
    steps: Steps, program: Program, customers: Path
) -> None:
    def spoil(rows: list[list[str]]) -> list[list[str]]:
        rows[2][1], rows[3][3], rows[4][1], rows[5][1] = "mucho", "Quito", "190", ""
        return rows

    path = rewritten(customers, program.folder / "spoiled.csv", spoil)
    assert program("score", "out.ciclo.zip", str(path), "--out", "spoiled-out.csv").document["rejected"] == 1
    rows = scored(program.folder / "spoiled-out.csv")
    assert rows[1]["prediction"] == ""
    assert rows[1]["remark"] == "edad: mucho isn't a whole number."
    assert "Quito" in rows[2]["remark"]
    assert "190" in rows[3]["remark"]
    assert "edad" in rows[4]["remark"]
    assert all(row["prediction"] for row in rows[2:])


def test_that_an_altered_bundle_is_named_and_scores_nothing(steps: Steps, program: Program, customers: Path) -> None:
    data = bytearray((program.folder / "out.ciclo.zip").read_bytes())
    with zipfile.ZipFile(program.folder / "out.ciclo.zip") as archive:
        place = archive.getinfo("model.skops").header_offset + 4000
    data[place] ^= 1
    (program.folder / "altered.zip").write_bytes(data)
    said = program("open", "altered.zip")
    assert (said.status, said.document["state"]) == (1, "altered")
    assert "model.skops" in said.document["problem"]
    said = program("score", "altered.zip", str(customers), "--out", "never.csv")
    assert (said.status, said.document["error"]["code"]) == (2, "deployment.bundle.altered_member")
    assert not (program.folder / "never.csv").exists()


def test_that_damage_in_the_project_is_found(steps: Steps, program: Program, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(program.folder / "p", copy)
    victim = max((copy / "objects").glob("*/*"), key=lambda path: path.stat().st_size)
    victim.chmod(0o644)
    victim.write_bytes(victim.read_bytes()[:-1] + b"!")
    said = program("check", str(copy))
    assert said.status == 1
    assert {"id", "kind", "reason", "affects"} <= set(said.document["damaged"][0])


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_that_an_interrupted_training_leaves_nothing(steps: Steps, program: Program, stop: signal.Signals) -> None:
    process = program.start("train", "p", "clientes", "--target", "baja", "--preset", "thorough", "--json")
    assert process.stderr is not None
    for line in process.stderr:
        if "fold" in line:
            break
    process.send_signal(stop)
    out, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert json.loads(out)["error"]["code"] == "cli.cancelled"
    assert "Traceback" not in errors
    assert len(program("models", "p").document["models"]) == 1
    assert not [p for p in (program.folder / "p" / ".ciclo" / "staging").iterdir() if p.is_dir()]


def test_that_an_interrupted_import_leaves_nothing(steps: Steps, program: Program) -> None:
    large = program.folder / "large.csv"
    large.write_text("a,b\n" + "1,x\n" * 3_000_000)
    process = program.start("import", "p", str(large), "--name", "large")
    assert process.stderr is not None
    process.stderr.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130
    said = program("profile", "p", "large")
    assert (said.status, said.document["error"]["code"]) == (2, "project.no_such_version")


def test_that_the_papers_are_written_with_what_people_said(steps: Steps, program: Program) -> None:
    shutil.copytree(program.folder / "p", program.folder / "said")
    told = program("describe", "said", "baja", "--about", "purpose=To call customers", "risks=Calls annoy")
    assert told.document["statements"] == {"purpose": "To call customers", "risks": "Calls annoy"}
    assert program("describe", "said", "baja", "--about", "nothing").status == 2
    assert program("describe", "said", "baja", "--about", "nothing=x").status == 2
    assert told.status == 0
    made = program("document", "said", "baja@1", "--card", "card.md", "--annex", "annex.pdf", language="es")
    assert made.document["open"] == len(told.document["open"])  # type: ignore[arg-type]
    assert "To call customers" in (program.folder / "card.md").read_text(encoding="utf-8")
    assert (program.folder / "annex.pdf").read_bytes().startswith(b"%PDF")
    assert program("document", "said", "baja@1", "--annex", "annex.doc").status == 2
    opened = steps["verify"].document["openings"]
    again = program("verify", "said", "baja@1", "--stored", "--html", "es.html", language="es")
    assert again.document["openings"] == opened, "what is stored is read and not made"
    assert 'lang="es"' in (program.folder / "es.html").read_text(encoding="utf-8")


def test_that_wishes_that_contradict_each_other_are_refused(steps: Steps, program: Program) -> None:
    train = ("train", "p", "clientes", "--target")
    for wishes, code in (
        (("baja", "--exclude", "ciudad", "--include", "ciudad"), "learning.exclude_and_include"),
        (("baja", "--holdout", "0.3", "--test", "clientes"), "cli.not_together"),
        (("gasto", "--positive", "1,50"), "learning.positive_without_two"),
    ):
        said = program(*train, *wishes)
        assert (said.status, said.document["error"]["code"]) == (2, code), wishes


def test_that_only_an_approved_version_is_a_champion(steps: Steps, program: Program) -> None:
    shutil.copytree(program.folder / "p", program.folder / "c")
    train = ("train", "c", "clientes", "--target", "baja", "--positive", "Sí", "--seed", "3", "--model", "otro")
    tried = steps["train"].document["candidates"]
    take = ("--take", f"baja@1:{next(n for n, c in enumerate(tried, start=1) if c['estimator'] == 'tree')}")
    rows = program(*train, "--champion", "none", *take).document["candidates"]
    assert {c["estimator"] for c in rows} == {"tree", "baseline"}
    said = program(*train, "--champion", "otro@1")
    assert (said.status, said.document["error"]["code"]) == (2, "cli.train.champion_not_approved")
    assert program(*train, "--champion", "baja@1", *take).status == 0
    for wrong in ("baja@1:0", "baja@1:99"):
        assert program(*train, "--take", wrong).document["error"]["code"] == "learning.no_such_row"


def test_that_nothing_is_written_among_the_files_of_a_project(steps: Steps, program: Program) -> None:
    said = program("data", "p", "clientes", "--out", "p/objects/rows.csv")
    assert (said.status, said.document["error"]["code"]) == (2, "project.kept_for_itself")
    assert program("data", "p", "clientes", "--out", "p/exports/rows.csv").status == 0


def test_that_a_file_is_no_place_for_a_project(program: Program) -> None:
    (program.folder / "a.csv").write_text("a,b\n")
    said = program("new", "a.csv")
    assert (said.status, said.document["error"]["code"]) == (2, "project.file_in_the_way")


def test_that_a_report_that_has_no_place_is_refused_before_the_hold_out_is_opened(
    steps: Steps, program: Program
) -> None:
    before = program("check", "p").document["records"]
    for place, code in (("nowhere/r.html", "project.no_folder"), (".", "project.is_a_folder")):
        said = program("verify", "p", "baja", "--html", place)
        assert (said.status, said.document["error"]["code"]) == (2, code)
    assert program("check", "p").document["records"] == before


def test_that_a_zip_of_something_else_is_no_bundle_and_a_cut_bundle_is_altered(steps: Steps, program: Program) -> None:
    with zipfile.ZipFile(program.folder / "other.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table.csv", "a,b\n" * 100)
    said = program("open", "other.zip")
    assert (said.status, said.document["error"]["code"]) == (2, "deployment.not_a_bundle")
    whole = (program.folder / "out.ciclo.zip").read_bytes()
    (program.folder / "cut.zip").write_bytes(whole[: len(whole) // 2])
    said = program("open", "cut.zip")
    assert (said.status, said.document["state"]) == (1, "altered")


def test_that_a_flipped_decision_lets_nothing_out_whatever_the_index_says(steps: Steps, program: Program) -> None:
    copy = shutil.copytree(program.folder / "p", program.folder / "flipped")
    assert program("models", "flipped").document["models"][0]["state"] == "approved"
    (path,) = (copy / "records" / "decision").glob("*/*.json")
    path.write_bytes(path.read_bytes().replace(b"Sirve", b"Sarve"))
    said = program("export", "flipped", "baja", "--to", "bundle", "--out", "flipped.zip")
    assert (said.status, said.document["error"]["code"]) == (2, "deployment.not_approved")
    assert program("models", "flipped").document["models"][0]["state"] == "verified"
    assert program("check", "flipped").status == 1


@pytest.mark.parametrize("harm", ["cut", "flipped", "removed"])
def test_that_work_on_a_damaged_table_is_refused_in_one_sentence(steps: Steps, program: Program, harm: str) -> None:
    copy = shutil.copytree(program.folder / "p", program.folder / f"harmed-{harm}")
    project = Project.open(copy)
    path = project.object_path(project.records("dataset-version")[0].objects["table"].sha256)
    project.close()
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.chmod(0o644)
    path.unlink() if harm == "removed" else path.write_bytes(data[: len(data) // 2] if harm == "cut" else data)
    code = "project.no_object" if harm == "removed" else "project.damaged_object"
    for request in (
        ("train", copy.name, "clientes", "--target", "baja"),
        ("data", copy.name, "clientes", "--out", "harmed.csv"),
        ("verify", copy.name, "baja"),
        ("export", copy.name, "baja", "--to", "bundle", "--out", "harmed.zip"),
    ):
        said = program(*request)
        assert (said.status, said.document["error"]["code"]) == (2, code)

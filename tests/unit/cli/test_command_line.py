"""The command line's own manners: help, refusals, JSON, languages, what it imports."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.commands.train import column_name
from app.cli.main import _MODULES, COMMANDS, run_command
from app.cli.parser import Parser
from app.cli.terminal import printable, table
from app.cli.work import save, series_name
from app.errors import CicloError
from app.project import Project
from app.text import Words

ROOT = Path(__file__).resolve().parents[3]


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    status = run_command(list(argv))
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("language", ["en", "es"])
def test_that_every_command_explains_itself_in_both_languages(
    command: str, language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CICLO_LANG", language)
    status, out, err = run(capsys, command, "--help")
    assert status == 0
    assert err == ""
    assert "cli.help" not in out
    assert out.startswith("Uso:" if language == "es" else "Usage:")


def test_that_the_overview_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "--help")
    assert status == 0
    assert all(f"  {command}" in out for command in (*COMMANDS, "demo"))


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["train", "p", "d"], "cli.missing_arguments"),
        (["train", "p", "d", "--target"], "cli.missing_value"),
        (["train", "p", "d", "--target", "t", "--preset", "fast"], "cli.invalid_choice"),
        (["train", "p", "d", "--target", "t", "--seed", "x"], "cli.invalid_number"),
        (["train", "p", "d", "--target", "t", "--holdout", "nan"], "cli.invalid_number"),
        (["train", "p", "d", "--target", "t", "--time-limit", "-1"], "cli.too_small"),
        (["train", "p", "d", "--target", "t", "--jobs", "0"], "cli.out_of_range"),
        (["train", "p", "d", "--target", "t", "--seed", "9" * 30], "cli.out_of_range"),
        (["import", "PROJECT", "f", "--name", "../x"], "cli.bad_name"),
        (["new", "PROJECT/exports/inner"], "project.inside_project"),
        (["export", "PROJECT", "m", "--to", "moon"], "deployment.unknown_target"),
        (["new", "p", "q"], "cli.unknown_arguments"),
        (["inspect", "f", "--type", "colour"], "cli.bad_type"),
        (["inspect", "f", "--type", "colour=blue"], "cli.bad_type"),
        (["inspect", "f", "--query", "select 1"], "data.source_missing"),
        (["inspect", "f", "--query", " "], "sql.not_a_query"),
        (["inspect", "f", "--query", "select 1", "--table", "t"], "cli.not_together"),
        (["password", "f"], "sql.no_server_address"),
        (["import", "PROJECT", "f", "--name", "a@b"], "cli.bad_name"),
        (["import", "PROJECT", "f", "--name", " "], "cli.bad_name"),
        (["train", "PROJECT", "d", "--target", "t"], "project.no_such_version"),
        (["verify", "PROJECT", "m"], "project.no_such_version"),
        (["export", "PROJECT", "m", "--to", "bundle"], "project.no_such_version"),
        (["score", "nowhere", "f", "--out", "o.csv"], "deployment.no_file"),
        (["export", "p", "m", "--to", "container"], "cli.later"),
        (["serve", "b"], "cli.later"),
        (["fly"], "cli.unknown_command"),
        (["check", "nowhere"], "project.not_a_project"),
        (["open", "nowhere"], "deployment.no_file"),
    ],
)
def test_that_a_request_that_cannot_be_carried_out_gets_one_sentence(
    argv: list[str], code: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(capsys, "new", str(tmp_path / "p"))
    argv = [word.replace("PROJECT", str(tmp_path / "p")) for word in argv]
    status, out, err = run(capsys, *argv, "--json")
    error = json.loads(out)["error"]
    assert (status, error["code"], err) == (2, code, "")
    assert set(error) == {"code", "message", "hint"}
    status, out, err = run(capsys, *argv)
    assert (status, out) == (2, "")
    assert err.strip() == f"{error['message']} {error['hint']}".strip()
    assert "\n" not in err.strip()


def test_that_a_space_that_nobody_sees_is_not_asked_for() -> None:
    columns = ["a", " Precio Más Frecuente", "b", " b "]
    assert column_name("Precio Más Frecuente", columns) == " Precio Más Frecuente"
    assert column_name("b", columns) == "b"
    assert column_name("c", columns) == "c"


def test_that_choices_are_named_as_they_are_typed(capsys: pytest.CaptureFixture[str]) -> None:
    _, _, err = run(capsys, "train", "p", "d", "--target", "t", "--preset", "fast")
    assert "'quick', 'balanced', 'thorough'" in err


def test_that_a_name_that_could_not_be_addressed_is_refused() -> None:
    assert series_name("--name", " Mañana 2 ") == "Mañana 2"
    for name in ("", " ", "a@b", "a~b", "a\nb", "a/b", "..", "a\\b"):
        with pytest.raises(CicloError):
            series_name("--name", name)


def test_that_an_unforeseen_error_becomes_a_sentence_and_a_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("app.cli.commands.new.run", fail)
    status, out, err = run(capsys, "new", "p")
    assert (status, out) == (2, "")
    assert "Traceback" not in err
    assert "boom" in (home / "data" / "logs" / "ciclo.log").read_text()


def test_that_an_interrupt_is_status_130(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("app.cli.commands.new.run", interrupt)
    status, out, _ = run(capsys, "new", "p", "--json")
    assert status == 130
    assert json.loads(out)["error"]["code"] == "cli.interrupted"


def test_that_new_and_check_and_models_speak_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "p"
    status, out, err = run(capsys, "new", str(folder), "--name", "Mine", "--json")
    assert (status, err, json.loads(out)["project"]) == (0, "", str(folder))
    status, out, _ = run(capsys, "check", str(folder), "--json")
    assert (status, json.loads(out)) == (0, {"records": 0, "objects": 0, "damaged": [], "purged": []})
    status, out, _ = run(capsys, "models", str(folder), "--json")
    assert (status, json.loads(out)["models"]) == (0, [])
    assert run(capsys, "new", str(folder))[0] == 2


def test_that_every_option_of_every_command_has_a_help_text() -> None:
    words = {language: Words(language) for language in ("en", "es")}
    for name in COMMANDS:
        for language in words.values():
            parser = Parser(name, language)
            importlib.import_module(f"app.cli.commands.{_MODULES.get(name, name)}").arguments(parser)
            parser.common()
            assert all("cli.help" not in (action.help or "") for action in parser._actions)


def test_that_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from app.cli.main import run_command; run_command(['--help']); run_command(['train', '--help']);"
        "heavy = {'pandas', 'numpy', 'sklearn', 'pyarrow', 'PySide6', 'pyqtgraph', 'scipy', 'joblib'};"
        "sys.exit(len(heavy & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")


def test_that_a_name_cannot_command_the_terminal() -> None:
    assert printable("a\x1b[2Jb\u202ec") == "a\\x1b[2Jb\\u202ec"
    assert printable("83\u00a0%\n") == "83\u00a0%\n"


def test_that_a_table_is_aligned() -> None:
    assert table([("a", "1"), ("bb", "22")], right=frozenset({1})) == ["a    1", "bb  22"]


@pytest.mark.parametrize("delay_s", [0.0, 0.02, 0.05, 0.1, 0.2])
def test_that_an_interrupt_at_any_moment_ends_in_a_sentence(delay_s: float, tmp_path: Path) -> None:
    """From the moment on that ``main`` has been reached; before it, Python itself is still starting."""
    code = (
        "import os, signal, threading, time, sys, app.__main__ as m\n"
        f"def later():\n    time.sleep({delay_s}); os.kill(os.getpid(), signal.SIGINT)\n"
        "    time.sleep(0.001); os.kill(os.getpid(), signal.SIGINT); os.kill(os.getpid(), signal.SIGINT)\n"
        "before = m._run\n"
        "def run(arguments):\n    threading.Thread(target=later, daemon=True).start()\n    return before(arguments)\n"
        "m._run = run\n"
        "sys.exit(m.main())\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    source = tmp_path / "a.csv"
    source.write_text("a,b\n" + "1,2\n" * 200_000)
    done = subprocess.run(
        [sys.executable, str(script), "inspect", str(source)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 130)
    if done.returncode:
        assert done.stderr.strip().splitlines()[-1].startswith("Stopped.")


def test_that_a_project_that_was_made_is_said_although_ctrl_c_came(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def create(*given: object, **named: object) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return Project.create(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("app.cli.commands.new.Project", type("Stub", (), {"create": staticmethod(create)}))
    status, out, _ = run(capsys, "new", str(tmp_path / "p"))
    assert status == 0
    assert str(tmp_path / "p") in out


def test_that_a_link_stays_and_what_it_points_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "link.html").symlink_to(tmp_path / "report.html")
    save(tmp_path / "link.html", b"new")
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "report.html").read_bytes() == b"new"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux only")
@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_that_an_output_that_takes_no_more_is_said_in_a_sentence(flags: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "app", "--help", *flags],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "disk is full" in done.stderr


def test_that_an_argument_that_is_no_text_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "models", "b\udcffad", "--json")
    assert (status, json.loads(out)["error"]["code"]) == (2, "cli.not_utf8")

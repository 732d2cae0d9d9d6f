"""Sentences, numbers and dates in the reader's language."""

from __future__ import annotations

import datetime
import subprocess
import sys

import pytest

from app.errors import CicloError, cause, worded
from app.text import Text, Words, amount, choose_locale


@pytest.fixture(params=["en", "es"])
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param)


def test_that_an_error_becomes_a_sentence_and_a_hint() -> None:
    happened, hint = Words("en").error(CicloError("project.not_a_project", path="/tmp/x"))
    assert happened == "/tmp/x isn't a Ciclo project: it has no file ciclo.json."
    assert hint.startswith("Choose")


def test_that_spanish_speaks_spanish() -> None:
    assert Words("es").error(CicloError("project.busy", path="x", seconds=30))[1] == "Inténtelo de nuevo en un momento."


@pytest.mark.parametrize(
    ("locale", "value", "expected"),
    [
        ("en", amount(1234567), "1,234,567"),
        ("es", amount(1234567), "1.234.567"),
        ("en", amount(0.2651, "percent"), "26.5%"),
        ("es", amount(0.2651, "percent"), "26,5\xa0%"),
        ("es", amount(0.85, "metric"), "0,850"),
        ("en", amount(970457, "bytes"), "970.5 kB"),
        ("es", amount(298, "duration"), "04:58"),
        ("en", amount(3.21, "duration"), "3.2 s"),
        ("en", amount("2021-04-03", "date"), "Apr 3, 2021"),
        ("es", amount("2021-04-03", "date"), "3 abr 2021"),
        ("en", amount(2021, "plain"), "2021"),
    ],
)
def test_that_numbers_and_dates_follow_the_locale(locale: str, value, expected: str) -> None:
    assert Words(locale).value(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "0"),
        (0.012346, "0.01235"),
        (1234.5, "1,234"),
        (99.999, "100"),
        (-0.5, "-0.5"),
        (180921.2, "180,921"),
        (1e-9, "1E-9"),
    ],
)
def test_that_any_magnitude_is_written_in_about_four_digits(value: float, expected: str) -> None:
    assert Words("en").significant(value) == expected


def test_that_a_text_inside_a_text_is_rendered_in_the_same_language() -> None:
    inner = Text("project.check.altered")
    assert Words("es").parameter(inner) == "su contenido no es el que se guardó"


def test_that_a_missing_text_is_logged_and_shows_its_id(words: Words, caplog: pytest.LogCaptureFixture) -> None:
    assert words("project.nothing_of_the_kind") == "project.nothing_of_the_kind"
    assert "no text for" in caplog.text


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("es_MX", "es_MX"), ("es-ES", "es_ES"), ("fr_FR", "en"), (None, "en"), ("es_ES.UTF-8", "es_ES")],
)
def test_that_the_locale_wanted_is_taken_where_it_has_a_catalogue(wanted: str | None, expected: str) -> None:
    assert choose_locale(wanted) == expected


def test_that_a_moment_is_shown_in_local_time() -> None:
    moment = datetime.datetime(2026, 11, 23, 22, 30, tzinfo=datetime.UTC)
    assert "2026" in Words("es").datetime(moment)


def test_that_rendering_a_plain_sentence_loads_no_babel() -> None:
    code = "import sys;from app.text import Words;Words('es')('project.check.altered');sys.exit('babel' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_that_a_number_that_rounds_to_nothing_has_no_sign() -> None:
    assert Words("en").number(-0.0003, digits=3, fixed=True) == "0.000"
    assert Words("en").number(-0.0006, digits=3, fixed=True) == "-0.001"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (amount(2.5e-7, "metric"), "2.5E-7"),
        (amount(-0.00042, "metric"), "-0.00042"),
        (amount(-0.00042, "metric", 3), "0.000"),
        (amount(0.0, "metric"), "0.000"),
        (amount(1.2e99, "metric", 0), "1.2E99"),
        (amount(-3e30), "-3E30"),
        (amount(999_999_999_999.0, "metric", 0), "999,999,999,999"),
    ],
)
def test_that_amounts_of_any_size_are_written_so_that_they_can_be_read(value, expected: str) -> None:
    assert Words("en").value(value) == expected


def test_that_a_sentence_within_a_sentence_is_put_into_words_with_it() -> None:
    error = CicloError(
        "data.no_good_records",
        path="a.csv",
        line=2,
        reason=worded("data.rejected.unconvertible"),
        value="José",
        column="edad",
        type=worded("data.type.number"),
    )
    said = Words("es").error(error)[0]
    assert "«José» en la columna edad no es un número" in said
    gates = worded("verification.gate.beats_baseline", "verification.gate.no_leakage")
    assert "Beats the baseline, No leak alarm" in Words("en")("verification.gate_failed", model="m@1", gates=gates, n=2)


def test_that_what_looks_like_a_sentence_and_is_none_keeps_its_last_word() -> None:
    said = Words("en")("project.unreadable_record", id="ab", kind=worded("project.kind.of_another_package"))
    assert "(of_another_package)" in said


def test_that_the_systems_reasons_are_translated_and_others_kept() -> None:
    assert (
        Words("es")
        .error(CicloError("project.unreadable", path="x", cause=cause(OSError(13, "Permission denied"))))[0]
        .endswith("no tiene permiso.")
    )
    assert cause(OSError(99_999, "Something rare")) == "Something rare"


def test_that_advice_may_differ_by_where_the_reader_stands() -> None:
    error = CicloError("verification.gate_failed", model="m", gates="x", n=1)
    assert "--override" in Words("en").error(error, door="cli")[1]
    assert "--override" not in Words("en").error(error)[1]

"""What a training cost: energy with its assumptions, and what the versions of a project took together."""

from __future__ import annotations

import socket
import sys
import threading
from pathlib import Path

import pytest

from app.errors import CicloError
from app.learning import energy
from app.learning.energy import WATTS, WORLD_GRAMS, check_country, energy_of
from app.learning.estimators.catalogue import catalogue
from app.learning.model import save_model
from app.learning.records import Task
from app.learning.search.data import fit
from app.learning.search.records import Spent
from app.learning.serving import measure
from app.learning.spending import sentences, together, total
from app.text import Words
from tests.unit.learning.made_data import mixed

HOUR = 3_600.0


def test_that_an_hour_of_a_processor_is_its_power_and_a_country_decides_about_the_gas() -> None:
    spain, poland = (energy_of(HOUR, country=country) for country in ("ES", "PL"))
    assert spain.kwh == pytest.approx(WATTS / 1_000)
    assert spain.co2_g == pytest.approx(spain.kwh * spain.grams_per_kwh)
    assert 50 < spain.grams_per_kwh < 300 < poland.grams_per_kwh < 1_000
    assert spain.country == "ES"
    assert spain.table.startswith("codecarbon ")


def test_that_the_time_zone_names_the_country_and_otherwise_it_is_the_worlds_mean(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from zoneinfo import ZoneInfo

    monkeypatch.setattr("babel.dates.LOCALTZ", ZoneInfo("Europe/Madrid"))
    assert energy_of(HOUR).country == "ES"
    monkeypatch.setattr("babel.dates.LOCALTZ", ZoneInfo("Etc/UTC"))
    told = energy_of(HOUR)
    assert (told.country, told.grams_per_kwh, told.table) == ("", WORLD_GRAMS, "IEA 2019")


def test_that_without_the_extra_there_is_still_an_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "codecarbon.input", None)
    assert energy_of(HOUR, country="ES").grams_per_kwh == WORLD_GRAMS
    monkeypatch.setattr(energy, "find_spec", lambda _name: None)
    with pytest.raises(CicloError, match="no_energy_table"):
        check_country("ES")


def test_that_nothing_is_asked_of_the_network_and_no_thread_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", lambda *_: pytest.fail("the network was used"))
    before = threading.active_count()
    energy_of(HOUR, country="FR")
    assert threading.active_count() == before


def test_that_a_country_that_is_none_is_refused() -> None:
    check_country("")
    check_country("es")
    with pytest.raises(CicloError, match="unknown_country"):
        check_country("Atlantis")


def test_that_costs_add_up_and_are_said_in_both_languages() -> None:
    one = Spent(seconds=10, cpu_s=HOUR, memory_mb=300, fits=3, energy=energy_of(HOUR, country="ES"))
    two = Spent(seconds=5, cpu_s=2 * HOUR, memory_mb=200, fits=2, energy=energy_of(2 * HOUR, country="PL"))
    whole = total([one, None, two])
    assert (whole.seconds, whole.cpu_s, whole.memory_mb, whole.fits) == (15, 3 * HOUR, 300, 5)
    assert whole.energy is not None
    assert whole.energy.kwh == pytest.approx(3 * WATTS / 1_000)
    said = together([one, None, two])
    assert said is not None
    assert "3:00:00" in Words("en").text(said)
    assert "36 Wh" in Words("en").text(said)
    assert "2 entrenamientos" in Words("es").text(said)
    assert together([]) is None
    (sentence,) = sentences(one, None)
    assert "12 Wh of electricity" in Words("en").text(sentence)
    assert "(ES)" in Words("en").text(sentence)


def test_that_a_stored_model_is_measured(tmp_path: Path) -> None:
    data = mixed(Task.BINARY, rows=400)
    path = tmp_path / "model.skops"
    save_model(fit(catalogue()["logistic"], {"C": 1.0}, data, data.rows), path)
    served = measure(path, data.frame, classes=2)
    assert served.size_bytes == path.stat().st_size
    assert 0 < served.one_row_ms < 10_000
    assert 0 < served.thousand_rows_ms < 10_000

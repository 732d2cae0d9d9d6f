"""Checks of columns: what is planted is found with its evidence, and what is sound is left in peace."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from faker import Faker
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.quality.checks import CHECKS
from app.data.quality.looked import Looked
from app.data.quality.personal import check_personal
from app.data.quality.twins import check_twins
from app.data.quality.words import same_key
from app.data.recipe.keyed import pseudonyms
from app.data.recipe.steps import Blank, Drop, Pseudonymise, Replace, Retype, Step, Trim
from app.data.records import Bars, ColumnProfile, ColumnType, Finding
from app.text.listing import quoted

MERGED = {"MADRID": "Madrid"}
NUMERIC = Retype(column="x", type=ColumnType.NUMBER, decimal=",")
N = 400


def looked(cells: list[object], type: ColumnType, name: str = "x") -> Looked:
    present = [cell for cell in cells if cell is not None]
    bars = None
    if type in (ColumnType.CATEGORY, ColumnType.TEXT) and present:
        words, counts = zip(*Counter(map(str, present)).most_common(30), strict=True)
        bars = Bars(labels=words, counts=counts)
    profile = ColumnProfile(
        name=name,
        type=type,
        rows=len(cells),
        missing=len(cells) - len(present),
        distinct=len(set(present)),
        chart=bars,
    )
    kinds = {ColumnType.INTEGER: pa.int64(), ColumnType.NUMBER: pa.float64(), ColumnType.DATE: pa.date32()}
    return Looked(profile=profile, cells=pa.array(cells, kinds.get(type, pa.string())))


def found(cells: list[object], type: ColumnType, name: str = "x") -> dict[str, Finding]:
    column = looked(cells, type, name)
    return {one.code.removeprefix("data.finding."): one for check in CHECKS for one in check(column)}


def ages(n: int = N) -> list[object]:
    return np.random.default_rng(1).integers(18, 90, n).tolist()


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        ([*ages(), *[999] * 5], "999"),
        ([*ages(), *[-1] * 5], "-1"),
        ([*np.random.default_rng(2).integers(1, 6, N).tolist(), *[8] * 4, *[9] * 7], "9, 8"),
        ([*np.random.default_rng(3).normal(120, 15, N).round(1).tolist(), *[0.0] * 9], "0"),
        ([*np.random.default_rng(3).integers(0, 99, 2000).tolist(), *[99] * 300], "99"),
    ],
)
def test_that_codes_for_missing_are_told_by_lying_apart(cells: list[object], values: str) -> None:
    kind = ColumnType.NUMBER if isinstance(cells[0], float) else ColumnType.INTEGER
    assert found(cells, kind)["disguised_number"].message.params["values"] == values


@pytest.mark.parametrize(
    "cells",
    [
        ages(),
        [*np.random.default_rng(2).integers(3, 9, N).tolist(), *[9] * 5],
        np.random.default_rng(4).integers(-5, 6, N).tolist(),
        np.random.default_rng(5).poisson(0.5, N).tolist(),
        [int(v) for v in np.random.default_rng(6).lognormal(6, 1.5, N)],
    ],
)
def test_that_sound_whole_numbers_are_left_in_peace(cells: list[object]) -> None:
    assert not found(cells, ColumnType.INTEGER)


def test_that_a_slipped_decimal_mark_is_told() -> None:
    cells = [*np.random.default_rng(1).normal(1000, 100, N).tolist(), 100_000.0]
    assert found(cells, ColumnType.NUMBER)["far"].message.params["n"] == 1


@pytest.mark.parametrize("law", ["lognormal", "pareto", "exponential"])
def test_that_long_tails_are_no_slips(law: str) -> None:
    g = np.random.default_rng(7)
    draw = {"lognormal": lambda: g.lognormal(3, 1, N), "pareto": lambda: g.pareto(3, N), "exponential": g.exponential}
    for _ in range(20):
        values = draw[law](size=N) if law == "exponential" else draw[law]()
        assert "far" not in found(values.tolist(), ColumnType.NUMBER)


def test_that_a_change_of_unit_is_told_and_a_trend_is_not() -> None:
    grams = np.random.default_rng(1).lognormal(6, 0.4, 1000)
    changed = np.concatenate([grams[:600], grams[600:] / 1000])
    told = found(changed.tolist(), ColumnType.NUMBER)["unit"].message.params
    assert told["factor"] == 1000.0
    assert "unit" not in found(grams.tolist(), ColumnType.NUMBER)
    assert "unit" not in found(np.linspace(1, 1000, 1000).tolist(), ColumnType.NUMBER)


def test_that_categories_written_in_several_ways_are_told() -> None:
    cells = ["Madrid"] * 50 + ["madrid "] * 3 + ["MADRID"] * 2 + ["Málaga", "Malaga"] * 10 + ["A-1", "A-11"] * 10
    told = found(cells, ColumnType.CATEGORY)
    assert told["look_alikes"].message.params["n"] == 2
    assert "A-1" not in str(told["look_alikes"].message.params["words"])
    assert told["blanks"].message.params["plain"] == "madrid"


@pytest.mark.parametrize("rare", ["Barcelna", "Barcelnoa", "Barcelonna", "Barcelond"])
def test_that_a_slip_of_one_letter_is_told(rare: str) -> None:
    assert "typos" in found(["Barcelona"] * 200 + ["Valencia"] * 200 + [rare], ColumnType.CATEGORY)


def test_that_numbers_with_words_among_them_are_told() -> None:
    cells = [str(n % 300) for n in range(N)] + ["n/k", "see note"]
    assert "see note" in str(found(cells, ColumnType.TEXT)["mixed"].message.params["words"])


def test_that_rare_and_nearly_constant_are_told() -> None:
    cells = ["a"] * 600 + ["b"] * 600 + ["c"] * 2
    assert found(cells, ColumnType.CATEGORY)["rare"].message.params["words"] == quoted("c")
    assert "nearly_constant" in found(["a"] * 999 + ["b"], ColumnType.CATEGORY)


def test_that_days_that_stand_for_no_date_and_gaps_are_told() -> None:
    days: list[object] = [date(2024, 1, 1) + timedelta(days=n) for n in range(300) if not 100 <= n < 130]
    told = found([*days, *[date(1900, 1, 1)] * 4], ColumnType.DATE)
    assert set(told) == {"stand_in_date", "gaps"}
    gap = found(days, ColumnType.DATE)["gaps"].message.params
    assert (gap["n"], gap["days"]) == (1, 30)
    births: list[object] = [
        date(1950, 1, 1) + timedelta(days=int(n)) for n in np.random.default_rng(1).integers(0, 20000, N)
    ]
    assert not found(births, ColumnType.DATE)


def test_that_columns_that_say_the_same_are_told() -> None:
    words = ["a", "b", "c", "a"] * 20
    same = [looked(words, ColumnType.CATEGORY, name) for name in ("one", "two")]
    renamed = looked([{"a": "x", "b": "y", "c": "z"}[w] for w in words], ColumnType.CATEGORY, "three")
    other = looked(["a", "b", "c", "b"] * 20, ColumnType.CATEGORY, "four")
    told = [(one.code, one.column, one.message.params["other"]) for one in check_twins([*same, renamed, other])]
    assert ("data.finding.same_column", "two", "one") in told
    assert ("data.finding.renamed_column", "three", "one") in told
    assert "four" not in [column for _, column, _ in told]


@pytest.mark.parametrize("locale", ["es_ES", "en_US", "fr_FR", "de_DE"])
@pytest.mark.parametrize(
    ("maker", "kind"),
    [("email", "email"), ("phone_number", "phone"), ("iban", "iban"), ("credit_card_number", "card"), ("name", "name")],
)
def test_that_personal_data_are_told(locale: str, maker: str, kind: str) -> None:
    fake = Faker(locale)
    fake.seed_instance(1)
    cells = [str(getattr(fake, maker)()) for _ in range(60)]
    name = "customer_name" if kind == "name" else "c4"
    (told,) = check_personal(looked(cells, ColumnType.TEXT, name))
    assert told.code == f"data.finding.personal_{kind}"
    keyed, left_out = Pseudonymise(columns=(name,)), Drop(columns=(name,))
    assert told.remedies == ((left_out, keyed) if kind == "name" else (keyed, left_out))


@pytest.mark.parametrize("maker", ["nif", "nie"])
def test_that_spanish_identity_numbers_are_told_by_their_letter(maker: str) -> None:
    fake = Faker("es_ES")
    fake.seed_instance(1)
    cells = [getattr(fake, maker)() for _ in range(60)]
    wrong = [cell[:-1] + ("A" if cell[-1] != "A" else "B") for cell in cells]
    assert [one.code for one in check_personal(looked(cells, ColumnType.TEXT))] == ["data.finding.personal_dni"]
    assert not list(check_personal(looked(wrong, ColumnType.TEXT)))


@pytest.mark.parametrize(
    "cells",
    [
        [f"{n:08d}" for n in range(612345678, 612345878)],
        [f"2024-01-{n % 28 + 1:02d}" for n in range(200)],
        [f"{n * 37 % 1000 / 7:.4f}" for n in range(200)],
        [f"SKU-{n:06d}" for n in range(200)],
        [f"192.168.{n % 256}.{n * 7 % 256}" for n in range(200)],
        [f"{n:05d}" for n in range(28001, 28201)],
    ],
)
def test_that_other_numbers_are_no_personal_data(cells: list[str]) -> None:
    assert not list(check_personal(looked(cells, ColumnType.TEXT)))


def test_that_an_address_inside_a_text_is_told() -> None:
    cells = [f"call {n} back" for n in range(100)] + [f"to a{n}@example.org, please" for n in range(4)]
    (told,) = check_personal(looked(cells, ColumnType.TEXT))
    assert (told.code, told.remedies) == ("data.finding.personal_inside", (Drop(columns=("x",)),))


@pytest.mark.parametrize("name", ["email", "dni", "iban", "customer_name", "phone", "card"])
def test_that_pseudonyms_are_no_finding_again(name: str) -> None:
    cells = pseudonyms(pa.array([f"person {n}" for n in range(3_000)]), key=b"k" * 32).to_pylist()
    assert not found(cells * 2, ColumnType.IDENTIFIER, name)
    assert list(found(cells, ColumnType.IDENTIFIER, name)) == ["identifier"]


def test_that_findings_stored_before_there_were_alternatives_are_read() -> None:
    stored = (
        b'{"code":"c","column":"x","severity":"note","message":{"id":"c"},"remedy":{"step":"drop","columns":["x"]}}'
    )
    assert msgspec.json.decode(stored, type=Finding).remedies == (Drop(columns=("x",)),)


def test_that_cells_of_a_million_signs_take_no_longer_than_their_number_asks() -> None:
    # The search for an address inside took minutes for one of these: the limit of time of a test is what is asked here.
    for sign in ("x", "a.", "-", " a", "1", "1 ", "A-", "@", "a@a."):
        long = [sign * (1_000_000 // len(sign)) + str(i) for i in range(20)]
        found(list(long), ColumnType.TEXT)


@pytest.mark.parametrize(
    ("cells", "type", "step"),
    [
        ([*ages(), *[-1] * 9], ColumnType.INTEGER, Blank(column="x", values=(-1,))),
        (["Madrid"] * 60 + ["madrid "] * 9 + ["Lugo"] * 60, ColumnType.CATEGORY, Trim(column="x")),
        (["Madrid"] * 60 + ["MADRID"] * 9 + ["Lugo"] * 60, ColumnType.CATEGORY, Replace(column="x", words=MERGED)),
        ([f"{n},5" for n in range(99)] + ["none"], ColumnType.TEXT, NUMERIC),
        ([None] * 30, ColumnType.TEXT, Drop(columns=("x",))),
    ],
)
def test_that_a_finding_brings_the_step_that_sets_it_right(cells: list[object], type: ColumnType, step: Step) -> None:
    assert step in [one.remedy for one in found(cells, type).values()]


CELLS = st.lists(st.none() | st.text(max_size=12) | st.sampled_from(["NA", " x", "x", "1", "1.5", "-1"]), max_size=60)


@settings(deadline=None, max_examples=60)
@given(cells=CELLS, type=st.sampled_from([ColumnType.CATEGORY, ColumnType.TEXT, ColumnType.IDENTIFIER]))
def test_that_no_words_stop_a_check(cells: list[str | None], type: ColumnType) -> None:
    for one in found(list(cells), type).values():
        assert one.severity in ("bad", "warning", "note")


@settings(deadline=None, max_examples=60)
@given(st.lists(st.none() | st.floats(width=64), max_size=120))
def test_that_no_numbers_stop_a_check(cells: list[float | None]) -> None:
    found(list(cells), ColumnType.NUMBER)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.none() | st.dates(), max_size=80))
def test_that_no_dates_stop_a_check(cells: list[date | None]) -> None:
    found(list(cells), ColumnType.DATE)


@given(st.text(max_size=20))
def test_that_a_key_is_the_same_for_capitals_and_blanks(word: str) -> None:
    assert same_key(word) == same_key(f" {word} ")


def test_that_numbers_that_rise_with_the_rows_name_them() -> None:
    given = [3 * n + n % 2 for n in range(N)]
    assert list(found(given, ColumnType.INTEGER)) == ["identifier"]
    assert "identifier" not in found([*given[::-1][:-1], 5], ColumnType.INTEGER)
    assert "identifier" not in found([*given[:-1], None], ColumnType.INTEGER)
    assert "identifier" not in found(given[:20], ColumnType.INTEGER), "so few may rise by chance"


def test_that_merging_categories_brings_no_blanks_back() -> None:
    cells = [*["A  3 "] * 200, *["A 3"] * 90, *["a 3  "] * 60, *["B"] * 100]
    remedy = found(cells, ColumnType.CATEGORY)["look_alikes"].remedy
    assert remedy == Replace(column="x", words={"A  3 ": "A 3", "a 3  ": "A 3", "a 3": "A 3"})
    untidy = found([*["A  3"] * 200, *["a  3"] * 90, *["B"] * 100], ColumnType.CATEGORY)["look_alikes"].remedy
    assert untidy == Replace(column="x", words={"A  3": "A 3", "a  3": "A 3", "a 3": "A 3"})


def test_that_codes_among_numbers_arent_offered_to_be_lost() -> None:
    numbers = [str(n) for n in range(500, 690)]
    assert found([*numbers, *["C512", "85A", "M7"] * 4], ColumnType.TEXT)["mixed"].remedy is None
    assert found([*numbers, *["none", "see note"] * 4], ColumnType.TEXT)["mixed"].remedy is not None

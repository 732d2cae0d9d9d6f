"""Money: prices of outcomes, the threshold that they call for, and what came of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.text.words import Words
from app.verification.compared import chosen_rows
from app.verification.observed import Classified, Measured
from app.verification.value.counting import counted
from app.verification.value.curve import WorthCurve, thinned
from app.verification.value.records import ValueTable, Worth
from app.verification.value.words import certainty_words, chance_words, dropped_words, gain_words, policy_name
from app.verification.value.worth import Rival, chance_below, prices, within, worth

ROWS = 500
PRICES = ((0.0, -1.0), (-5.0, 2.0))


def table(**wishes: object) -> ValueTable:
    asked = {"model": "m", "labels": ("no", "yes"), "cells": PRICES, "rows": 1_000, **wishes}
    return ValueTable(**asked)  # type: ignore[arg-type]


def classified(*, skill: float = 2.0, seed: int = 0, threshold: float = 0.5, rows: int = ROWS) -> Classified:
    actual = (np.random.default_rng(3).random(rows) < 0.3).astype(np.intp)
    noise = np.random.default_rng(seed).normal(size=rows)
    scores = 1 / (1 + np.exp(-(skill * (actual - 0.5) + noise)))
    return Classified(
        labels=("no", "yes"),
        positive=1,
        actual=actual,
        predicted=(scores >= threshold).astype(np.intp),
        probabilities=np.column_stack([1 - scores, scores]),
        prior=np.array([0.7, 0.3]),
        threshold=threshold,
    )


scores_and_answers = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.50001, 0.9, 1.0]), st.booleans()), min_size=1, max_size=60
)


@given(scores_and_answers)
def test_that_each_threshold_is_counted_as_rows_reach_it(pairs: list[tuple[float, bool]]) -> None:
    scores, positive = np.array([s for s, _ in pairs]), np.array([p for _, p in pairs])
    found = counted(scores, positive)
    assert list(found.thresholds) == sorted(found.thresholds)
    assert found.thresholds[0] == 0
    assert all(0 <= threshold <= 1 for threshold in found.thresholds)
    for threshold, hits, alarms in zip(found.thresholds, found.found, found.false_alarms, strict=True):
        reached = scores >= threshold
        assert (hits, alarms) == (int((reached & positive).sum()), int((reached & ~positive).sum()))
    certain = scores == 1
    assert (found.found[-1], found.false_alarms[-1]) == (
        int((certain & positive).sum()),
        int((certain & ~positive).sum()),
    )
    assert (found.positives, found.negatives) == (int(positive.sum()), int((~positive).sum()))


@given(scores_and_answers, st.tuples(*[st.floats(-100, 100) for _ in range(4)]))
def test_that_the_best_threshold_is_worth_most_of_all(
    pairs: list[tuple[float, bool]], four: tuple[float, float, float, float]
) -> None:
    scores, positive = np.array([s for s, _ in pairs]), np.array([p for _, p in pairs])
    cells = np.array([four[:2], four[2:]])
    curve = WorthCurve(counted(scores, positive), table(cells=tuple(map(tuple, cells.tolist()))), 1)
    reached = [scores >= t for t in (*np.unique(scores), 1.0)]
    every = [1_000 * cells[positive.astype(int), said.astype(int)].mean() for said in reached]
    assert curve.best().worth == pytest.approx(max(every), rel=1e-9, abs=1e-6)


def test_that_no_threshold_asks_for_more_than_can_be_done() -> None:
    data = classified()
    counts = counted(data.scores, data.is_positive)
    free, tight = WorthCurve(counts, table(), 1), WorthCurve(counts, table(capacity=50), 1)
    assert free.best().acted > 50
    assert 40 < tight.best().acted <= 50
    assert tight.at(0.0).beyond
    assert not tight.at(1.0).beyond
    limited = prices(table(capacity=50), classified(threshold=0.0)).mean() * 1_000
    assert tight.at(0.0).worth == pytest.approx(limited), "the money is of those that are acted on"
    assert free.at(0.0).worth != pytest.approx(limited)
    drawn = [point.threshold for point in thinned(free.points(), 100)]
    assert 50 <= len(drawn) <= 100
    assert (drawn[0], drawn[-1]) == (free.points()[0].threshold, free.points()[-1].threshold)
    every = [point.threshold for point in free.points()]
    gaps, whole = np.diff(every).max(), every[-1] - every[0]
    assert np.diff(drawn).max() <= gaps + whole / 40, "no straight line where the curve bends"


def test_that_the_interval_of_a_threshold_is_that_of_the_mean_of_its_rows() -> None:
    data = classified()
    point = WorthCurve(counted(data.scores, data.is_positive), table(fixed=10.0), 1).at(0.5)
    each = np.array(PRICES)[data.actual, (data.scores >= point.threshold).astype(int)]
    half = 1.959964 * 1_000 * each.std() / np.sqrt(ROWS)
    assert point.worth == pytest.approx(1_000 * each.mean() - 10)
    assert (point.low, point.high) == (pytest.approx(point.worth - half), pytest.approx(point.worth + half))


def test_that_a_version_is_priced_beside_what_could_be_done_without_it() -> None:
    ours, theirs = classified(threshold=0.2), classified(skill=0.5, seed=9)
    rival = Rival(code="champion", name="m@1", observed=theirs, which=np.arange(ROWS))
    found = worth(table(fixed=100.0), ours, [rival])
    assert found is not None
    codes = [policy.code for policy in found.policies]
    assert codes == ["model", "none", "all", "champion"]
    own, none, every, champion = found.policies
    assert own.worth.value == pytest.approx(1_000 * prices(table(), ours).mean() - 100)
    assert none.worth.value == pytest.approx(-5 * 1_000 * ours.is_positive.mean())
    assert every.worth.value is not None
    assert champion.worth.value == pytest.approx(1_000 * prices(table(), theirs).mean() - 100)
    for policy in (none, every, champion):
        assert policy.gain is not None
        assert policy.gain.value == pytest.approx((own.worth.value or 0) - (policy.worth.value or 0))
    assert found.policies[found.today] is champion
    assert champion.worse is not None
    assert champion.worse < 0.01
    words = Words("en")
    assert words.text(gain_words(found)).startswith("+€")
    assert words.text(gain_words(found)).endswith(" a month")
    assert "95% between +€" in words.text(certainty_words(found))
    assert words.text(policy_name(champion)) == "m v1, the version in use"


def test_that_the_rule_or_the_best_without_a_model_is_compared_with_where_there_is_no_champion() -> None:
    ours = classified()
    half = np.arange(0, ROWS, 2)
    rule = Rival(code="rule", name="x", observed=chosen_rows(classified(skill=0.1, seed=4), half), which=half)
    with_rule, alone = worth(table(), ours, [rule]), worth(table(), ours, [])
    assert with_rule is not None
    assert alone is not None
    assert with_rule.policies[with_rule.today].code == "rule"
    best = max(alone.policies[1:], key=lambda policy: policy.worth.value or 0)
    assert alone.policies[alone.today] is best


def test_that_only_so_many_rows_are_acted_on_as_can_be_and_the_likeliest_first() -> None:
    scores = np.array([0.9, 0.2, 0.8, 0.7, 0.95])
    wanted = scores >= 0.5
    assert within(scores, wanted, 1.0).tolist() == wanted.tolist()
    assert within(scores, wanted, 0.4).tolist() == [True, False, False, False, True]
    limited = prices(table(capacity=100), classified(threshold=0.1))
    assert (limited == PRICES[0][1]).sum() + (limited == PRICES[1][1]).sum() <= 0.1 * ROWS


def test_that_rows_over_the_threshold_that_cannot_be_acted_on_are_counted_and_said() -> None:
    data = classified(threshold=0.4)
    wanted = round(1_000 * float((data.scores >= 0.4).mean()))
    found = worth(table(capacity=100), data, [])
    assert found is not None
    assert found.wanted is not None
    assert round(found.wanted) == wanted > 100
    said = dropped_words(found.wanted, found.table)
    assert said is not None
    assert f"Of {wanted} rows a month" in Words("en").text(said)
    assert f"the {wanted - 100} least likely are left out" in Words("en").text(said)
    for enough in (None, wanted, 1_000):
        assert dropped_words(found.wanted, table(capacity=enough)) is None


def test_that_amounts_cost_what_they_are_off() -> None:
    observed = Measured(actual=np.tile([10.0, 20.0], 20), predicted=np.tile([12.0, 17.0], 20), centre=15.0)
    priced = ValueTable(model="m", over=1.0, under=4.0, rows=100)
    assert prices(priced, observed).tolist() == [-2.0, -12.0] * 20
    found = worth(priced, observed, [])
    assert found is not None
    assert [policy.code for policy in found.policies] == ["model", "constant"]
    assert float(found.policies[1].name) == 20.0, "too low costs four times as much: the upper fifth is left above"
    assert found.policies[1].worth.value == pytest.approx(-500)
    assert found.policies[0].worth.value == pytest.approx(-700)


def test_that_several_classes_are_priced_cell_by_cell() -> None:
    actual = np.tile([0, 1, 2], 30).astype(np.intp)
    observed = Classified(
        labels=("a", "b", "c"),
        positive=-1,
        actual=actual,
        predicted=np.roll(actual, 1),
        probabilities=np.full((90, 3), 1 / 3),
        prior=np.full(3, 1 / 3),
    )
    cells = ((1.0, -1.0, -2.0), (-3.0, 1.0, -1.0), (-4.0, 0.0, 1.0))
    found = worth(ValueTable(model="m", labels=("a", "b", "c"), cells=cells, rows=90), observed, [])
    assert found is not None
    assert found.policies[0].worth.value == pytest.approx(30 * (-2.0 - 3.0 + 0.0))
    assert (found.policies[1].code, found.policies[1].name) == ("always", "b")


def test_that_the_chance_of_a_loss_is_students() -> None:
    values = np.random.default_rng(0).normal(0.2, 1, size=50)
    expected = stats.ttest_1samp(values, 0, alternative="greater").pvalue
    assert chance_below(values) == pytest.approx(expected, abs=1e-12)
    assert (chance_below(np.ones(9)), chance_below(-np.ones(9)), chance_below(np.zeros(9))) == (0.0, 1.0, 0.5)


@pytest.mark.parametrize(
    ("chance", "english", "spanish"),
    [
        (0.0, "under 1%", "menos del 1 %"),
        (0.0099, "under 1%", "menos del 1 %"),
        (0.01, "1%", "1 %"),
        (0.5, "50%", "50 %"),
        (0.99, "99%", "99 %"),
        (0.997, "over 99%", "más del 99 %"),
        (1.0, "over 99%", "más del 99 %"),
    ],
)
def test_that_no_chance_is_called_none_or_certain(chance: float, english: str, spanish: str) -> None:
    assert Words("en").text(chance_words(chance)) == english
    assert Words("es").text(chance_words(chance)).replace("\xa0", " ") == spanish


def test_that_prices_of_other_labels_and_few_rows_say_nothing() -> None:
    assert worth(table(labels=("a", "b")), classified(), []) is None
    assert worth(table(), classified(rows=5), []) is None
    assert not ValueTable(model="m", labels=("a", "b"), cells=((0.0, 0.0), (0.0, 0.0))).known


@pytest.mark.parametrize(
    ("locale", "amount", "currency", "said"),
    [
        ("en", 3100.4, "EUR", "€3,100"),
        ("es", 3100.4, "EUR", "3.100\u00a0€"),
        ("es", -1234567.0, "EUR", "-1.234.567\u00a0€"),
        ("en", 0.5, "USD", "$0.50"),
        ("en", 12.0, "USD", "$12"),
    ],
)
def test_that_money_is_written_as_people_do(locale: str, amount: float, currency: str, said: str) -> None:
    assert Words(locale).money(amount, currency) == said


def test_that_an_unknown_gain_is_said_so() -> None:
    blank = worth(table(), classified(), [])
    assert blank is not None
    alone = Worth(table=table(), policies=(blank.policies[0], blank.policies[0]), today=1)
    assert Words("en").text(gain_words(alone)) == "Unknown"
    assert Words("en").text(certainty_words(alone)) == "The gain has no interval, so it may be luck."

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.learning.records import Candidate, Estimate
from app.learning.simplest import simplest_as_good
from app.text.words import Words
from app.ui.training.candidates import bars_axis, candidate_name, good_band
from app.ui.training.tried_charts import Tried

AUC, LOSS = "roc_auc", "neg_log_loss"
WORDS = Words("en")


def candidate(
    estimator: str, score: float, *, metric: str = AUC, at: float = 1.0, complexity: int = 2, state: str = "done"
) -> Candidate:
    folds = (score - 0.01, score, score + 0.01)
    return Candidate(
        estimator=estimator,
        params={"n": round(at * 100)},
        cv={metric: Estimate(value=score, low=score - 0.02, high=score + 0.02)},
        seconds=12.5,
        complexity=complexity,
        state=state,
        folds=folds,
        at_s=at,
    )


def tried(*candidates: Candidate, metric: str = AUC) -> Tried:
    return Tried(words=WORDS, metric=metric, candidates=tuple(candidates))


def test_that_the_line_is_the_best_up_to_then_in_the_order_in_which_candidates_were_done() -> None:
    chart, extras = tried(
        candidate("boosting", 0.85, at=9), candidate("tree", 0.80, at=1), candidate("forest", 0.79, at=4)
    ).history()
    dots, line = chart.curves
    assert dots.x == (1, 4, 9)
    assert list(zip(line.x, line.y, strict=True))[-2:] == [(9, 0.80), (9, 0.85)]
    assert not extras.legend


def test_that_of_losses_the_least_is_the_best() -> None:
    several = (
        candidate("tree", -0.5, at=1, metric=LOSS),
        candidate("boosting", -0.4, at=2, metric=LOSS),
        candidate("forest", -0.45, at=3, metric=LOSS),
    )
    line = tried(*several, metric=LOSS).history()[0].curves[1]
    assert line.y[-1] == 0.4


def test_that_hopeless_candidates_are_left_out_and_counted() -> None:
    good = [candidate("boosting", 0.80 + n / 100, at=1.0 + n) for n in range(9)]
    everything = tried(candidate("baseline", 0.5, at=0.1), *good)
    chart, extras = everything.history()
    assert chart.y_range is not None
    assert chart.y_range[0] > 0.79
    assert len(extras.cards[0]) == len(chart.curves[0].y) == 9
    assert extras.cards[0][0][:2] == ("Boosted trees", "Ranks rightly (AUC): 0.800 (0.780 – 0.820)")
    assert everything.left_out() == 1
    assert tried(*good).left_out() == 0


def test_that_the_champion_is_named_with_its_version() -> None:
    champion = Candidate(estimator="baseline_champion", params={"version": "churn@3"}, cv={}, seconds=1.0, complexity=4)
    assert candidate_name(WORDS, champion) == "Champion: churn v3"
    assert candidate_name(WORDS, candidate("tree", 0.8)) == "Decision tree"


def test_that_what_was_given_up_or_not_timed_is_not_drawn() -> None:
    chart, _ = tried(
        candidate("tree", 0.8, at=3), candidate("forest", 0.9, at=0), candidate("bayes", 0.7, state="left")
    ).history()
    assert chart.curves[0].x == (3,)


def test_that_what_is_judged_on_some_folds_is_not_the_best_so_far() -> None:
    running = candidate("forest", 0.95, at=2, state="running")
    chart, _ = tried(running, candidate("tree", 0.8, at=3), candidate("bayes", 0.7, at=1)).history()
    assert chart.curves[0].x == (1, 3)
    assert max(chart.curves[1].y) == 0.8


def test_that_the_band_is_what_is_as_good_as_the_best_and_the_simplest_of_it_stands_out() -> None:
    best, good = candidate("boosting", 0.850, complexity=3, at=2), candidate("logistic", 0.846, complexity=1, at=1)
    bad = candidate("tree", 0.80, complexity=1, at=3)
    everything = (best, good, bad)
    chart, extras = tried(*everything).complexity(everything)
    assert extras.band == good_band(everything, AUC)
    assert extras.band is not None
    assert 0.80 < extras.band[0] < 0.846 < extras.band[1] == 0.850
    assert extras.tones == ("", "good", "")
    assert [curve.x for curve in chart.curves] == [(3,), (1,), (1,)]
    assert "Complexity: 1 of 4" in extras.cards[1][0]


def test_that_a_candidate_that_isn_t_done_is_not_proposed() -> None:
    done, running = candidate("boosting", 0.8, complexity=3), candidate("tree", 0.8, complexity=1, state="running")
    assert simplest_as_good((done, running)) is done


def test_that_the_bars_begin_at_the_baseline_whatever_else_is_compared_with() -> None:
    several = [
        candidate("boosting", 0.86),
        candidate("baseline_champion", 0.85),
        candidate("tree", 0.8),
        candidate("baseline", 0.5),
    ]
    low, high = bars_axis(several, AUC)
    assert low < 0.5 < 0.86 < high


def test_that_without_folds_there_is_no_band() -> None:
    assert good_band((), AUC) is None
    assert tried().complexity(())[1].band is None


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
def test_that_everything_drawn_lies_within_the_range(scores: list[float]) -> None:
    chart, _ = tried(*(candidate("tree", score, at=1.0 + n) for n, score in enumerate(scores))).history()
    assert chart.y_range is not None
    low, high = chart.y_range
    assert all(low <= value <= high for curve in chart.curves for value in curve.y)

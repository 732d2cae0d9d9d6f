"""What is tried, in which order, and that only the data decide about it."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
import pytest

from app.jobs.contract import Failure, Progress
from app.jobs.forks import Answer, FitFailure
from app.learning.estimators.catalogue import builtin
from app.learning.estimators.kind import Traits
from app.learning.matrix import FrameColumn
from app.learning.records import Preset, Task
from app.learning.search.champion import Champion, Part
from app.learning.search.checkpoint import Checkpoint
from app.learning.search.data import LearningData
from app.learning.search.engine import Search
from app.learning.search.proposals import open_space, propose, widened
from app.learning.search.records import Answered, FoldOrder
from app.learning.search.strategy import Planned, Proposal, first_proposals, sample_rows, with_champion, work_of
from app.learning.search.trials import Trial
from app.learning.splits.splitting import Sealed

ROWS, FOLDS = 200, 4
METRIC = "roc_auc"


@pytest.fixture
def data() -> LearningData:
    random = np.random.default_rng(0)
    truth = np.tile([0.0, 1.0], ROWS // 2)
    parts = np.array_split(random.permutation(ROWS), FOLDS)
    return LearningData(
        task=Task.BINARY,
        classes=2,
        frame=pd.DataFrame({"x": truth}),
        columns=(FrameColumn(name="x", feature="x", numeric=True),),
        values=truth,
        rows=np.arange(ROWS),
        units=np.arange(ROWS).astype(np.uint64),
        folds=tuple((np.setdiff1d(np.arange(ROWS), part), np.sort(part)) for part in parts),
        sealed=Sealed(np.empty(0, dtype=np.int64)),
        seed=0,
    )


class Made:
    """A pool that answers at once, in any order: each candidate is as good as a hash of it says."""

    def __init__(self, data: LearningData, *, processors: int = 2, backwards: bool = False, most: int = 10**9) -> None:
        self.processors = processors
        self.orders: list[bytes] = []
        self._data, self._backwards, self._left = data, backwards, most
        self._waiting: list[tuple[int, bytes]] = []

    def submit(self, order: bytes) -> int:
        self.orders.append(order)
        self._waiting.append((len(self.orders), order))
        return len(self.orders)

    def collect(self, wait_s: float) -> list[tuple[int, Answer]]:
        waiting = self._waiting[: self.processors]
        if self._backwards:
            waiting = waiting[::-1][:1]
        self._left -= len(waiting)
        if self._left < 0:
            raise KeyboardInterrupt
        self._waiting = [one for one in self._waiting if one not in waiting]
        return [(number, self.answer(order)) for number, order in waiting]

    def answer(self, order: bytes) -> Answer:
        told = msgspec.msgpack.decode(order, type=FoldOrder)
        if told.estimator == "bayes":
            return FitFailure(failure=Failure(code="jobs.fit_error", params={"cause": "no"}), elapsed_s=0.1)
        skill = sum(map(ord, f"{told.estimator}{sorted(told.params.items())}")) % 97 / 97
        random = np.random.default_rng(told.fold)
        truth = self._data.values[self._data.folds[told.fold][1]]
        good = np.clip(0.5 + (truth - 0.5) * skill + random.normal(0, 0.5, len(truth)), 0.01, 0.99)
        predictions = np.column_stack([1 - good, good])
        return msgspec.msgpack.encode(Answered(result=predictions.tobytes(), seconds=0.5, cpu_s=0.4, memory_mb=9.0))

    def close(self) -> None:
        self._waiting.clear()


class Quiet:
    """A context that keeps nothing."""

    staging = Path()
    processors = 1

    def report(self, progress: Progress) -> None:
        assert 0 <= progress.done <= progress.total

    def publish(self, topic: str, value: msgspec.Struct) -> None:
        assert topic == "leaderboard"

    def check_cancelled(self) -> None:
        pass


def searched(data: LearningData, pool: Made, *, checkpoint: Checkpoint | None = None) -> Search:
    strategy = Planned(data, metric=METRIC, preset=Preset.BALANCED, work_s=90.0)
    search = Search(Quiet(), data, metric=METRIC, strategy=strategy, pool=pool, checkpoint=checkpoint)
    search.run()
    return search


def tried(search: Search) -> list[tuple[object, ...]]:
    return [(t.kind.id, dict(t.params), t.round, t.left, sorted(t.scores.items())) for t in search.trials]


def test_that_the_plan_does_not_depend_on_which_fit_ends_first(data: LearningData) -> None:
    first = searched(data, Made(data))
    assert first.stop in {"learning.stop.budget", "learning.stop.no_gain"}
    assert max(trial.round for trial in first.trials) > 6
    for pool in (Made(data, processors=1), Made(data, processors=7), Made(data, backwards=True)):
        assert tried(searched(data, pool)) == tried(first)


def test_that_a_search_that_was_cut_off_goes_on_and_tries_the_same(data: LearningData, tmp_path: Path) -> None:
    whole = searched(data, Made(data))
    for most in (1, 30, 100):
        with pytest.raises(KeyboardInterrupt):
            searched(data, Made(data, most=most), checkpoint=Checkpoint(tmp_path / str(most)))
        pool = Made(data)
        again = searched(data, pool, checkpoint=Checkpoint(tmp_path / str(most)))
        assert tried(again) == tried(whole)
        assert again.resumed > 0 or most == 1
        fits = sum(len(trial.scores) or trial.folds for trial in whole.trials)
        assert len(pool.orders) + again.resumed == fits


def test_that_a_kept_fit_with_a_wrong_byte_is_done_again(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "kept")
    answer = msgspec.msgpack.encode(Answered(result=b"12345678", seconds=2.5))
    checkpoint.put(b"order", answer)
    assert checkpoint.get(b"order") == Answered(result=b"12345678", seconds=2.5)
    assert checkpoint.seconds() == 2.5
    (file,) = (tmp_path / "kept").glob("*.fit")
    damaged = bytearray(file.read_bytes())
    damaged[8] ^= 1
    file.write_bytes(damaged)
    assert checkpoint.get(b"order") is None
    file.write_bytes(b"cut")
    assert checkpoint.get(b"order") is None
    assert checkpoint.seconds() == 0.0
    assert checkpoint.get(b"another") is None


def test_that_a_candidate_that_fails_costs_only_itself_and_is_said(data: LearningData) -> None:
    search = searched(data, Made(data))
    failed = [trial for trial in search.trials if trial.failure]
    assert [trial.kind.id for trial in failed] == ["bayes"]
    assert search.leaderboard()[-1].state == "failed"


def test_that_a_poor_second_candidate_is_given_up_after_one_fold(data: LearningData) -> None:
    left = [trial for trial in searched(data, Made(data)).trials if trial.left]
    assert left
    assert all(len(trial.scores) == 1 for trial in left)
    assert {trial.candidate(METRIC, data).state for trial in left} == {"left"}


def trials_at(values: Sequence[float], scores: Sequence[float]) -> list[Trial]:
    kind = next(kind for kind in builtin() if kind.id == "logistic")
    return [
        Trial(kind=kind, params={"C": value}, folds=1, scores={0: score})
        for value, score in zip(values, scores, strict=True)
    ]


@pytest.mark.parametrize(
    ("best", "wider"),
    [(30.0, "high"), (25.0, "high"), (0.01, "low"), (1.0, "")],
)
def test_that_the_space_grows_where_the_best_lies_on_an_edge(best: float, wider: str) -> None:
    kind = next(kind for kind in builtin() if kind.id == "logistic")
    space = open_space(kind, Traits())
    before = space["C"]
    values = [0.02, 0.1, 3.0, 9.0, best]
    after = widened(space, trials_at(values, [0.1, 0.2, 0.3, 0.4, 0.9]), [0.1, 0.2, 0.3, 0.4, 0.9])["C"]
    assert (after.low < before.low, after.high > before.high) == (wider == "low", wider == "high")
    assert after.low >= before.least
    assert after.high <= before.most


def test_that_the_same_history_gives_the_same_proposals_within_the_space() -> None:
    kind = next(kind for kind in builtin() if kind.id == "boosting")
    first = propose(kind, [], values=[], n=6, seed=3, traits=Traits())
    assert first == propose(kind, [], values=[], n=6, seed=3, traits=Traits())
    assert first != propose(kind, [], values=[], n=6, seed=4, traits=Traits())
    for params in first:
        assert set(params) == set(kind.space) - {"target", "loss"}
        assert 0.02 <= float(params["learning_rate"]) <= 0.2
        assert isinstance(params["max_leaf_nodes"], int)


def test_that_proposals_come_near_what_went_well() -> None:
    kind = next(kind for kind in builtin() if kind.id == "logistic")
    values = list(np.geomspace(0.02, 20, 25))
    scores = [-abs(np.log(value / 0.5)) for value in values]
    found = propose(kind, trials_at(values, scores), values=scores, n=8, seed=0, traits=Traits())
    near = [params for params in found if 0.1 < float(params["C"]) < 2.5]
    assert len(near) >= 6


def test_that_a_fit_that_would_take_too_long_learns_from_a_sample(data: LearningData) -> None:
    kind = next(kind for kind in builtin() if kind.id == "boosting")
    params = kind.quick[0]
    small = data.fold_size
    assert sample_rows(kind, params, small, fits=5, seconds=60) == 0
    large = replace(small, rows=10_000_000, width=25, levels=60)
    rows = sample_rows(kind, params, large, fits=5, seconds=60)
    assert 10_000 <= rows < 10_000_000
    assert 5 * kind.cost(replace(large, rows=rows), params) <= 60


def test_that_a_search_that_only_time_ends_says_how_far_it_is(data: LearningData) -> None:
    class Watched(Quiet):
        def __init__(self) -> None:
            self.seen: list[float] = []

        def report(self, progress: Progress) -> None:
            self.seen.append(progress.done)

    context = Watched()
    strategy = Planned(data, metric=METRIC, preset=Preset.BALANCED, work_s=math.inf)
    deadline = time.monotonic() + 2.0
    search = Search(context, data, metric=METRIC, strategy=strategy, pool=Made(data), deadline=deadline)
    search.run()
    assert search.stop in {"learning.stop.time", "learning.stop.no_gain"}
    assert context.seen == sorted(context.seen)
    assert context.seen[-1] > 0


def test_that_kinds_get_proposals_by_their_weight_in_the_best_model(data: LearningData) -> None:
    strategy = Planned(data, metric=METRIC, preset=Preset.BALANCED, work_s=math.inf)
    kinds = {kind.id: kind for kind in builtin()}
    best = [Trial(kind=kinds[name], params={}, folds=1, scores={0: 0.9}) for name in ("boosting", "forest", "logistic")]
    given: Counter[str] = Counter()
    for number in range(20):
        shares = strategy._shares(number, best, ((best[0], 3), (best[1], 1)))
        given.update({kind.id: n for kind, n in shares.items()})
        strategy._proposed += [Proposal(kind=kind, params={}) for kind, n in shares.items() for _ in range(n)]
    assert given.total() == 80
    assert given["boosting"] > 2 * given["forest"] > 2 * given["logistic"] > 0


def test_that_a_champion_adds_only_what_is_not_tried_anyway_and_screens_none_of_its_parts(data: LearningData) -> None:
    size, folds = data.fold_size, len(data.folds)
    first = first_proposals(data.task, Preset.BALANCED, size, folds=folds, traits=data.traits)
    screened = next(p for p in first if p.screened)
    known = Part(kind=screened.kind, params=screened.params, weight=2)
    other = Part(kind=screened.kind, params={**screened.params, "extra": 1}, weight=1)
    alone, both = (
        with_champion(first, Champion(label="m@1", parts=parts), Preset.BALANCED, size, folds=folds)
        for parts in ((known,), (known, other))
    )
    assert [(p.kind.id, p.params) for p in alone] == [(p.kind.id, p.params) for p in first]
    assert [p for p, q in zip(first, alone, strict=True) if p != q] == [screened]
    assert both[len(first) :] == [Proposal(kind=other.kind, params=other.params, rows=screened.rows)]
    assert work_of(first, size, folds=folds) < work_of(alone, size, folds=folds) < work_of(both, size, folds=folds)
    assert with_champion(first, None, Preset.BALANCED, size, folds=folds) == first

"""The charts of what was tried, as data: how the best value rose, and value against complexity and against time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.learning.records import Candidate
from app.text.message import Text, amount
from app.text.words import Words
from app.ui.training.candidates import candidate_key, is_baseline, is_timed, shown
from app.ui.training.proposal import as_good, simplest_as_good
from app.ui.widgets.chart_extras import Extras
from app.ui.widgets.figures import figure
from app.verification.catalogue import is_loss
from app.verification.records import Chart, Curve

MOST_COMPLEX = 4
_WORST_SHARE = 0.2
"""Of the values, so many of the worst are drawn at the edge: they would squeeze the differences that count."""
_ROOM = 0.06
_LEAST_S = 0.01


@dataclass(frozen=True, kw_only=True)
class Tried:
    """The candidates that a chart shows, best first, and how it writes them."""

    words: Words
    metric: str
    candidates: tuple[Candidate, ...]

    def history(self) -> tuple[Chart, Extras]:
        """Each candidate when it was done, and the best value up to then."""
        timed = sorted((c for c in self._valued() if is_timed(c)), key=lambda c: c.at_s)
        x, y = [c.at_s for c in timed], self._values(timed)
        better: Callable[[float, float], float] = min if is_loss(self.metric) else max
        best = list(y)
        for n in range(1, len(best)):
            best[n] = better(best[n - 1], best[n])
        steps = [(x[n], value) for n in range(len(best)) for value in (*best[max(0, n - 1) : n], best[n])]
        low, high = self._reach(y)
        line = Curve(
            label=Text("ui_training.best_so_far"),
            x=tuple(at for at, _ in steps),
            y=tuple(min(max(value, low), high) for _, value in steps),
        )
        dots = Curve(
            label=Text("ui_training.candidates"),
            x=tuple(x),
            y=tuple(min(max(value, low), high) for value in y),
            points=True,
        )
        chart = self._chart("history", Text("ui_training.axis.since"), (dots, line), y_range=(low, high))
        return chart, Extras(tones=("muted", ""), cards=(tuple(map(self._card, timed)), ()), legend=False)

    def complexity(self, everything: Sequence[Candidate]) -> tuple[Chart, Extras]:
        """Value against complexity; what is as good as the best lies in a band, the simplest of it stands out."""
        steps = tuple((float(step), str(step)) for step in range(1, MOST_COMPLEX + 1))
        return self._scatter("complexity", everything, lambda c: float(c.complexity), steps)

    def time(self, everything: Sequence[Candidate]) -> tuple[Chart, Extras]:
        """Value against what it cost to train."""
        return self._scatter("time", everything, lambda c: max(_LEAST_S, c.seconds), ())

    def _scatter(
        self,
        code: str,
        everything: Sequence[Candidate],
        place: Callable[[Candidate], float],
        ticks: tuple[tuple[float, str], ...],
    ) -> tuple[Chart, Extras]:
        valued = self._valued()
        curves = tuple(
            Curve(label=Text(f"learning.estimator.{c.estimator}"), x=(place(c),), y=(y,), points=True)
            for c, y in zip(valued, self._values(valued), strict=True)
        )
        simplest = simplest_as_good(everything, self.metric)
        key = candidate_key(simplest) if simplest is not None else None
        extras = Extras(
            x_ticks=ticks,
            log_x=not ticks,
            band=as_good(everything, self.metric),
            tones=tuple("good" if candidate_key(c) == key else "" for c in valued),
            cards=tuple((self._card(c),) for c in valued),
        )
        x_range = (0.5, MOST_COMPLEX + 0.5) if ticks else None
        return self._chart(code, Text(f"ui_training.axis.{code}"), curves, x_range=x_range), extras

    def _chart(
        self,
        code: str,
        x_label: Text,
        curves: tuple[Curve, ...],
        *,
        x_range: tuple[float, float] | None = None,
        y_range: tuple[float, float] | None = None,
    ) -> Chart:
        return Chart(
            code=code,
            kind="scatter",
            x_label=x_label,
            y_label=Text(f"verification.metric.{self.metric}"),
            curves=curves,
            x_range=x_range,
            y_range=y_range,
        )

    def _valued(self) -> list[Candidate]:
        return [c for c in self.candidates if shown(c, self.metric).value is not None]

    def _values(self, candidates: Sequence[Candidate]) -> list[float]:
        return [shown(c, self.metric).value or 0.0 for c in candidates]

    def _reach(self, values: Sequence[float]) -> tuple[float, float]:
        if not values:
            return (0.0, 1.0)
        ordered = sorted(values)
        low, high, hopeless = ordered[0], ordered[-1], int(len(ordered) * _WORST_SHARE)
        if is_loss(self.metric):
            high = ordered[-1 - hopeless]
        else:
            low = ordered[hopeless]
        room = (high - low or abs(high) or 1.0) * _ROOM
        return low - room, high + room

    def _card(self, candidate: Candidate) -> tuple[str, ...]:
        words, told = self.words, shown(candidate, self.metric)
        value = f"{words(f'verification.metric.{self.metric}')}: {figure(words, told.value or 0.0)}"
        if told.low is not None and told.high is not None:
            value += f" ({figure(words, told.low)} – {figure(words, told.high)})"
        lines = [words(f"learning.estimator.{candidate.estimator}"), value]
        if candidate.seconds:
            time = words.value(amount(candidate.seconds, "duration"))
            lines.append(f"{words('ui_training.column.time')}: {time}")
        if candidate.complexity and not is_baseline(candidate):
            level = words("ui_training.complexity_of", n=candidate.complexity, most=MOST_COMPLEX)
            lines.append(f"{words('ui_training.column.complexity')}: {level}")
        return tuple(lines)

"""The charts of what was tried, as data: how the best value rose, and value against complexity and against time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.learning.records import Candidate
from app.learning.simplest import simplest_as_good
from app.text.message import Text, amount
from app.text.words import Words
from app.ui.training.candidates import candidate_key, candidate_name, good_band, is_baseline, is_timed, shown
from app.ui.widgets.chart_extras import Extras
from app.ui.widgets.figures import figure
from app.verification.catalogue import is_loss
from app.verification.records import Chart, Curve

MOST_COMPLEX = 4
_WORST_SHARE, _SQUEEZED = 0.2, 3.0
"""Of the values, so many of the worst are left out where they would squeeze the others to a third of the height."""
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
        timed = self._timed()
        x, y = [c.at_s for c in timed], self._values(timed)
        better: Callable[[float, float], float] = min if is_loss(self.metric) else max
        best = list(y)
        for n in range(1, len(best)):
            best[n] = better(best[n - 1], best[n])
        steps = [(x[n], value) for n in range(len(best)) for value in (*best[max(0, n - 1) : n], best[n])]
        low, high = self._reach(y)
        inside = [n for n, value in enumerate(y) if low <= value <= high]
        steps = [step for step in steps if low <= step[1] <= high]
        line = Curve(
            label=Text("ui_training.best_so_far"),
            x=tuple(at for at, _ in steps),
            y=tuple(value for _, value in steps),
        )
        dots = Curve(
            label=Text("ui_training.candidates"),
            x=tuple(x[n] for n in inside),
            y=tuple(y[n] for n in inside),
            points=True,
        )
        chart = self._chart("history", Text("ui_training.axis.since"), (dots, line), y_range=(low, high))
        cards = tuple(self._card(timed[n]) for n in inside)
        return chart, Extras(tones=("muted", ""), cards=(cards, ()), legend=False)

    def left_out(self) -> int:
        """How many candidates did so much worse that :meth:`history` leaves them out."""
        values = self._values(self._timed())
        low, high = self._reach(values)
        return sum(not low <= value <= high for value in values)

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
        simplest = simplest_as_good(everything)
        key = candidate_key(simplest) if simplest is not None else None
        extras = Extras(
            x_ticks=ticks,
            log_x=not ticks,
            band=good_band(everything, self.metric),
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

    def _timed(self) -> list[Candidate]:
        """Those that are known to be done at some moment, in that order."""
        return sorted((c for c in self._valued() if is_timed(c)), key=lambda c: c.at_s)

    def _valued(self) -> list[Candidate]:
        return [c for c in self.candidates if shown(c, self.metric).value is not None]

    def _values(self, candidates: Sequence[Candidate]) -> list[float]:
        return [shown(c, self.metric).value or 0.0 for c in candidates]

    def _reach(self, values: Sequence[float]) -> tuple[float, float]:
        if not values:
            return (0.0, 1.0)
        worst_first = sorted(values, reverse=is_loss(self.metric))
        hopeless, best = int(len(values) * _WORST_SHARE), worst_first[-1]
        most = _SQUEEZED * abs(best - worst_first[hopeless])
        last = next(value for value in worst_first if abs(best - value) <= most or value == worst_first[hopeless])
        low, high = min(best, last), max(best, last)
        room = (high - low or abs(high) or 1.0) * _ROOM
        return low - room, high + room

    def _card(self, candidate: Candidate) -> tuple[str, ...]:
        words, told = self.words, shown(candidate, self.metric)
        value = f"{words(f'verification.metric.{self.metric}')}: {figure(words, told.value or 0.0)}"
        if told.low is not None and told.high is not None:
            value += f" ({figure(words, told.low)} – {figure(words, told.high)})"
        lines = [candidate_name(words, candidate), value]
        if candidate.seconds:
            time = words.value(amount(candidate.seconds, "duration"))
            lines.append(f"{words('ui_training.column.time')}: {time}")
        if candidate.complexity and not is_baseline(candidate):
            level = words("ui_training.complexity_of", n=candidate.complexity, most=MOST_COMPLEX)
            lines.append(f"{words('ui_training.column.complexity')}: {level}")
        return tuple(lines)

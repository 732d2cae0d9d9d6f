"""The charts of a report, aggregated to a few hundred points whatever the number of rows."""

from __future__ import annotations

import numpy as np

from app.statistics.proportions import wilson
from app.text.message import Text, amount
from app.verification.axes import share_axis, threshold_line
from app.verification.observed import Booleans, Classified, Codes, Floats, Measured, Observed
from app.verification.records import Chart, Confusion, Curve

POINTS = 200
DOTS = 400
_BINS = 10
_SMALLEST_BIN = 10
_FIRST_FOUND = 0.1


def charts(observed: Observed) -> tuple[Chart, ...]:
    """Every chart that the rows can carry."""
    if isinstance(observed, Measured):
        return _regression_charts(observed) if observed.rows > 1 else ()
    if observed.positive < 0:
        return tuple(filter(None, [_confidence(observed)]))
    if not 0 < observed.is_positive.sum() < observed.rows:
        return tuple(filter(None, [score_distribution(observed.scores, None, observed)]))
    return (
        roc(observed),
        precision_recall(observed),
        gain(observed),
        lift(observed),
        thresholds(observed),
        *filter(None, [_positive_calibration(observed)]),
        score_distribution(observed.scores, observed.is_positive, observed),
    )


def confusion(data: Classified, *, baseline: bool = False) -> Confusion:
    """Counts of actual by predicted label, of the model or of the baseline."""
    k = len(data.labels)
    predicted = np.full(data.rows, data.usual) if baseline else data.predicted
    counts = np.bincount(data.actual * k + predicted, minlength=k * k).reshape(k, k)
    return Confusion(labels=data.labels, counts=tuple(tuple(int(c) for c in row) for row in counts))


def thinned(*columns: Floats, limit: int = POINTS) -> list[Floats]:
    """The same points of each column, at most ``limit``, even along the curve of the first two; the ends are kept."""
    n = len(columns[0])
    if n <= limit:
        return list(columns)
    steps = np.hypot(np.diff(columns[0]), np.diff(columns[1]))
    length = np.concatenate([[0.0], np.cumsum(steps)])
    wanted = np.linspace(0, length[-1], limit)
    chosen = np.unique(np.clip(np.searchsorted(length, wanted), 0, n - 1))
    chosen = np.unique(np.concatenate([[0], chosen, [n - 1]]))
    return [column[chosen] for column in columns]


def _curve(label: Text, x: Floats, y: Floats, **more: Floats | bool) -> Curve:
    low, high = (_listed(more.get(name)) for name in ("low", "high"))
    return Curve(
        label=label,
        x=_listed(x),
        y=_listed(y),
        low=low,
        high=high,
        dashed=more.get("dashed") is True,
        points=more.get("points") is True,
    )


def _listed(values: Floats | bool | None) -> tuple[float, ...]:
    if values is None or isinstance(values, bool):
        return ()
    return tuple(float(f"{v:.6g}") for v in values)


def _label(id: str) -> Text:
    return Text(f"verification.chart.{id}")


def _line(id: str, x: tuple[float, float], y: tuple[float, float]) -> Curve:
    return Curve(label=_label(id), x=x, y=y, dashed=True)


# Binary


def _ranked(data: Classified) -> tuple[Floats, Floats]:
    """Positives and rows above each threshold, from the highest."""
    order = np.argsort(-data.scores, kind="stable")
    last = np.append(np.flatnonzero(np.diff(data.scores[order])), data.rows - 1)
    found = np.cumsum(data.is_positive[order])[last].astype(np.float64)
    return found, (last + 1).astype(np.float64)


def roc(data: Classified) -> Chart:
    """Share found against share of false alarms, with Wilson's interval of the share found."""
    found, warned = _ranked(data)
    positives = int(data.is_positive.sum())
    false = np.concatenate([[0.0], (warned - found) / (data.rows - positives)])
    true = np.concatenate([[0.0], found / positives])
    x, y = thinned(false, true)
    low, high = _band(np.rint(y * positives), np.full(len(y), positives))
    return Chart(
        code="roc",
        x_label=_label("roc.x"),
        y_label=_label("roc.y"),
        curves=(_curve(_label("model"), x, y, low=low, high=high), _line("chance", (0.0, 1.0), (0.0, 1.0))),
        x_range=(0.0, 1.0),
        y_range=(0.0, 1.0),
    )


def _band(successes: Floats, totals: Floats) -> tuple[Floats, Floats]:
    ends = [wilson(int(s), int(t)) for s, t in zip(successes, totals, strict=True)]
    low = np.array([0.0 if e.low is None else e.low for e in ends])
    return low, np.array([1.0 if e.high is None else e.high for e in ends])


def precision_recall(data: Classified) -> Chart:
    """Right when it warns against share found, with Wilson's interval of the former."""
    found, warned = _ranked(data)
    positives = int(data.is_positive.sum())
    x, y, hits, said = thinned(found / positives, found / warned, found, warned)
    low, high = _band(hits, said)
    share = positives / data.rows
    told = (said >= _SMALLEST_BIN) & (x >= _FIRST_FOUND)  # before, chance leaps and would take up the whole axis
    return Chart(
        code="precision_recall",
        x_label=_label("precision_recall.x"),
        y_label=_label("precision_recall.y"),
        curves=(_curve(_label("model"), x, y, low=low, high=high), _line("chance", (0.0, 1.0), (share, share))),
        x_range=(0.0, 1.0),
        y_range=share_axis(share, *high[told], *y[said >= _SMALLEST_BIN]),
    )


def gain(data: Classified) -> Chart:
    """Share found against share of rows pointed out, from the likeliest down, with Wilson's interval."""
    found, warned = _ranked(data)
    positives = int(data.is_positive.sum())
    out, hits = (np.concatenate([[0.0], values]) for values in (warned / data.rows, found))
    x, y = thinned(out, hits / positives)
    low, high = _band(np.rint(y * positives), np.full(len(y), positives))
    return Chart(
        code="gain",
        x_label=_label("gain.x"),
        y_label=_label("gain.y"),
        curves=(_curve(_label("model"), x, y, low=low, high=high), _line("chance", (0.0, 1.0), (0.0, 1.0))),
        x_range=(0.0, 1.0),
        y_range=(0.0, 1.0),
    )


def lift(data: Classified) -> Chart:
    """How many times as many are found as at random, against the share of rows pointed out."""
    found, warned = _ranked(data)
    share = int(data.is_positive.sum()) / data.rows
    enough = warned >= _SMALLEST_BIN  # of fewer rows the ratio leaps
    found, warned = found[enough], warned[enough]
    x, y, hits, said = thinned(warned / data.rows, found / warned / share, found, warned)
    low, high = (ends / share for ends in _band(hits, said))
    return Chart(
        code="lift",
        x_label=_label("gain.x"),
        y_label=_label("lift.y"),
        curves=(_curve(_label("model"), x, y, low=low, high=high), _line("chance", (0.0, 1.0), (1.0, 1.0))),
        x_range=(0.0, 1.0),
        y_range=(0.0, float(high.max()) * 1.05 if len(high) else 1.0),
    )


def _scores_axis(scores: Floats) -> tuple[float, float]:
    """As far as more than a few rows lie."""
    return share_axis(*np.sort(scores)[-_SMALLEST_BIN:][:1])


def thresholds(data: Classified) -> Chart:
    """Found, right when it warns, and share pointed out, each against the threshold."""
    order = np.sort(np.unique(data.scores))[::-1]
    found, warned = _ranked(data)
    positives = int(data.is_positive.sum())
    lines = {"recall": found / positives, "precision": found / warned, "warned": warned / data.rows}
    curves, x_range = [], _scores_axis(data.scores)
    for name, values in lines.items():
        x, y = thinned(order[::-1], values[::-1], limit=POINTS // 2)
        curves.append(_curve(_label(f"thresholds.{name}"), x, y))
    if data.threshold is not None:
        curves.append(threshold_line(data.threshold, x_range[1], (0.0, 1.0)))
    return Chart(
        code="thresholds",
        x_label=_label("score_distribution.x"),
        y_label=_label("thresholds.y"),
        curves=tuple(curves),
        x_range=x_range,
        y_range=(0.0, 1.0),
    )


def calibration(scores: Floats, happened: Booleans, *, x_label: Text, y_label: Text) -> Chart | None:
    """Share that happened against the probability said, in bins of equally many rows, with Wilson's intervals."""
    bins = min(_BINS, len(scores) // _SMALLEST_BIN)
    if bins < 2:
        return None
    parts = np.array_split(np.argsort(scores, kind="stable"), bins)
    said = np.array([scores[part].mean() for part in parts])
    totals = np.array([len(part) for part in parts], dtype=np.float64)
    hits = np.array([happened[part].sum() for part in parts], dtype=np.float64)
    low, high = _band(hits, totals)
    both = share_axis(*said, *high)
    return Chart(
        code="calibration",
        x_label=x_label,
        y_label=y_label,
        curves=(
            _curve(_label("model"), said, hits / totals, low=low, high=high, points=True),
            _line("perfect", both, both),
        ),
        x_range=both,
        y_range=both,
    )


def _positive_calibration(data: Classified) -> Chart | None:
    """Calibration of the probability that the positive class is given."""
    label = data.labels[data.positive]
    return calibration(
        data.scores,
        data.is_positive,
        x_label=Text("verification.chart.calibration.x_class", {"label": label}),
        y_label=Text("verification.chart.calibration.y_class", {"label": label}),
    )


def _confidence(data: Classified) -> Chart | None:
    """Calibration of the probability that the predicted class is given."""
    said = data.probabilities[np.arange(data.rows), data.predicted]
    return calibration(
        said,
        np.equal(data.predicted, data.actual),
        x_label=_label("calibration.x_answer"),
        y_label=_label("calibration.y_answer"),
    )


def score_distribution(scores: Floats, happened: Booleans | None, data: Classified) -> Chart:
    """How the probabilities of each class are spread: share of the class's rows in each twentieth of the axis;
    the few beyond are in the last one."""
    x_range = _scores_axis(scores)
    edges = np.linspace(*x_range, 21)
    groups = [(Text("verification.chart.all_rows"), np.ones(len(scores), dtype=np.bool_))]
    if happened is not None:
        groups = [(_named(data, data.positive), happened), (_named(data, 1 - data.positive), ~happened)]
    curves, top = [], 0.0
    for label, rows in groups:
        share = np.histogram(np.minimum(scores[rows], x_range[1]), bins=edges)[0] / max(1, int(rows.sum()))
        top = max(top, float(share.max()))
        curves.append(_steps(label, edges, share, filled=False))
    if data.threshold is not None:
        curves.append(threshold_line(data.threshold, x_range[1], (0.0, top)))
    return Chart(
        code="score_distribution",
        x_label=_label("score_distribution.x"),
        y_label=_label("score_distribution.y"),
        curves=tuple(curves),
        x_range=x_range,
        y_range=(0.0, top * 1.05 or 1.0),
    )


def _named(data: Classified, position: int) -> Text:
    return Text("verification.chart.class", {"label": data.labels[position]})


def _steps(label: Text, edges: Floats, heights: Floats, *, filled: bool = True) -> Curve:
    """A histogram as a line of steps; the area under it is its band."""
    x, y = np.repeat(edges, 2), np.concatenate([[0.0], np.repeat(heights, 2), [0.0]])
    if not filled:
        return _curve(label, x, y)
    return _curve(label, x, y, low=np.zeros(len(y)), high=y)


# Regression


def _regression_charts(data: Measured) -> tuple[Chart, ...]:
    rows = _sample(data.rows)
    return (_predicted_actual(data, rows), _residuals(data, rows), _residual_histogram(data))


def _sample(n: int) -> Codes:
    """Positions of the rows drawn as dots: all, or a fixed random choice."""
    if n <= DOTS:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, size=DOTS, replace=False))


def _dots(rows: int) -> Text:
    if rows <= DOTS:
        return Text("verification.chart.rows", {"n": rows})
    return Text("verification.chart.sampled", {"n": DOTS, "total": amount(rows)})


def _reach(values: Floats) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    margin = 0.04 * (high - low) or 1.0
    return low - margin, high + margin


def _predicted_actual(data: Measured, rows: Codes) -> Chart:
    both = _reach(np.concatenate([data.actual, data.predicted]))
    return Chart(
        code="predicted_actual",
        kind="scatter",
        x_label=_label("predicted_actual.x"),
        y_label=_label("predicted_actual.y"),
        curves=(
            _curve(_dots(data.rows), data.predicted[rows], data.actual[rows], points=True),
            _line("perfect", both, both),
        ),
        x_range=both,
        y_range=both,
    )


def _residuals(data: Measured, rows: Codes) -> Chart:
    x_range = _reach(data.predicted)
    curves = [_curve(_dots(data.rows), data.predicted[rows], data.residuals[rows], points=True)]
    parts = np.array_split(np.argsort(data.predicted, kind="stable"), min(_BINS, data.rows // _SMALLEST_BIN) or 1)
    if len(parts) > 2:
        x = np.array([data.predicted[part].mean() for part in parts])
        low, middle, high = (
            np.array([np.quantile(data.residuals[part], q) for part in parts]) for q in (0.05, 0.5, 0.95)
        )
        curves.append(_curve(_label("residuals.middle"), x, middle, low=low, high=high))
    return Chart(
        code="residuals",
        kind="scatter",
        x_label=_label("predicted_actual.x"),
        y_label=_label("residuals.y"),
        curves=(*curves, _line("perfect", x_range, (0.0, 0.0))),
        x_range=x_range,
        y_range=_reach(data.residuals),
    )


def _residual_histogram(data: Measured) -> Chart:
    """Residuals between their 0.5 and 99.5 % quantiles; the few beyond are in the outermost bars."""
    low, high = np.quantile(data.residuals, [0.005, 0.995])
    edges = np.linspace(low, high if high > low else low + 1, 31)
    heights = np.histogram(np.clip(data.residuals, edges[0], edges[-1]), bins=edges)[0] / data.rows
    return Chart(
        code="residual_histogram",
        x_label=_label("residuals.y"),
        y_label=_label("residual_histogram.y"),
        curves=(_steps(_label("all_rows"), edges, heights),),
        x_range=(float(edges[0]), float(edges[-1])),
        y_range=(0.0, float(heights.max()) * 1.05),
    )

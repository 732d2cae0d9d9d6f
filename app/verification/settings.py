"""What two versions were told differently. Light."""

from __future__ import annotations

from collections.abc import Iterator

from app.learning.records import ModelVersion
from app.project.record import readable
from app.text.message import Text, Value, amount
from app.verification.records import Said, Setting

_SHOWN = 6
_NOTHING = "—"


def settings_apart(ours: ModelVersion, theirs: ModelVersion) -> tuple[Setting, ...]:
    """Each setting in which two versions differ, ours first, and the cost and size of both."""
    pairs = zip(_settings(ours), _settings(theirs), strict=True)
    return tuple(Setting(code=code, ours=own, theirs=other) for (code, own), (_, other) in pairs if own != other)


def _settings(version: ModelVersion) -> Iterator[tuple[str, Said]]:
    request, split = version.request, version.split
    yield "dataset", readable(version.dataset)
    yield "target", version.target
    yield "estimator", Text(f"learning.estimator.{version.estimator}")
    yield "preset", Text(f"learning.preset.{request.preset}")
    yield "metric", Text(f"verification.metric.{version.metric}")
    yield "columns", _named([feature.name for feature in version.features])
    yield "left_out", _named([column.name for column in version.excluded])
    yield "directions", _named([*(f"{c} ↗" for c in request.increasing), *(f"{c} ↘" for c in request.decreasing)])
    yield "rule", request.rule or _NOTHING
    yield "split", split.scheme
    yield "seed", amount(split.seed, "plain")
    yield "train_rows", amount(split.train_rows)
    yield "holdout_rows", amount(split.holdout_rows)
    yield "threshold", amount(version.threshold, "metric")
    yield "time", amount(version.seconds, "duration")
    yield "size", _size(version)
    yield "latency", _latency(version)


def _named(names: list[str]) -> Said:
    if not names:
        return _NOTHING
    named = ", ".join(names[:_SHOWN])
    more = len(names) - _SHOWN
    return named if more <= 0 else Text("verification.setting.and_more", {"names": named, "n": more})


def _size(version: ModelVersion) -> Said:
    return amount(version.served.size_bytes, "bytes") if version.served is not None else _NOTHING


def _latency(version: ModelVersion) -> Said:
    if version.served is None:
        return _NOTHING
    ms: Value = amount(round(version.served.thousand_rows_ms), "number")
    return Text("verification.setting.ms", {"ms": ms})

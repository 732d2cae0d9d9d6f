"""Summary and chart of every column of a stored table, one column at a time, so that memory stays bounded."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.data.pipeline import in_order
from app.data.quality.checks import check_table
from app.data.records import Bars, ColumnProfile, ColumnType, Histogram, Profile
from app.data.stored import stored_groups, stored_in_code, stored_shape
from app.data.types import NUMBERS, TIMES
from app.data.values.buffers import numbers_of, raw_numbers, valid_of
from app.data.values.distinct import hash_text, sorted_unique

_QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
_BINS = 40
_BARS = 30
_LEVELS = 200
_WORDS_KEPT = 20_000
_TOGETHER = 2_000_000
_USUAL_EXPONENT = 400
_NUMBERS = (*NUMBERS, *TIMES)


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A column's profile, with the levels of a category."""

    profile: ColumnProfile
    levels: tuple[str, ...] = ()


def profile_table(
    path: Path,
    types: Sequence[ColumnType],
    *,
    repeated: int,
    known: Mapping[int, Summary] = MappingProxyType({}),
    threads: int = 1,
    check_cancelled: Callable[[], None] | None = None,
) -> tuple[Profile, tuple[tuple[str, ...], ...]]:
    """The profile of a stored table in which ``repeated`` rows are equal to earlier ones, and for each column the words
    of a category or boolean. Columns whose summary is ``known``, by their place, aren't read."""
    shape, coded = stored_shape(path), stored_in_code(path)
    jobs = [
        _Job(name=name, place=i, type=type, coded=name in coded)
        for i, (name, type) in enumerate(zip(shape.names, types, strict=True))
    ]
    found = dict(known)
    wanted = [job for job in jobs if job.place not in known]
    together = max(1, _TOGETHER // max(1, shape.rows))
    groups = [wanted[i : i + together] for i in range(0, len(wanted), together)]
    for summaries in in_order(groups, lambda group: _summaries(path, group), threads=max(1, threads)):
        if check_cancelled is not None:
            check_cancelled()
        found.update(summaries)
    ordered = [found[job.place] for job in jobs]
    profiles = tuple(s.profile for s in ordered)
    findings = check_table(path, profiles, repeated=repeated, check_cancelled=check_cancelled)
    return Profile(columns=profiles, findings=findings), tuple(s.levels for s in ordered)


class _Job(msgspec.Struct, frozen=True, kw_only=True):
    """One column to summarise. ``coded``: its words are stored once each."""

    name: str
    place: int
    type: ColumnType
    coded: bool


def _summaries(path: Path, jobs: Sequence[_Job]) -> dict[int, Summary]:
    """The summaries of a few columns, read in one go; of one alone, row group by row group."""
    words = [job.name for job in jobs if job.coded and job.type not in _NUMBERS]
    groups = stored_groups(path, [job.name for job in jobs], dictionaries=words)
    if len(jobs) == 1:
        return {jobs[0].place: _summary(jobs[0], _chunks(groups, 0))}
    read = list(groups)
    return {job.place: _summary(job, _chunks(read, i)) for i, job in enumerate(jobs)}


def _chunks(groups: Iterable[pa.Table], column: int) -> Iterator[pa.Array]:
    for group in groups:
        yield from group.column(column).chunks


def _summary(job: _Job, chunks: Iterable[pa.Array]) -> Summary:
    return _number_summary(job, chunks) if job.type in _NUMBERS else _word_summary(job, chunks)


# Numbers and times


def _number_summary(job: _Job, chunks: Iterable[pa.Array]) -> Summary:
    parts, start, missing = [], 0, 0
    for chunk in chunks:
        values, valid = raw_numbers(chunk).astype(np.float64), valid_of(chunk)
        start += len(chunk)
        missing += len(chunk) - int(valid.sum())
        parts.append(values[valid])
    numbers = np.concatenate(parts) if parts else np.empty(0)
    parts.clear()  # a long column stands in memory once, beside what its deviation takes
    if job.type is ColumnType.DATETIME:
        numbers /= 1e6
    numbers.sort()
    return summary_of_numbers(job.name, job.type, numbers, start, missing)


def summary_of_numbers(name: str, type: ColumnType, ordered: NDArray[np.float64], rows: int, missing: int) -> Summary:
    """The summary of a column by its values in order (days, seconds, or numbers)."""
    return Summary(profile=_number_profile(name, type, ordered, rows, missing))


def _number_profile(
    name: str, type: ColumnType, ordered: NDArray[np.float64], rows: int, missing: int
) -> ColumnProfile:
    if not len(ordered):
        return ColumnProfile(name=name, type=type, rows=rows, missing=missing, distinct=0, chart=None)
    distinct = 1 + int((ordered[1:] != ordered[:-1]).sum())
    places = [min(len(ordered) - 1, round(q * (len(ordered) - 1))) for q in _QUANTILES]
    timed = type in (ColumnType.DATE, ColumnType.DATETIME)
    return ColumnProfile(
        name=name,
        type=type,
        rows=rows,
        missing=missing,
        distinct=distinct,
        chart=_histogram(ordered, distinct, whole=type in (ColumnType.INTEGER, ColumnType.DATE)),
        mean=None if timed else _mean(ordered),
        deviation=None if timed or len(ordered) < 2 else _deviation(ordered),
        quantiles=tuple(float(ordered[p]) for p in places),
    )


def _exponent(ordered: NDArray[np.float64]) -> int:
    """The power of two by which numbers near the ends of their range have to be divided before they are summed or
    squared; 0 for usual ones."""
    exponent = int(np.frexp(max(abs(ordered[0]), abs(ordered[-1])))[1])
    return exponent if abs(exponent) > _USUAL_EXPONENT else 0


def _mean(ordered: NDArray[np.float64]) -> float:
    exponent = _exponent(ordered)
    return math.ldexp(float(np.ldexp(ordered, -exponent).mean()), exponent) if exponent else float(ordered.mean())


def _deviation(ordered: NDArray[np.float64]) -> float:
    """The standard deviation; of the largest numbers there are, the largest of them."""
    exponent = _exponent(ordered)
    if not exponent:
        return float(ordered.std(ddof=1))
    try:
        return math.ldexp(float(np.ldexp(ordered, -exponent).std(ddof=1)), exponent)
    except OverflowError:
        return sys.float_info.max


def _histogram(ordered: NDArray[np.float64], distinct: int, *, whole: bool) -> Histogram | None:
    low, high = float(ordered[0]), float(ordered[-1])
    if not (np.isfinite(low) and np.isfinite(high)):
        return None
    if whole and high - low < _BINS:
        edges = np.arange(low, high + 2) - 0.5
    elif low == high:
        edges = np.array([low - 0.5, high + 0.5])
    else:
        exponent, steps = _exponent(ordered), min(_BINS, max(10, distinct)) + 1
        edges = np.ldexp(np.linspace(math.ldexp(low, -exponent), math.ldexp(high, -exponent), steps), exponent)
    before = np.searchsorted(ordered, edges, side="left")
    before[0], before[-1] = 0, len(ordered)  # whatever rounding has made of the ends
    return Histogram(edges=tuple(edges.tolist()), counts=tuple(np.diff(before).tolist()))


# Words


def _word_summary(job: _Job, chunks: Iterable[pa.Array]) -> Summary:
    words: Counter[str] = Counter()
    hashes: list[NDArray[np.uint64]] = []
    examples: list[str] = []
    start, missing, many = 0, 0, False
    for chunk in chunks:
        start += len(chunk)
        missing += chunk.null_count
        if many:
            hashes = _merged([*hashes, hash_text(_present(chunk))])
            continue
        encoded = chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode()
        examples = examples or [str(w)[:80] for w in encoded.dictionary.slice(0, 5).to_pylist()]
        places = numbers_of(encoded.indices.drop_null())
        counts = np.bincount(places, minlength=len(encoded.dictionary))
        words.update(dict(zip(encoded.dictionary.to_pylist(), counts.tolist(), strict=True)))
        many = len(words) > _WORDS_KEPT
        hashes = [hash_text(pa.array(list(words), pa.string()))] if many else []
    if many:
        distinct = len(_merged(hashes, now=True)[0])
        return summary_of_words(job.name, job.type, start, missing, distinct, Counter(), examples)
    words = +words  # without those that no row holds
    return summary_of_words(job.name, job.type, start, missing, len(words), words, examples)


def _present(chunk: pa.Array) -> pa.Array:
    """The words of a chunk, or all that aren't missing."""
    return chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk.drop_null()


def _merged(hashes: list[NDArray[np.uint64]], *, now: bool = False) -> list[NDArray[np.uint64]]:
    """Known hashes, sorted; the merging waits until the new ones are as many as the old."""
    if now or (len(hashes) > 1 and sum(map(len, hashes[1:])) > max(200_000, len(hashes[0]))):
        return [sorted_unique(np.concatenate(hashes))]
    return hashes


def summary_of_words(
    name: str, type: ColumnType, rows: int, missing: int, distinct: int, words: Counter[str], examples: list[str]
) -> Summary:
    """The summary of a column by its words with their counts; without those where there are too many to tell."""
    ordered = sorted(words.items(), key=lambda item: (-item[1], item[0]))
    bars = None
    if ordered and type is not ColumnType.IDENTIFIER and distinct < max(2, rows - missing):
        shown = ordered[:_BARS]
        bars = Bars(
            labels=tuple(w[:80] for w, _n in shown),
            counts=tuple(n for _w, n in shown),
            rest=rows - missing - sum(n for _w, n in shown),
        )
    levelled = type in (ColumnType.CATEGORY, ColumnType.BOOLEAN)
    profile = ColumnProfile(
        name=name, type=type, rows=rows, missing=missing, distinct=distinct, chart=bars, examples=tuple(examples)
    )
    return Summary(profile=profile, levels=tuple(w for w, _n in ordered[:_LEVELS]) if levelled else ())

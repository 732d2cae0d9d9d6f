"""Score a file from a bundle alone: every record keeps its place, and says what is unusual about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.data.records import Corrections
from app.data.sources.scoring import read_for_scoring
from app.data.tables import TextBatch
from app.data.values.conversion import Notation
from app.deployment.bundle.loading import LoadedBundle, load_bundle
from app.deployment.place import put_over
from app.deployment.records import ScoreAnswer, ScoreRequest
from app.deployment.scoring.columns import Matched, match_columns, output_names
from app.deployment.scoring.expected import Expected
from app.deployment.scoring.rows import judge
from app.deployment.scoring.table_files import check_ending, writing_table
from app.errors import CicloError
from app.jobs.contract import Context, Outcome, Progress
from app.learning.model import Predictions
from app.learning.records import Task
from app.project.durable import check_place
from app.text import Text, Words, choose_locale

_PREVIEW = 200
_NOTABLE = 1e-12
"""Less is the last digits of another runtime than the one that the model learned with."""
_REMARKS_A_ROW = 20


def score(context: Context, request: ScoreRequest) -> Outcome:
    """Write FILE's records with prediction, probabilities and remark to OUT.

    Raises
    ------
    CicloError
        Where the bundle breaks a rule, the file can't be read, a column is missing (``deployment.missing_columns``), or
        OUT can't be written.
    """
    bundle, source, out = Path(request.bundle), Path(request.source), Path(request.out)
    check_place(out)
    check_ending(out)
    _keep_inputs(out, (bundle, source))
    context.report(Progress(step=Text("deployment.step.loading", {"name": bundle.name})))
    loaded = load_bundle(bundle)
    scorer = _Scorer(context, loaded, Words(choose_locale(request.locale or None)), request.corrections)
    answer = scorer.run(source, context.staging / f"scored{out.suffix.lower()}")
    put_over(context.staging / f"scored{out.suffix.lower()}", out)
    answer = msgspec.structs.replace(answer, out=str(out))
    return Outcome(answer=msgspec.Raw(msgspec.json.encode(answer)))


def _keep_inputs(out: Path, inputs: Sequence[Path]) -> None:
    for path in inputs:
        if out.exists() and path.exists() and out.samefile(path):
            raise CicloError("deployment.same_file", path=str(out))


class _Scorer:
    """One run over one file."""

    def __init__(self, context: Context, loaded: LoadedBundle, words: Words, corrections: Corrections) -> None:
        self._context = context
        self._corrections = corrections
        self._loaded = loaded
        self._schema = loaded.manifest.schema
        self._remarks = _Remarks(words)
        self._expected = Expected(loaded.expected)
        self._rows = self._rejected = self._remarked = 0
        self._preview: list[tuple[str, ...]] = []

    def run(self, source: Path, out: Path) -> ScoreAnswer:
        features = self._loaded.inputs
        step = Text("deployment.step.scoring", {"name": source.name})
        told = self._schema
        with read_for_scoring(
            source, features, corrections=self._corrections, decimal=told.decimal, day_first=told.day_first
        ) as file:
            matched = match_columns([f.name for f in features], file.header, target=self._schema.target)
            names = output_names(file.header, self._schema.labels)
            schema = _schema(names, self._schema.labels, self._schema.task)
            notations = {
                name: msgspec.structs.replace(file.notation_of(place), missing_words=self._schema.missing_words)
                for name, place in matched.places.items()
            }
            with writing_table(out, schema) as writer:
                for batch in file.batches():
                    self._context.check_cancelled()
                    scored = self._score(batch, matched, notations, schema)
                    writer.write(scored)
                    self._keep_preview(scored)
                    self._context.report(Progress(step=step, done=file.done, total=file.total))
        return ScoreAnswer(
            rows=self._rows,
            rejected=self._rejected,
            remarks=self._remarked,
            out="",
            header=tuple(schema.names),
            preview=tuple(self._preview),
            notes=(*self._notes(), *matched.notes, *self._expected.notes()),
        )

    def _notes(self) -> tuple[Text, ...]:
        notes, proof = [], self._loaded.certificate
        if self._rows and self._rejected == self._rows:
            notes.append(Text("deployment.note.none_scored"))
        if proof.max_difference > _NOTABLE:
            notes.append(Text("deployment.note.other_libraries", {"difference": f"{proof.max_difference:.3g}"}))
        return tuple(notes)

    def _score(
        self, batch: TextBatch, matched: Matched, notations: Mapping[str, Notation], schema: pa.Schema
    ) -> pa.RecordBatch:
        columns = batch.columns
        texts = {name: columns[place] for name, place in matched.places.items()}
        judged = judge(texts, self._schema.features, notations, self._loaded.part)
        predictions = self._loaded.answer(judged.table)
        rejected = judged.rejected | batch.rejected
        self._expected.take(judged.table, rejected)
        remarks = self._remarks.column(batch.faults, judged.remarks, count=len(rejected))
        self._rows += len(rejected)
        self._rejected += int(rejected.sum())
        self._remarked += len(remarks) - remarks.null_count
        answers = _answers(predictions, self._schema.task, rejected)
        return pa.record_batch([*columns, *answers, remarks], schema=schema)

    def _keep_preview(self, batch: pa.RecordBatch) -> None:
        wanted = _PREVIEW - len(self._preview)
        if wanted > 0:
            columns = [[_shown(v) for v in column.to_pylist()] for column in batch.slice(0, wanted).columns]
            self._preview += list(zip(*columns, strict=True))


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _schema(names: Sequence[str], labels: Sequence[str], task: Task) -> pa.Schema:
    answer = pa.float64() if task is Task.REGRESSION else pa.string()
    fields = [(name, pa.string()) for name in names]
    fields += [("prediction", answer), *((f"probability_{label}", pa.float64()) for label in labels)]
    return pa.schema([*fields, ("remark", pa.string())])


def _answers(predictions: Predictions, task: Task, rejected: NDArray[np.bool_]) -> list[pa.Array]:
    """The columns of the answer, empty in rejected rows."""
    if task is Task.REGRESSION:
        return [pa.array(predictions.values, pa.float64(), mask=rejected)]
    labels = pa.array(predictions.labels, pa.string(), mask=rejected)
    columns = (pa.array(np.ascontiguousarray(p), pa.float64(), mask=rejected) for p in predictions.probabilities.T)
    return [labels, *columns]


class _Remarks:
    """Remarks in words; the same remark is put into words once."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._known: dict[bytes, str] = {}

    def column(self, faults: Mapping[int, Text], remarks: Mapping[int, Sequence[Text]], *, count: int) -> pa.Array:
        """The remark of each of ``count`` rows, null where there is none."""
        cells: list[str | None] = [None] * count
        for row, found in remarks.items():
            cells[row] = " ".join(self._sentence(text) for text in found[:_REMARKS_A_ROW])
        for row, fault in faults.items():  # which cell is whose isn't sure, so no other remark counts
            cells[row] = self._sentence(fault)
        return pa.array(cells, pa.string())

    def _sentence(self, text: Text) -> str:
        key = msgspec.json.encode(text)
        if key not in self._known:
            if len(self._known) > 100_000:
                self._known.clear()
            self._known[key] = self._words.text(text)
        return self._known[key]

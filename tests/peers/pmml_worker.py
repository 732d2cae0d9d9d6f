"""Answers of foreign readers of PMML, asked in an environment of their own; nothing of Ciclo is imported here.

``python pmml_worker.py jpmml|pypmml|schema JOBS``: JOBS is a JSON list of ``{"pmml", "rows", "answers"}``, each a path.
Rows are columns as JSON lists, null where missing; answers are written likewise, with ``error`` where there is one.
"""

from __future__ import annotations

import json
import os
import sys
import zipfile
from pathlib import Path

import pandas


def frame_of(path: str) -> pandas.DataFrame:
    """The rows as objects, so that whole columns of nothing stay what they are."""
    columns = json.loads(Path(path).read_text())
    return pandas.DataFrame({name: pandas.Series(values, dtype=object) for name, values in columns.items()})


def jpmml(job: dict[str, str]) -> dict[str, object]:
    """JPMML, and its check of the rows inside the file."""
    from jpmml_evaluator import make_evaluator

    evaluator = make_evaluator(Path(job["pmml"]))
    evaluator.verify()
    found = evaluator.evaluateAll(frame_of(job["rows"]), parallelism=1)
    errors = [str(error) for error in found.get("errors", []) if str(error) not in ("nan", "None")]
    told = {name: found[name].tolist() for name in found.columns if name != "errors"}
    return {**told, **({"error": errors[0]} if errors else {})}


def pypmml(job: dict[str, str]) -> dict[str, object]:
    """PMML4S, by way of pypmml."""
    from pypmml import Model

    model = Model.load(job["pmml"])
    frame = frame_of(job["rows"])
    rows = [model.predict(row) for row in frame.to_dict("records")]
    return {name: [row.get(name) for row in rows] for name in (rows[0] if rows else ())}


def schema(job: dict[str, str]) -> dict[str, object]:
    """The schema of PMML 4.4, as JPMML brings it, by Java's own validator."""
    import jpype
    from jpmml_evaluator import _classpath
    from jpmml_evaluator.jpype import JPypeBackend

    JPypeBackend()
    jar = next(path for path in _classpath([]) if Path(path).name.startswith("pmml-model-1"))
    text = zipfile.ZipFile(jar).read("pmml.xsd").decode()
    source, reader = jpype.JClass("javax.xml.transform.stream.StreamSource"), jpype.JClass("java.io.StringReader")
    factory = jpype.JClass("javax.xml.validation.SchemaFactory").newInstance("http://www.w3.org/2001/XMLSchema")
    validator = factory.newSchema(source(reader(text))).newValidator()
    try:
        validator.validate(source(reader(Path(job["pmml"]).read_text())))
    except jpype.JException as error:
        return {"error": str(error)}
    return {}


def main() -> None:
    """All jobs, one after the other."""
    ask = {"jpmml": jpmml, "pypmml": pypmml, "schema": schema}[sys.argv[1]]
    for job in json.loads(Path(sys.argv[2]).read_text()):
        try:
            answer = ask(job)
        except Exception as error:  # noqa: BLE001 - whatever a peer fails with is its answer
            answer = {"error": f"{type(error).__name__}: {error}"}
        Path(job["answers"]).write_text(json.dumps(answer))
    sys.stdout.flush()
    os._exit(0)  # a virtual machine inside may hang at its end


main()

"""Answers rows with an ONNX file by another version of onnxruntime: python onnx_answer.py MODEL ROWS.json OUT.json"""

import json
import sys
from pathlib import Path

import numpy
import onnxruntime

model, rows, out = sys.argv[1:]
asked = json.loads(Path(rows).read_text(encoding="utf-8"))
feeds = {}
for column in asked["columns"]:
    kind = object if column["words"] else numpy.float64
    cells = column["values"] if column["words"] else [float(cell) for cell in column["values"]]
    feeds[column["name"]] = numpy.array(cells, dtype=kind).reshape(-1, 1)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
found = session.run(None, feeds)
told = {made.name: values.ravel().tolist() for made, values in zip(session.get_outputs(), found, strict=True)}
Path(out).write_text(json.dumps(told), encoding="utf-8")

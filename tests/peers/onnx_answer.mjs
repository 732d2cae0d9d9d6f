// Answers rows with an ONNX file by onnxruntime-node: node answer.mjs MODEL ROWS.json OUT.json
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const ort = createRequire(process.cwd() + "/")("onnxruntime-node");
const [model, rows, out] = process.argv.slice(2);
const { columns, count } = JSON.parse(readFileSync(rows, "utf8"));
const feeds = {};
for (const { name, words, values } of columns) {
  const cells = words ? values : Float64Array.from(values, (value) => (typeof value === "string" ? Number(value) : value));
  feeds[name] = new ort.Tensor(words ? "string" : "float64", cells, [count, 1]);
}
const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
const found = await session.run(feeds);
const told = {};
for (const name of session.outputNames) told[name] = Array.from(found[name].data);
writeFileSync(out, JSON.stringify(told));

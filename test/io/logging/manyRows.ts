import { createReadStream } from "node:fs";
import { nn, ones, optim } from "evenkeel";
import { Recorder, type StepRow } from "evenkeel/analysis";
import { readRows } from "evenkeel/io";
import { rowWriter } from "evenkeel/io/node";

// A run of many rows, in a process of little memory: arguments are the file, the steps, and whether to keep rows.

const [file, steps, keeps] = process.argv.slice(2);
const each = 100;

const model = new nn.Linear(1, 1);
const x = ones([1, 1]);
const probe = ({ step }: { readonly step: number }): StepRow[] =>
  Array.from({ length: each }, (_, i) => ({ layer: `block.${i}`, metric: "share", value: (step + 0.5) / (i + 1) }));
const log = rowWriter(file);
const recorder = new Recorder(model, new optim.SGD(model.parameters(), { lr: 0 }), {
  probes: { shares: Object.assign(probe, { readsOnly: true }) },
  onRows: log.write,
  keepRows: keeps === "keeps",
});
for (let step = 0; step < Number(steps); step++) recorder.step(() => model.forward(x).sum());
log.close();

const [from, to] = [Number(steps) - 10, Number(steps)];
let [seen, sum] = [0, 0];
for await (const { value } of readRows(createReadStream(file), { layers: ["block.3"], metrics: ["share"], from, to })) {
  seen++;
  sum += value as number;
}
console.log(JSON.stringify({ seen, sum }));

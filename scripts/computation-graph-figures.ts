/** Draws the pictures of docs/computation-graph.md, from real runs: `npx tsx scripts/computation-graph-figures.ts`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { type ComputationGraph, computationGraph, toSvg } from "../src/analysis/index.ts";
import { manualSeed, nn, randint, randn, tensor } from "../src/index.ts";

const folder = new URL("../docs/figures/", import.meta.url);

async function draw(name: string, graph: ComputationGraph): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${name}.svg`, folder), await toSvg(graph));
}

const [a, b, c] = [2, -3, 10].map((value) => tensor(value / 4, { requiresGrad: true }));
const product = a.mul(b);
const sum = product.add(c);
const y = sum.tanh();
for (const x of [product, sum, y]) x.retainGrad();
y.backward();
await draw("computation-graph", computationGraph(y, { names: { a, b, c, y } }));

manualSeed(0);
const model = new nn.Sequential(
  new nn.Linear(4, 8, { bias: false }),
  new nn.BatchNorm1d(8),
  new nn.Tanh(),
  new nn.Linear(8, 3),
);
const [rows, labels] = [randn([16, 4]), randint(0, 3, [16])];
const loss = () => new nn.CrossEntropyLoss().forward(model.forward(rows), labels);
await draw("computation-graph-modules", computationGraph(loss, { model, collapse: "all", names: { rows, labels } }));

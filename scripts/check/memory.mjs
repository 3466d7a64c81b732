/**
 * Trains a small network for 200,000 steps in one loop that never yields, and fails if the process grows by 50 MB or
 * more after the first 1,000. Needs `npm run build` first.
 */
import { manualSeed, nn, optim, randint, randn } from "evenkeel";

const steps = 200_000;
const warmUp = 1_000;
const limit = 50;

const lineEvery = 20_000;

manualSeed(0);
const x = randn([32, 30]);
const labels = randint(0, 27, [32]);
const model = new nn.Sequential(
  new nn.Linear(30, 200, { bias: false }),
  new nn.BatchNorm1d(200),
  new nn.Tanh(),
  new nn.Linear(200, 27),
);
const optimizer = new optim.SGD(model.parameters(), { lr: 1e-3 });

const columns = ["rss", "heapUsed", "arrayBuffers"];
let samples = [];
let start;
let growth = 0;

/** The means of the samples since the last line, as garbage comes and goes. */
function meansInMegabytes() {
  const mean = (column) => samples.reduce((sum, sample) => sum + sample[column], 0) / samples.length / 2 ** 20;
  return columns.map(mean);
}

console.log(`${"steps".padStart(8)} ${columns.map((column) => column.padStart(12)).join(" ")}   (MB, means)`);
for (let step = 1; step <= steps; step++) {
  optimizer.zeroGrad();
  nn.functional.crossEntropy(model.forward(x), labels).backward();
  optimizer.step();
  if (step % 100 === 0 && step >= warmUp) samples.push(process.memoryUsage());
  if (step !== warmUp && step % lineEvery !== 0) continue;
  const means = meansInMegabytes();
  start ??= means[0];
  growth = Math.max(growth, ...samples.map(({ rss }) => rss / 2 ** 20 - start));
  samples = [];
  console.log(`${String(step).padStart(8)} ${means.map((mean) => mean.toFixed(1).padStart(12)).join(" ")}`);
}
console.log(`at most ${growth.toFixed(1)} MB more than after ${warmUp} steps; the limit is ${limit}`);
process.exit(growth < limit ? 0 : 1);

/**
 * Trains, probes, saves, restores and multiplies on threads, in turn, for an hour or for `--minutes N`, and fails where memory grows,
 * a run ends with other bits than the first one, interleaved runs mix, or a handle stays open. Needs `npm run build` first.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { data, Generator, manualSeed, nn, optim, randn, setNumThreads } from "evenkeel";
import { lineProbe, lossSurfaceAsync, Recorder, stepProbes } from "evenkeel/analysis";
import { loadCheckpoint, saveCheckpoint } from "evenkeel/io";
import { lossCurves, render } from "evenkeel/plot";

const { values } = parseArgs({ options: { minutes: { type: "string", default: "60" } } });
const end = performance.now() + Number(values.minutes) * 60_000;

/** Megabytes that a process may grow by, after the first cycles. */
const limit = 60;
const warmUp = 5;

const hashOf = (bytes) => createHash("sha256").update(bytes).digest("hex");

function makeRun(seed) {
  const generator = new Generator().manualSeed(seed);
  const model = new nn.Sequential(
    new nn.Linear(8, 32, { generator }),
    new nn.BatchNorm1d(32),
    new nn.Tanh(),
    new nn.Linear(32, 3, { generator }),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const x = randn([64, 8], { generator });
  const labels = x.slice(1, 0, 3).argmax(1);
  const loader = new data.DataLoader(new data.TensorDataset(x, labels), { batchSize: 16, shuffle: true, generator });
  const recorder = new Recorder(model, optimizer, { probes: { loss: stepProbes.loss() } });
  return { model, optimizer, loader, recorder, generator };
}

/** One step after the other, each handed over to whoever else wants to run. */
async function train(run, epochs) {
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [x, labels] of run.loader) {
      run.recorder.step(() => nn.functional.crossEntropy(run.model.forward(x), labels));
      await null;
    }
  }
  return run;
}

const stateOf = ({ model, optimizer }) => hashOf(saveCheckpoint({ model, optimizer }));

/** All that is done in one cycle, as one hash. */
async function cycle() {
  manualSeed(0);
  const first = await train(makeRun(1), 6);
  const alone = stateOf(first);

  // Interrupted and restored.
  const half = await train(makeRun(1), 3);
  const bytes = saveCheckpoint(half);
  const rest = makeRun(1);
  randn([100], { generator: rest.generator }); // elsewhere than it was
  loadCheckpoint(bytes, rest);
  manualSeed(0);
  assert.equal(stateOf(await train(rest, 3)), alone, "a restored run ends otherwise");

  // Three at the same time, step by step.
  const together = await Promise.all([1, 2, 1].map((seed) => train(makeRun(seed), 6)));
  assert.deepEqual([stateOf(together[0]), stateOf(together[2])], [alone, alone], "interleaved runs mix");
  assert.notEqual(stateOf(together[1]), alone);

  // Probes leave it as it was.
  const x = randn([32, 8], { generator: new Generator().manualSeed(3) });
  const loss = () => first.model.forward(x).square().mean();
  const probe = lineProbe(first.model, loss, { steps: [0.01, 0.1] });
  const surface = await lossSurfaceAsync(first.model, loss, { points: 5, seed: 0 });
  assert.equal(stateOf(first), alone, "a probe has changed the model");

  // Threads give the same bits.
  const [a, b] = [4, 5].map((seed) => randn([300, 300], { generator: new Generator().manualSeed(seed) }));
  setNumThreads(1);
  const single = hashOf(new Uint8Array(a.matmul(b).data.slice().buffer));
  setNumThreads(2);
  assert.equal(hashOf(new Uint8Array(a.matmul(b).data.slice().buffer)), single, "threads give other bits");
  setNumThreads(1);

  const svg = await render(lossCurves(first.recorder.recording()), "svg");
  return hashOf([alone, single, JSON.stringify([probe.loss, surface.loss]), svg].join());
}

const expected = await cycle();
let [cycles, base, most] = [1, 0, 0];
const { gc } = globalThis;
while (performance.now() < end) {
  assert.equal(await cycle(), expected, `cycle ${cycles} is not as the first`);
  cycles++;
  gc?.();
  const megabytes = process.memoryUsage().rss / 2 ** 20;
  if (cycles === warmUp) base = megabytes;
  if (cycles > warmUp) most = Math.max(most, megabytes - base);
  if (cycles % 50 === 0) console.log(`${cycles} cycles, at most ${most.toFixed(1)} MB more than after ${warmUp}`);
}
console.log(
  `${cycles} cycles, all with the same bits, at most ${most.toFixed(1)} MB more than after ${warmUp}; the limit is ${limit}`,
);
// Ports of idle threads keep no process alive: this one ends by itself, or the step that runs it hangs.
const usual = /^(TTYWrap|PipeWrap|FSReqCallback|Immediate|CloseReq|MessagePort)$/;
const open = process.getActiveResourcesInfo().filter((name) => !usual.test(name));
if (open.length > 0) console.log(`still open: ${open.join(", ")}`);
process.exitCode = most < limit && open.length === 0 ? 0 : 1;

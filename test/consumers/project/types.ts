// Compiled by every TypeScript that is supported, in every resolution of modules.
import { data, type Generator, manualSeed, nn, optim, randn, type Tensor, TensorError, tensor } from "evenkeel";
import { type Comparison, compare, Recorder, type Recording, stepProbes, type Verdict } from "evenkeel/analysis";
import { fromSafetensors, loadCheckpoint, saveCheckpoint, toNpz } from "evenkeel/io";
import { writeFileAtomically } from "evenkeel/io/node";
import { lossCurves, type Plot, render } from "evenkeel/plot";
import { grid, journal, pool, range, type Space, type SweepResult, sweep, sweepTable } from "evenkeel/sweep";
import { gradcheck } from "evenkeel/testing";

class Residual extends nn.Module {
  readonly linear: nn.Linear;
  constructor(width: number) {
    super();
    this.linear = new nn.Linear(width, width, { bias: false });
  }
  override forward(x: Tensor): Tensor {
    return x.add(this.linear.forward(x).tanh());
  }
}

const model = new nn.Sequential(new Residual(4), new nn.BatchNorm1d(4), new nn.Linear(4, 1));
const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
const scheduler = new optim.lrScheduler.StepLR(optimizer, 10);
const generator: Generator = manualSeed(0);
const loader = new data.DataLoader(new data.TensorDataset(randn([8, 4], { generator })), { batchSize: 4 });
for (const [x] of loader) {
  const loss: number = nn.functional.mseLoss(model.forward(x), tensor([[1], [0], [1], [0]])).item();
  if (Number.isNaN(loss)) throw new TensorError("here", { expected: "a number", got: "none" });
}
scheduler.step();
const state: nn.StateDict = fromSafetensors(new Uint8Array()).tensors;
const bytes: Uint8Array = saveCheckpoint({ model, optimizer, step: 1 });
const step: unknown = loadCheckpoint(bytes, { model, optimizer }).values.step;
const recording: Recording = new Recorder(model, optimizer, { probes: { loss: stepProbes.loss() } }).recording();
const comparison: Comparison = compare({
  variants: { a: () => new Residual(4) },
  data: [randn([4, 4])],
  loss: (m, x) => m.forward(x).mean(),
  optimizer: (m) => new optim.Adam(m.parameters(), { lr: 0.1 }),
  steps: 2,
});
const plot: Plot = lossCurves(recording);
export const svg: Promise<string> = render(plot, "svg");
export const png: Promise<Uint8Array> = render(plot, "png");
export const written: Promise<void> = writeFileAtomically("x", toNpz(state));
export const right: boolean = gradcheck((t) => t.exp(), [randn([2], { dtype: "float64", requiresGrad: true })]);
const space: Space = grid({ lr: [0.1, 1], seed: range(2) });
const cell = ({ lr, seed }: { lr: number; seed: number }) => ({ loss: lr * seed });
export const swept: Promise<SweepResult> = sweep({ space, cell });
export const kept = sweep({ space, cell: new URL("file:///cell.js"), store: journal("runs.jsonl"), run: pool(2) });
export const table = swept.then((result) => sweepTable(result).map((row) => row.loss));
export const verdicts: readonly Verdict[] = [];
export { comparison, step };

// @ts-expect-error: a wrong option
new nn.Linear(1, 1, { bais: true });
// @ts-expect-error: no space
sweep({ space: [{ lr: 1 }], cell });
// @ts-expect-error: no number
tensor("1").item().toFixed(2);

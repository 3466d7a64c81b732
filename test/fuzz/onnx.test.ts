import { cat, manualSeed, noGrad, ones, randn, stack, type Tensor, where, zeros } from "evenkeel";
import { exportOnnx } from "evenkeel/io";
import { test } from "vitest";
import { held, moduleOf, sessionOf } from "../io/onnxRun.ts";
import { numRuns, patience } from "./runs.ts";

/** Numbers from 0 to below 1 that follow from a seed. */
function drawn(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const weights = (() => {
  manualSeed(7);
  return [randn([4, 4]).mul(0.5), randn([4]), randn([3, 1])];
})();
const [matrix, row, column] = weights;

/** What a step may do to `x` `[n, 3, 4]`, beside another of its kind: it gives one of that shape again, of some size. */
const steps: readonly ((x: Tensor, y: Tensor, u: number) => Tensor)[] = [
  (x, y) => x.add(y),
  (x, y) => x.mul(y).tanh(),
  (x, y, u) => x.sub(y.mul(u)),
  (x, y) => x.div(y.abs().add(1)),
  (x, y) => x.maximum(y.detach()),
  (x, y) => where(x.gt(y), x.neg(), y),
  (x) => x.add(row).mul(column),
  (x) => x.matmul(matrix),
  (x) => x.reshape(-1, 4).matmul(matrix).reshape(x.shape),
  (x) => x.reshape([x.shape[0], 12]).softmax(1).mul(4).reshape(x.shape[0], 3, 4),
  (x) => x.transpose(1, 2).cumsum(1).tanh().transpose(1, 2),
  (x) => x.sub(x.mean(2, { keepdim: true })).div(x.std(2, { keepdim: true }).add(0.5)),
  (x) => x.sub(x.mean(0)),
  (x, y) => cat([x.slice(1, 1), y.slice(1, 0, 1)], 1),
  (x, y) => stack([x.select(1, 2), y.select(1, 0), x.select(1, 1)], 1),
  (x, _, u) => x.clamp(u - 1, null),
  (x, _, u) => x.softplus({ beta: 0.5 + 2 * u, threshold: 1 }),
  (x) => x.gelu({ approximate: "tanh" }),
  (x) => x.mul(x.argmax(2, { keepdim: true }).to("float32")).tanh(),
  (x) => matrix.index(x.argmax(2)),
  (x) => x.topk(4, 2).values,
  (x) => x.flip([0, 2]),
  (x) => x.maskedFill(x.lt(-1), 0.3),
  (x) => x.amax([1, 2], { keepdim: true }).expand(x.shape).sub(x).tanh(),
  (x) => x.logSoftmax(1).exp(),
  (x, y) => noGrad(() => zeros([x.shape[0], 3, 4]).add_(x).mul_(y).clamp(-2, 2)),
  (x, _, u) =>
    noGrad(() => {
      const copy = x.clone();
      copy.reshape([x.shape[0], 12]).mul_(u);
      return copy.lerp_(x, 0.25);
    }),
  (x) =>
    x
      .matmul(x.transpose(1, 2))
      .tanh()
      .matmul(ones([x.shape[0], 3, 4]))
      .mul(0.2),
  (x) => x.square().mul(x.sign()).div(x.shape[0]).tanh(),
  (x, _, u) => x.mul(3).to("int32").to("float32").add(u),
];

/** A program of some steps, each on what two earlier ones gave. */
function program(seed: number): (x: Tensor) => Tensor {
  return (x) => {
    const draw = drawn(seed);
    const made = [x];
    const pick = (from: readonly Tensor[]) => from[Math.floor(draw() * from.length)];
    for (let i = 0; i < 7; i++) {
      const step = steps[Math.floor(draw() * steps.length)];
      made.push(step(pick(made.slice(-2)), pick(made), draw()));
    }
    return made[made.length - 1];
  };
}

test("random programs say the same in onnxruntime and as modules of their own", { timeout: patience }, async () => {
  for (let seed = 0; seed < numRuns(25); seed++) {
    const forward = program(seed);
    manualSeed(seed);
    const run = await sessionOf(exportOnnx(moduleOf(forward), zeros([1, 3, 4])));
    for (const n of [1, 4]) {
      const x = randn([n, 3, 4]);
      held(forward(x), await run(x), 1e-4, `program ${seed} of ${n}`);
    }
  }
});

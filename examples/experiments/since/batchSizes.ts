import { nn, noGrad, optim, type Tensor } from "evenkeel";
import { recalibrateBatchNorm } from "evenkeel/analysis";
import { profileCurves } from "evenkeel/plot";
import { claim, type Experiment, mean, three } from "../experiment.ts";
import { type Batch, namesBatches, namesHeldOut, namesLoss, namesNetwork } from "../networks.ts";

/** Hoffer et al. 2017, Wu & Johnson 2021, EvalNorm 2019: what the size of the batch does to batch norm, trained and tested. */
export const batchSizes: Experiment = (scale, seed) => {
  const examples = scale === "small" ? 12_800 : 128_000;
  const sizes = [4, 8, 16, 64, 256];
  const [width, hidden, ghost] = [40, 2, 16];
  const held = namesHeldOut(seed);
  const lrOf = (size: number) => 0.4 * Math.sqrt(size / 64);
  const runs = [
    ...sizes.map((size) => ({ name: `${size}`, size, norm: (units: number): nn.Module => new nn.BatchNorm1d(units) })),
    { name: "256, ghosts", size: 256, norm: (units: number): nn.Module => new nn.GhostBatchNorm1d(units, ghost) },
  ].map(({ name, size, norm }) => {
    const model = namesNetwork(norm, { hidden, width, seed });
    const optimizer = new optim.SGD(model.parameters(), { lr: lrOf(size) });
    const next = namesBatches(size, seed);
    const steps = Math.floor(examples / size);
    const seen: Batch[] = [];
    for (let step = 0; step < steps; step++) {
      const batch = next(step);
      if (step >= steps - Math.ceil(2048 / size)) seen.push(batch);
      optimizer.zeroGrad();
      namesLoss(model, batch).backward();
      optimizer.step();
    }
    const byBatches = losses(model, held, name.endsWith("ghosts") ? ghost : size);
    model.eval();
    const average = noGrad(() => namesLoss(model, held)).item();
    recalibrateBatchNorm(
      model,
      seen.map(({ x }) => x),
    );
    const precise = noGrad(() => namesLoss(model, held)).item();
    const training = mean(seen.map((batch) => noGrad(() => namesLoss(model, batch)).item()));
    return { name, size, byBatches, average, precise, training };
  });
  const ofSizes = runs.slice(0, -1);
  const [smallest, largest, ghosts] = [runs[0], runs[runs.length - 2], runs[runs.length - 1]];
  const profile = (of: (run: (typeof runs)[number]) => number) => ({ x: sizes, y: ofSizes.map(of) });
  return {
    title: "The size of the batch, trained and tested",
    settings: { scale, seed, examples, sizes, ghost, width, hidden, lr: "0.4·√(size/64)" },
    table: [
      [
        "batch",
        "held out, by batches of that size",
        "by running averages",
        "by precise statistics",
        "training, precise",
      ],
      ...runs.map((r) => [r.name, ...[r.byBatches, r.average, r.precise, r.training].map(three)]),
    ],
    figures: [
      profileCurves(
        {
          "by batches of that size": profile((r) => r.byBatches),
          "by running averages": profile((r) => r.average),
          "by precise statistics": profile((r) => r.precise),
        },
        { title: "Held-out loss by the size of the batch", xTitle: "size of the batch", yTitle: "loss", logX: true },
      ),
    ],
    claims: [
      claim(
        "Wu & Johnson 2021 (arXiv:2105.07576); EvalNorm (Singh & Shrivastava 2019)",
        "in small batches the loss by the batch's own statistics and that by running ones are further apart than in large ones.",
        {
          [`gap in batches of ${smallest.size}`]: Math.abs(smallest.byBatches - smallest.average),
          [`in batches of ${largest.size}`]: Math.abs(largest.byBatches - largest.average),
        },
        (n) => {
          const [few, many] = Object.values(n);
          return few > 2 * many;
        },
      ),
      claim(
        "Wu & Johnson 2021",
        "precise statistics, of many batches at the end, do no worse than running averages.",
        {
          [`loss by running averages, batches of ${smallest.size}`]: smallest.average,
          "by precise statistics": smallest.precise,
          [`by running averages, batches of ${largest.size}`]: largest.average,
          "by precise ones": largest.precise,
        },
        (n) => {
          const [a, b, c, d] = Object.values(n);
          return b < a + 0.005 && d < c + 0.005;
        },
      ),
      claim(
        "Hoffer, Hubara & Soudry 2017 (arXiv:1705.08741)",
        `large batches generalise better by ghost batches of ${ghost}.`,
        {
          "held-out loss in batches of 256": largest.precise,
          "by ghost batches": ghosts.precise,
          "gap to training in batches of 256": largest.precise - largest.training,
          "gap by ghost batches": ghosts.precise - ghosts.training,
        },
        (n) => {
          const [whole, parts, gap, ghostGap] = Object.values(n);
          return (parts < whole && ghostGap < gap) || ((parts < whole || ghostGap < gap) && "partly");
        },
      ),
    ],
    open: [
      "All see as many examples, at rates that go by the root of the size. Precise statistics are those of the last 2,048 examples of training, in batches of the size trained with; here they do no better either, for the rate is constant and the average has caught up.",
    ],
    data: { runs },
  };
};

/** The mean loss on batches of a size, each by its own statistics; whole batches alone. */
function losses(model: nn.Module, { x, labels }: Batch, size: number): number {
  const n = labels.numel();
  const part = (all: Tensor, from: number) => all.slice(0, from, from + Math.min(size, n));
  const starts = Array.from({ length: Math.floor(n / Math.min(size, n)) }, (_, i) => i * size);
  model.train();
  return mean(
    starts.map((from) => noGrad(() => namesLoss(model, { x: part(x, from), labels: part(labels, from) })).item()),
  );
}

import { manualSeed, nn } from "evenkeel";
import { percentileBands } from "evenkeel/plot";
import { placement as placementPicture } from "../pictures/placement.ts";
import { unitSeen } from "../pictures/runs.ts";
import { trainWatched } from "./drift.ts";
import { claim, type Experiment, mean, three } from "./experiment.ts";
import { namesBatches, namesNetwork, nothing } from "./networks.ts";

/** The text's counter argument 2: batch norm before the activation, and behind it. */
export const placement: Experiment = (scale, seed) => {
  const steps = scale === "small" ? 300 : 4000;
  const lr = 1;
  const build = {
    none: () => namesNetwork(nothing, { hidden: 5, scale: 10, seed }),
    before: () => namesNetwork((width) => new nn.BatchNorm1d(width), { hidden: 5, scale: 10, seed }),
    after: () => {
      const plain = namesNetwork(nothing, { hidden: 5, scale: 10, seed });
      manualSeed(seed);
      const layers = [...plain].flatMap((layer, i): nn.Module[] =>
        layer instanceof nn.Tanh ? [layer, new nn.BatchNorm1d((plain[i - 1] as nn.Linear).outFeatures)] : [layer],
      );
      return new nn.Sequential(...layers);
    },
  };
  const looked = namesBatches(512, seed + 1)(0);
  const runs = Object.entries(build).map(([place, make]) => {
    const model = make();
    const layer = String(model.length - 1);
    const look = () => unitSeen(model, String(model.length - 2), { x: looked.x, unit: 0 });
    const atFirst = place === "before" ? look() : null;
    const { losses, points, report } = trainWatched(model, { steps, lr, seed, layer });
    return {
      place,
      loss: mean(losses.slice(-Math.floor(steps / 5))),
      mean: mean(points.map((point) => Math.abs(point.mean))),
      variance: mean(points.map((point) => point.variance)),
      meanStep: mean(points.slice(1).map((point) => point.meanStep)),
      report,
      unit: atFirst === null ? null : { "before training": atFirst, "after training": look() },
    };
  });
  const [none, before, after] = runs;
  const words = { none: "no batch norm", before: "before the tanh", after: "behind the tanh" };
  return {
    title: "Batch norm before the activation, and behind it",
    settings: { scale, seed, steps, lr, hidden: 5, width: 50, scaleOfWeights: 10, batch: 64 },
    table: [
      ["batch norm", "loss, last fifth", "|mean|", "variance", "means, step to step"],
      ...runs.map((r) => [
        words[r.place as keyof typeof words],
        three(r.loss),
        three(r.mean),
        three(r.variance),
        three(r.meanStep),
      ]),
    ],
    figures: [
      ...(before.unit === null ? [] : [placementPicture(before.unit)]),
      percentileBands(
        Object.fromEntries(runs.map(({ place, report }) => [words[place as keyof typeof words], report])),
        { title: "What goes into the last layer" },
      ),
    ],
    claims: [
      claim(
        "The text, counter argument 2",
        "before the activation batch norm does not make the next layer's input one of mean 0 and variance 1.",
        {
          "variance of that input": before.variance,
          "behind the tanh, where γ learns to make it smaller": after.variance,
        },
        (n) => Math.abs(n["variance of that input"] - 1) > 0.2,
      ),
      claim(
        "The text, counter argument 2",
        "yet it is put there, and helps: its benefit is not that of steady inputs.",
        { "loss without": none.loss, "with batch norm before the tanh": before.loss, "behind it": after.loss },
        (n) =>
          n["with batch norm before the tanh"] < n["loss without"] &&
          (n["with batch norm before the tanh"] <= n["behind it"] || "partly"),
      ),
    ],
    open: [
      "Mean, variance and drift are of the last layer's input, averages over the whole run.",
      "Neither the text nor Ioffe & Szegedy measure both places; the network is that of the experiment on noise, chosen.",
    ],
    data: { runs: runs.map(({ report: _report, unit: _unit, ...run }) => run) },
  };
};

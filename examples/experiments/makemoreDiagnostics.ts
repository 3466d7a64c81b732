import { Generator, grad, manualSeed, nn, noGrad, optim, randn, type Tensor } from "evenkeel";
import {
  activationReport,
  batchNormHealth,
  type DeadUnits,
  deadUnits,
  diagnose,
  gradientReport,
  initialLossCheck,
  updateRatios,
} from "evenkeel/analysis";
import { activationHistograms, saturationBitmap, updateRatioDots } from "evenkeel/plot";
import { characters } from "../demo/data.ts";
import { claim, type Experiment, mean, three } from "./experiment.ts";
import { type Batch, batchNorm, namesBatches, namesHeldOut, namesLoss, namesNetwork, nothing } from "./networks.ts";

/** Makemore's diagnostics (Karpathy, part 3) of a network of five tanh layers, with batch norm and without. */
export const makemoreDiagnostics: Experiment = (scale, seed) => {
  const [steps, lr, weights] = [scale === "small" ? 200 : 1000, 0.1, 6];
  const variants = { standard: nothing, "batch norm": batchNorm };
  const heldOut = namesHeldOut(seed);
  const runs = Object.entries(variants).map(([variant, normalisation]) => {
    const model = namesNetwork(normalisation, { hidden: 5, width: 100, scale: weights, seed });
    manualSeed(seed);
    const optimizer = new optim.SGD(model.parameters(), { lr });
    const next = namesBatches(32, seed);
    const first = next(0);
    const initial = initialLossCheck(model, () => namesLoss(model, first), { numClasses: characters.length });
    const before = activationReport(model, first.x);
    let batch: Batch = first;
    for (let step = 0; step < steps; step++) {
      batch = next(step);
      optimizer.zeroGrad();
      namesLoss(model, batch).backward();
      optimizer.step();
    }
    const loss = () => namesLoss(model, batch);
    const many = Array.from({ length: 10 }, (_, i) => next(i));
    const reports = {
      activations: activationReport(model, batch.x),
      gradients: gradientReport(model, loss),
      updates: updateRatios(model, loss, { lr }),
      dead: deadUnits(
        model,
        many.map(({ x }) => x),
        { bitmap: "strings" },
      ),
      ...(variant === "standard"
        ? {}
        : {
            health: batchNormHealth(
              model,
              many.map(({ x }) => x),
            ),
          }),
    };
    const verdicts = diagnose(...Object.values(reports));
    const saturated = (report: typeof before) => mean(report.layers.map((layer) => layer.saturatedFraction ?? 0));
    const ratios = reports.updates.parameters.map(({ log10 }) => log10).filter((value) => value !== null);
    return {
      variant,
      initialLoss: initial.loss,
      saturatedAtFirst: saturated(before),
      saturated: saturated(reports.activations),
      std: reports.activations.layers.map(({ std }) => std),
      updates: ratios,
      bitmap: bitmapOf(reports.dead),
      loss: noGrad(() => namesLoss(model.eval(), heldOut).item()),
      verdicts: verdicts.map(({ code, severity, layer, message }) => ({ code, severity, layer, message })),
      reports,
    };
  });
  const [plain, normed] = runs;
  const spread = spreadThroughLinear(seed);
  const byVariant = <T>(of: (run: (typeof runs)[number]) => T) =>
    Object.fromEntries(runs.map((run) => [run.variant, of(run)]));
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return {
    title: "Makemore's diagnostics, with batch norm and without",
    settings: { scale, seed, steps, lr, hidden: 5, width: 100, scaleOfWeights: weights, batch: 32 },
    table: [
      ["network", "first loss", "saturated at first", "and after training", "log10 of updates", "held-out loss"],
      ...runs.map((run) => [
        run.variant,
        three(run.initialLoss),
        percent(run.saturatedAtFirst),
        percent(run.saturated),
        three(mean(run.updates)),
        three(run.loss),
      ]),
    ],
    pictures: Object.fromEntries(
      runs.map(({ variant, bitmap }) => [
        `Saturated (#) units of the last tanh, ${variant}: 10 examples below`,
        bitmap,
      ]),
    ),
    figures: [
      activationHistograms(byVariant(({ reports }) => reports.activations)),
      saturationBitmap(byVariant(({ reports: { dead } }) => ({ ...dead, layers: dead.layers.slice(-1) }))),
      updateRatioDots(byVariant(({ reports }) => reports.updates)),
    ],
    claims: [
      claim(
        "The text, first benefit; makemore part 3",
        "batch norm before the activation keeps units from saturating.",
        {
          "share of tanh outputs saturated at first without": plain.saturatedAtFirst,
          "at first with batch norm": normed.saturatedAtFirst,
          [`after ${steps} steps without`]: plain.saturated,
          "after them with batch norm": normed.saturated,
        },
        (n) => {
          const [first, firstNormed, last, lastNormed] = Object.values(n);
          return firstNormed < first && lastNormed < last;
        },
      ),
      claim(
        "Makemore part 3",
        "an untrained network should cost ln(number of classes).",
        {
          "ln of the number": Math.log(characters.length),
          "first loss without": plain.initialLoss,
          "with batch norm": normed.initialLoss,
        },
        (n) =>
          inBoth(
            [n["first loss without"], n["with batch norm"]].map((loss) => Math.abs(loss - n["ln of the number"]) < 0.1),
          ),
      ),
      claim(
        "Makemore part 3",
        "updates should be about a thousandth of the weights, 10⁻³.",
        {
          "log10 of update over weight, on average over the matrices, without": mean(plain.updates),
          "with batch norm": mean(normed.updates),
        },
        (n) => inBoth(Object.values(n).map((log10) => Math.abs(log10 + 3) < 0.5)),
      ),
      claim(
        "Makemore part 3",
        "a linear layer of n standard normal inputs makes outputs, and gradients on their way back, √n times as large; batch norm behind it takes both back.",
        {
          "√n": Math.sqrt(spread.n),
          "standard deviation of outputs without": spread.plain.output,
          "of gradients at the input without": spread.plain.gradient,
          "of outputs with batch norm": spread.normed.output,
          "of gradients with batch norm": spread.normed.gradient,
        },
        (n) => {
          const [root, ...stds] = Object.values(n);
          return stds.every((std, i) => Math.abs(std / (i < 2 ? root : 1) - 1) < 0.1);
        },
      ),
    ],
    open: [
      "Other names than makemore's, and one-hot letters in place of its embedding: compare directions, not digits.",
    ],
    data: { runs, spread },
  };
};

/** Rows of units, saturated or not: the first examples, and as many units as a line has room for. */
function bitmapOf({ layers }: DeadUnits): string[] {
  return (layers.at(-1)?.bitmap ?? [])
    .slice(0, 10)
    .map((row) => String(row).slice(0, 76).replaceAll("1", "#").replaceAll("0", "."));
}

/** How large outputs of a linear layer and gradients at its input are, where weights and what comes in are standard normal. */
function spreadThroughLinear(seed: number) {
  const n = 400;
  const generator = new Generator().manualSeed(seed);
  const weight = randn([n, n], { generator });
  const [values, gradient] = [randn([n, n], { generator }), randn([n, n], { generator })];
  const through = (normalise: (y: Tensor) => Tensor) => {
    const x = values.clone();
    x.requiresGrad = true;
    const y = normalise(x.matmul(weight));
    const [g] = grad(y.mul(gradient).sum(), [x]);
    return { output: y.detach().std().item(), gradient: g.std().item() };
  };
  const norm = new nn.BatchNorm1d(n);
  return { n, plain: through((y) => y), normed: through((y) => norm.forward(y)) };
}

/** What both networks, or only one of them, show. */
const inBoth = (shown: readonly boolean[]): boolean | "partly" =>
  shown.every(Boolean) ? true : shown.some(Boolean) ? "partly" : false;

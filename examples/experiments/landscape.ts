import { optim } from "evenkeel";
import { type LineProbe, lineProbe, surfaceRoughness } from "evenkeel/analysis";
import { landscapeBands, surfaceRelief } from "evenkeel/plot";
import { claim, type Experiment, inAll, median, orNone, three } from "./experiment.ts";
import { batchNorm, deepLinear, namesBatches, namesLoss, namesNetwork, nothing, planes } from "./networks.ts";

/**
 * Santurkar et al., Figures 4 and 10: the three probes of the landscape while training, of a shallow network, a deep one and a
 * deep linear one; and planes through the first weights.
 */
export const landscape: Experiment = (scale, seed) => {
  const steps = scale === "small" ? 120 : 2000;
  const every = Math.max(1, Math.floor(steps / 12));
  const variants = { standard: nothing, "batch norm": batchNorm };
  const networks = {
    names: { hidden: 3, scale: 3, lr: 0.5 },
    "deep, on names": { hidden: 5, scale: 10, lr: 0.1 },
  };
  const [names, deep] = Object.entries(networks).map(([network, { lr, ...own }]) =>
    Object.entries(variants).map(([variant, normalisation]) => {
      const model = namesNetwork(normalisation, { ...own, seed });
      const optimizer = new optim.SGD(model.parameters(), { lr });
      const next = namesBatches(64, seed);
      const probes: (LineProbe & { step: number })[] = [];
      for (let step = 0; step < steps; step++) {
        const batch = next(step);
        const loss = () => namesLoss(model, batch);
        if (step % every === 0) probes.push({ step, ...lineProbe(model, loss, { preset: "vgg", lr }) });
        optimizer.zeroGrad();
        loss().backward();
        optimizer.step();
      }
      return { network, variant, probes };
    }),
  );
  const [depth, samples, rate] = [scale === "small" ? 10 : 25, scale === "small" ? 200 : 1000, 1e-6];
  const linear = Object.entries(variants).map(([variant, normalisation]) => {
    const { model, loss } = deepLinear(normalisation, { depth, samples, seed });
    const optimizer = new optim.SGD(model.parameters(), { lr: rate });
    const probes: (LineProbe & { step: number })[] = [];
    for (let step = 0; step < steps; step++) {
      if (step % every === 0) probes.push({ step, ...lineProbe(model, loss, { preset: "dln", lr: rate }) });
      optimizer.zeroGrad();
      loss().backward();
      optimizer.step();
    }
    return { network: `${depth} linear layers`, variant, probes };
  });
  const runs = [...names, ...deep, ...linear];
  const surfaces = planes(seed, scale === "small" ? 25 : 51);
  const [rough, smooth, shallow, shallowNormed] = Object.values(surfaces).map(surfaceRoughness);
  const width = (range: readonly [number, number] | null) => (range === null ? Number.NaN : range[1] - range[0]);
  const seen = runs.map(({ network, variant, probes }) => ({
    network,
    variant,
    loss: median(probes.map(({ lossRange }) => width(lossRange))),
    gradient: median(probes.map(({ gradientDistanceRange }) => gradientDistanceRange?.[1] ?? Number.NaN)),
    beta: median(probes.map(({ effectiveBeta }) => effectiveBeta ?? Number.NaN)),
  }));
  const [plain, normed, plainDeep, normedDeep, plainLinear, normedLinear] = seen;
  const numbers = (without: typeof plain, withIt: typeof plain) => ({
    "band of the loss without": without.loss,
    "with batch norm": withIt.loss,
    "distance of the gradient without": without.gradient,
    "the gradient's with batch norm": withIt.gradient,
    "effective β without": without.beta,
    "β with batch norm": withIt.beta,
  });
  const smaller = (n: ReturnType<typeof numbers>) => [
    n["with batch norm"] < n["band of the loss without"],
    n["the gradient's with batch norm"] < n["distance of the gradient without"],
    n["β with batch norm"] < n["effective β without"],
  ];
  const pairs = [numbers(plain, normed), numbers(plainDeep, normedDeep), numbers(plainLinear, normedLinear)];
  const rougher = pairs.flatMap(smaller).filter((isSmoother) => !isSmoother).length;
  return {
    title: "The landscape along the gradient, with batch norm and without",
    settings: {
      scale,
      seed,
      steps,
      networks,
      width: 50,
      batch: 64,
      linear: { depth, samples, lr: rate },
    },
    table: [
      ["network", "width of the loss band", "gradient distance", "effective β"],
      ...seen.map((s) => [`${s.network}, ${s.variant}`, three(s.loss), three(s.gradient), three(s.beta)]),
    ],
    figures: [
      ...[deep, names, linear].map((pair) =>
        landscapeBands(
          Object.fromEntries(
            pair.map(({ variant, probes }) => [variant, probes.map(({ step, ...probe }) => ({ step, probe }))]),
          ),
          { title: `The landscape along the step, ${pair[0].network}` },
        ),
      ),
      surfaceRelief(surfaces, { title: "Planes through the first weights" }),
    ],
    claims: [
      claim(
        "Santurkar et al., Figure 4",
        "with batch norm the loss varies less along the gradient, the gradient is more predictive, and the effective β is smaller.",
        numbers(plain, normed),
        (n) => inAll(smaller(n)),
      ),
      claim(
        "Santurkar et al., Figure 4, on a deeper network whose weights start ten times their usual size",
        "the same: the loss varies less, the gradient is more predictive, and the effective β is smaller.",
        numbers(plainDeep, normedDeep),
        (n) => inAll(smaller(n)),
      ),
      claim(
        "Santurkar et al., Figure 10",
        "the same of the deep linear network.",
        numbers(plainLinear, normedLinear),
        (n) => inAll(smaller(n)),
      ),
      claim(
        "PyHessian (arXiv:1912.07145)",
        "batch norm does not necessarily make the landscape smoother, especially in shallower networks.",
        { "of the nine comparisons above are not smoother": rougher },
        (n) => n["of the nine comparisons above are not smoother"] > 0,
      ),
      claim(
        "The text, third benefit; Santurkar et al., section 3.1",
        "without batch norm the loss has many kinks and valleys, with it it is smooth: in a plane through the first weights of the deeper network.",
        {
          "local minima without": rough.minima,
          "minima with batch norm": smooth.minima,
          "mean second difference without": rough.secondDifference,
          "difference with batch norm": smooth.secondDifference,
        },
        (n) =>
          inAll([
            n["minima with batch norm"] < n["local minima without"],
            orNone(n["difference with batch norm"]) < orNone(n["mean second difference without"]),
          ]),
      ),
      claim(
        "PyHessian (arXiv:1912.07145)",
        "in a shallow network there is no such difference: in a plane through the usual first weights of two hidden layers.",
        { "local minima without": shallow.minima, "with batch norm": shallowNormed.minima },
        (n) => Math.abs(n["with batch norm"] - n["local minima without"]) <= 2,
      ),
    ],
    open: [
      "How many points a line has, and whether its batch is that of the step, is not said: here 9, and it is.",
      "β in parameter space depends on the size of the weights, to which batch norm makes a network indifferent.",
    ],
    data: { seen, runs, planes: { rough, smooth, shallow, shallowNormed } },
  };
};

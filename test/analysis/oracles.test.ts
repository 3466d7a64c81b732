import { type nn, optim, type Tensor, tensor } from "evenkeel";
import * as analysis from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { analysisNames, meant, modelless, norm, type Setting, setting } from "./settings.ts";
import { differences, dot, eigenvaluesOf, length, mean, plus, sum, Twin, variance } from "./twin.ts";
import { type Kind, zoo } from "./zoo.ts";

// Each analysis of each kind of module, against what plain numbers say: losses of a twin that is moved by hand, differences of
// them for gradients and Hessians, loops over what hooks have seen for statistics. Nothing of an analysis is used for it.

type Numbers = readonly number[];

const lr = 0.1;

/** What an oracle is given: a model to analyse, and others like it, of which it may do what it likes. */
interface Case {
  readonly s: Setting;
  readonly twin: (mode?: "batch" | "running") => Twin;
  /** The Hessian of the model's loss. */
  readonly hessian: () => readonly Numbers[];
}

/** Fails unless numbers agree, within a part of the largest. */
function expectClose(actual: readonly (number | null)[], expected: Numbers, within = 1e-6): void {
  expect(actual).toHaveLength(expected.length);
  const scale = Math.max(1e-3, ...expected.map(Math.abs));
  const worst = Math.max(0, ...expected.map((value, i) => Math.abs((actual[i] ?? Number.NaN) - value)));
  if (!(worst <= within * scale)) expect(actual).toEqual(expected);
}

const flat = (x: Tensor): Numbers => [...x.data];

/** The numbers of each unit of `[n, units, …]`. */
function byUnit(x: Tensor): Numbers[] {
  const [, units = 1] = x.shape;
  const inner = x.shape.slice(2).reduce((a, b) => a * b, 1);
  return Array.from({ length: units }, (_, u) => flat(x).filter((_, i) => Math.floor(i / inner) % units === u));
}

/** What a twin's modules of a class are given and return in passes over inputs. */
function seen(twin: Twin, inputs: readonly Tensor[], type: string): Map<string, { x: Tensor; y: Tensor }[]> {
  const found = new Map<string, { x: Tensor; y: Tensor }[]>();
  for (const [name, module] of twin.model.namedModules()) {
    if (module.constructor.name !== type) continue;
    module.registerForwardHook((_, [x], y) => {
      found.set(name, [...(found.get(name) ?? []), { x: (x as Tensor).clone(), y: (y as Tensor).clone() }]);
    });
  }
  for (const x of inputs) twin.model.forward(x);
  return found;
}

/** Batches of the model of a case. */
const batches = ({ x }: { readonly x: Tensor }): Tensor[] => [x, x.mul(2).add(1)];

/** Directions for a plane, which no analysis has chosen. */
const waves = (twin: Twin): readonly [Numbers, Numbers] => [
  twin.start.map((_, k) => Math.cos(k)),
  twin.start.map((_, k) => Math.sin(2 * k + 1)),
];

const split = ({ parts }: Twin, values: Numbers): Tensor[] =>
  parts.map(({ p, from, to }) => tensor(values.slice(from, to), { dtype: "float64" }).reshape([...p.shape]));

/** Numbers as they are but for those at some places, which move. */
const movedAt = (theta: Numbers, step: Numbers, places: Numbers): Numbers => {
  const chosen = new Set(places);
  return theta.map((value, k) => (chosen.has(k) ? value + step[k] : value));
};

const pick = (values: Numbers, places: Numbers): Numbers => places.map((k) => values[k]);

/** Batch norm of one unit, from its inputs, and its parameters. */
const normalised = (y: Numbers, eps: number, gamma: number, beta: number): Numbers => {
  const centre = mean(y);
  const sigma = Math.sqrt(mean(y.map((value) => (value - centre) ** 2)) + eps);
  return y.map((value) => (gamma * (value - centre)) / sigma + beta);
};

/** The units of the batch norm of a setting: their inputs, and what it makes of others. */
function unitsOf(s: Setting): { readonly y: Numbers; readonly through: (y: Numbers) => Numbers }[] {
  const [given, x] = norm(s);
  const { eps, weight, bias } = given as nn.BatchNorm1d;
  return byUnit(x).map((y, u) => ({
    y,
    through: (values) => normalised(values, eps, weight?.data[u] ?? 1, bias?.data[u] ?? 0),
  }));
}

const rootMeanSquare = (values: Numbers): number => Math.sqrt(mean(values.map((value) => value * value)));

/** The outputs of each example. */
const rowsOf = (y: Tensor): Numbers[] => Array.from({ length: y.shape[0] }, (_, i) => flat(y.select(0, i)));

const oracles: Record<string, (c: Case) => void> = {
  activationReport: ({ s, twin }) => {
    const { layers } = analysis.activationReport(s.model, s.x, { modules: [""] });
    const y = twin().model.forward(s.x);
    const values = flat(y).toSorted((a, b) => a - b);
    const [layer] = layers;
    expectClose(
      [layer.mean, layer.std, layer.min, layer.max],
      [mean(values), Math.sqrt(variance(values)), values[0], values.at(-1) ?? 0],
    );
    expectClose(
      layer.units.map((unit) => unit.mean),
      byUnit(y).map(mean),
    );
    const tanh = seen(twin(), [s.x], "Tanh");
    if (tanh.size === 0) return;
    for (const found of analysis.activationReport(s.model, s.x).layers) {
      const out = (tanh.get(found.layer) ?? []).flatMap(({ y: own }) => flat(own));
      expect(found.saturatedFraction).toBe(mean(out.map((value) => (Math.abs(value) > 0.97 ? 1 : 0))));
      expectClose([found.localGradient], [mean(out.map((value) => 1 - value * value))]);
    }
  },
  batchNormHealth: ({ s, twin }) => {
    const report = analysis.batchNormHealth(s.model, batches(s));
    for (const layer of report.layers) {
      const inputs = (seen(twin(), batches(s), "BatchNorm1d").get(layer.layer) ?? []).map(({ x }) => byUnit(x));
      const units = inputs[0].map((_, u) => inputs.map((units) => units[u]));
      expectClose(
        layer.batch.mean,
        units.map((of) => mean(of.map(mean))),
      );
      expectClose(
        layer.batch.variance,
        units.map((of) => mean(of.map(variance))),
      );
      expectClose(
        layer.data.mean,
        units.map((of) => mean(of.flat())),
      );
      expectClose(
        layer.data.variance,
        units.map((of) => variance(of.flat())),
      );
    }
    const withLoss = analysis.batchNormHealth(s.model, [s.x], { loss: () => s.loss() });
    const losses = [twin(), twin("running")].map((own) => own.at(own.start));
    expectClose([withLoss.batchLoss, withLoss.runningLoss], losses, 1e-12);
  },
  computationGraph: ({ s, twin }) => {
    const backward = () => {
      const y = s.loss();
      y.backward();
      return y;
    };
    const { nodes, output } = analysis.computationGraph(backward, { model: s.model });
    const own = twin();
    expectClose([nodes.find(({ id }) => id === output)?.value.mean ?? null], [own.at(own.start)], 1e-12);
    const gradient = own.gradient();
    const drawn = nodes.filter(({ kind, requiresGrad }) => kind === "parameter" && requiresGrad);
    expect(drawn.length).toBeGreaterThan(0);
    for (const { name, gradient: numbers, value } of drawn) {
      expectClose([value.mean], [mean(own.of(name ?? "", own.start))]);
      expectClose([numbers?.max ?? null], [Math.max(...own.of(name ?? "", gradient))], 1e-6);
    }
  },
  deadUnits: ({ s, twin }) => {
    const types = { Tanh: (y: number) => Math.abs(y) > 0.5, Sigmoid: (y: number) => y < 0.2 || y > 0.8 };
    const { layers } = analysis.deadUnits(s.model, batches(s), { thresholds: { tanh: 0.5, sigmoid: 0.2 } });
    for (const layer of layers) {
      const isSaturated = types[layer.type as keyof typeof types];
      const passes = seen(twin(), batches(s), layer.type).get(layer.layer) ?? [];
      const examples = passes.flatMap(({ y }) =>
        Array.from({ length: y.shape[0] }, (_, i) => y.select(0, i).unsqueeze(0)),
      );
      const active = examples.map((y) => byUnit(y).map((values) => (values.every(isSaturated) ? 0 : 1)));
      expectClose(
        layer.activeFraction,
        active[0].map((_, u) => mean(active.map((units) => units[u]))),
        1e-12,
      );
    }
  },
  descend1d: ({ s, twin }) => {
    const options = { starts: [0.3], lr: 0.05, steps: 3, points: 3, tolerance: 0 };
    const { curve, descents } = analysis.descend1d({ model: s.model, loss: s.loss }, options);
    const own = twin();
    const down = own.gradient().map((g) => -g);
    const at = ([x]: Numbers) => own.at(plus(own.start, down, x));
    expectClose(
      curve.loss,
      curve.x.map((x) => at([x])),
    );
    let x = 0.3;
    for (const [k, place] of descents[0].x.entries()) {
      const [slope] = differences(at, [x]);
      expectClose([place, descents[0].loss[k], descents[0].slope[k]], [x, at([x]), slope], 1e-5);
      x -= 0.05 * slope;
    }
  },
  effectiveRank: ({ s, twin }) => {
    const rows = rowsOf(twin().model.forward(s.x));
    const centre = rows[0].map((_, j) => mean(rows.map((row) => row[j])));
    for (const centred of [false, true]) {
      const [found] = analysis.effectiveRank(s.model, s.x, { modules: [""], centred }).layers;
      const given = centred ? rows.map((row) => plus(row, centre, -1)) : rows;
      const squares = eigenvaluesOf(given.map((a) => given.map((b) => dot(a, b)))).map((value) => Math.max(0, value));
      const sizes = squares.map(Math.sqrt);
      const shares = sizes.map((size) => size / sum(sizes)).filter((p) => p > 0);
      const expected = [
        Math.exp(-sum(shares.map((p) => p * Math.log(p)))),
        sum(squares) ** 2 / dot(squares, squares),
        sum(squares) / Math.max(...squares),
      ];
      expectClose([found.effectiveRank, found.participation, found.stableRank], expected);
      expect(found.largest).toBe(Math.min(rows.length, rows[0].length));
    }
  },
  exampleCorrelation: ({ s, twin }) => {
    const rows = rowsOf(twin().model.forward(s.x));
    const [found] = analysis.exampleCorrelation(s.model, s.x, { modules: [""] }).layers;
    const cosines = rows.flatMap((a, i) => rows.slice(0, i).map((b) => dot(a, b) / length(a) / length(b)));
    const whole = sum(rows.map((row) => dot(row, row)));
    const off = rows.flatMap((a, i) => rows.map((b, j) => dot(a, b) / whole - (i === j ? 1 / rows.length : 0)));
    expectClose(
      [found.meanCosine, found.meanAbsoluteCosine, found.orthogonalityGap],
      [mean(cosines), mean(cosines.map(Math.abs)), length(off)],
      1e-9,
    );
  },
  gradientAlignment: ({ s, twin, hessian }) => {
    const own = twin();
    const [rows, g] = [hessian(), own.gradient()];
    const found = analysis.gradientAlignment(s.model, s.loss, { k: rows.length, maxIterations: 400 });
    const along = dot(
      g,
      rows.map((row) => dot(row, g)),
    );
    expectClose([found.inside, found.expected, found.gradientNorm], [1, 1, length(g)]);
    expectClose([dot(found.eigenvalues, found.shares)], [along / dot(g, g)], 1e-4);
    const all = eigenvaluesOf(rows);
    const [top, scale] = [analysis.gradientAlignment(s.model, s.loss, { k: 1, maxIterations: 400 }), Math.abs(all[0])];
    expectClose([top.eigenvalues[0], scale], [all.at(-1) ?? 0, scale], 1e-4);
  },
  hessianDiagonal: ({ s, twin, hessian }) => {
    const found = analysis.hessianDiagonal(s.model, s.loss, { samples: 400 });
    expect(found.diagonal.map(({ parameter }) => parameter)).toEqual(twin().parts.map(({ name }) => name));
    expectClose(
      found.diagonal.flatMap(({ values }) => values),
      hessian().map((row, i) => row[i]),
      1e-5,
    );
  },
  learningRateTest: ({ s, twin }) => {
    const found = analysis.learningRateTest(s.model, s.loss, { from: 0.01, to: 0.04, steps: 3, smoothing: 0.5 });
    const own = twin();
    let theta = own.start;
    const expected = [0.01, 0.02, 0.04].map((rate) => {
      const value = own.at(theta);
      theta = plus(theta, own.gradient(theta), -rate);
      return value;
    });
    const [a, b, c] = expected;
    expectClose(found.rates, [0.01, 0.02, 0.04], 1e-12);
    expectClose(found.loss, expected);
    expectClose(found.smoothed, [a, (a / 2 + b) / 1.5, (a / 4 + b / 2 + c) / 1.75]);
  },
  effectiveLearningRate: ({ s, twin }) => {
    for (const layer of analysis.effectiveLearningRate(s.model, s.optimizer).layers) {
      const { p } = twin().parts.find(({ name }) => name === `${layer.name}.weight`) ?? twin().parts[0];
      const rows = p.toArray<number[][]>();
      expectClose(layer.weightNorms, rows.map(length), 1e-12);
      expectClose(
        layer.rates,
        rows.map((row) => 0.01 / dot(row, row)),
        1e-12,
      );
    }
  },
  explainBatchNormCurvature: ({ s, twin }) => {
    const power = (z: Numbers) => sum(z.map((value) => value ** 4));
    const loss = (z: Tensor) => s.loss().detach().add(z.pow(4).sum());
    const result = analysis.explainBatchNormCurvature(...norm(s), loss, { model: s.model });
    const units = unitsOf(s);
    const own = twin();
    expectClose([result.loss], [own.at(own.start) + sum(units.map(({ y, through }) => power(through(y))))]);
    for (const [u, { y, through }] of units.entries()) {
      const f = (values: Numbers) => power(through(values));
      const v = differences(f, y);
      const slopeAlong = ([t]: Numbers) => dot(differences(f, plus(y, v, t)), v);
      expectClose([result.units[u].directionSquared], [dot(v, v)], 1e-5);
      expectClose([result.units[u].measured], differences(slopeAlong, [0]), 1e-4);
    }
  },
  explainBatchNormGradient: ({ s }) => {
    const result = analysis.explainBatchNormGradient(...norm(s), norm(s)[1].sin());
    const squares = unitsOf(s).map(({ y, through }) => {
      const g = y.map(Math.sin);
      const slope = differences((values) => dot(g, through(values)), y);
      return dot(slope, slope);
    });
    expectClose(
      result.units.map(({ measured }) => measured),
      squares,
    );
    expectClose(
      result.units.map(({ predicted }) => predicted),
      squares,
    );
    expectClose([result.total.measured], [sum(squares)]);
  },
  explainBatchNormMinimax: ({ s }) => {
    const result = analysis.explainBatchNormMinimax(...norm(s), norm(s)[1].sin(), { lambda: 2 });
    for (const [u, { y, through }] of unitsOf(s).entries()) {
      const g = y.map(Math.sin);
      const slope = differences((values) => dot(g, through(values)), y);
      const { measured, predicted, withoutBatchNorm } = result.units[u];
      expectClose(
        [measured, predicted, withoutBatchNorm],
        [4 * dot(slope, slope), 4 * dot(slope, slope), 4 * dot(g, g)],
      );
    }
  },
  foldBatchNorm: ({ s, twin }) => {
    const own = twin("running");
    for (const x of batches(s)) {
      expectClose(flat(analysis.foldBatchNorm(s.model as nn.Sequential).forward(x)), flat(own.model.forward(x)), 1e-12);
    }
  },
  gradientReport: ({ s, twin }) => {
    const report = analysis.gradientReport(s.model, s.loss);
    const own = twin();
    const gradient = own.gradient();
    expectClose([report.loss], [own.at(own.start)], 1e-12);
    expect(report.parameters.map(({ parameter }) => parameter)).toEqual(own.parts.map(({ name }) => name));
    for (const found of report.parameters) {
      const g = own.of(found.parameter, gradient);
      expectClose(
        [found.norm, found.mean, found.meanAbsolute, found.min],
        [length(g), mean(g), mean(g.map(Math.abs)), Math.min(...g)],
      );
      if (g.length > 1)
        expectClose(
          [found.std, found.dataStd],
          [g, own.of(found.parameter, own.start)].map((v) => Math.sqrt(variance(v))),
        );
    }
    const linear = report.activations.filter(({ type, calls }) => type === "Linear" && calls === 1);
    for (const found of linear) {
      const other = twin();
      const module = new Map(other.model.namedModules()).get(found.layer);
      let by: Tensor | null = null;
      let shape: readonly number[] = [];
      module?.registerForwardHook((_, __, y) => {
        shape = (y as Tensor).shape;
        return by === null ? y : (y as Tensor).add(by);
      });
      other.at(other.start);
      const size = shape.reduce((a, b) => a * b, 1);
      const g = differences((values) => {
        by = tensor([...values], { dtype: "float64" }).reshape([...shape]);
        return other.at(other.start);
      }, new Array<number>(size).fill(0));
      expectClose([found.norm, found.mean], [length(g), mean(g)]);
    }
  },
  hessianEigenvalues: ({ s, twin, hessian }) => {
    const all = eigenvaluesOf(hessian());
    const k = Math.min(2, all.length);
    for (const method of ["exact", "differences"] as const) {
      const { values, loss } = analysis.hessianEigenvalues(s.model, s.loss, { k, method, maxIterations: 400 });
      const largest = all.toSorted((a, b) => Math.abs(b) - Math.abs(a)).slice(0, k);
      expectClose(values.map(Math.abs).sort(), largest.map(Math.abs).sort(), 1e-4);
      expectClose([loss], [twin().at(twin().start)], 1e-12);
    }
    const smallest = analysis.hessianEigenvalues(s.model, s.loss, { k: 1, which: "smallest", maxIterations: 400 });
    expectClose([smallest.values[0], all.at(-1) ?? 0], [all[0], all.at(-1) ?? 0], 1e-4);
  },
  hessianTrace: ({ s, twin, hessian }) => {
    const own = twin();
    const trace = sum(hessian().map((row, i) => row[i]));
    const found = analysis.hessianTrace(s.model, s.loss, { samples: Math.max(2, own.start.length) });
    expect(found.standardError).toBeLessThan(1e-6);
    expectClose([found.trace, found.meanEigenvalue * own.start.length], [trace, trace], 1e-5);
  },
  initialLossCheck: ({ s, twin }) => {
    const { loss, expected, ratio } = analysis.initialLossCheck(s.model, s.loss, { numClasses: 3 });
    const own = twin().at(twin().start);
    expectClose([loss, expected, ratio], [own, Math.log(3), own / Math.log(3)], 1e-12);
  },
  internalCovariateShift: ({ s, twin }) => {
    const own = twin();
    const [{ layers }, gradient] = [analysis.internalCovariateShift(s.model, s.loss, { lr }), own.gradient()];
    const step = gradient.map((g) => -lr * g);
    expect(layers.map(({ name }) => name)).toEqual(own.layers.map(([name]) => name));
    for (const [i, [, places]] of own.layers.entries()) {
      const before = own.layers.slice(0, i).flatMap(([, earlier]) => earlier);
      const after = pick(own.gradient(movedAt(own.start, step, before)), places);
      const g = pick(gradient, places);
      expectClose([layers[i].l2, layers[i].gradNorm], [length(plus(g, after, -1)), length(g)]);
      if (length(g) > 1e-6) expectClose([layers[i].cosine], [dot(g, after) / length(g) / length(after)]);
    }
  },
  interpolate: ({ s, twin }) => {
    const positions = [-0.5, 0, 0.25, 1];
    for (const batchNorm of ["batch", "running"] as const) {
      const { loss } = analysis.interpolate(s.model, s.loss, s.from, s.to, { positions, batchNorm });
      const expected = positions.map((t) => {
        const own = twin();
        const mixed = Object.entries(s.from).map(([name, a]) => {
          if (a.dtype === "int32") return [name, t < 0.5 ? a : s.to[name]] as const;
          const values = flat(a).map((value, i) => (1 - t) * value + t * s.to[name].data[i]);
          return [name, tensor(values, { dtype: "float64" }).reshape([...a.shape])] as const;
        });
        own.model.loadStateDict(Object.fromEntries(mixed));
        own.setMode(batchNorm);
        return own.loss().item();
      });
      expectClose(loss, expected, 1e-10);
    }
  },
  layerInterference: ({ s, twin, hessian }) => {
    const own = twin();
    const found = analysis.layerInterference(s.model, s.loss, { lr });
    const gradient = own.gradient();
    const steps = own.layers.map(([, places]) =>
      movedAt(
        own.start.map(() => 0),
        gradient.map((g) => -lr * g),
        places,
      ),
    );
    const changes = steps.map((step) => hessian().map((row) => dot(row, step)));
    for (const [i, [, places]] of own.layers.entries()) {
      const exact = steps.map((step) => length(pick(plus(own.gradient(plus(own.start, step)), gradient, -1), places)));
      expectClose(found.exact[i], exact);
      expectClose(
        found.linearised[i],
        changes.map((change) => length(pick(change, places))),
        1e-5,
      );
      const before = changes.slice(0, i).reduce<Numbers>(
        (a, b) => plus(a, b),
        own.start.map(() => 0),
      );
      expectClose([found.firstOrderShift[i]], [length(pick(before, places))], 1e-5);
    }
  },
  lineProbe: ({ s, twin }) => {
    const steps = [0.1, 0.5];
    for (const batchNorm of ["batch", "running"] as const) {
      const probe = analysis.lineProbe(s.model, s.loss, { steps, batchNorm });
      const own = twin(batchNorm);
      const gradient = own.gradient();
      expectClose(
        [probe.start.loss, probe.start.gradientNorm, probe.start.slope],
        [own.at(own.start), length(gradient), -dot(gradient, gradient)],
      );
      const places = steps.map((step) => plus(own.start, gradient, -step));
      expectClose(
        probe.loss,
        places.map((place) => own.at(place)),
      );
      expectClose(
        probe.distance,
        steps.map((step) => step * length(gradient)),
      );
      const turned = places.map((place) => length(plus(own.gradient(place), gradient, -1)));
      expectClose(probe.gradientDistance, turned, 1e-5);
      expectClose(
        probe.smoothness,
        turned.map((by, i) => by / steps[i] / length(gradient)),
        1e-5,
      );
    }
  },
  lossSurface: ({ s, twin }) => {
    for (const batchNorm of ["batch", "running"] as const) {
      const own = twin(batchNorm);
      const [a, b] = waves(own);
      const directions = [split(own, a), split(own, b)] as const;
      const surface = analysis.lossSurface(s.model, s.loss, {
        points: 3,
        extent: 0.5,
        directions,
        batchNorm,
        path: [s.from],
      });
      const axis = [-0.5, 0, 0.5];
      expect(surface.x).toEqual(axis);
      const expected = axis.map((y) => axis.map((x) => own.at(plus(plus(own.start, a, x), b, y))));
      expectClose(surface.loss.flat(), expected.flat(), 1e-12);
      expectClose([surface.centre, ...surface.lengths], [own.at(own.start), length(a), length(b)], 1e-12);
      const before = twin();
      before.model.loadStateDict(s.from);
      before.setMode(batchNorm);
      expectClose([surface.path[0].loss], [before.loss().item()], 1e-12);
    }
  },
  recalibrateBatchNorm: ({ s, twin }) => {
    analysis.recalibrateBatchNorm(s.model, batches(s));
    for (const [name, passes] of seen(twin(), batches(s), "BatchNorm1d")) {
      const module = new Map(s.model.namedModules()).get(name) as nn.BatchNorm1d;
      const units = byUnit(passes[0].x).map((_, u) => passes.map(({ x }) => byUnit(x)[u]));
      expectClose(
        [...(module.runningMean?.data ?? [])],
        units.map((of) => mean(of.map(mean))),
        1e-12,
      );
      expectClose(
        [...(module.runningVar?.data ?? [])],
        units.map((of) => mean(of.map(variance))),
        1e-12,
      );
    }
  },
  spectralDensity: ({ s, hessian }) => {
    const all = eigenvaluesOf(hessian());
    const found = analysis.spectralDensity(s.model, s.loss, { starts: 2, iterations: all.length });
    const [least, most] = [all[0], all.at(-1) ?? 0];
    const scale = Math.max(Math.abs(least), Math.abs(most));
    for (const [start, nodes] of found.nodes.entries()) {
      expectClose([nodes[0], nodes.at(-1) ?? 0, scale], [least, most, scale], 1e-3);
      expectClose([sum(found.weights[start])], [1], 1e-10);
    }
    const moments = found.nodes.map((nodes, start) => dot(nodes, found.weights[start]));
    expectClose([found.meanEigenvalue], [mean(moments)], 1e-10);
  },
  summary: ({ s, twin }) => {
    const { layers, total, inputBytes } = analysis.summary(s.model, s.x);
    const own = twin();
    const order: string[] = [];
    const outputs = new Map<string, Tensor[]>();
    for (const [name, module] of own.model.namedModules()) {
      module.registerForwardPreHook(() => void (order.includes(name) || order.push(name)));
      module.registerForwardHook((_, __, y) => void outputs.set(name, [...(outputs.get(name) ?? []), y as Tensor]));
    }
    own.model.forward(s.x);
    const run = layers.filter(({ calls }) => calls > 0);
    expect(run.map(({ layer }) => layer)).toEqual(order.filter((name) => run.some(({ layer }) => layer === name)));
    for (const { layer, calls, outputShapes } of run) {
      const returned = outputs.get(layer) ?? [];
      expect([calls, outputShapes[0]]).toEqual([returned.length, returned[0].shape]);
    }
    expect(total.parameters).toBe(sum(s.model.parameters().map((p) => p.numel())));
    expect(total.trained).toBe(sum(s.model.parameters().map((p) => (p.requiresGrad ? p.numel() : 0))));
    expect([total.parameterBytes, inputBytes]).toEqual([8 * total.parameters, 8 * s.x.numel()]);
    const tanh = [...seen(twin(), [s.x], "Tanh").values()].flat().flatMap(({ y }) => flat(y));
    if (tanh.length > 0) expect(total.saturated).toBe(mean(tanh.map((value) => (Math.abs(value) > 0.97 ? 1 : 0))));
  },
  updateRatios: ({ s, twin }) => {
    const { parameters, loss } = analysis.updateRatios(s.model, s.loss, { lr, parameters: "all" });
    const own = twin();
    const gradient = own.gradient();
    expectClose([loss], [own.at(own.start)], 1e-12);
    for (const found of parameters) {
      const [g, data] = [own.of(found.parameter, gradient), own.of(found.parameter, own.start)];
      if (g.length < 2) continue;
      const [update, spread] = [lr * Math.sqrt(variance(g)), Math.sqrt(variance(data))];
      expectClose([found.updateStd, found.dataStd], [update, spread]);
      if (update > 1e-8 && spread > 1e-6)
        expectClose([found.ratio, found.log10], [update / spread, Math.log10(update / spread)], 1e-5);
    }
  },
  weightScaleInvariance: ({ s, twin }) => {
    const own = twin();
    const { layers, loss } = analysis.weightScaleInvariance(s.model, s.loss, { scale: 3 });
    const [value, gradient] = [own.at(own.start), own.gradient()];
    expectClose([loss], [value], 1e-12);
    for (const found of layers) {
      const name = `${found.name}.weight`;
      const part = own.parts.find((other) => other.name === name) ?? own.parts[0];
      const places = Array.from({ length: part.to - part.from }, (_, i) => part.from + i);
      const scaled = movedAt(own.start, plus(own.start, own.start), places);
      const [w, g] = [own.of(name, own.start), own.of(name, gradient)];
      const columns = part.p.shape[1];
      const row = (values: Numbers, u: number) => values.slice(u * columns, (u + 1) * columns);
      expectClose(
        found.units.map(({ inner }) => inner),
        found.units.map((_, u) => dot(row(w, u), row(g, u))),
      );
      expectClose(
        found.units.map(({ gradientNorm }) => gradientNorm),
        found.units.map((_, u) => length(row(g, u))),
      );
      expectClose([found.lossChange], [own.at(scaled) - value]);
      expectClose([found.gradientRatio], [(3 * length(own.of(name, own.gradient(scaled)))) / length(g)], 1e-5);
    }
  },
};

/** What records a training: of a kind, from its start. */
const recorders: Record<string, (kind: Kind) => void> = {
  compare: (kind) => {
    const losses = new Map<nn.Module, () => Tensor>();
    const { runs } = analysis.compare({
      variants: {
        only: () => {
          const animal = kind();
          losses.set(animal.model, animal.batch(4).loss);
          return animal.model;
        },
      },
      data: [0],
      loss: (model) => losses.get(model)?.() ?? tensor(0),
      optimizer: (model) =>
        new optim.SGD(
          model.parameters().filter((p) => p.requiresGrad),
          { lr },
        ),
      steps: 3,
    });
    const own = fresh(kind);
    let theta = own.start;
    const expected = [0, 1, 2].map(() => {
      const value = own.at(theta);
      theta = plus(theta, own.gradient(theta), -lr);
      return value;
    });
    const rows = runs[0].recording.rows.filter(({ metric }) => metric === "loss");
    expectClose(
      rows.map(({ value }) => value),
      expected,
    );
  },
  Recorder: (kind) => {
    const [{ model, batch }, own] = [kind(), fresh(kind)];
    const { parameterNorms, gradientNorms, updateRatios, angularUpdates, activations } = analysis.stepProbes;
    const probes = {
      parameters: parameterNorms(),
      gradients: gradientNorms(),
      updates: updateRatios(),
      angles: angularUpdates(),
      outputs: activations(),
    };
    const optimizer = new optim.SGD(
      model.parameters().filter((p) => p.requiresGrad),
      { lr },
    );
    const recorder = new analysis.Recorder(model, optimizer, { probes });
    const { loss } = batch(4);
    recorder.step(loss);
    const { rows } = recorder.recording();
    const valuesOf = (metric: string) => rows.filter((row) => row.metric === metric).map(({ value }) => value);
    const gradient = own.gradient();
    const of = (values: Numbers) => own.layers.map(([, places]) => length(pick(values, places)));
    const [sizes, slopes] = [of(own.start), of(gradient)];
    expectClose(valuesOf("parameter norm"), sizes);
    expectClose(valuesOf("gradient norm"), slopes);
    expectClose(
      valuesOf("update ratio"),
      slopes.map((g, i) => (lr * g) / sizes[i]),
    );
    const matrices = own.layers.flatMap(([layer]) => {
      const found = own.parts.filter(
        ({ name, p }) => p.ndim > 1 && name.slice(0, Math.max(0, name.lastIndexOf("."))) === layer,
      );
      return found.length === 0 ? [] : [found];
    });
    const angles = matrices.map((parts) =>
      rootMeanSquare(
        parts.flatMap(({ p, from, to }) => {
          const size = (to - from) / p.shape[0];
          return Array.from({ length: p.shape[0] }, (_, row) => {
            const [before, slope] = [own.start, gradient].map((all) =>
              all.slice(from + row * size, from + (row + 1) * size),
            );
            const after = plus(before, slope, -lr);
            return Math.acos(Math.min(1, dot(before, after) / length(before) / length(after)));
          });
        }),
      ),
    );
    expectClose(valuesOf("angular update"), angles);
    const tanh = [...seen(fresh(kind), [batch(4).x], "Tanh")];
    for (const [layer, [{ y }]] of tanh) {
      const found = rows.filter((row) => row.layer === layer && row.metric.startsWith("activation"));
      expectClose(
        found.map(({ value }) => value),
        [mean(flat(y)), Math.sqrt(variance(flat(y)))],
      );
    }
  },
  ActivationDrift: (kind) => {
    const { model, batch } = kind();
    const drift = new analysis.ActivationDrift(model, { layers: [""] });
    const outputs = batches(batch(4)).map((x) => {
      const y = model.forward(x);
      drift.step();
      return y;
    });
    drift.detach();
    const [{ points }] = drift.report().series;
    expectClose(
      points.map((point) => point.mean),
      outputs.map((y) => mean(flat(y))),
      1e-12,
    );
    const biased = (values: Numbers) => variance(values) * (1 - 1 / values.length);
    expectClose(
      points.map((point) => point.variance),
      outputs.map((y) => biased(flat(y))),
      1e-12,
    );
    const [before, after] = outputs.map((y) => byUnit(y.flatten(1)));
    const shifts = before.map((unit, u) => Math.abs(mean(unit) - mean(after[u])));
    expectClose([points[1].meanStep], [mean(shifts)], 1e-12);
    const sorted = outputs.map((y) => flat(y).toSorted((p, q) => p - q));
    expectClose([points[1].distanceStep], [mean(sorted[0].map((value, i) => Math.abs(value - sorted[1][i])))], 1e-12);
  },
  LiveActivations: (kind) => {
    const { model, batch } = kind();
    const live = new analysis.LiveActivations(model, { layers: [""], bins: 7, range: [-2, 2] });
    const outputs = batches(batch(4)).map((x) => model.forward(x));
    live.detach();
    const [{ histogram, count, mean: found, std }] = live.layers();
    const last = flat(outputs[outputs.length - 1]);
    const edges = [
      Number.NEGATIVE_INFINITY,
      ...[1, 2, 3, 4, 5, 6].map((i) => -2 + (4 * i) / 7),
      Number.POSITIVE_INFINITY,
    ];
    const counted = edges.slice(1).map((to, i) => last.filter((y) => y >= edges[i] && y < to).length);
    expect([count, ...histogram]).toEqual([last.length, ...counted]);
    expectClose([found ?? Number.NaN], [mean(last)], 1e-12);
    expectClose([std ?? Number.NaN], [Math.sqrt(variance(last) * (1 - 1 / last.length))], 1e-12);
  },
};

/** A twin that has not been trained. */
function fresh(kind: Kind): Twin {
  const { model, batch } = kind();
  return new Twin({ model, ...batch(4) });
}

test("every analysis of a model or its training has an oracle", () => {
  const classes = Object.entries(analysis).filter(([, value]) => /^class/.test(`${value}`));
  const asked = [
    ...analysisNames.filter((name) => !modelless.includes(name) || name === "compare"),
    ...classes.map(([name]) => name),
  ];
  expect([...Object.keys(oracles), ...Object.keys(recorders)].sort()).toEqual(asked.sort());
});

describe.each(Object.entries(zoo))("%s", (name, kind) => {
  const fitting = Object.entries(oracles).filter(
    ([analysisName]) => analysisName === "lossSurface" || (meant[analysisName]?.includes(name) ?? true),
  );
  let rows: readonly Numbers[] | null = null;
  const hessian = (): readonly Numbers[] => {
    rows ??= new Twin(setting(kind, 3)).hessian();
    return rows;
  };

  test.each(fitting)("is what plain numbers say, by %s", (_, oracle) => {
    oracle({ s: setting(kind, 3), twin: (mode) => new Twin(setting(kind, 3), mode), hessian });
  });

  test.each(Object.entries(recorders))("is what plain numbers say, by %s", (_, run) => run(kind));
});

import { cat, Generator, grad, noGrad, rand, randn, stack, type Tensor, tensor, zeros } from "evenkeel";
import { Value } from "./moons/value.ts";
import { type Print, progress, type Seen, type Size } from "./shared/chapter.ts";

const settings = {
  small: { points: 40, width: 6, steps: 20, lr: 0.5 },
  whole: { points: 200, width: 10, steps: 200, lr: 0.5 },
};

/** A layer's weights, a row for each unit, and its biases. */
interface Layer<Weights, Biases> {
  readonly weights: Weights;
  readonly biases: Biases;
}
type OfTensors = Layer<Tensor, Tensor>;
type OfScalars = Layer<Value[][], Value[]>;

/** Points `[n, 2]`, and the moon of each, 1 or −1, `[n]`. */
interface Moons {
  readonly x: Tensor;
  readonly side: Tensor;
}

/** The losses of a run, and the gradients of its first step, of one parameter after the other. */
interface Run {
  readonly losses: readonly number[];
  readonly gradients: readonly number[];
}

/** What chapter 1 has gone through. */
export interface MoonsSeen extends Seen {
  /** The largest difference between a gradient by scalars and the library's, at the first step. */
  readonly gradientsDiffer: number;
  /** The part of the points that lie on their own side at the end. */
  readonly accuracy: number;
}

/** Chapter 1: a network of single numbers learns to tell two moons apart, beside the same network of tensors. */
export function moons(size: Size, print: Print): MoonsSeen {
  const { points, width, steps, lr } = settings[size];
  const data = twoMoons(points);
  const widths = [2, width, width, 1];
  const layers = firstLayers(widths);
  const scalars = layers.map(scalarsOf);
  const byScalars = trainScalars(scalars, data, { steps, lr, tell: progress(print, steps) });
  const byTensors = trainTensors(layers, data, { steps, lr });
  const gradientsDiffer = Math.max(...byScalars.gradients.map((g, i) => Math.abs(g - byTensors.gradients[i])));
  const accuracy = noGrad(() => scores(layers, data.x).mul(data.side).gt(0).to("float64").mean().item());
  print(`Gradients by single numbers and by tensors differ by at most ${gradientsDiffer.toExponential(1)}.`);
  print(
    `${(100 * accuracy).toFixed(1)} % of ${points} points are on their own side. What the network says of the plane:`,
  );
  for (const line of map(layers)) print(line);
  return { losses: { byScalars: byScalars.losses, byTensors: byTensors.losses }, gradientsDiffer, accuracy };
}

/** Two half circles that reach into each other, with noise. */
function twoMoons(points: number): Moons {
  const generator = new Generator().manualSeed(1);
  const half = points / 2;
  const angle = rand([points], { generator }).to("float64").mul(Math.PI);
  const [upper, lower] = [angle.slice(0, 0, half), angle.slice(0, half)];
  const clean = cat([
    stack([upper.cos(), upper.sin()], 1),
    stack([lower.cos().neg().add(1), lower.sin().neg().add(0.5)], 1),
  ]);
  const x = clean.add(randn([points, 2], { generator }).to("float64").mul(0.1));
  const side = cat([zeros([half]).add(1), zeros([half]).sub(1)]).to("float64");
  return { x, side };
}

/** Normal weights, smaller where a unit has more inputs, and no biases. */
function firstLayers(widths: readonly number[]): OfTensors[] {
  const generator = new Generator().manualSeed(2);
  return widths.slice(1).map((width, i) => ({
    weights: randn([width, widths[i]], { generator })
      .to("float64")
      .mul(1 / Math.sqrt(widths[i])),
    biases: zeros([width], { dtype: "float64" }),
  }));
}

/** One score for each point: above 0 on one side, below on the other. */
function scores(layers: readonly OfTensors[], x: Tensor): Tensor {
  let h = x;
  layers.forEach(({ weights, biases }, i) => {
    h = h.matmul(weights.t()).add(biases);
    if (i < layers.length - 1) h = h.tanh();
  });
  return h.flatten();
}

function trainTensors(
  layers: readonly OfTensors[],
  { x, side }: Moons,
  { steps, lr }: { steps: number; lr: number },
): Run {
  const parameters = layers.flatMap(({ weights, biases }) => [weights, biases]);
  for (const p of parameters) p.requiresGrad = true;
  const losses: number[] = [];
  let first: number[] = [];
  for (let step = 0; step < steps; step++) {
    const loss = scores(layers, x).mul(side).neg().softplus().mean();
    losses.push(loss.item());
    const gradients = grad(loss, parameters);
    if (step === 0) first = gradients.flatMap((g) => Array.from(g.data));
    noGrad(() => {
      for (const [i, p] of parameters.entries()) p.sub_(gradients[i].mul(lr));
    });
  }
  return { losses, gradients: first };
}

function scalarsOf({ weights, biases }: OfTensors): OfScalars {
  return {
    weights: weights.toArray<number[][]>().map((row) => row.map((w) => new Value(w))),
    biases: biases.toArray<number[]>().map((b) => new Value(b)),
  };
}

/** The score of one point, by a sum for each unit of each layer. */
function scoreOf(layers: readonly OfScalars[], point: readonly number[]): Value {
  let h = point.map((coordinate) => new Value(coordinate));
  layers.forEach(({ weights, biases }, i) => {
    const sums = weights.map((row, unit) => row.reduce((sum, w, j) => sum.plus(w.times(h[j])), biases[unit]));
    h = i < layers.length - 1 ? sums.map((sum) => sum.tanh()) : sums;
  });
  return h[0];
}

function trainScalars(
  layers: readonly OfScalars[],
  { x, side }: Moons,
  { steps, lr, tell }: { steps: number; lr: number; tell: (step: number, loss: number) => void },
): Run {
  const parameters = layers.flatMap(({ weights, biases }) => [...weights.flat(), ...biases]);
  const [points, sides] = [x.toArray<number[][]>(), side.toArray<number[]>()];
  const losses: number[] = [];
  let first: number[] = [];
  for (let step = 0; step < steps; step++) {
    const each = points.map((point, i) => scoreOf(layers, point).times(new Value(-sides[i])).softplus());
    const loss = each.reduce((sum, one) => sum.plus(one)).times(new Value(1 / each.length));
    losses.push(loss.number);
    tell(step, loss.number);
    for (const p of parameters) p.gradient = 0;
    loss.backward();
    if (step === 0) first = parameters.map(({ gradient }) => gradient);
    for (const p of parameters) p.number -= lr * p.gradient;
  }
  return { losses, gradients: first };
}

/** The plane in letters: `#` where the score is above 0. */
function map(layers: readonly OfTensors[]): string[] {
  const [rows, columns] = [12, 48];
  const places = Array.from({ length: rows * columns }, (_, i) => [
    ((i % columns) / (columns - 1)) * 4 - 1.5,
    1.5 - (Math.floor(i / columns) / (rows - 1)) * 2.5,
  ]);
  const marks = noGrad(() => scores(layers, tensor(places, { dtype: "float64" })).gt(0)).toArray<boolean[]>();
  return Array.from({ length: rows }, (_, row) =>
    marks
      .slice(row * columns, (row + 1) * columns)
      .map((mark) => (mark ? "#" : "."))
      .join(""),
  );
}

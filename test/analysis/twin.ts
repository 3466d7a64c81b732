import { type nn, noGrad, type Tensor, tensor } from "evenkeel";
import type { Batch } from "./zoo.ts";

type Numbers = readonly number[];

/** Which statistics batch norm uses. */
type Mode = "batch" | "running";

/**
 * A model by itself, of which nothing is known but its loss as a function of plain numbers, its parameters one after the
 * other; gradient and Hessian are differences of that. In float64.
 */
export class Twin {
  readonly model: nn.Module;
  readonly loss: () => Tensor;
  readonly x: Tensor;
  /** The parameters that want a gradient, each once, with where each begins and ends. */
  readonly parts: readonly {
    readonly name: string;
    readonly p: nn.Parameter;
    readonly from: number;
    readonly to: number;
  }[];
  /** The numbers at the start. */
  readonly start: Numbers;

  constructor({ model, loss, x }: Batch & { readonly model: nn.Module }, mode: Mode = "batch") {
    [this.model, this.loss, this.x] = [model, loss, x];
    this.setMode(mode);
    let from = 0;
    this.parts = model
      .namedParameters()
      .filter(([, p]) => p.requiresGrad)
      .map(([name, p]) => {
        const part = { name, p, from, to: from + p.numel() };
        from = part.to;
        return part;
      });
    this.start = this.parts.flatMap(({ p }) => [...p.data]);
  }

  /** By which statistics its losses are. */
  setMode(mode: Mode): void {
    for (const [, module] of this.model.namedModules()) {
      if ("runningMean" in module) module.training = mode === "batch";
    }
  }

  /** Moves to other numbers. */
  move(theta: Numbers): void {
    noGrad(() => {
      for (const { p, from, to } of this.parts) {
        p.copy_(tensor(theta.slice(from, to), { dtype: "float64" }).reshape([...p.shape]));
      }
    });
  }

  at(theta: Numbers): number {
    this.move(theta);
    return noGrad(() => this.loss()).item();
  }

  gradient(theta: Numbers = this.start): Numbers {
    return differences((values) => this.at(values), theta);
  }

  /** The Hessian, a row for each number. */
  hessian(theta: Numbers = this.start): readonly Numbers[] {
    const h = 1e-4;
    return theta.map((_, i) => {
      const along = (by: number) => this.gradient(theta.map((value, j) => (j === i ? value + by : value)));
      const [after, before] = [along(h), along(-h)];
      return after.map((value, j) => (value - before[j]) / (2 * h));
    });
  }

  /** The numbers that belong to a parameter, of all of them. */
  of(name: string, all: Numbers): Numbers {
    const part = this.parts.find((own) => own.name === name);
    if (part === undefined) throw new Error(`no parameter ${name}`);
    return all.slice(part.from, part.to);
  }

  /** Modules that own parameters, in order, and the places of their numbers. */
  get layers(): readonly (readonly [name: string, places: Numbers])[] {
    const layers = new Map<string, number[]>();
    for (const { name, from, to } of this.parts) {
      const owner = name.slice(0, Math.max(0, name.lastIndexOf(".")));
      layers.set(owner, [...(layers.get(owner) ?? []), ...Array.from({ length: to - from }, (_, i) => from + i)]);
    }
    return [...layers];
  }
}

/** The gradient of a function of plain numbers, by differences of the fourth order. */
export function differences(f: (values: Numbers) => number, at: Numbers): Numbers {
  const h = 1e-3;
  return at.map((_, i) => {
    const along = (by: number) => f(at.map((value, j) => (j === i ? value + by : value)));
    return (8 * (along(h) - along(-h)) - (along(2 * h) - along(-2 * h))) / (12 * h);
  });
}

export const sum = (values: Numbers): number => values.reduce((a, b) => a + b, 0);
export const mean = (values: Numbers): number => sum(values) / values.length;
export const dot = (a: Numbers, b: Numbers): number => sum(a.map((value, i) => value * b[i]));
export const length = (values: Numbers): number => Math.sqrt(dot(values, values));
export const plus = (a: Numbers, b: Numbers, scale = 1): Numbers => a.map((value, i) => value + scale * b[i]);

/** The variance, over one less than the count. */
export const variance = (values: Numbers): number =>
  sum(values.map((value) => (value - mean(values)) ** 2)) / (values.length - 1);

/** The eigenvalues of a symmetric matrix, smallest first, by Jacobi's rotations. */
export function eigenvaluesOf(matrix: readonly Numbers[]): Numbers {
  const a = matrix.map((row, i) => row.map((value, j) => (value + matrix[j][i]) / 2));
  const n = a.length;
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const angle = Math.atan2(2 * a[p][q], a[q][q] - a[p][p]) / 2;
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (let k = 0; k < n; k++) [a[k][p], a[k][q]] = [c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]];
        for (let k = 0; k < n; k++) [a[p][k], a[q][k]] = [c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]];
      }
    }
  }
  return a.map((row, i) => row[i]).sort((x, y) => x - y);
}

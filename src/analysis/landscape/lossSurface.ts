import { describe, TensorError } from "../../base/errors.ts";
import { anything, fromOne, list, positive } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import type { StateDict } from "../../nn/module/stateDict.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { hessianEigenvaluesAnalysis } from "../curvature/hessianEigenvalues.ts";
import { passes } from "../curvature/hessianOptions.ts";
import { split } from "../curvature/hessianProduct.ts";
import { analyse, type InParts, inBackground, type Unnamed } from "../measuring/analysis.ts";
import { type Cost, costBy, type Loss, type PathCostOptions, Probe } from "../measuring/loss.ts";
import {
  type BatchNormMode,
  type PathBatchNormMode,
  pathBatchNormRule,
  preservingParts,
} from "../measuring/preserving.ts";
import { checkBudget, type LongOptions, longRules, type Parts } from "../measuring/running.ts";
import { type SeedOptions, seeded, seedRules } from "../measuring/seeded.ts";
import { greatest } from "../numbers/extremes.ts";
import { copies, moved, moveTo, norm } from "../numbers/vectors.ts";
import { filterNormalised, principalDirections } from "./directions.ts";
import { checkPlane, eigenPlane, given, project, refusePath } from "./plane.ts";
import { States } from "./states.ts";

/** What {@link lossSurface} may be told. */
export interface LossSurfaceOptions extends LongOptions, SeedOptions {
  /**
   * The two directions of the plane: `"random"`, filter by filter as long as the weights; `"pca"`, those that hold most
   * of `path`; `"hessian"`, the eigenvectors, of length 1, of the two eigenvalues of largest absolute
   * value; or two lists of a tensor like each parameter. Default `"random"`.
   */
  readonly directions?: "random" | "pca" | "hessian" | readonly [readonly Tensor[], readonly Tensor[]];
  /** How far to go to either side, in units of the directions. Default `1`; for `"pca"`, as far as the path, and a tenth. */
  readonly extent?: number;
  /** How many points along each side; odd, so that the middle is one. Default `51`. */
  readonly points?: number;
  /** How many planes to look at, each of random directions of its own: whether a shape is typical. Default `1`. */
  readonly repeats?: number;
  /** States of a training run, to be shown on the plane with their distance from it. */
  readonly path?: readonly StateDict[];
  /**
   * Which statistics batch norm uses: the batch's; the running ones, which are those of the model on the
   * plane, and on the path those of each state; or `"recalibrated"`, running ones that
   * are taken anew at each place, by one more forward pass of the loss there, and are constants to its gradient. Default `"batch"`.
   */
  readonly batchNorm?: PathBatchNormMode;
}

/** A state of the path, on the plane and off it. */
export interface PathPoint {
  /** Where it is nearest on the plane, in units of the directions. */
  readonly x: number;
  /** Likewise. */
  readonly y: number;
  /** `‖θ − θ_plane‖₂`: how far from the plane it really is. */
  readonly distance: number;
  /**
   * The loss of that state, with its own buffers and frozen parameters as far as it has them, which the surface at that
   * place need not be; null where it is not finite.
   */
  readonly loss: number | null;
}

/** Numbers at the points of a plane, row by row; null where there is no finite one. */
export type Grid = readonly (readonly (number | null)[])[];

/** What {@link lossSurface} returns. */
export interface LossSurface {
  /** What it is. */
  readonly kind: "lossSurface";
  /** The positions along the first direction. */
  readonly x: readonly number[];
  /** The positions along the second. */
  readonly y: readonly number[];
  /** `loss[j][i]`: at `x[i]`, `y[j]`; null where it is not finite. */
  readonly loss: Grid;
  /** The losses on the further planes of `repeats`, in the same order; empty without. */
  readonly repeats: readonly Grid[];
  /**
   * `spread[j][i]`: the standard deviation over all planes, over `planes − 1`; null where a loss is not finite. Null of one
   * plane.
   */
  readonly spread: Grid | null;
  /** The loss at the centre: the model's own. */
  readonly centre: number;
  /** The path's points; empty without a path. */
  readonly path: readonly PathPoint[];
  /** For `"pca"`, the shares of the path's squared way that the two directions hold; otherwise null. */
  readonly explained: readonly [number, number] | null;
  /** For `"hessian"`, the two eigenvalues, second derivatives of the loss along the axes; otherwise null. */
  readonly eigenvalues: readonly [number, number] | null;
  /** The directions' lengths, `‖d‖₂`. */
  readonly lengths: readonly [number, number];
  /** How it was measured. */
  readonly options: {
    /** The directions. */
    readonly directions: string;
    /** How far it reaches to either side. */
    readonly extent: number;
    /** How many points there are. */
    readonly points: number;
    /** How many planes there were. */
    readonly repeats: number;
    /** Which statistics batch norm used. */
    readonly batchNorm: PathBatchNormMode;
    /** The seed of what was drawn, or null. */
    readonly seed: number | null;
  };
  /** The passes made. */
  readonly cost: Cost;
}

/** The passes of a surface, those for the Hessian's directions on top where the number of parameters is given. */
function costOf({
  points = 51,
  path = 0,
  hessian = 0,
  repeats = 1,
  batchNorm,
}: {
  points?: number;
  repeats?: number;
  path?: number;
  hessian?: number;
} & PathCostOptions = {}): Cost {
  const found = hessian === 0 ? { forward: 0, backward: 0 } : hessianEigenvaluesAnalysis.cost(hessian, { k: 2 });
  const { forward } = costBy(batchNorm, { forward: repeats * points * points + path + 2, backward: 0 });
  return { forward: forward + found.forward, backward: found.backward };
}

const rules = {
  directions: { is: anything, default: "random" },
  extent: { is: positive },
  points: {
    is: {
      expected: "an odd number of 1 or more",
      accepts: (value) => fromOne.accepts(value) && Number(value) % 2 === 1,
    },
    default: 51,
  },
  repeats: { is: fromOne, default: 1 },
  path: { is: { ...list, expected: "a list of states" }, default: [] },
  batchNorm: pathBatchNormRule,
  ...seedRules,
  ...longRules,
} satisfies OptionRules<LossSurfaceOptions>;

export const lossSurfaceAnalysis = {
  name: "lossSurface",
  kind: "lossSurface",
  of: ["model", "loss"],
  rules,
  plot: "surfaceContours",
  cost: costOf,
  work,
} as const satisfies InParts;

/**
 * The loss on a plane through the model's parameters, `L(θ + x·d₁ + y·d₂)`, forward passes only; with the path of a
 * training run on it, and how far off the plane the path is.
 *
 * Random directions are normalised filter by filter, so that networks whose weights have other sizes can be compared.
 * Two directions out of thousands show little of a landscape: repeat with other seeds before believing a shape, and look
 * at `distance` before believing a path.
 *
 * @throws TensorError for directions or states that do not fit the parameters, a path that spans no plane, or a loss that
 * is not one finite number, the same each time.
 * @see Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets", arXiv:1712.09913.
 *
 * @example
 * ```ts
 * import { manualSeed, nn, ones } from "evenkeel";
 * import { lossSurface } from "evenkeel/analysis";
 *
 * manualSeed(0);
 * const model = new nn.Linear(3, 2);
 * const loss = () => model.forward(ones([4, 3])).square().mean();
 * const surface = lossSurface(model, loss, { points: 3, seed: 1 });
 * console.log(surface.x, surface.loss[1][1] === surface.centre); // => [ -1, 0, 1 ] true
 * ```
 */
export function lossSurface(model: Module, loss: Loss, options: LossSurfaceOptions = {}): LossSurface {
  return analyse(lossSurfaceAnalysis, options, model, loss);
}

/**
 * The same as {@link lossSurface}, and lets others work between rows.
 *
 * @throws TensorError as there; the signal's reason if it is aborted.
 * @function
 *
 * @example
 * ```ts
 * import { nn, ones } from "evenkeel";
 * import { lossSurfaceAsync } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(3, 2);
 * const surface = await lossSurfaceAsync(model, () => model.forward(ones([4, 3])).sum(), { points: 1 });
 * console.log(surface.cost); // => { forward: 3, backward: 0 }
 * ```
 */
export const lossSurfaceAsync = /* @__PURE__ */ inBackground(lossSurfaceAnalysis, lossSurface);

function* work(
  where: string,
  options: Settings<LossSurfaceOptions, typeof rules>,
  model: Module,
  loss: Loss,
): Parts<Unnamed<LossSurface>> {
  const { directions, points, repeats, path, batchNorm } = options;
  checkRepeats(where, repeats, directions);
  const { generator, seed } = seeded(where, options);
  const probe = new Probe(where, model, loss, undefined, batchNorm);
  const { parameters } = probe;
  const size = parameters.reduce((sum, p) => sum + p.numel(), 0);
  const hessian = directions === "hessian" ? size : 0;
  if (hessian === 1) throw new TensorError(where, { expected: "two parameters or more, for a plane", got: "one" });
  const total = passes(costOf({ points, path: path.length, hessian, repeats, batchNorm }));
  checkBudget(where, total, options);
  const states = new States(where, model, parameters, batchNorm);
  const visited = path.map((state) => states.read(state, "path"));
  const within = preservingParts(model, { batchNorm });

  const centre = copies(parameters);
  const middle = within(() => probe.check());
  const principal =
    directions === "pca"
      ? principalDirections(
          visited.map((state) => state.parameters),
          centre,
        )
      : null;
  if (directions === "pca" && principal === null) refusePath(visited.length);
  const eigen =
    directions === "hessian"
      ? yield* eigenPlane(model, loss, { generator, batchNorm: modeOfHessian(where, batchNorm) }, total)
      : null;
  const [first, second] =
    eigen?.vectors?.map((vector) => split(Float64Array.from(vector), parameters)) ??
    principal?.directions ??
    given(directions, parameters, () => filterNormalised(centre, generator));
  checkPlane(directions, first, second);
  const onPlane = visited.map((state) => project(moved(state.parameters, centre, -1), first, second));
  const reach = Math.max(0, greatest(onPlane.map(({ x, y }) => Math.max(Math.abs(x), Math.abs(y)))));
  const extent = options.extent ?? (principal === null ? 1 : 1.1 * reach);
  const axis = Array.from({ length: points }, (_, i) => (points === 1 ? 0 : extent * ((2 * i) / (points - 1) - 1)));
  const value = (): number | null => {
    const y = probe.value();
    return Number.isFinite(y) ? y : null;
  };
  const at = (from: readonly Tensor[], along: readonly Tensor[], scale: number): number | null => {
    moveTo(parameters, from, along, scale);
    return value();
  };

  const planes: (number | null)[][][] = [];
  for (let plane = 0; plane < repeats; plane++) {
    const along = plane === 0 ? [first, second] : [0, 1].map(() => filterNormalised(centre, generator));
    const losses: (number | null)[][] = [];
    planes.push(losses);
    for (const y of axis) {
      const row = moved(centre, along[1], y);
      losses.push(within(() => axis.map((x) => at(row, along[0], x))));
      yield { done: probe.cost.forward + (eigen === null ? 0 : passes(eigen.cost)), total };
    }
  }
  within(() => probe.checkDependent(planes.flat(2)));
  const shown = visited.map((state, i) => {
    const loss = within(() => {
      states.place(state);
      return value();
    });
    return { ...onPlane[i], loss };
  });
  return {
    x: axis,
    y: axis,
    loss: planes[0],
    repeats: planes.slice(1),
    spread: repeats === 1 ? null : spreadOf(planes),
    centre: middle,
    path: shown,
    explained: principal?.explained ?? null,
    eigenvalues: eigen === null ? null : [eigen.values[0], eigen.values[1]],
    lengths: [norm(first), norm(second)],
    options: {
      directions: typeof directions === "string" ? directions : "given",
      extent,
      points,
      repeats,
      batchNorm,
      seed: directions === "random" || directions === "hessian" ? seed : null,
    },
    cost: {
      forward: probe.cost.forward + (eigen?.cost.forward ?? 0),
      backward: probe.cost.backward + (eigen?.cost.backward ?? 0),
    },
  };
}

/** Statistics that stay as they are while products with the Hessian are made. */
function modeOfHessian(where: string, batchNorm: PathBatchNormMode): BatchNormMode {
  if (batchNorm !== "recalibrated") return batchNorm;
  throw new TensorError(where, {
    expected: 'batchNorm "batch" or "running" for the plane of the Hessian',
    got: describe(batchNorm),
    hint: "Find its directions by those with hessianEigenvalues, and give them.",
  });
}

/** The standard deviation over planes, place by place. */
function spreadOf(planes: readonly Grid[]): Grid {
  return planes[0].map((row, j) =>
    row.map((_, i) => {
      const values = planes.map((plane) => plane[j][i]).filter((value) => value !== null);
      if (values.length < planes.length) return null;
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
    }),
  );
}

function checkRepeats(where: string, repeats: number, directions: LossSurfaceOptions["directions"]): void {
  if (repeats === 1 || directions === "random") return;
  throw new TensorError(where, {
    expected: 'directions "random" where there are repeats',
    got: typeof directions === "string" ? describe(directions) : "directions of your own",
    hint: "All others are the same each time.",
  });
}

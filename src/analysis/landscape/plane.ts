import { describe, TensorError } from "../../base/errors.ts";
import { optionsOf } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import {
  type HessianEigenvalues,
  type HessianEigenvaluesOptions,
  hessianEigenvaluesAnalysis,
} from "../curvature/hessianEigenvalues.ts";
import type { Loss } from "../measuring/loss.ts";
import type { Parts } from "../measuring/running.ts";
import { cosine, dot, moved, norm } from "../numbers/vectors.ts";
import { fits } from "./lineDirection.ts";

/** The two directions of a plane: how to find them, or themselves. */
type Directions = "random" | "pca" | "hessian" | readonly [readonly Tensor[], readonly Tensor[]];

// The plane that a loss surface is on: its directions, and what is nearest on it.

const where = "lossSurface";

/** The two leading eigenvectors of the Hessian, with progress told in terms of the whole. */
export function* eigenPlane(
  model: Module,
  loss: Loss,
  options: HessianEigenvaluesOptions,
  total: number,
): Parts<Omit<HessianEigenvalues, "kind">> {
  const { rules, work } = hessianEigenvaluesAnalysis;
  const settings = optionsOf(where, { ...options, k: 2, vectors: true }, rules) as Parameters<typeof work>[1];
  const all = work("hessianEigenvalues", settings, model, loss);
  for (;;) {
    const { done, value } = all.next();
    if (done) return value;
    yield { done: value.done, total };
  }
}

/** The place on the plane that is nearest to `offset`, and how far that is: least squares, for directions not at right angles. */
export function project(offset: readonly Tensor[], first: readonly Tensor[], second: readonly Tensor[]) {
  const [a, b, c] = [dot(first, first), dot(first, second), dot(second, second)];
  const [p, q] = [dot(offset, first), dot(offset, second)];
  const determinant = a * c - b * b;
  const [x, y] = [(c * p - b * q) / determinant, (a * q - b * p) / determinant];
  return { x, y, distance: norm(moved(moved(offset, first, -x), second, -y)) };
}

/** The directions that are given, or drawn. */
export function given(
  directions: Directions | undefined,
  parameters: readonly Tensor[],
  random: () => Tensor[],
): readonly [readonly Tensor[], readonly Tensor[]] {
  if (directions === "random") return [random(), random()];
  const areTwo =
    Array.isArray(directions) &&
    directions.length === 2 &&
    directions.every((direction) => fits(direction, parameters));
  if (areTwo) return directions as unknown as readonly [readonly Tensor[], readonly Tensor[]];
  throw new TensorError(where, {
    expected: '"random", "pca", "hessian", or two lists of a tensor like each parameter as directions',
    got: describe(directions),
    hint: `There are ${parameters.length} parameters that want a gradient.`,
  });
}

/** Refuses two directions that span no plane. */
export function checkPlane(
  directions: Directions | undefined,
  first: readonly Tensor[],
  second: readonly Tensor[],
): void {
  const sine = Math.sqrt(Math.max(0, 1 - cosine(first, second) ** 2));
  const lengths = [norm(first), norm(second)];
  if (lengths.every((length) => length > 0 && Number.isFinite(length)) && sine > 1e-6) return;
  throw new TensorError(where, {
    expected: "two directions that span a plane",
    got: `lengths of ${lengths.join(" and ")}, at an angle whose sine is ${sine}`,
    hint:
      directions === "random"
        ? "Random directions leave alone what has one dimension, and rows of zeros: is there a matrix of weights?"
        : "",
    code: lengths.every(Number.isFinite) ? "EVENKEEL_ARGUMENT" : "EVENKEEL_NOT_FINITE",
  });
}

/** Refuses anything but a path, and a path that is a line. */
export function refusePath(length: number): never {
  throw new TensorError(where, {
    expected: "a path that spans a plane, for its principal directions",
    got: `one of ${length} states on a line`,
    hint: "Give { path: [state, …] } of states that the run has been through, by model.stateDict().",
  });
}

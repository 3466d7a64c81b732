import { type Convolution, convolve, convolveBack, convolveWeight } from "../kernels/beside/convolution.ts";
import { own, type Primitive } from "./op.ts";

// Three operations, each linear in both of its inputs, which are one another's gradients.

/**
 * The sums of products of each window of `x` `[n, channels, rows, columns]` with a weight `[out, channels / groups, …kernel]`,
 * plus a bias `[out]`, if there is one: `[n, out, …places]`.
 */
export const convolution = (settings: Convolution): Primitive => ({
  [own]: true,
  name: "convolution",
  forward: (k, ...inputs) => k.beside(convolve, inputs, settings),
  vjp: [
    (g, _y, _x, weight) => g.through(convolutionInput(settings), weight),
    (g, _y, x) => g.through(convolutionWeight(settings), x),
    (g) => g.flatten(2).sum(2).sum(0),
  ],
  needs: [[1], [0], []],
});

/** The gradient of {@link convolution} at `x`, from `g` at its output and the weight: a transposed convolution. */
export const convolutionInput = (settings: Convolution): Primitive => ({
  [own]: true,
  name: "convolutionInput",
  forward: (k, ...inputs) => k.beside(convolveBack, inputs, settings),
  vjp: [
    (u, _y, _g, weight) => u.through(convolution(settings), weight),
    (u, _y, g) => g.through(convolutionWeight(settings), u),
  ],
  needs: [[1], [0]],
});

/** The gradient of {@link convolution} at the weight, from `g` at its output and `x`. */
export const convolutionWeight = (settings: Convolution): Primitive => ({
  [own]: true,
  name: "convolutionWeight",
  forward: (k, ...inputs) => k.beside(convolveWeight, inputs, settings),
  vjp: [(u, _y, _g, x) => x.through(convolution(settings), u), (u, _y, g) => g.through(convolutionInput(settings), u)],
  needs: [[1], [0]],
});

import { Tensor } from "evenkeel";

/** Methods of a tensor that change it in place. */
const inPlace = new Set(
  "add_ sub_ mul_ div_ copy_ fill_ zero_ lerp_ uniform_ normal_ exponential_ bernoulli_".split(" "),
);

/** Methods of a tensor that are no operations: they have tests of their own. */
const noOperations = new Set(
  `constructor numel item toArray toJSON toString backward accumulate detach retainGrad registerHook refuseWithoutGrad apply
   wrap through throughKnown hiddenGrad clearGrad sumToSize meeting binary expanded floated reduceOver reshaped extreme
   varianceOver best inOrder alongDim refuseEmpty refuseInPlace refuseRandom become triangle indexMask`.split(/\s+/),
);

const methods = Object.entries(Object.getOwnPropertyDescriptors(Tensor.prototype))
  .filter(([name, { value }]) => typeof value === "function" && !noOperations.has(name))
  .map(([name]) => name);

/** The names of the operations that are methods of a tensor and make a new one. */
export const operations: readonly string[] = methods.filter((name) => !inPlace.has(name));

/** The names of all operations that are methods of a tensor. */
export const operationsAndInPlace: readonly string[] = methods;

// What not every program uses, in a module of its own: bundlers leave it out where nobody names them.

export { adam } from "./optimizers/adam";
export * from "./beside/channels";
export { curve, curveBackward } from "./beside/curves";
export { angles, elementary } from "./beside/elementary";
export { onLine } from "./beside/line";
export { maxPool } from "./beside/maxPool";
export { rounded } from "./beside/rounding";
export { logic, truths } from "./beside/truth";
export { fold, unfold } from "./beside/windows";

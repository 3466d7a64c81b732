// What not every program uses, in a module of its own: bundlers leave it out where nobody names them.

export { adam } from "./optimizers/adam";
export * from "./beside/channels";
export { onLine } from "./beside/line";
export { maxPool } from "./beside/maxPool";
export { rounded } from "./beside/rounding";
export { fold, unfold } from "./beside/windows";

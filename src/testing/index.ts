/**
 * Checks for operations and modules of your own.
 * @module evenkeel/testing
 */
export { allclose, type AllcloseOptions } from "./allclose.ts";
export { type Checked, type GradcheckOptions, gradcheck, gradgradcheck } from "./gradcheck.ts";

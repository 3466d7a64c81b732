/**
 * Checks for operations and modules of your own.
 * @module evenkeel/testing
 */
export { type AllcloseOptions, allclose } from "./allclose.ts";
export { type Checked, type GradcheckOptions, gradcheck, gradgradcheck } from "./gradcheck.ts";

/**
 * Why batch normalisation helps, measured on your own model: covariate shift, activations and gradients, the loss
 * landscape, curvature, and the theory term by term. Everything is plain data, and leaves the model as it was.
 * @module evenkeel/analysis
 */
export type { Cost, Loss } from "./loss.ts";

import type { BatchNormGradient, LossSurface } from "evenkeel/analysis";
import type { Table } from "../data/table.ts";
import type { Settings } from "../settings.ts";
import type { Followed } from "./column.ts";
import type { EdgeSeen } from "./edge.ts";
import type { Update } from "./neurons.ts";
import type { Pair } from "./plan.ts";
import type { Frame } from "./session.ts";

/** What the page asks of the engine. */
export type Ask =
  | { readonly kind: "begin"; readonly settings: Settings; readonly table: Table | null }
  | { readonly kind: "run" | "pause" | "step" | "half" | "shown" | "surface" | "rescale" | "pairs" | "edge" }
  | { readonly kind: "follow"; readonly followed: Followed }
  | { readonly kind: "neurons"; readonly lr: number; readonly steps: number };

/** The surfaces of both networks, and when they were measured. */
export interface Surfaces {
  readonly step: number;
  readonly surfaces: readonly [LossSurface, LossSurface];
  /** How many local minima each has. */
  readonly minima: readonly [number, number];
}

/** What batch norm does to the gradient of a column's last hidden layer. */
export interface Rescale {
  readonly step: number;
  readonly column: 0 | 1;
  readonly terms: BatchNormGradient;
}

/** All that the panels draw: null until it is measured, `"diverged"` where a loss is no number. */
export interface Shown {
  readonly frame: Frame | null;
  readonly surface: Surfaces | "diverged" | null;
  /** `"none"` where no network has batch norm. */
  readonly rescale: Rescale | "none" | "diverged" | null;
  readonly neurons: readonly Update[] | null;
  readonly pairs: readonly Pair[];
  readonly edge: EdgeSeen | null;
}

/** What the engine answers. */
export type Answer =
  | { readonly kind: "ready"; readonly kernels: string; readonly version: string }
  | { readonly kind: "shown"; readonly isRunning: boolean; readonly of: number; readonly shown: Partial<Shown> }
  | { readonly kind: "failed"; readonly message: string };

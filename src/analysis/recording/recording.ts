import { describe, TensorError } from "../../base/errors.ts";
import type { Cost } from "../measuring/loss.ts";

/** What JSON can say. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [name: string]: Plain };

/** One number that a probe has seen in one step. */
export interface RecordedRow {
  /** The step, counted from 0. */
  readonly step: number;
  /** The name of the layer, module or parameter; empty for the whole model. */
  readonly layer: string;
  /** What was measured. */
  readonly metric: string;
  /** The number; null where it was NaN or infinite. */
  readonly value: number | null;
}

/** An optimiser's name, and the options of its groups when the recorder was made. */
export interface RecordedOptimizer {
  /** Its class. */
  readonly name: string;
  /** The options of each group, such as `lr`, with the number of parameters as `params`. */
  readonly groups: readonly Readonly<Record<string, Plain>>[];
}

/** What was asked for. */
export interface RecordingOptions {
  /** How often each probe ran: every so many steps, or `"function"` where a function decided. */
  readonly probes: Readonly<Record<string, number | "function">>;
  /** The optimiser. */
  readonly optimizer: RecordedOptimizer;
}

/** What a training run has shown, as plain data: `JSON.stringify` writes it, {@link readRecording} reads it. */
export interface Recording {
  /** Says what this is. */
  readonly kind: "recording";
  /** The version of this format. */
  readonly schema: 1;
  /** The version of the library that wrote it. */
  readonly version: string;
  /** The seed of the run, as the recorder was told; null where it was not. */
  readonly seed: number | null;
  /** What was asked for. */
  readonly options: RecordingOptions;
  /** What the recorder was told to keep. */
  readonly notes: Readonly<Record<string, Plain>>;
  /** How many steps were trained. */
  readonly steps: number;
  /** The first step whose loss was NaN or infinite; null if there was none. */
  readonly divergedAt: number | null;
  /** The passes made in all, for training and by probes: evaluations of the loss, and gradients of it. */
  readonly cost: Cost;
  /** All that the probes have returned, in order. */
  readonly rows: readonly RecordedRow[];
}

/**
 * Reads a recording that was written as JSON.
 *
 * @param json - the text, or what `JSON.parse` made of it.
 * @throws TensorError if it is not a recording, or one of a later format.
 *
 * @example
 * ```ts
 * import { nn, optim, randn } from "evenkeel";
 * import { Recorder, readRecording } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(2, 1);
 * const recorder = new Recorder(model, new optim.SGD(model.parameters(), { lr: 0.1 }));
 * const x = randn([8, 2]);
 * recorder.step(() => model.forward(x).square().mean());
 * const text = JSON.stringify(recorder.recording());
 * console.log(readRecording(text).rows.map(({ step, metric }) => [step, metric])); // => [ [ 0, 'loss' ] ]
 * ```
 */
export function readRecording(json: unknown): Recording {
  const value = typeof json === "string" ? parsed(json) : json;
  if (typeof value !== "object" || value === null || (value as Recording).kind !== "recording") {
    refuse('an object whose kind is "recording"', describe(value));
  }
  const recording = value as Recording;
  if (recording.schema !== 1) refuse("a recording of schema 1", `schema ${describe(recording.schema)}`);
  if (typeof recording.version !== "string") refuse("a version", describe(recording.version));
  if (!isCount(recording.steps)) refuse("a number of steps", describe(recording.steps));
  for (const name of ["seed", "divergedAt"] as const) {
    if (recording[name] !== null && typeof recording[name] !== "number")
      refuse(`a number or null as ${name}`, describe(recording[name]));
  }
  for (const name of ["options", "notes", "cost"] as const) {
    if (typeof recording[name] !== "object" || recording[name] === null)
      refuse(`an object as ${name}`, describe(recording[name]));
  }
  if (!Array.isArray(recording.rows)) refuse("an array of rows", describe(recording.rows));
  recording.rows.forEach((row, i) => {
    if (!isRow(row)) refuse("rows { step, layer, metric, value }", `another at ${i}: ${JSON.stringify(row)}`);
  });
  return recording;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse("JSON", describe(text));
  }
}

function isRow(row: RecordedRow): boolean {
  if (typeof row !== "object" || row === null) return false;
  const { step, layer, metric, value } = row;
  const isNamed = typeof layer === "string" && typeof metric === "string";
  return isCount(step) && isNamed && (value === null || typeof value === "number");
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}

function refuse(expected: string, got: string): never {
  throw new TensorError("readRecording", { expected, got });
}

import { describe, TensorError } from "../../base/errors.ts";
import { aFunction, fromOne } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { RecordedRow } from "./recording.ts";
import type { ScheduledProbe, StepProbes, StepRow } from "./stepProbe.ts";

/** A probe of a recorder, with what it keeps in mind. */
export interface NamedProbe extends Required<ScheduledProbe> {
  readonly name: string;
  readonly memory: Map<string, unknown>;
}

const rules = {
  probe: { is: aFunction, isRequired: true },
  every: {
    is: {
      expected: "a whole number of 1 or more, or a function,",
      accepts: (value) => fromOne.accepts(value) || typeof value === "function",
    },
    default: 1,
  },
} satisfies OptionRules<ScheduledProbe>;

/** Probes with all that they need, checked. */
export function named(where: string, probes: StepProbes): NamedProbe[] {
  if (typeof probes !== "object" || probes === null || Array.isArray(probes)) {
    throw new TensorError(where, { expected: "an object of probes by name", got: describe(probes) });
  }
  return Object.entries(probes).map(([name, given]) => {
    const scheduled: ScheduledProbe = typeof given === "function" ? { probe: given } : given;
    const { probe, every } = optionsOf(`${where}, probe "${name}"`, scheduled, rules);
    return { name, probe, every, memory: new Map() };
  });
}

/** How often each probe runs, in words that JSON can say. */
export function intervals(probes: readonly NamedProbe[]): Record<string, number | "function"> {
  return Object.fromEntries(probes.map(({ name, every }) => [name, typeof every === "number" ? every : "function"]));
}

/** Whether a probe's turn has come. */
export function isDue(every: NamedProbe["every"], step: number): boolean {
  return typeof every === "number" ? step % every === 0 : every(step);
}

/** The rows of a probe, checked, with numbers that JSON can say. */
export function asRows(probe: string, step: number, rows: readonly StepRow[]): RecordedRow[] {
  const refuseRow = (got: string): never => {
    throw new TensorError("Recorder.step", {
      expected: `rows { layer, metric, value } from probe "${probe}"`,
      got,
      hint: "The step was trained, but is not recorded.",
    });
  };
  if (!Array.isArray(rows)) refuseRow(describe(rows));
  return rows.map((row) => {
    const { layer = "", metric, value } = row ?? {};
    if (typeof layer === "string" && typeof metric === "string" && typeof value === "number") {
      return { step, layer, metric, value: Number.isFinite(value) ? value + 0 : null }; // + 0: JSON has no −0
    }
    return refuseRow(`layer ${describe(layer)}, metric ${describe(metric)}, value ${describe(value)}`);
  });
}

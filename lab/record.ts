import { type Settings, usual } from "./settings.ts";
import { Edge } from "./training/edge.ts";
import { rescaleNow, surfacesNow } from "./training/engine.ts";
import { walk } from "./training/neurons.ts";
import { pairOf } from "./training/pairs.ts";
import { rates, scales, walkRate, walkSteps } from "./training/plan.ts";
import type { Shown } from "./training/protocol.ts";
import { Session } from "./training/session.ts";

const steps = 400;

/** The run that the lab shows before anything is touched, to the fourth digit. */
export function recordedRun(settings: Settings = usual): Shown {
  const session = new Session(settings);
  session.half();
  while (session.step < steps) session.advance();
  const edge = new Edge();
  while (edge.advance());
  return rounded({
    frame: session.frame(),
    surface: surfacesNow(session),
    rescale: rescaleNow(session),
    neurons: walk(walkRate, walkSteps),
    pairs: scales.flatMap((scale) => rates.map((lr) => pairOf(settings, { lr, scale }))),
    edge: edge.seen(),
  }) as Shown;
}

/** Numbers to the fourth digit, and arrays of them as lists; what is no number is null. */
function rounded(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? Number(value.toPrecision(4)) : null;
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array, rounded);
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, rounded(part)]));
}

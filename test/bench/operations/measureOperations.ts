import type { Contender } from "../contender.ts";
import { digits, measured, ratioOf } from "../format.ts";
import { measure } from "../measure.ts";
import { operationCases } from "./cases.ts";
import { type OperationTime, targets } from "./section.ts";

/** How long an operation is looked at that takes too long, in seconds. */
const seconds = 0.1;

/**
 * Measures operations in one library beside another, and where the time of those goes that take longer than they should.
 * @param uninlined - the first library, to be profiled.
 * @param only - which, by their names. Default: all.
 */
export async function measureOperations(
  [ours, other]: readonly [Contender, Contender],
  uninlined: Contender,
  log: (line: string) => void,
  only = /./,
): Promise<OperationTime[]> {
  const found: OperationTime[] = [];
  for (const { name, workload, target } of operationCases().filter((one) => only.test(one.name))) {
    const times = await measure(workload, [ours, other], { repeats: 5, seconds: 0.01, pause: 0 });
    const [own, ratio] = [measured(times.get(ours.name)), ratioOf(times.get(ours.name), times.get(other.name))];
    const shapes = workload.inputs.map(({ shape }) => shape);
    const where = `${name} of ${JSON.stringify(shapes)}, ${workload.pass}`;
    if (own === null || ratio === null) {
      log(`${where}: ${[...times.values()].map((m) => (m instanceof Error ? m.message : "measured")).join(", ")}`);
      continue;
    }
    log(`${where}: ${digits(own.microseconds)} µs, ${digits(ratio)} times ${other.name}'s`);
    const profile = ratio > (target ?? targets.nineInTen) ? await uninlined.profile(workload, seconds) : null;
    found.push({ name, shapes, pass: workload.pass, microseconds: own.microseconds, ratio, target, profile });
  }
  return found;
}

import type { Table } from "../data/table.ts";
import type { Settings } from "../settings.ts";
import { type Pair, pairSteps } from "./plan.ts";
import { Session } from "./session.ts";

/** Trains both networks for a short time at a rate, from a scale. */
export function pairOf(
  settings: Settings,
  { lr, scale }: Pick<Pair, "lr" | "scale">,
  table: Table | null = null,
): Pair {
  const session = new Session({ ...settings, lr, scale, mode: "training" }, table);
  const sums: [number, number] = [0, 0];
  const last = pairSteps / 5;
  for (let step = 0; step < pairSteps; step++) {
    session.advance();
    if (step < pairSteps - last) continue;
    for (const [i, { loss }] of session.columns.entries()) sums[i] += loss / last;
  }
  return { lr, scale, losses: [finite(sums[0]), finite(sums[1])] };
}

const finite = (loss: number): number => (Number.isFinite(loss) ? loss : Number.NaN);

import type { LiveRange } from "../measuring/saturation.ts";
import type { UnitGrid } from "../measuring/units.ts";
import type { Numbers } from "../numbers/floats.ts";

/** Notes which units were not saturated in which example, and counts what is NaN or infinite. */
export function markUnsaturated(
  saturated: Uint8Array,
  values: Numbers,
  { examples, units, inner }: UnitGrid,
  { low, high }: LiveRange,
): number {
  const perExample = values.length / examples;
  let nonFinite = 0;
  if (perExample === units) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value >= low && value <= high) saturated[i] = 0;
      if (value - value !== 0) nonFinite++; // NaN or infinite
    }
    return nonFinite;
  }
  for (let i = 0, row = 0; i < values.length; row += units) {
    for (const next = i + perExample; i < next; ) {
      for (let u = row; u < row + units; u++) {
        let bit = saturated[u];
        for (const end = i + inner; i < end; i++) {
          const value = values[i];
          if (value >= low && value <= high) bit = 0;
          if (value - value !== 0) nonFinite++;
        }
        saturated[u] = bit;
      }
    }
  }
  return nonFinite;
}

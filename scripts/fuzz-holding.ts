/** Runs programs that hold on to values, from a seed on: `npm run fuzz:holding -- --programs 1000000 --seed 0`. */
import { parseArgs } from "node:util";
import { findFault } from "../test/fuzz/holding/findFault.ts";

const { values } = parseArgs({ options: { programs: { type: "string" }, seed: { type: "string" } } });
const [programs, first] = [Number(values.programs ?? 10_000), Number(values.seed ?? 0)];

for (let seed = first; seed < first + programs; seed++) {
  const fault = findFault(seed);
  if (fault !== null) {
    console.error(`The program of seed ${seed}: ${fault}. Again: npm run fuzz:holding -- --programs 1 --seed ${seed}`);
    process.exit(1);
  }
  if ((seed - first + 1) % 1000 === 0) console.log(`${seed - first + 1} of ${programs} programs`);
}
console.log(`${programs} programs from seed ${first} on: nothing that was held has changed.`);

/** Prints how long `import "evenkeel"` and `require("evenkeel")` take in fresh processes. Needs `npm run build` first. */
import { execFileSync } from "node:child_process";

const runs = 15;

const programs = {
  "import, ESM": `const t = performance.now(); await import("evenkeel"); console.log(performance.now() - t);`,
  "require, CJS": `const t = performance.now(); require("evenkeel"); console.log(performance.now() - t);`,
};
const flags = { "import, ESM": "module", "require, CJS": "commonjs" };

for (const [name, program] of Object.entries(programs)) {
  const times = Array.from({ length: runs }, () =>
    Number(execFileSync(process.execPath, [`--input-type=${flags[name]}`, "--eval", program], { encoding: "utf8" })),
  ).sort((a, b) => a - b);
  const [median, most] = [times[(runs - 1) / 2], times[runs - 1]].map((time) => time.toFixed(1));
  console.log(`${name}: ${median} ms (median of ${runs} processes; at most ${most})`);
}

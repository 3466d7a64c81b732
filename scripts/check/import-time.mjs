/** Prints how long `import "evenkeel"` and `require("evenkeel")` take in fresh processes. Needs `npm run build` first. */
import { execFileSync } from "node:child_process";

const runs = 15;

const programs = [
  { name: "import", type: "module", load: 'await import("evenkeel")' },
  { name: "require", type: "commonjs", load: 'require("evenkeel")' },
];

function timeOnce({ type, load }) {
  const program = `const start = performance.now(); ${load}; console.log(performance.now() - start);`;
  return Number(execFileSync(process.execPath, [`--input-type=${type}`, "--eval", program], { encoding: "utf8" }));
}

for (const program of programs) {
  const times = Array.from({ length: runs }, () => timeOnce(program)).sort((a, b) => a - b);
  const [median, most] = [times[(runs - 1) / 2], times[runs - 1]].map((time) => time.toFixed(1));
  console.log(`${program.name}: ${median} ms (the median of ${runs} processes; at most ${most} ms)`);
}

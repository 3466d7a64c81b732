import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { largeThresholds, productThresholds, sizes, threadedProduct, thresholds } from "./sizes.ts";

const src = new URL("../../src/", import.meta.url);

/** Limits that are no thresholds: of memory, of time, of what is refused, or of a format. */
const limits = [
  "kernels/numbers/mersenneTwister.ts size",
  // Beside their own tests.
  "kernels/numbers/order.ts most",
  "kernels/beside/statistics/counts.ts fewCounters",
  "kernels/beside/statistics/selection.ts many",
  // Values, not sizes: from where erf and its inverse are computed otherwise.
  "kernels/numbers/errorFunction.ts middle",
  "kernels/numbers/errorFunction.ts erfMiddle",
  "kernels/threads.ts mostThreads",
  "kernels/wasm/threads/crew.ts slice",
  "random/stateFormat.ts wordCount",
  "kernels/memory/pool.ts mostKept",
  "kernels/memory/pool.ts mostLoad",
  "kernels/memory/pool.ts mostShunned",
  "kernels/wasm/machine.ts mostBytes",
  "kernels/wasm/machine.ts bottom",
  "kernels/wasm/machine.ts pageSize",
  "kernels/wasm/machine.ts windowCount",
];

/** Constants of a number or more that stand in the files where kernels, memory and random numbers are. */
function constants(): string[] {
  const files = ["kernels", "random"]
    .flatMap((folder) => readdirSync(new URL(folder, src), { recursive: true }).map((file) => `${folder}/${file}`))
    .filter((file) => file.endsWith(".ts") && !/generated|assembly|libm/.test(file));
  return [...files, "functions/combine.ts", "base/shapes.ts"].flatMap((file) => {
    const text = readFileSync(new URL(file, src), "utf8");
    const names = [
      ...text.matchAll(/^(?:export )?const (\w+) = (?:[\d._]+(?:e\d+)?(?: \*\* \d+)?|\{ \w+: \d+.*\});/gm),
    ];
    // A threshold is what the size of something is compared with.
    return names
      .map(([, name]) => name)
      .filter(
        (name) =>
          new RegExp(`(?:[<>]=?|Math\\.min\\([^)]*,) ${name}\\b|\\b${name}\\) \\*`).test(text) ||
          /^(few|chunk)$/.test(name),
      )
      .map((name) => `${file} ${name}`);
  });
}

test("every size from which the code goes another way is drawn by the random tests", () => {
  const drawn = Object.keys({ ...thresholds, ...largeThresholds, ...productThresholds, ...threadedProduct });
  const missing = constants().filter((name) => !limits.includes(name) && !drawn.some((one) => one.startsWith(name)));
  expect(missing).toEqual([]);
});

test("these are read from the code", () => {
  for (const size of Object.values({ ...thresholds, ...largeThresholds, ...productThresholds })) {
    expect(size).toBeGreaterThan(0);
  }
  expect(sizes).toEqual(expect.arrayContaining([31, 32, 33, 63, 64, 65]));
});

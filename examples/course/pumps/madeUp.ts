/**
 * The table of chapter 8. No such pumps exist: the numbers are drawn by the rule below, from a seed.
 *
 *     npx tsx examples/course/pumps/madeUp.ts > examples/course/pumps/pumps.csv
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Generator, rand, randint, randn } from "evenkeel";
import { kinds } from "./network.ts";

const rows = 1200;

/**
 * Old pumps run hotter and shake more. What makes one fail is its age, heat, shaking, low pressure, and being a vane pump; about
 * one in five does. Of each measurement some are missing, and most often the shaking of old pumps, whose sensor is worn out.
 */
export function pumpsCsv(): string {
  const generator = new Generator().manualSeed(19);
  const kind = randint(0, kinds.length, [rows], { generator }).data;
  const normal = randn([rows, 3], { generator }).toArray<number[][]>();
  const even = rand([rows, 6], { generator }).toArray<number[][]>();
  const lines = normal.map(([hotter, tighter, shakier], i) => {
    const [older, chance, ...missing] = even[i];
    const age = 20 * older; // years
    const temperature = 60 + age / 2 + 8 * hotter; // °C
    const pressure = 5 + 0.8 * tighter; // bar
    const vibration = Math.exp(0.3 * shakier + 0.04 * age); // mm/s
    const score =
      0.15 * (age - 10) +
      0.1 * (temperature - 65) +
      1.5 * (vibration - 1.5) -
      0.8 * (pressure - 5) +
      (kinds[kind[i]] === "vane" ? 1 : 0) -
      3;
    const failed = chance < 1 / (1 + Math.exp(-score)) ? 1 : 0;
    const cell = (value: number, digits: number, share: number, luck: number) =>
      luck < share ? "" : value.toFixed(digits);
    return [
      kinds[kind[i]],
      cell(age, 1, 0.02, missing[0]),
      cell(temperature, 1, 0.08, missing[1]),
      cell(pressure, 2, 0.08, missing[2]),
      cell(vibration, 2, age > 15 ? 0.4 : 0.08, missing[3]),
      failed,
    ].join();
  });
  return `${["kind,age,temperature,pressure,vibration,failed", ...lines].join("\n")}\n`;
}

if (resolve(process.argv[1] ?? "") === fileURLToPath(import.meta.url)) process.stdout.write(pumpsCsv());

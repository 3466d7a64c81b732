import type { Contender } from "../contender.ts";
import { digits, measured, ratioOf, table, times } from "../format.ts";
import { type Measurements, measure } from "../measure.ts";
import type { Workload } from "../workloads.ts";

/** The heading that the section is found by. */
export const boundariesHeading = "## Measured";

interface Boundary {
  readonly name: string;
  readonly parameters: number;
  readonly workload: Workload;
}

/** What one library, and those beside it, took for something. */
export interface BoundaryTime extends Boundary {
  readonly found: Measurements;
}

const network = (width: number): Boundary => ({
  name: `layers 64-${width}-${width}-10, batch 64`,
  parameters: 64 * width + width ** 2 + 4 * width + 10 * width + 10,
  workload: { kind: "train", sizes: [64, width, width, 10], batch: 64, clock: "processor" },
});

function images(side: number, channels: readonly number[], batch: number): Boundary {
  const classes = 10;
  const places = (side >> (channels.length - 1)) ** 2;
  const convolutions = channels.slice(1).reduce((sum, after, i) => sum + 9 * channels[i] * after + after, 0);
  return {
    name: `images ${side} × ${side} × ${channels[0]}, convolutions of ${channels.slice(1).join(", ")}, batch ${batch}`,
    parameters: convolutions + channels[channels.length - 1] * places * classes + classes,
    workload: { kind: "images", side, channels, classes, batch, clock: "processor" },
  };
}

function language({ window, width, blocks, batch }: Record<"window" | "width" | "blocks" | "batch", number>): Boundary {
  const characters = 65;
  // Per block: two norms, attention's four matrices, a network of four times the width.
  const block = 4 * width + 4 * width ** 2 + 4 * width + 8 * width ** 2 + 5 * width;
  return {
    name: `language model, ${blocks} blocks of ${width}, ${window} letters, batch ${batch}`,
    parameters: (characters + window) * width + blocks * block + 2 * width + width * characters + characters,
    workload: { kind: "language", characters, window, width, heads: width / 32, blocks, batch, clock: "processor" },
  };
}

const boundaries: readonly Boundary[] = [
  network(16),
  network(64),
  network(256),
  network(960),
  network(3072),
  images(28, [1, 16, 32], 32),
  images(32, [3, 64, 128], 32),
  language({ window: 32, width: 64, blocks: 2, batch: 16 }),
  language({ window: 128, width: 256, blocks: 4, batch: 8 }),
];

/** Measures what grows, in all libraries by turns. */
export async function measureBoundaries(
  contenders: readonly Contender[],
  log: (line: string) => void,
  only = /./,
): Promise<BoundaryTime[]> {
  const rows: BoundaryTime[] = [];
  for (const boundary of boundaries.filter(({ name }) => only.test(name))) {
    const found = await measure(boundary.workload, contenders, { repeats: 5, seconds: 0.5 });
    log(
      `${boundary.name}: ${[...found].map(([name, m]) => `${name} ${m instanceof Error ? m.message : digits(m.microseconds)}`).join("; ")}`,
    );
    rows.push({ ...boundary, found });
  }
  return rows;
}

/** The section: what steps take, and how many of evenkeel's go into each. */
export function boundariesSection(
  rows: readonly BoundaryTime[],
  names: readonly string[],
  versions: ReadonlyMap<string, string>,
): string[] {
  const [ours, baseline, ...others] = names;
  const rest = [baseline, ...others];
  const cells = rows.map(({ name, parameters, found }) => [
    name,
    parameters.toLocaleString("en"),
    inMilliseconds(measured(found.get(ours))?.microseconds),
    ...rest.map((other) => times(ratioOf(found.get(other), found.get(ours)))),
  ]);
  const gaps = rows.flatMap(({ name, found }) =>
    others.flatMap((other) => {
      const entry = found.get(other);
      return entry instanceof Error && entry.message !== "not written for this library"
        ? [`${other}, ${name}: ${entry.message}`]
        : [];
    }),
  );
  const date = new Date().toISOString().slice(0, 10);
  return [
    boundariesHeading,
    `What \`npm run bench -- --part boundaries\` measured on ${date}: one training step by gradient descent, one thread each, in
milliseconds of the processor for evenkeel, and for the others in times of that: below 1 the other is faster. Medians over five
repeats, each beside the others'. ${[...versions].map(([name, version]) => `${name} ${version.split(",")[0]}`).join("; ")}.`,
    table(["", "parameters", `${ours}, ms`, ...rest], cells),
    crossing(rows, ours, baseline),
    ...(gaps.length === 0 ? [] : [`Left out, in the words of the library: ${[...new Set(gaps)].join("; ")}.`]),
  ];
}

const inMilliseconds = (microseconds: number | undefined): string =>
  microseconds === undefined ? "–" : digits(microseconds / 1000);

/** Where PyTorch begins to be the faster one, among the networks of plain layers. */
function crossing(rows: readonly BoundaryTime[], ours: string, baseline: string): string {
  const ratios = rows
    .filter(({ workload }) => workload.kind === "train")
    .flatMap(({ parameters, found }) => {
      const ratio = ratioOf(found.get(baseline), found.get(ours));
      return ratio === null ? [] : [{ parameters, ratio }];
    });
  const slower = ratios.find(({ ratio }) => ratio < 1);
  const before = ratios.filter(({ parameters }) => slower === undefined || parameters < slower.parameters).at(-1);
  if (slower === undefined) return `${ours} is the faster of the two in all of these plain layers.`;
  if (before === undefined) return `${baseline} on one core is the faster of the two in all of these plain layers.`;
  return `Plain layers: up to ${before.parameters.toLocaleString("en")} parameters ${ours} is faster than ${baseline} on one core, from
${slower.parameters.toLocaleString("en")} on ${baseline} is.`;
}

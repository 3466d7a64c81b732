import { describe, expect, test } from "vitest";
import { arange, data, defaultGenerator, Generator, manualSeed, rand, type Tensor } from "../../src/index.ts";
import golden from "../golden/data/data.json" with { type: "json" };

type Kind = "none" | "own" | "default";

/** The bits of the next float32 number, in hexadecimal. */
function draw(generator: Generator = defaultGenerator): string {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, rand([1], { generator }).item());
  return view.getUint32(0).toString(16).padStart(8, "0");
}

function generators(kind: Kind, seed: number): Generator | undefined {
  manualSeed(seed);
  return { none: undefined, own: new Generator().manualSeed(seed + 1), default: defaultGenerator }[kind];
}

/** Loaders of the numbers from 0 on, as rows of a tensor or as items of an array; either way each batch is a line. */
const loaders = {
  "a TensorDataset": (n: number, options: data.DataLoaderOptions) => {
    const loader = new data.DataLoader(new data.TensorDataset(arange(n).reshape(n, 1)), options);
    return () => lines(loader, ([x]) => x.reshape(-1));
  },
  "an array": (n: number, options: data.DataLoaderOptions) => {
    const loader = new data.DataLoader(
      Array.from({ length: n }, (_, i) => i),
      options,
    );
    return () => lines(loader, (x) => x);
  },
};

/** Starts an epoch at once, as Python's `iter` does, though nothing asks for a batch yet. */
function lines<T>(loader: Iterable<T>, numbers: (batch: T) => Tensor): Iterable<string> {
  const batches = loader[Symbol.iterator]();
  return (function* () {
    for (let next = batches.next(); !next.done; next = batches.next()) {
      yield numbers(next.value).toArray<number[]>().join(" ");
    }
  })();
}

type Loaded = () => Iterable<string>;

const programs = {
  epochs(loaded: Loaded, kind: Kind, g: Generator | undefined): string[] {
    const both = () => draw() + (kind === "own" ? draw(g) : "");
    return [0, 1].flatMap(() => [...Array.from(loaded(), (line) => `${line}:${both()}`), both()]);
  },

  leftEarly(loaded: Loaded, _: Kind, g: Generator | undefined): string[] {
    const result: string[] = [];
    for (const line of loaded()) {
      result.push(line);
      break;
    }
    return [...result, draw(g), ...loaded(), draw(g)];
  },

  sideBySide(loaded: Loaded, _: Kind, g: Generator | undefined): string[] {
    const [a, b] = [loaded(), loaded()].map((epoch) => epoch[Symbol.iterator]());
    const result: string[] = [];
    for (;;) {
      const first = a.next();
      if (first.done) return [...result, draw(g)];
      result.push(`${first.value}/${b.next().value}`);
    }
  },
};

describe.each(Object.entries(loaders))(`with %s, as PyTorch ${golden.torch}`, (_, load) => {
  test.each(golden.programs)("$program of $args has the same batches and draws", ({ program, args, lines }) => {
    const seed = args[args.length - 1] as number;
    const kind = args[args.length - 2] as Kind;
    const g = generators(kind, seed);
    const generator = g === undefined ? {} : { generator: g };
    const [n, batchSize] = args as number[];
    const [shuffle, dropLast] = program === "epochs" ? (args.slice(2, 4) as boolean[]) : [true, false];
    const loaded = load(n, { batchSize, shuffle, dropLast, ...generator });
    expect(programs[program as keyof typeof programs](loaded, kind, g)).toEqual(lines);
  });
});

test.each(golden.splits)("randomSplit of $n into $lengths is PyTorch's, generator: $kind", (recorded) => {
  const generator = generators(recorded.kind as Kind, recorded.n);
  const parts = data.randomSplit(
    Array.from({ length: recorded.n }, (_, i) => i),
    recorded.lengths,
    generator === undefined ? {} : { generator },
  );
  expect(parts.map(({ indices }) => indices)).toEqual(recorded.indices);
  expect(draw(generator)).toBe(recorded.next);
});

test.each(golden.weighted)(
  "WeightedRandomSampler of $weights draws $count as PyTorch's, replacement: $replacement, generator: $kind",
  ({ weights, count, replacement, kind, lines }) => {
    const g = generators(kind as Kind, count);
    const generator = g === undefined ? {} : { generator: g };
    const sampler = new data.WeightedRandomSampler(weights, count, { replacement, ...generator });
    const ours: unknown[] = [];
    for (let loop = 0; loop < 2; loop++) ours.push([...sampler], draw(g));
    const loader = new data.DataLoader(Array.from(weights.keys()), { batchSize: 2, sampler, ...generator });
    expect(loader.length).toBe(Math.ceil(count / 2));
    for (let epoch = 0; epoch < 2; epoch++) for (const batch of loader) ours.push(batch.toArray(), draw(g));
    expect(ours).toEqual(lines);
  },
);

test.each(golden.loops)(
  "a loop of $loop items is loaded by $size as PyTorch's, dropLast: $dropLast",
  ({ loop, size, dropLast, lines }) => {
    manualSeed(loop);
    const dataset = {
      *[Symbol.iterator]() {
        for (let i = 0; i < loop; i++) yield i;
      },
    };
    const ours: unknown[] = [];
    for (let epoch = 0; epoch < 2; epoch++) {
      for (const batch of new data.DataLoader(dataset, { batchSize: size, dropLast }))
        ours.push(batch.toArray(), draw());
      ours.push(draw());
    }
    expect(ours).toEqual(lines);
  },
);

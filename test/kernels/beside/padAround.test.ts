import { Generator, grad, nn, randint } from "evenkeel";
import { expect, test } from "vitest";
import { narrow } from "../../../src/kernels/reference/walk.ts";

const { functional: F } = nn;

// Against a list of what stands around each row, and those rows around each other; rows on both sides of where they are copied as one.

const around = {
  reflect: (row: readonly unknown[], before: number, behind: number) => [
    ...row.slice(1, before + 1).toReversed(),
    ...row,
    ...row.slice(row.length - 1 - behind, row.length - 1).toReversed(),
  ],
  replicate: (row: readonly unknown[], before: number, behind: number) => [
    ...new Array(before).fill(row[0]),
    ...row,
    ...new Array(behind).fill(row.at(-1)),
  ],
  circular: (row: readonly unknown[], before: number, behind: number) => [
    ...row.slice(row.length - before),
    ...row,
    ...row.slice(0, behind),
  ],
} as const;

test("what is put around is what lies within, and its gradient goes back there", () => {
  const generator = new Generator().manualSeed(1);
  const draw = (from: number, to: number) => randint(from, to, [], { generator }).item<number>();
  for (let i = 0; i < 200; i++) {
    const mode = (["reflect", "replicate", "circular"] as const)[draw(0, 3)];
    const columns = [5, 6, narrow - 1, narrow, narrow + 1, narrow + 3][draw(0, 6)];
    const shape = [draw(1, 3), draw(4, 7), columns];
    const [left, right, top, bottom] = [draw(-2, 4), draw(-2, 3), draw(-1, 3), draw(-1, 3)];
    const x = randint(0, 50, shape, { generator }).to("float32");
    const cut = <T>(row: readonly T[], before: number, behind: number): T[] =>
      row.slice(Math.max(0, -before), row.length - Math.max(0, -behind));
    const pad = (row: readonly unknown[], before: number, behind: number) =>
      around[mode](cut(row, before, behind), Math.max(0, before), Math.max(0, behind));
    const padded = (values: readonly (readonly (readonly unknown[])[])[]) =>
      values.map((picture) =>
        pad(
          picture.map((row) => pad(row, left, right)),
          top,
          bottom,
        ),
      );
    const y = F.pad(x, [left, right, top, bottom], { mode });
    expect(y.toArray(), `${shape}, ${mode}: ${[left, right, top, bottom]}`).toEqual(
      padded(x.toArray() as number[][][]),
    );

    const places = padded(
      Array.from({ length: shape[0] }, (_, n) =>
        Array.from({ length: shape[1] }, (_, r) =>
          Array.from({ length: columns }, (_, c) => (n * shape[1] + r) * columns + c),
        ),
      ),
    ).flat(2) as number[];
    const leaf = x.detach();
    leaf.requiresGrad = true;
    const g = randint(0, 50, y.shape, { generator }).to("float32");
    const [back] = grad(F.pad(leaf, [left, right, top, bottom], { mode }), [leaf], { gradOutput: g });
    const sums = new Array<number>(x.numel()).fill(0);
    for (const [at, place] of places.entries()) sums[place] += Number(g.data[at]);
    expect([...back.data]).toEqual(sums);
  }
});

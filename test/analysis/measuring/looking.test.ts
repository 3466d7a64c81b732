import { Generator, nn, noGrad, randn, type Tensor } from "evenkeel";
import { expect, test } from "vitest";
import { looking } from "../../../src/analysis/measuring/watching.ts";

const drawn = (seed: number) => randn([16, 8], { generator: new Generator().manualSeed(seed) });

function built() {
  const generator = new Generator().manualSeed(0);
  return new nn.Sequential(
    new nn.Linear(8, 12, { generator }),
    new nn.BatchNorm1d(12),
    new nn.Tanh(),
    new nn.Linear(12, 12, { generator }),
    new nn.ReLU(),
    new nn.Sigmoid(),
    new nn.Linear(12, 2, { generator }),
  );
}

/** What a pass shows of each layer between others, and where it lies. */
function lookedAt(model: nn.Sequential, x: Tensor) {
  const numbers: number[][] = [];
  const places: string[] = [];
  const between = model.namedModules().filter(([name]) => name !== "" && name !== "6");
  const see = (_name: string, _module: nn.Module, _inputs: readonly unknown[], y: Tensor) => {
    const { data } = y.array;
    numbers.push([...data]);
    places.push(`${idOf(data.buffer)} at ${data.byteOffset}`);
  };
  const y = looking(between, see, () => noGrad(() => model.forward(x)));
  return { numbers, places, y };
}

const ids = new Map<object, number>();
function idOf(buffer: object): number {
  if (!ids.has(buffer)) ids.set(buffer, ids.size);
  return ids.get(buffer) as number;
}

test("what only looks sees what each layer returns, in memory that the next pass uses again", () => {
  const [model, other] = [built(), built()];
  const seen: number[][] = [];
  for (const layer of other) layer.registerForwardHook((_, _inputs, y) => void seen.push([...y.data]));
  const y = noGrad(() => other.forward(drawn(1)));
  const first = lookedAt(model, drawn(1));
  expect(first.numbers).toEqual(seen.slice(0, -1));
  expect(first.y.data).toEqual(y.data);
  const second = lookedAt(model, drawn(2));
  for (const place of second.places) expect(first.places).toContain(place);
});

test("a hook beside what only looks may keep what it sees, and so may a forward that has been assigned", () => {
  const model = built();
  const kept: [Tensor, number[]][] = [];
  const handle = model[2].registerForwardHook((_, _inputs, y) => void kept.push([y, [...y.array.data]]));
  const { tanh } = nn.functional;
  model[4].forward = (x: Tensor) => {
    const y = tanh(x);
    kept.push([y, [...y.array.data]]);
    return y;
  };
  for (let seed = 0; seed < 3; seed++) lookedAt(model, drawn(seed));
  expect(kept).toHaveLength(6);
  for (const [y, numbers] of kept) expect([...y.array.data]).toEqual(numbers);
  handle.remove();
});

test("what looks is taken off, also when the pass throws, and one that is assigned meanwhile stays", () => {
  const model = built();
  const own = Object.getOwnPropertyDescriptor(model[0], "forward");
  const fail = () =>
    looking(
      [["0", model[0]]],
      () => {
        throw new RangeError("in the middle");
      },
      () => model.forward(drawn(0)),
    );
  expect(fail).toThrow(RangeError);
  expect(Object.getOwnPropertyDescriptor(model[0], "forward")).toEqual(own);
  const assigned = (x: Tensor) => x;
  looking(
    [["0", model[0]]],
    () => {},
    () => {
      model[0].forward = assigned;
    },
  );
  expect(model[0].forward).toBe(assigned);
});

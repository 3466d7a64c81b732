import { data, Generator, randn } from "evenkeel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { numRuns, patience } from "./runs.ts";

/** How an epoch is left in the middle. */
const leavings = ["saved within", "break", "throw", "return", "destructured"] as const;

/** A loader, and what draws its order and the numbers of whoever trains. */
function make(items: number, batchSize: number, shuffle: boolean, dropLast: boolean) {
  const generator = new Generator().manualSeed(7);
  const numbers = Array.from({ length: items }, (_, i) => i);
  return { generator, loader: new data.DataLoader(numbers, { batchSize, shuffle, dropLast, generator }) };
}

type Run = ReturnType<typeof make>;

/** What a step sees: its items, and a number that is drawn in it. */
const step = ({ generator }: Run, batch: { toArray(): unknown }) =>
  JSON.stringify([batch.toArray(), randn([1], { generator }).item()]);

/** The steps of some epochs, without a pause. */
function epochs(run: Run, count: number): string[] {
  return Array.from({ length: count }, () => Array.from(run.loader, (batch) => step(run, batch))).flat();
}

const stateOf = ({ loader, generator }: Run) => ({ loader: loader.stateDict(), generator: generator.getState() });

/** The steps until `count` batches of an epoch have been seen, and the state then. */
function leave(
  run: Run,
  count: number,
  how: (typeof leavings)[number],
): { seen: string[]; state: ReturnType<typeof stateOf> } {
  const seen: string[] = [];
  let within: ReturnType<typeof stateOf> | undefined;
  const loop = () => {
    for (const batch of run.loader) {
      seen.push(step(run, batch));
      if (seen.length < count) continue;
      if (how === "saved within") within = stateOf(run);
      if (how === "throw") throw new RangeError("left");
      if (how === "return") return;
      break;
    }
  };
  if (how === "destructured" && count === 1) {
    const [batch] = run.loader;
    seen.push(step(run, batch));
  } else if (how === "throw") {
    expect(loop).toThrow(RangeError);
  } else {
    loop();
  }
  return { seen, state: within ?? stateOf(run) };
}

const shapes = fc.record({
  items: fc.integer({ min: 1, max: 12 }),
  batchSize: fc.integer({ min: 1, max: 5 }),
  shuffle: fc.boolean(),
  dropLast: fc.boolean(),
});

test("a run that is saved anywhere in an epoch goes on as if it had not been left", { timeout: patience }, () => {
  fc.assert(
    fc.property(
      shapes,
      fc.nat(2),
      fc.nat(11),
      fc.constantFrom(...leavings),
      ({ items, batchSize, shuffle, dropLast }, before, place, how) => {
        const fresh = () => make(items, batchSize, shuffle, dropLast);
        const [run, other] = [fresh(), fresh()];
        fc.pre(run.loader.length > 0);
        const whole = epochs(fresh(), before + 2);
        const steps = epochs(run, before);
        const { seen, state } = leave(run, 1 + (place % run.loader.length), how);
        other.loader.loadStateDict(state.loader);
        other.generator.setState(state.generator);
        expect(other.loader.stateDict()).toEqual(state.loader);
        expect([...steps, ...seen, ...epochs(other, 2)]).toEqual(whole);
      },
    ),
    { numRuns: numRuns(150) },
  );
});

test("a loop after one that was left begins a new epoch", { timeout: patience }, () => {
  fc.assert(
    fc.property(shapes, fc.nat(11), ({ items, batchSize, shuffle, dropLast }, place) => {
      const orders = ({ loader }: Run) => Array.from(loader, (batch) => JSON.stringify(batch.toArray()));
      const [run, other] = [make(items, batchSize, shuffle, dropLast), make(items, batchSize, shuffle, dropLast)];
      fc.pre(run.loader.length > 0);
      let count = place % run.loader.length;
      for (const _ of run.loader) if (count-- === 0) break;
      other.generator.setState(run.generator.getState());
      expect(orders(run)).toEqual(orders(other));
      expect(run.loader.stateDict()).toEqual({ batch: 0, start: null });
    }),
    { numRuns: numRuns(100) },
  );
});

test("of two loops at once the one that went on last is the one that is saved", () => {
  const { loader } = make(6, 2, true, false);
  const [first, second] = [loader[Symbol.iterator](), loader[Symbol.iterator]()];
  first.next();
  first.next();
  second.next();
  expect(loader.stateDict().batch).toBe(1);
  first.next();
  expect(loader.stateDict().batch).toBe(3);
  second.next();
  for (const _ of first) expect.fail("it had three batches");
  expect(loader.stateDict().batch).toBe(2);
  for (const _ of second) expect(loader.stateDict().batch).toBe(3);
  expect(loader.stateDict()).toEqual({ batch: 0, start: null });
});

test("items that do not go together are not counted, and an epoch can be left for good", () => {
  const loader = new data.DataLoader([1, 2, 3, "4"], { batchSize: 2 });
  const batches = loader[Symbol.iterator]();
  batches.next();
  expect(() => batches.next()).toThrow("strings, or arrays");
  expect(loader.stateDict().batch).toBe(1);
  loader.loadStateDict({ batch: 0, start: null });
  expect(loader.stateDict()).toEqual({ batch: 0, start: null });
});

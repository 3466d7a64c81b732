import { compiled, Generator, nn, ones, optim, randn, type Tensor, zeros } from "evenkeel";
import { afterEach, describe, expect, test, vi } from "vitest";
import { expectEager, expectReplayed, type World } from "./alike.ts";

const x = (call: number, shape: readonly number[] = [4, 3]) =>
  randn(shape, { generator: new Generator().manualSeed(100 + call) });
const args = (call: number) => [x(call), x(call + 50)];

/** What a call of an even number returns, and one of an odd number. */
type Turns = readonly [even: (x: Tensor, other: Tensor) => unknown, odd: (x: Tensor, other: Tensor) => unknown];

const outside = x(20);
const twice = (x: Tensor) => x.mul(2);
const sized = (size: number) => (x: Tensor) => x.sum().add(zeros([size]));

const turns: Readonly<Record<string, readonly [Turns, RegExp]>> = {
  "an array from outside in place of one that is made": [
    [(x) => twice(x).add(outside), (x) => (({ y }) => y.add(y))({ y: twice(x) })],
    /an array (from outside, then an array that it makes|that it makes, then an array from outside)/,
  ],
  "an argument in place of what is made": [
    [(x) => twice(x).add(x), (x) => (({ y }) => y.add(y))({ y: twice(x) })],
    /an (argument, then an array that it makes|array that it makes, then an argument)/,
  ],
  "what is made of a size in place of what is outside": [
    [(x) => x.add(ones([4, 3])), (x) => x.add(outside)],
    /an array (made by ones, then an array from outside|from outside, then an array made by ones)/,
  ],
  "one argument in place of another": [
    [(x, other) => x.mul(2).add(x.sub(other)), (x, other) => other.mul(2).add(x.sub(other))],
    /another argument|an argument, then an argument/,
  ],
  "a list in place of a tensor": [[(x) => twice(x), (x) => [twice(x)]], /something of another kind/],
  "two tensors in place of one": [
    [(x) => [twice(x)], (x) => (({ y }) => [y, y])({ y: twice(x) })],
    /[12] arrays, then [12]/,
  ],
  "a field of another name": [[(x) => ({ a: twice(x) }), (x) => ({ b: twice(x) })], /fields [ab], then [ab]/],
  "an array of another size": [[sized(2), sized(3)], /an array of shape \[[23]\], then one of shape \[[23]\]/],
  "a step more": [
    [(x) => twice(x), (x) => twice(x).add(1)],
    /as step 2 (nothing|add\w*) in one call, and (add\w*|nothing) in the next/,
  ],
};

describe("a function that does one thing and another in turn is called as it is, and what differs is said:", () => {
  test.each(Object.entries(turns))("%s", (_, [each, reason]) => {
    const make = (): World => {
      let count = 0;
      return { call: (x: Tensor, other: Tensor) => each[count++ % 2](x, other) };
    };
    expectEager(make, reason, { args, calls: 8 });
  });

  test("other shapes in each of forty calls", () => {
    const make = (): World => ({ call: (x: Tensor) => twice(x) });
    const { report } = expectEager(make, /other arguments or settings in each of 40 calls/, {
      args: (call) => [x(call, [call + 1, 3])],
      calls: 42,
    });
    expect(report.eager).toBe(42);
  });
});

test("a gradient that is an argument is that of the call", () => {
  const make = (): World => {
    const w = new nn.Parameter(x(1));
    const optimizer = new optim.SGD([w], { lr: 0.1 });
    return {
      call: (g: Tensor) => {
        w.grad = g;
        optimizer.step();
        return w.mul(2);
      },
      state: () => [w, w.grad],
    };
  };
  expectReplayed(make, { args: (call) => [x(call)] });
});

describe("without a function that is warned", () => {
  afterEach(() => void vi.restoreAllMocks());

  test("the console says once why a function is called as it is", () => {
    const said = vi.spyOn(console, "warn").mockReturnValue();
    const f = compiled((x: Tensor) => x.sum().item());
    for (let call = 0; call < 4; call++) f(x(call));
    expect(said.mock.calls).toEqual([[expect.stringContaining("item()")]]);
  });
});

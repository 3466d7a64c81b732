import fc from "fast-check";
import { chai } from "vitest";

// Every expectation means its opposite here: a test that passes all the same expects nothing. See scripts/check/inverted.ts.

// Where an expectation stands nobody asks, and to find out takes longer than the tests.
Error.stackTraceLimit = 0;

class Holds extends Error {
  constructor() {
    super("an expectation holds");
  }
}

/** How many expectations have failed, which is what is expected. */
let failed = 0;

const { assert } = chai.Assertion.prototype;

chai.Assertion.prototype.assert = function (this: Chai.Assertion, ...given: Parameters<typeof assert>) {
  try {
    assert.apply(this, given);
  } catch {
    failed++;
    return;
  }
  throw new Holds();
};

type Matcher = (this: Chai.Assertion, ...given: unknown[]) => unknown;

/** The opposite of a matcher, which may assert, or throw by itself. */
function opposite(matches: Matcher): Matcher {
  return function (...given) {
    const before = failed;
    const settle = () => {
      if (failed === before) throw new Holds();
    };
    const refuse = (error: unknown) => {
      if (error instanceof Holds) throw error;
      failed++;
    };
    try {
      const result = matches.apply(this, given);
      if (result instanceof Promise) return result.then(settle, refuse);
    } catch (error) {
      refuse(error);
    }
    return settle();
  };
}

const matchers = chai.Assertion.prototype as unknown as Record<string, Matcher>;
for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(matchers))) {
  if (/^to[A-Z]/.test(name) && typeof value === "function") matchers[name] = opposite(value);
}

// Else a property that fails is tried again and again with smaller values.
fc.configureGlobal({ endOnFailure: true });

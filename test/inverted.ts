import fc from "fast-check";
import { chai } from "vitest";

// Every expectation means its opposite here: a test that passes all the same expects nothing. See scripts/inverted.ts.

const holds = chai.Assertion.prototype.assert;

chai.Assertion.prototype.assert = function (this: Chai.Assertion, ...given: Parameters<typeof holds>) {
  try {
    holds.apply(this, given);
  } catch {
    return;
  }
  throw new Error("an expectation holds");
};
// Else a property that fails is tried again and again with smaller values.
fc.configureGlobal({ endOnFailure: true });

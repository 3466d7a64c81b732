import { TensorError } from "evenkeel";
import { expect } from "vitest";

/** The error that `run` is refused with; fails if it is not, or if the message does not read as all of them do. */
export function refusal(run: () => unknown): TensorError {
  let thrown: unknown;
  try {
    run();
  } catch (error) {
    thrown = error;
  }
  if (!(thrown instanceof TensorError)) expect.fail(`expected a TensorError, got ${String(thrown)}`);
  const { where, expected, got, hint, message } = thrown;
  expect(message).toBe(`${where}: expected ${expected}, got ${got}.${hint && ` ${hint}`}`);
  expect(where).not.toBe("");
  expect(message).not.toContain("[object");
  expect(expected, "a bound that is none").not.toMatch(/(of|from|to) -?Infinity/);
  return thrown;
}

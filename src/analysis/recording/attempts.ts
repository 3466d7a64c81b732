import { isTensorError } from "../../base/errors.ts";

/** What a probe says; nothing where what it measures is not finite. */
export function ofNumbers<T>(run: () => T): T | readonly [] {
  try {
    return run();
  } catch (error) {
    if (isTensorError(error) && error.code === "EVENKEEL_NOT_FINITE") return [];
    throw error;
  }
}

/** What a function returns; nothing where it throws. */
export function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

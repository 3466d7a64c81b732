import { vi } from "vitest";

/** What `draw` makes where code may not be made of texts, as under a content security policy without `unsafe-eval`. */
export async function withoutEval<T>(draw: () => Promise<T>): Promise<T> {
  vi.stubGlobal("Function", () => {
    throw new EvalError("Refused to evaluate a string as JavaScript");
  });
  try {
    return await draw();
  } finally {
    vi.unstubAllGlobals();
  }
}

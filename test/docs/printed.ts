import { format } from "node:util";
import { expect } from "vitest";

/** What an example prints, and the checks that its `// =>` comments became. */
export function printed() {
  const calls: string[] = [];
  const met = new Set<number>();
  return {
    /** Stands in for the global of that name. */
    console: { ...console, log: (...values: unknown[]) => void calls.push(format(...values)) },

    /** Compares `text`, of n lines, with the last calls that printed as many lines or more. */
    expect(id: number, text: string): void {
      met.add(id);
      expect(calls, `nothing was printed before "// => ${text}"`).not.toHaveLength(0);
      const wanted = text.split("\n").length;
      let actual = calls.pop() as string;
      while (calls.length > 0 && actual.split("\n").length < wanted) actual = `${calls.pop()}\n${actual}`;
      calls.length = 0;
      expect(actual).toBe(text);
    },

    /** Fails where the example ended without reaching one of its expectations. */
    end(count: number): void {
      expect(met.size, "expectations that were reached").toBe(count);
    },
  };
}

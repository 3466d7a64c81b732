/** Where the results of a sweep are kept, a line each. */
export interface SweepStore {
  /** What it is called in messages. */
  readonly name: string;
  /** Whether it outlives the process. */
  readonly isKept: boolean;
  /** The lines that are there. */
  lines(): AsyncIterable<string>;
  /** Makes sure that lines can be added; asked before the first cell is run. */
  ready?(): Promise<void>;
  /** Adds a line, and is done when it is kept. */
  append(line: string): Promise<void>;
  /** Gives back what it holds; it may be used again. */
  close(): Promise<void>;
}

/**
 * Results in memory, which end with the process.
 *
 * @example
 * ```ts
 * import { inMemory, list, sweep } from "evenkeel/sweep";
 *
 * const store = inMemory();
 * const options = { space: list([{ x: 3 }]), cell: ({ x }: { x: number }) => x * x, store };
 * await sweep(options);
 * let runs = 0;
 * await sweep({ ...options, onCell: () => { runs++; } });
 * console.log(runs); // => 0
 * ```
 */
export function inMemory(): SweepStore {
  const kept: string[] = [];
  return {
    name: "memory",
    isKept: false,
    async *lines() {
      yield* kept;
    },
    append: async (line) => void kept.push(line),
    close: async () => {},
  };
}

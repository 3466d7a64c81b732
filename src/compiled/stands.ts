/** What is told of each call of a kernel. */
export interface Hearing {
  hear(name: string, kernel: (...given: never[]) => unknown, given: readonly unknown[]): unknown;
}

/** Who hears now; the stand-ins for kernels tell it. */
let current: Hearing | null = null;

/** Has somebody be told of each call of a kernel from now on, or nobody. */
export function tell(hearing: Hearing | null): void {
  current = hearing;
}

/** The stand-in of each set of kernels, and back. */
const stands = new WeakMap<object, object>();
const sets = new WeakMap<object, object>();

/** The set of kernels that a stand-in stands for, or the value itself. */
export function standsFor(value: unknown): unknown {
  return (typeof value === "object" && value !== null && sets.get(value)) || value;
}

/** The same kernels, which tell who hears of each call; always the same for one set. */
export function standFor(own: object): object {
  const known = stands.get(own);
  if (known !== undefined) return known;
  const stand = Object.fromEntries(
    Object.entries(own).map(([name, kernel]: [string, (...given: unknown[]) => unknown]) => [
      name,
      (...given: unknown[]) => (current === null ? kernel(...given) : current.hear(name, kernel as never, given)),
    ]),
  );
  stands.set(own, stand);
  sets.set(stand, own);
  return stand;
}

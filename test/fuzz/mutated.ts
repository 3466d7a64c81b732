import fc from "fast-check";

/** Files that differ from a good one in a few places, or are cut, or longer. */
export const mutated = (good: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: -20, max: 20 }),
    )
    .map(([changes, growth]) => {
      const file = new Uint8Array(Math.max(0, good.length + growth));
      file.set(good.subarray(0, file.length));
      for (const [at, byte] of changes) if (at < file.length) file[at] = byte;
      return file;
    });

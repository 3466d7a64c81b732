const size = 624;
const middle = 397;

/** The state of MT19937. */
export interface MersenneTwister {
  /** The 624 words, before tempering. */
  readonly words: Uint32Array;
  /** The index of the next word to give out. At 624, and at 0 just after seeding, new words are made first. */
  next: number;
}

/** A twister seeded with the low 32 bits of `seed`: all that PyTorch uses of its 64. */
export function mersenneTwister(seed: number): MersenneTwister {
  const words = new Uint32Array(size);
  words[0] = seed;
  for (let i = 1; i < size; i++) words[i] = Math.imul(1812433253, words[i - 1] ^ (words[i - 1] >>> 30)) + i;
  return { words, next: 0 };
}

/**
 * The next 32 bits, as a number in `[0, 2^32)`.
 *
 * @see Matsumoto & Nishimura 1998, "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudo-random number
 * generator".
 */
export function random32(twister: MersenneTwister): number {
  if (twister.next === size || twister.next === 0) twist(twister);
  let y = twister.words[twister.next++];
  y ^= y >>> 11;
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return (y ^ (y >>> 18)) >>> 0;
}

/** Replaces all words by the next 624 of the recurrence. */
function twist(twister: MersenneTwister): void {
  const { words } = twister;
  let i = 0;
  for (; i < size - middle; i++) words[i] = words[i + middle] ^ mix(words[i], words[i + 1]);
  for (; i < size - 1; i++) words[i] = words[i + middle - size] ^ mix(words[i], words[i + 1]);
  words[size - 1] = words[middle - 1] ^ mix(words[size - 1], words[0]);
  twister.next = 0;
}

/** The top bit of `a` above the rest of `b`, times the matrix of the recurrence. */
function mix(a: number, b: number): number {
  return (((a & 0x80000000) | (b & 0x7fffffff)) >>> 1) ^ (-(b & 1) & 0x9908b0df);
}

/** A float32 number in `[0, 1)`, from the low 24 of 32 bits. */
export function uniform32(twister: MersenneTwister): number {
  return (random32(twister) & 0xffffff) * 2 ** -24;
}

/** A double in `[0, 1)`, from the low 53 of 64 bits, the first word drawn being the high one. */
export function uniform64(twister: MersenneTwister): number {
  const high = random32(twister) & 0x1fffff;
  return (high * 2 ** 32 + random32(twister)) * 2 ** -53;
}

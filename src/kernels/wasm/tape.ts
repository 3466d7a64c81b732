/** A kernel; all numbers but sizes and flags are addresses in its memory. */
export type Kernel = (...numbers: number[]) => number;

/** Something that a machine did for a kernel, to be done again; `false` says that this time the kernel has to be called. */
export type Move = () => unknown;

/** What machines do while a kernel runs: its own calls and copies, by address, without what found the addresses. */
export class Tape {
  private readonly noted: Move[] = [];
  private isRepeatable = true;
  /** Which of them is the last call. */
  private lastCall = -1;

  /** The moves, in order; null if they are not all that was done. */
  get moves(): readonly Move[] | null {
    return this.isRepeatable && this.noted.length > 0 ? this.noted : null;
  }

  note(move: Move): void {
    this.noted.push(move);
  }

  /** Says that more is done than machines are asked for. */
  spoil(): void {
    this.isRepeatable = false;
  }

  /** The kernel, whose call is noted. */
  through(kernel: Kernel): Kernel {
    return (...numbers) => {
      this.lastCall = this.noted.push(callOf(kernel, numbers)) - 1;
      return kernel(...numbers);
    };
  }

  /** Does something with the number that the last call returns, whenever it is made. */
  withNumber(use: (number: number) => unknown): void {
    const call = this.noted[this.lastCall] as () => number;
    this.noted[this.lastCall] = () => use(call());
  }
}

/** Where machines note what they do now, if anywhere. */
export let tape: Tape | null = null;

/** Runs a kernel, and says how to do again what it did, with whatever its arrays hold then; null if only the kernel can. */
export function taped<T>(run: () => T): { readonly result: T; readonly moves: readonly Move[] | null } {
  const outer = tape;
  const own = new Tape();
  tape = own;
  try {
    return { result: run(), moves: own.moves };
  } finally {
    tape = outer;
  }
}

/** A call without a spread list, which takes longer. */
function callOf(kernel: Kernel, numbers: readonly number[]): Move {
  const [a, b, c, d, e, f, g, h, i, j, k, l, m] = numbers;
  switch (numbers.length) {
    case 5:
      return () => kernel(a, b, c, d, e);
    case 6:
      return () => kernel(a, b, c, d, e, f);
    case 7:
      return () => kernel(a, b, c, d, e, f, g);
    case 8:
      return () => kernel(a, b, c, d, e, f, g, h);
    case 10:
      return () => kernel(a, b, c, d, e, f, g, h, i, j);
    case 11:
      return () => kernel(a, b, c, d, e, f, g, h, i, j, k);
    case 13:
      return () => kernel(a, b, c, d, e, f, g, h, i, j, k, l, m);
    default:
      return () => kernel(...numbers);
  }
}

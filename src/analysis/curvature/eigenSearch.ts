import { Lanczos } from "../numbers/lanczos.ts";
import { addScaled, type LongVector, lengthOf } from "../numbers/longVector.ts";
import { tridiagonal } from "../numbers/tridiagonal.ts";

/** Which eigenvalues are looked for: those of largest absolute value, or the largest or smallest with their signs. */
export type Which = "magnitude" | "largest" | "smallest";

/** What an eigenvalue is ordered by: the first is the one of highest rank. */
export function rankOf(which: Which, value: number): number {
  if (which === "magnitude") return Math.abs(value);
  return which === "largest" ? value : -value;
}

/** What is looked for, and how far. */
export interface EigenSearchSettings {
  /** The number of rows of the matrix. */
  readonly size: number;
  /** How many eigenvalues are wanted. */
  readonly k: number;
  readonly which: Which;
  /** The largest residual taken for converged, as a share of the largest absolute value met. */
  readonly tolerance: number;
  /** The most products with the matrix, from `k` on. */
  readonly most: number;
  /** Whether vectors are kept in single precision. */
  readonly single: boolean;
  /** Draws a start, a vector of independent normal numbers. */
  start(): Float64Array;
}

/** An eigenvalue, as far as is known, and its eigenvector of length 1. */
export interface Eigenpair {
  readonly value: number;
  readonly vector: LongVector;
}

/** An eigenvalue of a run's `T`. */
interface Ritz {
  readonly value: number;
  /** What leads out of the run's space from its vector. */
  readonly residual: number;
  /** Its place among the eigenvalues of `T`, in order of size. */
  readonly place: number;
}

/** How probable it may be that a run has overlooked an eigenvalue among those wanted. */
const overlooked = 1e-6;

/** A run that says nothing is left has seen this many products, or all of its space. */
const leastLook = 10;

/**
 * The `k` eigenvalues of a symmetric matrix that are first by `which`, as often as they occur.
 *
 * Lanczos' method from a random start sees one vector of each eigenspace. So what has converged is locked, and another run
 * looks, from another random start, at what is orthogonal to it, until a run finds nothing that belongs among the first
 * `k`. Where the budget allows for all rows, runs go on until their space is exhausted: then nothing is left to chance.
 *
 * That a run has found nothing is certain to a probability of 1e-6, by Kuczyński's and Woźniakowski's bound on how far
 * below the largest eigenvalue the estimate from a random start is after `j` products:
 * `P(error ≥ ε·spread) ≤ 1.648·√n·exp(−√ε·(2j − 1))`.
 * @see Parlett, "The Symmetric Eigenvalue Problem", chapter 13; Kuczyński & Woźniakowski 1992, "Estimating the Largest
 * Eigenvalue by the Power and Lanczos Algorithms with a Random Start", Theorem 4.2.
 */
export class EigenSearch {
  /** How many products have been taken in. */
  iterations = 0;
  /** Whether the first `k` have converged, and nothing is left that belongs among them. */
  isComplete = false;
  private readonly settings: EigenSearchSettings;
  /** Orthonormal vectors that runs keep away from, first by `which` first. */
  private locked: readonly Eigenpair[] = [];
  /** The least and the largest eigenvalue met. */
  private least = Number.POSITIVE_INFINITY;
  private largest = Number.NEGATIVE_INFINITY;
  private run: Lanczos;

  constructor(settings: EigenSearchSettings) {
    this.settings = settings;
    this.run = this.begin();
  }

  /** The vector whose product with the matrix is wanted next. */
  get wanted(): LongVector {
    return this.run.newest;
  }

  /** Whether no further product is wanted. */
  get isOver(): boolean {
    return this.isComplete || this.iterations === this.settings.most;
  }

  /** The largest absolute value met. */
  get scale(): number {
    return Math.max(Math.abs(this.least), Math.abs(this.largest));
  }

  /** The first `k`, or as many as were found. */
  get found(): readonly Eigenpair[] {
    return this.locked.slice(0, this.settings.k);
  }

  /** Takes in the product of the matrix with {@link EigenSearch.wanted}, whose memory it works on. */
  take(product: Float64Array): void {
    const { run } = this;
    run.take(product);
    this.iterations++;
    const stride = Math.max(1, Math.floor(run.iterations / 20)); // finding the eigenvalues of T takes time too
    if (run.isExhausted) this.takeAll();
    else if (this.isOver || run.iterations % stride === 0) this.look();
  }

  /** Takes what a run has found that nothing leads out of: its eigenvalues are all exact. */
  private takeAll(): void {
    const { k, size } = this.settings;
    const ritz = this.ritz();
    const isWhole = this.locked.length + ritz.length === size;
    this.isComplete = isWhole || (this.hasEnough && !this.isBetter(ritz[0]));
    this.lock(isWhole ? ritz.slice(0, k) : ritz);
    this.isComplete ||= this.hasEnough && this.areEqual(this.found);
    if (!this.isOver) this.run = this.begin();
  }

  /** Looks at what a run has found so far, and begins another where its own has converged and more may be hidden. */
  private look(): void {
    const { k, size, most } = this.settings;
    const ritz = this.ritz();
    const own = this.hasEnough ? ritz.filter((one) => this.isBetter(one)) : ritz;
    const first = this.inOrder([...this.locked, ...own]).slice(0, k);
    const ownFirst = own.filter((one) => first.includes(one));
    const haveConverged = first.length === k && ownFirst.every((one) => this.hasConverged(one));
    if (ownFirst.length === 0) this.isComplete = this.leavesNothing(ritz);
    else this.isComplete = haveConverged && this.areEqual(first);
    const isDone = haveConverged && ownFirst.length > 0 && size > most;
    if (!isDone && !this.isOver) return;
    this.lock(ownFirst);
    if (!this.isOver) this.run = this.begin();
  }

  private begin(): Lanczos {
    const { start, single } = this.settings;
    return new Lanczos(
      start(),
      this.locked.map(({ vector }) => vector),
      single,
    );
  }

  /** The eigenvalues of the run's `T`, first by `which` first. */
  private ritz(): Ritz[] {
    const { diagonal, offDiagonal, iterations } = this.run;
    const { values, rows } = tridiagonal(diagonal, offDiagonal, [iterations - 1]);
    const out = offDiagonal[iterations - 1];
    const all = values.map((value, place) => ({ value, residual: Math.abs(out * rows[0][place]), place }));
    this.least = Math.min(this.least, values[0]);
    this.largest = Math.max(this.largest, values[iterations - 1]);
    return this.inOrder(all);
  }

  private lock(ritz: readonly Ritz[]): void {
    const { basis, diagonal, offDiagonal, iterations } = this.run;
    const { rows } = tridiagonal(diagonal, offDiagonal, [...Array(iterations).keys()]);
    const found = ritz.map(({ value, place }): Eigenpair => {
      const vector = new Float64Array(basis[0].length);
      rows.forEach((row, j) => addScaled(vector, basis[j], row[place]));
      const length = lengthOf(vector);
      const kept = this.settings.single ? new Float32Array(vector.length) : vector;
      for (let i = 0; i < kept.length; i++) kept[i] = vector[i] / length;
      return { value, vector: kept };
    });
    this.locked = this.inOrder([...this.locked, ...found]);
  }

  private get hasEnough(): boolean {
    return this.locked.length >= this.settings.k;
  }

  private rank(value: number): number {
    return rankOf(this.settings.which, value);
  }

  private inOrder<T extends { readonly value: number }>(all: readonly T[]): T[] {
    return [...all].sort((a, b) => this.rank(b.value) - this.rank(a.value));
  }

  /** Whether an eigenvalue belongs before the last of the first `k`. */
  private isBetter({ value }: Ritz): boolean {
    return this.rank(value) > this.rank(this.locked[this.settings.k - 1].value) + this.slack;
  }

  /** Whether they are all one, so that none that is hidden could come before any. */
  private areEqual(pairs: readonly { readonly value: number }[]): boolean {
    return this.rank(pairs[0].value) - this.rank(pairs[pairs.length - 1].value) <= this.slack;
  }

  private hasConverged({ residual }: Ritz): boolean {
    return residual <= this.slack;
  }

  /** Whether it is certain that the space orthogonal to what is locked has nothing that belongs among the first `k`. */
  private leavesNothing(ritz: readonly Ritz[]): boolean {
    const { k, size, which } = this.settings;
    const last = this.rank(this.locked[k - 1].value);
    const { iterations } = this.run;
    const isLeft = (end: Ritz, rank: number): boolean => {
      if (iterations >= leastLook && this.hasConverged(end)) return false;
      const short = Math.max(0, last - rank) / (this.largest - this.least);
      return !(1.648 * Math.sqrt(size) * Math.exp(-Math.sqrt(short) * (2 * iterations - 1)) <= overlooked);
    };
    const lowest = ritz.reduce((a, b) => (b.value < a.value ? b : a));
    const highest = ritz.reduce((a, b) => (b.value > a.value ? b : a));
    return (
      !(which !== "smallest" && isLeft(highest, highest.value)) &&
      !(which !== "largest" && isLeft(lowest, -lowest.value))
    );
  }

  /** How far apart two eigenvalues may be and yet count as one. */
  private get slack(): number {
    return this.settings.tolerance * this.scale;
  }
}

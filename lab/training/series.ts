/** So many points a series keeps at most. */
const mostPoints = 400;

/** Numbers over steps in bounded memory: when it is full, two neighbours become their mean, and so does what comes after. */
export class Series {
  private steps: number[] = [];
  private values: number[] = [];
  /** How many numbers there are to a point. */
  private stride = 1;
  private waiting: number[] = [];

  /** Takes the number of a step. Steps grow. */
  push(step: number, value: number): void {
    this.waiting.push(value);
    if (this.waiting.length < this.stride) return;
    this.steps.push(step);
    this.values.push(meanOf(this.waiting));
    this.waiting = [];
    if (this.steps.length < mostPoints) return;
    this.steps = this.steps.filter((_, i) => i % 2 === 1);
    this.values = this.steps.map((_, i) => meanOf([this.values[2 * i], this.values[2 * i + 1]]));
    this.stride *= 2;
  }

  /** All points, those that wait to be full left out. */
  points(): Points {
    return { steps: [...this.steps], values: [...this.values] };
  }
}

/** A series as plain data; what is not finite is NaN. */
export interface Points {
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

const meanOf = (values: readonly number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Number.isFinite(mean) ? mean : Number.NaN;
};

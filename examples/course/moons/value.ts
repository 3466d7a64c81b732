/**
 * A number that remembers what it was made of. `backward` asks how much it depends on each number behind it, and leaves
 * the answer there, in `gradient`.
 */
export class Value {
  /** The number itself; of a weight it is written to, between two steps. */
  number: number;
  /** How much the last number on which `backward` was called changes with this one. */
  gradient = 0;
  /** The numbers that this one was made of, each with the slope of this one in its direction. */
  private readonly madeOf: readonly (readonly [Value, slope: number])[];

  constructor(number: number, madeOf: readonly (readonly [Value, number])[] = []) {
    this.number = number;
    this.madeOf = madeOf;
  }

  plus(other: Value): Value {
    return new Value(this.number + other.number, [
      [this, 1],
      [other, 1],
    ]);
  }

  times(other: Value): Value {
    return new Value(this.number * other.number, [
      [this, other.number],
      [other, this.number],
    ]);
  }

  tanh(): Value {
    const y = Math.tanh(this.number);
    return new Value(y, [[this, 1 - y * y]]);
  }

  /** `ln(1 + eˣ)`: about 0 for what is far below 0, about x for what is far above. */
  softplus(): Value {
    const x = this.number;
    return new Value(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), [[this, 1 / (1 + Math.exp(-x))]]);
  }

  /** Adds to the gradient of every number behind this one. */
  backward(): void {
    this.gradient = 1;
    // Last made first: when a value passes its gradient on, all that was made of it has passed on theirs.
    for (const value of this.inOrder().reverse()) {
      for (const [source, slope] of value.madeOf) source.gradient += slope * value.gradient;
    }
  }

  /** Every value behind this one and itself, each after all that it was made of. A loop, for chains may be long. */
  private inOrder(): Value[] {
    const order: Value[] = [];
    const met = new Set<Value>();
    const waiting: { value: Value; isReady: boolean }[] = [{ value: this, isReady: false }];
    for (let top = waiting.pop(); top !== undefined; top = waiting.pop()) {
      if (top.isReady) order.push(top.value);
      if (top.isReady || met.has(top.value)) continue;
      met.add(top.value);
      waiting.push({ value: top.value, isReady: true });
      for (const [source] of top.value.madeOf) waiting.push({ value: source, isReady: false });
    }
    return order;
  }
}

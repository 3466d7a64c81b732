/** The most numbers that are kept of a distribution. */
const mostKept = 1024;

/** The value below which a share of the sorted values lies, between two of them by linear interpolation. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}

/** A distribution in few numbers: the sorted values, or where they are more than `most`, as many means of equal shares. */
export function sketch(sorted: Float64Array, most = mostKept): Float64Array {
  if (sorted.length <= most) return sorted;
  return Float64Array.from({ length: most }, (_, i) => {
    const [from, to] = [(i * sorted.length) / most, ((i + 1) * sorted.length) / most];
    let sum = 0;
    for (let at = from; at < to; ) {
      const next = Math.min(to, Math.floor(at) + 1);
      sum += (next - at) * sorted[Math.min(sorted.length - 1, Math.floor(at))];
      at = next;
    }
    return sum / (to - from);
  });
}

/** `∫₀¹|F⁻¹(q) − G⁻¹(q)|dq` of two sorted lists, whose values all weigh the same: exact, also where they differ in length. */
export function wasserstein(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [n, m] = [a.length, b.length];
  let [total, i, j, at] = [0, 0, 0, 0];
  // Shares in units of 1/(n·m), so that they are whole numbers.
  while (i < n && j < m) {
    const next = Math.min((i + 1) * m, (j + 1) * n);
    total += (next - at) * Math.abs(a[i] - b[j]);
    at = next;
    if (at === (i + 1) * m) i++;
    if (at === (j + 1) * n) j++;
  }
  return total / (n * m);
}

/** How many of the sorted values fall into each bin; those beyond count in the outermost bins. */
export function histogramOf(sorted: Float64Array, edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  let bin = 0;
  for (const value of sorted) {
    while (bin < counts.length - 1 && value >= edges[bin + 1]) bin++;
    counts[bin]++;
  }
  return counts;
}

/** A mean and a biased variance. */
export interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/** The moments of those values that are finite, or null if none is. */
export function momentsOf(values: Float64Array): Moments | null {
  let [count, mean] = [0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    count++;
    mean += value;
  }
  if (count === 0) return null;
  mean /= count;
  let variance = 0;
  for (const value of values) if (Number.isFinite(value)) variance += (value - mean) * (value - mean);
  return { mean, variance: variance / count };
}

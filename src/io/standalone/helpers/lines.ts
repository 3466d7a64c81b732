/** What is made of lines of numbers. */
export const lines: Readonly<Record<string, string>> = {
  // A function of each line along a dimension, which gives as many numbers as it likes.
  along: `function along(x, dim, f, Data = x.data.constructor) {
  const d = dim < 0 ? dim + x.shape.length : dim;
  const [n, inner] = [x.shape[d], size(x.shape.slice(d + 1))];
  const count = x.data.length / (n || 1);
  const place = (line, length) => Math.floor(line / inner) * length * inner + (line % inner);
  let [y, length] = [new Data(0), n];
  for (let line = 0; line < count; line++) {
    const from = place(line, n);
    const made = f(Array.from({ length: n }, (_, i) => x.data[from + i * inner]));
    if (line === 0) {
      length = made.length;
      y = new Data(length * count);
    }
    for (let i = 0; i < length; i++) y[place(line, length) + i * inner] = made[i];
  }
  return { data: y, shape: x.shape.map((own, e) => (e === d ? length : own)) };
}`,

  // The numbers of each run over some dimensions as one.
  fold: `function fold(x, dims, isKept, f) {
  const all = x.shape.map((_, d) => d);
  const gone = dims.map((d) => (d < 0 ? d + all.length : d));
  const [within, kept] = [all.filter((d) => gone.includes(d)), all.filter((d) => !gone.includes(d))];
  const sizes = kept.map((d) => x.shape[d]);
  const { data } = transpose(x, [...kept, ...within]);
  const [y, run] = [new data.constructor(size(sizes)), size(within.map((d) => x.shape[d]))];
  for (let i = 0; i < y.length; i++) y[i] = f(data.subarray(i * run, (i + 1) * run));
  return { data: y, shape: isKept ? all.map((d) => (gone.includes(d) ? 1 : x.shape[d])) : sizes };
}`,

  sum: `function sum(xs) {
  let total = 0;
  for (const x of xs) total += x;
  return total;
}`,

  product: `function product(xs) {
  let total = 1;
  for (const x of xs) total *= x;
  return total;
}`,

  most: `function most(xs) {
  let best = -Infinity;
  for (const x of xs) best = Math.max(best, x);
  return best;
}`,

  least: `function least(xs) {
  let best = Infinity;
  for (const x of xs) best = Math.min(best, x);
  return best;
}`,

  logSumExp: `function logSumExp(xs) {
  const top = most(xs);
  let total = 0;
  for (const x of xs) total += Math.exp(x - top);
  return Number.isFinite(top) ? top + Math.log(total) : top;
}`,

  softmax: `function softmax(xs) {
  const top = most(xs);
  const powers = xs.map((x) => Math.exp(x - top));
  const total = sum(powers);
  return powers.map((x) => x / total);
}`,

  logSoftmax: `function logSoftmax(xs) {
  const top = most(xs);
  const total = Math.log(sum(xs.map((x) => Math.exp(x - top))));
  return xs.map((x) => x - top - total);
}`,

  cumsum: `function cumsum(xs) {
  let total = 0;
  return xs.map((x) => (total += x));
}`,

  // NaN is larger than every number.
  isMore: `function isMore(a, b) {
  return a > b || (Number.isNaN(a) && !Number.isNaN(b));
}`,

  largest: `function largest(xs) {
  return [xs.reduce((at, x, i) => (isMore(x, xs[at]) ? i : at), 0)];
}`,

  smallest: `function smallest(xs) {
  return [xs.reduce((at, x, i) => (x < xs[at] || (Number.isNaN(x) && !Number.isNaN(xs[at])) ? i : at), 0)];
}`,

  falling: `function falling(xs) {
  return xs.map((_, i) => i).sort((i, j) => (isMore(xs[i], xs[j]) ? -1 : isMore(xs[j], xs[i]) ? 1 : i - j));
}`,

  rising: `function rising(xs) {
  return xs.map((_, i) => i).sort((i, j) => (isMore(xs[i], xs[j]) ? 1 : isMore(xs[j], xs[i]) ? -1 : i - j));
}`,
};

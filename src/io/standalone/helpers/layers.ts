/** What layers do. */
export const layers: Readonly<Record<string, string>> = {
  gemm: `function gemm(a, b, isTurnedA, isTurnedB, bias = null) {
  const [n, k] = isTurnedA ? [a.shape[1], a.shape[0]] : a.shape;
  const m = b.shape[isTurnedB ? 0 : 1];
  const [ai, al] = isTurnedA ? [1, n] : [k, 1];
  const [bl, bj] = isTurnedB ? [1, k] : [m, 1];
  const y = new a.data.constructor(n * m);
  for (let i = 0, to = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      let total = bias === null ? 0 : bias.data[j];
      for (let l = 0; l < k; l++) total += a.data[i * ai + l * al] * b.data[l * bl + j * bj];
      y[to++] = total;
    }
  }
  return { data: y, shape: [n, m] };
}`,

  // Products of matrices, one of each pair in two batches, or of one matrix with all of a batch.
  matmul: `function matmul(a, b) {
  const outer = meet(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const [n, m] = [a.shape[a.shape.length - 2], b.shape[b.shape.length - 1]];
  const matrices = (x) => {
    const shape = x.shape.slice(-2);
    const { data } = x.shape.length === 2 ? x : expand(x, [...outer, ...shape]);
    const run = x.shape.length === 2 ? 0 : size(shape);
    return (o) => ({ data: data.subarray(o * run, o * run + size(shape)), shape });
  };
  const [left, right] = [matrices(a), matrices(b)];
  const y = new a.data.constructor(size(outer) * n * m);
  for (let o = 0; o * n * m < y.length; o++) y.set(gemm(left(o), right(o), false, false).data, o * n * m);
  return { data: y, shape: [...outer, n, m] };
}`,

  batchNorm: `function batchNorm({ data, shape }, weight, bias, mean, variance, eps) {
  const [, c, ...places] = shape;
  const run = size(places);
  const deviation = Array.from(variance.data, (v) => Math.sqrt(v + eps));
  const y = new data.constructor(data.length);
  for (let i = 0; i < y.length; i++) {
    const j = Math.floor(i / run) % c;
    y[i] = ((data[i] - mean.data[j]) / deviation[j]) * weight.data[j] + bias.data[j];
  }
  return { data: y, shape };
}`,

  // A function of each window over pictures [n, c, h, w], of the example, the channel, and where the window begins.
  windows: `function windows(x, channels, [kh, kw], [sh, sw], [dh, dw], [top, left, bottom, right], f) {
  const [n, , h, w] = x.shape;
  const p = Math.floor((h + top + bottom - dh * (kh - 1) - 1) / sh) + 1;
  const q = Math.floor((w + left + right - dw * (kw - 1) - 1) / sw) + 1;
  const y = new x.data.constructor(n * channels * p * q);
  let to = 0;
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < channels; c++) {
      for (let r = 0; r < p; r++) for (let s = 0; s < q; s++) y[to++] = f(i, c, r * sh - top, s * sw - left);
    }
  }
  return { data: y, shape: [n, channels, p, q] };
}`,

  conv: `function conv(x, weight, bias, groups, kernel, strides, [dh, dw], pads) {
  const [, c, h, w] = x.shape;
  const [out, own, kh, kw] = weight.shape;
  return windows(x, out, kernel, strides, [dh, dw], pads, (n, o, row, column) => {
    const first = n * c + Math.floor((o * groups) / out) * own;
    let total = bias === null ? 0 : bias.data[o];
    for (let k = 0; k < own; k++) {
      for (let i = 0; i < kh; i++) {
        const r = row + i * dh;
        if (r < 0 || r >= h) continue;
        for (let j = 0; j < kw; j++) {
          const s = column + j * dw;
          if (s < 0 || s >= w) continue;
          total += x.data[((first + k) * h + r) * w + s] * weight.data[((o * own + k) * kh + i) * kw + j];
        }
      }
    }
    return total;
  });
}`,

  maxPool: `function maxPool(x, [kh, kw], strides, [dh, dw], pads) {
  const [, c, h, w] = x.shape;
  return windows(x, c, [kh, kw], strides, [dh, dw], pads, (n, k, row, column) => {
    let best = -Infinity;
    for (let i = 0; i < kh; i++) {
      const r = row + i * dh;
      if (r < 0 || r >= h) continue;
      for (let j = 0; j < kw; j++) {
        const s = column + j * dw;
        if (s >= 0 && s < w) best = Math.max(best, x.data[((n * c + k) * h + r) * w + s]);
      }
    }
    return best;
  });
}`,

  sigmoid: `function sigmoid(x) {
  return 1 / (1 + Math.exp(-x));
}`,

  softplus: `function softplus(x) {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}`,

  // A series, and far out a fraction.
  erf: `function erf(x) {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a > 3) {
    let tail = a;
    for (let n = 40; n > 0; n--) tail = a + n / 2 / tail;
    return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / tail);
  }
  let [term, total] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}`,

  // Halves to the even neighbour.
  round: `function round(x) {
  const y = Math.round(x);
  return Math.abs(x % 1) === 0.5 && y % 2 !== 0 ? y - 1 : y;
}`,
};

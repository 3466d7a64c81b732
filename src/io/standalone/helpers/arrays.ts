/** Arrays, and their shapes. */
export const arrays: Readonly<Record<string, string>> = {
  size: `function size(shape) {
  return shape.reduce((count, n) => count * n, 1);
}`,

  // Examples as whoever calls gives them: nested arrays, or one flat array.
  taken: `function taken(given, row, Data, n) {
  const flat = ArrayBuffer.isView(given) ? given : [given].flat(Infinity);
  const rows = n ?? flat.length / (size(row) || 1);
  if (rows * size(row) !== flat.length || !Number.isInteger(rows)) {
    throw new RangeError(\`predict: expected \${n ?? "rows"} of [\${row}] numbers, got \${flat.length}\`);
  }
  if (!ArrayBuffer.isView(given) && !flat.every((x) => typeof x === "number" || typeof x === "boolean")) {
    throw new TypeError("predict: expected numbers");
  }
  return { data: Data.from(flat), shape: [rows, ...row] };
}`,

  // The bytes of base64.
  bytesOf: `function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
}`,

  map: `function map({ data, shape }, f, Data = data.constructor) {
  const y = new Data(data.length);
  for (let i = 0; i < y.length; i++) y[i] = f(data[i]);
  return { data: y, shape };
}`,

  // A walk over memory, so far at each step of each dimension.
  walk: `function walk({ data }, shape, steps, start = 0) {
  const y = new data.constructor(size(shape));
  const at = shape.map(() => 0);
  for (let i = 0, from = start; i < y.length; i++) {
    y[i] = data[from];
    for (let d = shape.length - 1; d >= 0; d--) {
      from += steps[d];
      if (++at[d] < shape[d]) break;
      from -= steps[d] * shape[d];
      at[d] = 0;
    }
  }
  return { data: y, shape };
}`,

  stepsOf: `function stepsOf(shape) {
  return shape.map((_, d) => size(shape.slice(d + 1)));
}`,

  meet: `function meet(p, q) {
  const rank = Math.max(p.length, q.length);
  const at = (shape, d) => shape[d + shape.length - rank] ?? 1;
  return Array.from({ length: rank }, (_, d) => (at(p, d) === 1 ? at(q, d) : at(p, d)));
}`,

  expand: `function expand(x, shape) {
  const full = meet(x.shape, shape);
  if (full.length === x.shape.length && full.every((n, d) => n === x.shape[d])) return x;
  const [steps, before] = [stepsOf(x.shape), full.length - x.shape.length];
  return walk(x, full, full.map((_, d) => (d < before || x.shape[d - before] === 1 ? 0 : steps[d - before])));
}`,

  zip: `function zip(a, b, f, Data = a.data.constructor) {
  const shape = meet(a.shape, b.shape);
  const [p, q, y] = [expand(a, shape).data, expand(b, shape).data, new Data(size(shape))];
  for (let i = 0; i < y.length; i++) y[i] = f(p[i], q[i]);
  return { data: y, shape };
}`,

  choose: `function choose(condition, a, b) {
  const shape = meet(meet(condition.shape, a.shape), b.shape);
  const [isA, p, q] = [condition, a, b].map((x) => expand(x, shape).data);
  return { data: p.map((x, i) => (isA[i] ? x : q[i])), shape };
}`,

  cast: `function cast({ data, shape }, Data) {
  return { data: Data === Uint8Array ? Data.from(data, (x) => (x === 0 ? 0 : 1)) : Data.from(data), shape };
}`,

  whole: `function whole({ data, shape }) {
  return { data: Float64Array.from(data, Math.trunc), shape };
}`,

  reshape: `function reshape({ data, shape }, sizes) {
  const said = sizes.map((n, d) => (n === 0 && data.length > 0 ? shape[d] : n));
  const known = size(said.filter((n) => n !== -1));
  return { data, shape: said.map((n) => (n === -1 ? data.length / known : n)) };
}`,

  transpose: `function transpose(x, dims) {
  const steps = stepsOf(x.shape);
  return walk(x, dims.map((d) => x.shape[d]), dims.map((d) => steps[d]));
}`,

  slice: `function slice(x, starts, ends, dims, by) {
  const [shape, steps] = [[...x.shape], stepsOf(x.shape)];
  let first = 0;
  dims.forEach((d, i) => {
    const [n, step] = [x.shape[d], by[i] ?? 1];
    const place = (at) => Math.min(Math.max(at < 0 ? at + n : at, step > 0 ? 0 : -1), step > 0 ? n : n - 1);
    const [from, to] = [place(starts[i]), place(ends[i])];
    shape[d] = Math.max(0, Math.ceil((to - from) / step));
    first += from * steps[d];
    steps[d] *= step;
  });
  return walk(x, shape, steps, first);
}`,

  concat: `function concat(xs, dim) {
  const d = dim < 0 ? dim + xs[0].shape.length : dim;
  const shape = [...xs[0].shape];
  shape[d] = xs.reduce((total, x) => total + x.shape[d], 0);
  const [outer, y] = [size(shape.slice(0, d)), new xs[0].data.constructor(size(shape))];
  for (let i = 0, to = 0; i < outer; i++) {
    for (const { data } of xs) {
      const run = data.length / outer;
      y.set(data.subarray(i * run, (i + 1) * run), to);
      to += run;
    }
  }
  return { data: y, shape };
}`,

  pad: `function pad(x, sides, value) {
  return x.shape.reduce((y, _, d) => {
    const edge = (n) => {
      const shape = y.shape.map((own, e) => (e === d ? n : own));
      return { data: new y.data.constructor(size(shape)).fill(value), shape };
    };
    return concat([edge(sides[d]), y, edge(sides[d + x.shape.length])], d);
  }, x);
}`,

  triangle: `function triangle({ data, shape }, k, isUpper) {
  const [rows, columns] = shape.slice(-2);
  const above = (i) => (i % columns) - (Math.floor(i / columns) % rows) - k;
  return { data: data.map((x, i) => ((isUpper ? above(i) >= 0 : above(i) <= 0) ? x : 0)), shape };
}`,

  placed: `function placed(index, n) {
  const at = index < 0 ? index + n : index;
  if (at >= 0 && at < n) return at;
  throw new RangeError(\`predict: expected an index below \${n}, got \${index}\`);
}`,

  look: `function look(x, { data, shape }) {
  const [n, ...row] = x.shape;
  const width = size(row);
  const y = new x.data.constructor(data.length * width);
  data.forEach((index, i) => {
    const at = placed(index, n) * width;
    y.set(x.data.subarray(at, at + width), i * width);
  });
  return { data: y, shape: [...shape, ...row] };
}`,

  pick: `function pick(x, { data, shape }, dim) {
  const d = dim < 0 ? dim + shape.length : dim;
  const [steps, at] = [stepsOf(x.shape), stepsOf(shape)];
  const y = new x.data.constructor(data.length);
  data.forEach((index, i) => {
    const places = at.map((step, e) => (e === d ? placed(index, x.shape[d]) : Math.floor(i / step) % shape[e]));
    y[i] = x.data[places.reduce((from, place, e) => from + place * steps[e], 0)];
  });
  return { data: y, shape };
}`,

  squeeze: `function squeeze({ data, shape }, dims) {
  const left = dims.map((d) => (d < 0 ? d + shape.length : d));
  return { data, shape: shape.filter((n, d) => (left.length === 0 ? n !== 1 : !left.includes(d))) };
}`,

  unsqueeze: `function unsqueeze({ data, shape }, dims) {
  const rank = shape.length + dims.length;
  const [added, sizes] = [dims.map((d) => (d < 0 ? d + rank : d)), [...shape]];
  return { data, shape: Array.from({ length: rank }, (_, d) => (added.includes(d) ? 1 : sizes.shift())) };
}`,
};

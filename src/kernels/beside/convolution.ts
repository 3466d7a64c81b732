import { empty, NDArray, zeros } from "../array.ts";
import { giveData, take } from "../memory/pool.ts";
import { matmul } from "../reference/matmul.ts";
import { type Machine, mostBytes } from "../wasm/machine.ts";
import type { Beside } from "./beside.ts";
import { moduleOn } from "./module.ts";
import { flatWindows, fold, unfold, type Windows } from "./windows.ts";

/** A convolution of pictures. */
export interface Convolution extends Windows {
  /** How many parts the channels are in, each of which meets only its own. */
  readonly groups: number;
}

/** The sizes of a convolution of `n` examples: channels in and out, and for one group the terms, as rows, and places of a sum. */
interface Sizes {
  readonly n: number;
  readonly channels: number;
  readonly out: number;
  readonly terms: number;
  readonly places: number;
  readonly area: number;
}

function sizesOf({ groups, kernel, places, size }: Convolution, n: number, inGroup: number, out: number): Sizes {
  return {
    n,
    channels: inGroup * groups,
    out: out / groups,
    terms: inGroup * kernel[0] * kernel[1],
    places: places[0] * places[1],
    area: size[0] * size[1],
  };
}

/** Whether the windows are the elements, in order: what is unfolded would be the picture itself. */
function isPointwise({ kernel, stride, padding }: Convolution): boolean {
  return [...kernel, ...stride].every((one) => one === 1) && padding[0] === 0 && padding[1] === 0;
}

/** Elements `[start, end)` of an array as a matrix. */
function matrix({ data, dtype }: NDArray, start: number, rows: number, columns: number): NDArray {
  return new NDArray(data.subarray(start, start + rows * columns), [rows, columns], dtype);
}

/** Calls `fn` for each example and each group, with where their part of the pictures, of the outputs and of the weight starts. */
function forParts(
  { n, channels, out, terms, places, area }: Sizes,
  groups: number,
  fn: (picture: number, output: number, weight: number, group: number) => void,
): void {
  for (let i = 0; i < n; i++) {
    for (let group = 0; group < groups; group++) {
      const picture = (i * channels + (group * channels) / groups) * area;
      fn(picture, (i * groups + group) * out * places, group * out * terms, group);
    }
  }
}

/** Whether SIMD is worth it, and there is room: `elements` is how many have to be in memory at once. */
function isFit(dtype: string, { n, out, terms, places }: Sizes, elements: number): boolean {
  return n * out * terms * places > 512 && 8 * elements < mostBytes && (dtype === "float32" || dtype === "float64");
}

/** What is convolved, `[n, channels, rows, columns]`, by a weight `[out, channels / groups, …kernel]`, plus a bias `[out]`. */
export const convolve: Beside<Convolution> = {
  name: "convolution",

  plain([x, weight, bias], settings) {
    const sizes = sizesOf(settings, x.shape[0], weight.shape[1], weight.shape[0]);
    const { out, terms, places } = sizes;
    const y = zeros(x.dtype, [sizes.n, out * settings.groups, ...settings.places]);
    const columns = zeros(x.dtype, [terms, places]);
    forParts(sizes, settings.groups, (picture, output, first, group) => {
      unfold(x.data, picture, sizes.channels / settings.groups, settings, columns.data);
      const product = matmul(matrix(weight, first, out, terms), columns, false, false);
      y.data.set(product.data, output);
      if (bias === undefined) return;
      for (let o = 0, at = output; o < out; o++) {
        for (let p = 0; p < places; p++) y.data[at++] += bias.data[group * out + o];
      }
    });
    return y;
  },

  simd(machine) {
    const layers = moduleOn(machine);
    return (inputs, settings) => {
      const [x, weight, bias] = inputs;
      const { groups } = settings;
      const sizes = sizesOf(settings, x.shape[0], weight.shape[1], weight.shape[0]);
      const { n, out, terms, places, channels } = sizes;
      const unfolded = terms * places;
      if (!isFit(x.dtype, sizes, x.data.length + n * out * groups * places + unfolded)) {
        return convolve.plain(inputs, settings);
      }
      const { bytes, product, scratch, addBias } = kernelsFor(machine, x);
      const y = empty(x.dtype, [n, out * groups, ...settings.places]);
      machine.begin();
      const [from, weights] = [machine.at(x.data), machine.at(weight.data)];
      const biases = bias === undefined ? 0 : machine.at(bias.data);
      const to = machine.roomFor(y.data);
      const columns = machine.room(unfolded * bytes);
      const free = machine.room(scratch(places, terms));
      const [windows, isDirect] = [flatWindows(settings), isPointwise(settings)];
      forParts(sizes, groups, (picture, output, first, group) => {
        const pictures = from + picture * bytes;
        if (!isDirect) layers.unfold(pictures, columns, bytes, channels / groups, ...windows);
        const right = isDirect ? pictures : columns;
        const left = weights + first * bytes;
        product(left, right, to + output * bytes, free, 0, 1, out, places, terms, 0, 0);
        if (biases > 0) addBias(to + output * bytes, biases + group * out * bytes, out, places);
      });
      machine.get(to, y.data);
      return y;
    };
  },
};

/** The gradient of {@link convolve} at the pictures, from `g` at its output: a transposed convolution. */
export const convolveBack: Beside<Convolution> = {
  name: "convolutionInput",

  plain([g, weight], settings) {
    const sizes = sizesOf(settings, g.shape[0], weight.shape[1], weight.shape[0]);
    const { out, terms, places, channels } = sizes;
    const dx = zeros(g.dtype, [sizes.n, channels, ...settings.size]);
    forParts(sizes, settings.groups, (picture, output, first) => {
      const columns = matmul(matrix(weight, first, out, terms), matrix(g, output, out, places), true, false);
      fold(columns.data, dx.data, picture, channels / settings.groups, settings);
    });
    return dx;
  },

  simd(machine) {
    const layers = moduleOn(machine);
    return (inputs, settings) => {
      const [g, weight] = inputs;
      const { groups } = settings;
      const sizes = sizesOf(settings, g.shape[0], weight.shape[1], weight.shape[0]);
      const { n, out, terms, places, channels, area } = sizes;
      const unfolded = terms * places;
      if (!isFit(g.dtype, sizes, g.data.length + n * channels * area + unfolded)) {
        return convolveBack.plain(inputs, settings);
      }
      const { bytes, product, scratch, fold } = kernelsFor(machine, g);
      const dx = empty(g.dtype, [n, channels, ...settings.size]);
      machine.begin();
      const [from, weights] = [machine.at(g.data), machine.at(weight.data)];
      const to = machine.roomFor(dx.data);
      const columns = machine.room(unfolded * bytes);
      const free = machine.room(scratch(places, out));
      const [windows, isDirect] = [flatWindows(settings), isPointwise(settings)];
      if (!isDirect) layers.clear(to, dx.data.byteLength);
      forParts(sizes, groups, (picture, output, first) => {
        const pictures = to + picture * bytes;
        const left = weights + first * bytes;
        const made = isDirect ? pictures : columns;
        product(left, from + output * bytes, made, free, 0, 1, terms, places, out, 1, 0);
        if (!isDirect) fold(columns, pictures, channels / groups, ...windows);
      });
      machine.get(to, dx.data);
      return dx;
    };
  },
};

/** The gradient of {@link convolve} at the weight, from `g` at its output; examples are added in double precision. */
export const convolveWeight: Beside<Convolution> = {
  name: "convolutionWeight",

  plain([g, x], settings) {
    const { groups, kernel } = settings;
    const sizes = sizesOf(settings, g.shape[0], x.shape[1] / groups, g.shape[1]);
    const { out, terms, places, channels } = sizes;
    const dweight = zeros(g.dtype, [out * groups, channels / groups, ...kernel]);
    const total = new Float64Array(dweight.data.length);
    const columns = zeros(g.dtype, [terms, places]);
    forParts(sizes, groups, (picture, output, first) => {
      unfold(x.data, picture, channels / groups, settings, columns.data);
      const { data } = matmul(matrix(g, output, out, places), columns, false, true);
      for (let i = 0; i < data.length; i++) total[first + i] += data[i];
    });
    dweight.data.set(total);
    return dweight;
  },

  simd(machine) {
    const layers = moduleOn(machine);
    return (inputs, settings) => {
      const [g, x] = inputs;
      const { groups, kernel } = settings;
      const sizes = sizesOf(settings, g.shape[0], x.shape[1] / groups, g.shape[1]);
      const { out, terms, places, channels } = sizes;
      const unfolded = terms * places;
      if (!isFit(g.dtype, sizes, g.data.length + x.data.length + unfolded + 2 * out * groups * terms)) {
        return convolveWeight.plain(inputs, settings);
      }
      const { bytes, product, scratch, addUp } = kernelsFor(machine, g);
      const dweight = empty(g.dtype, [out * groups, channels / groups, ...kernel]);
      const total = take("float64", dweight.data.length);
      machine.begin();
      const [slopes, from] = [machine.at(g.data), machine.at(x.data)];
      const sum = machine.roomFor(total);
      const columns = machine.room(unfolded * bytes);
      const part = machine.room(out * terms * bytes);
      const free = machine.room(scratch(terms, places));
      const [windows, isDirect] = [flatWindows(settings), isPointwise(settings)];
      layers.clear(sum, total.byteLength);
      forParts(sizes, groups, (picture, output, first) => {
        const pictures = from + picture * bytes;
        if (!isDirect) layers.unfold(pictures, columns, bytes, channels / groups, ...windows);
        const right = isDirect ? pictures : columns;
        product(slopes + output * bytes, right, part, free, 0, 1, out, terms, places, 0, 1);
        addUp(sum + first * 8, part, out * terms);
      });
      machine.get(sum, total);
      dweight.data.set(total);
      giveData(total);
      return dweight;
    };
  },
};

/** What is called for arrays of the dtype of `x`. */
function kernelsFor(machine: Machine, x: NDArray) {
  const layers = moduleOn(machine);
  const { run } = machine;
  return x.dtype === "float32"
    ? {
        bytes: 4,
        product: run.matmulF32,
        scratch: run.matmulScratchF32,
        fold: layers.foldF32,
        addBias: layers.addBiasF32,
        addUp: layers.addUpF32,
      }
    : {
        bytes: 8,
        product: run.matmulF64,
        scratch: run.matmulScratchF64,
        fold: layers.foldF64,
        addBias: layers.addBiasF64,
        addUp: layers.addUpF64,
      };
}

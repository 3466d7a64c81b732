// The largest of windows over pictures, row of windows by row of windows: of each what is largest so far lies in memory.

import { firstFrom } from "./windows";

const HERE = 0;
const PICKED = 1;
const BACK = 2;

/**
 * Of each window of `channels` pictures `x` the largest element into `y`, or, by `how`, what lies in `u` where it is, or `u`, of which
 * there is one for each window, added to `y` where it is. Of equals the first counts, and of NaN the last; `none` is for windows with
 * nothing in them. `scratch` has room for a row of windows and of their places.
 */
export function maxPool<T>(
  x: usize,
  u: usize,
  y: usize,
  scratch: usize,
  how: i32,
  none: f64,
  channels: i32,
  height: i32,
  width: i32,
  rows: i32,
  columns: i32,
  strideDown: i32,
  stride: i32,
  top: i32,
  left: i32,
  dilationDown: i32,
  dilation: i32,
  placesDown: i32,
  places: i32,
): void {
  const size = sizeof<T>();
  const line = usize(width) * size;
  const picture = line * usize(height);
  const length = usize(places) * size;
  const found = scratch + ((length + 15) & ~15);
  if (how == BACK) memory.fill(y, 0, usize(channels) * picture);
  for (let c = 0; c < channels; c++, x += picture) {
    for (let p = 0, up = -top; p < placesDown; p++, up += strideDown) {
      const most = how == HERE ? y : scratch;
      const least = how == HERE ? <T>none : <T>-Infinity;
      for (let q: usize = 0; q < length; q += size) store<T>(most + q, least);
      if (how != HERE) memory.fill(found, 0xff, usize(places) << 2);
      for (let i = 0, row = up; i < rows; i++, row += dilationDown) {
        if (row < 0 || row >= height) continue;
        for (let j = 0, offset = -left; j < columns; j++, offset += dilation) {
          const first = firstFrom(0, offset, stride, places);
          const last = firstFrom(width, offset, stride, places);
          if (first >= last) continue;
          const place = row * width + offset + first * stride;
          const from = x + usize(place) * size;
          if (how == HERE) compare<T>(from, most + usize(first) * size, last - first, stride);
          else find<T>(from, most + usize(first) * size, found + (usize(first) << 2), last - first, stride, place);
        }
      }
      if (how == HERE) y += length;
      else if (how == PICKED) {
        for (let q = 0; q < places; q++, y += size) {
          const place = load<i32>(found + (usize(q) << 2));
          store<T>(y, place < 0 ? <T>none : load<T>(u + usize(place) * size));
        }
      } else {
        for (let q = 0; q < places; q++, u += size) {
          const place = load<i32>(found + (usize(q) << 2));
          if (place < 0) continue;
          const to = y + usize(place) * size;
          store<T>(to, <T>(load<T>(to) + load<T>(u)));
        }
      }
    }
    if (how == PICKED) u += picture;
    else if (how == BACK) y += picture;
  }
}

/** The larger of what is largest so far and of `count` elements, `stride` apart. */
function compare<T>(from: usize, most: usize, count: i32, stride: i32): void {
  const size = sizeof<T>();
  const end = most + usize(count) * size;
  if (stride <= 2) {
    const step: usize = stride == 2 ? 32 : 16;
    for (; most + 16 <= end; most += 16, from += step) {
      let v = v128.load(from);
      if (stride == 2) {
        const next = v128.load(from + 16);
        v = size == 4 ? v128.shuffle<f32>(v, next, 0, 2, 4, 6) : v128.shuffle<f64>(v, next, 0, 2);
      }
      const m = v128.load(most);
      v128.store(most, v128.bitselect(v, m, v128.or(v128.gt<T>(v, m), v128.ne<T>(v, v))));
    }
  }
  for (; most < end; most += size, from += usize(stride) * size) {
    const value = load<T>(from);
    if (value > load<T>(most) || value != value) store<T>(most, value);
  }
}

/** The same, with their places: the first element's is `place`. */
function find<T>(from: usize, most: usize, found: usize, count: i32, stride: i32, place: i32): void {
  const size = sizeof<T>();
  for (const end = most + usize(count) * size; most < end; most += size, found += 4, place += stride) {
    const value = load<T>(from);
    if (value > load<T>(most) || value != value || load<i32>(found) < 0) {
      store<T>(most, value);
      store<i32>(found, place);
    }
    from += usize(stride) * size;
  }
}

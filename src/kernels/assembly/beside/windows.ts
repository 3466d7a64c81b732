// Windows over pictures, laid out as columns of a matrix, and put back. A run of columns within the picture has neither
// padding nor a test.

/** The first place whose column, `offset + place·stride`, is `bound` or more. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function firstFrom(bound: i32, offset: i32, stride: i32, places: i32): i32 {
  const gap = bound - offset;
  return gap <= 0 ? 0 : min((gap + stride - 1) / stride, places);
}

/** Bytes set to 0, a whole number of float32. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function zero(to: usize, end: usize): void {
  for (; to + 16 <= end; to += 16) v128.store(to, i32x4.splat(0));
  for (; to < end; to += 4) store<u32>(to, 0);
}

/**
 * Each window of `channels` pictures `[height, width]` as a column of `to`, `[channels·rows·columns, places]`; an element
 * has `size` bytes, 4 or 8.
 */
export function unfold(
  x: usize,
  to: usize,
  size: usize,
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
  const length = usize(places) * size;
  const line = usize(width) * size;
  const step = usize(stride) * size;
  for (let c = 0; c < channels; c++, x += line * usize(height)) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const offset = j * dilation - left;
        const first = firstFrom(0, offset, stride, places);
        const last = firstFrom(width, offset, stride, places);
        let row = i * dilationDown - top;
        for (let p = 0; p < placesDown; p++, row += strideDown, to += length) {
          if (row < 0 || row >= height || first >= last) {
            zero(to, to + length);
            continue;
          }
          let at = to + usize(first) * size;
          const end = to + usize(last) * size;
          zero(to, at);
          let from = x + usize(row) * line + usize(offset + first * stride) * size;
          if (stride == 1) {
            for (; at + 16 <= end; at += 16, from += 16) v128.store(at, v128.load(from));
            for (; at < end; at += 4, from += 4) store<u32>(at, load<u32>(from));
          } else if (size == 4) {
            for (; at < end; at += 4, from += step) store<u32>(at, load<u32>(from));
          } else {
            for (; at < end; at += 8, from += step) store<u64>(at, load<u64>(from));
          }
          zero(end, to + length);
        }
      }
    }
  }
}

/** The reverse of {@link unfold}: each element added to that of `x` which it has come from. */
export function fold<T>(
  from: usize,
  x: usize,
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
  const length = usize(places) * size;
  const line = usize(width) * size;
  const step = usize(stride) * size;
  for (let c = 0; c < channels; c++, x += line * usize(height)) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const offset = j * dilation - left;
        const first = firstFrom(0, offset, stride, places);
        const last = firstFrom(width, offset, stride, places);
        let row = i * dilationDown - top;
        for (let p = 0; p < placesDown; p++, row += strideDown, from += length) {
          if (row < 0 || row >= height || first >= last) continue;
          let at = from + usize(first) * size;
          const end = from + usize(last) * size;
          let to = x + usize(row) * line + usize(offset + first * stride) * size;
          if (stride == 1) {
            for (; at + 16 <= end; at += 16, to += 16) {
              const sum =
                sizeof<T>() == 4
                  ? f32x4.add(v128.load(to), v128.load(at))
                  : f64x2.add(v128.load(to), v128.load(at));
              v128.store(to, sum);
            }
          }
          for (; at < end; at += size, to += step) store<T>(to, load<T>(to) + load<T>(at));
        }
      }
    }
  }
}

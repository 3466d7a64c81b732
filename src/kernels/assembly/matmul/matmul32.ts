// Products of float32 by tiles of 2 rows and 16 columns or, at the right edge, of 2 and 12, or 4 and 8. The right-hand
// matrix is read where it lies or, if it is transposed, or large and met by many rows, from panels of columns; the
// left-hand one by strides, or in pairs of rows if it is transposed and large. Blocks of DEPTH terms keep a panel in the
// first level of cache, blocks of HEIGHT rows the left-hand side in the second.

import { lastPanel, packPairs, packPanels, panelWidth } from "./matmul32Panels";
import { timesEight, timesSixteen, timesTwelve } from "./matmul32Tiles";
import { share } from "./share";

const DEPTH: i32 = 256;
const HEIGHT: i32 = 64;

/** So many numbers are read where they lie: packing them takes longer than it saves. */
const FEW: i32 = 12288;

/** What so few rows meet is read where it lies as well. */
const FEW_ROWS: i32 = 8;

/** A product with as many rows at most may be made the other way round. */
const MOST_TURNED: i32 = 64;

/** Bytes of a tile that hangs over the edge, on its way. */
const TILE: usize = 128;

/** Bytes of scratch memory that {@link matmulF32} needs. */
export function matmulScratchF32(n: i32, k: i32): usize {
  const depth = usize(min(k, DEPTH));
  const columns = max(n, MOST_TURNED);
  return TILE + ((depth * (usize(columns + 15) & ~15)) << 2) + ((depth * usize(HEIGHT)) << 2);
}

/**
 * `y = op(a)·op(b)`, `[m, n]`, in float32, for `k` > 0: the share of one among `tasks` tasks, which is a strip of columns,
 * or of rows if there are fewer panels than tasks, or if many rows are packed, which else each task would do to all of
 * them. No element depends on how many tasks there are.
 */
export function matmulF32(
  a: usize,
  b: usize,
  y: usize,
  scratch: usize,
  task: i32,
  tasks: i32,
  m: i32,
  n: i32,
  k: i32,
  transposeA: bool,
  transposeB: bool,
): void {
  if (turns(m, n, k, transposeA, transposeB)) {
    product(b, a, y, scratch, task, tasks, n, m, k, !transposeB, !transposeA, true);
  } else {
    product(a, b, y, scratch, task, tasks, m, n, k, transposeA, transposeB, false);
  }
}

/**
 * Whether `a·bᵀ` is better made as the transpose of `b·aᵀ`: what is packed is then `a`, which is to be smaller, unless
 * tiles would hang over the edge of `b`. Each element is the same sum of the same products.
 */
function turns(m: i32, n: i32, k: i32, transposeA: bool, transposeB: bool): bool {
  if (!transposeB || transposeA || m > MOST_TURNED || (m & 15) != 0 || k > DEPTH) return false;
  return m < n || n < 8 || (n & 3) != 0;
}

/** The share of a task in `y = op(a)·op(b)`, or `yᵀ` where it is turned. */
function product(
  a: usize,
  b: usize,
  y: usize,
  scratch: usize,
  task: i32,
  tasks: i32,
  m: i32,
  n: i32,
  k: i32,
  transposeA: bool,
  transposeB: bool,
  turned: bool,
): void {
  let first = 0;
  let last = m;
  let start = 0;
  let end = n;
  const packsA = transposeA && m * k > FEW;
  const count = (n + 15) / 16;
  if (count >= tasks && !(packsA && m >= 16 * tasks)) {
    start = 16 * share(count, task, tasks);
    end = min(n, 16 * share(count, task + 1, tasks));
  } else {
    first = 2 * share((m + 1) / 2, task, tasks);
    last = min(m, 2 * share((m + 1) / 2, task + 1, tasks));
  }
  const packsB = transposeB || (n * k > FEW && m > FEW_ROWS);
  const panels = scratch + TILE;
  for (let from = 0; from < k; from += DEPTH) {
    const depth = min(DEPTH, k - from);
    const pairs = panels + ((usize(depth) * (usize(n + 15) & ~15)) << 2);
    if (packsB) packPanels(b, panels, from, depth, start, end, n, k, transposeB);
    for (let top = first; top < last; top += HEIGHT) {
      const rows = min(HEIGHT, last - top);
      let left = a + ((usize(top) * usize(k) + usize(from)) << 2);
      let rowStep = usize(k) << 2;
      let pairStep = rowStep << 1;
      let step: usize = 4;
      if (packsA) {
        packPairs(a, pairs, from, depth, top, rows, m);
        left = pairs;
        rowStep = 4;
        pairStep = usize(depth) << 3;
        step = 8;
      } else if (transposeA) {
        left = a + ((usize(from) * usize(m) + usize(top)) << 2);
        rowStep = 4;
        pairStep = 8;
        step = usize(m) << 2;
      }
      const stride = usize(turned ? m : n) << 2;
      let panelStep: usize = 64;
      // The panel at the right edge comes first: what its tiles store beyond the edge is where the next row begins, or behind the last.
      const edge = lastPanel(start, end);
      const count = (edge - start + 15) / 16 + 1;
      const mayHang = tasks == 1 && from == 0 && !turned;
      for (let i = 0; i < count; i++) {
        const at = i == 0 ? count - 1 : i - 1;
        const column = min(start + 16 * at, edge);
        const columns = panelWidth(end - column);
        let panel = panels + ((usize(at) * usize(depth)) << 6);
        const to = y + ((turned ? usize(column) * usize(m) + usize(top) : usize(top) * usize(n) + usize(column)) << 2);
        if (!packsB) {
          panel = b + ((usize(from) * usize(n) + usize(column)) << 2);
          panelStep = usize(n) << 2;
        }
        if (columns > 12) {
          timesSixteen(left, rowStep, pairStep, step, panel, panelStep, depth, to, stride, rows, mayHang ? 16 : columns, from > 0, turned, scratch);
        } else if (columns > 8) {
          timesTwelve(left, rowStep, pairStep, step, panel, panelStep, depth, to, stride, rows, mayHang ? 12 : columns, from > 0, scratch);
        } else {
          timesEight(left, rowStep, pairStep, step, panel, panelStep, depth, to, stride, rows, mayHang ? 8 : columns, from > 0, scratch);
        }
      }
    }
  }
}

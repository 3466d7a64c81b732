// The operands of products of float32, put where they are read one after the other.

/** How many columns the next panel has, of those that are left: 12 of 17 to 20, so that little hangs over the edge. */
export function panelWidth(left: i32): i32 {
  return left > 20 ? 16 : left > 16 ? 12 : left;
}

/** The column at which the last panel begins. */
export function lastPanel(start: i32, end: i32): i32 {
  let column = start + 16 * max(0, (end - start - 5) / 16);
  if (end - column > 16) column += 12;
  return column;
}

/**
 * Rows `from … from + depth` of columns `start … end` of `op(b)` as panels, whose rows are 64 bytes apart; beyond the
 * last column there may be anything.
 */
export function packPanels(
  b: usize,
  panels: usize,
  from: i32,
  depth: i32,
  start: i32,
  end: i32,
  n: i32,
  k: i32,
  transposed: bool,
): void {
  let to = panels;
  for (let column = start, columns = 0; column < end; column += columns) {
    columns = panelWidth(end - column);
    if (transposed) {
      for (let j = 0; j < columns; j += 4) {
        // Rows of b beyond the last are read from the last again.
        const row0 = usize(min(column + j, n - 1));
        const row1 = usize(min(column + j + 1, n - 1));
        const row2 = usize(min(column + j + 2, n - 1));
        const row3 = usize(min(column + j + 3, n - 1));
        const width = usize(k);
        const start = usize(from);
        packFour(
          b + ((row0 * width + start) << 2),
          b + ((row1 * width + start) << 2),
          b + ((row2 * width + start) << 2),
          b + ((row3 * width + start) << 2),
          to + (usize(j) << 2),
          depth,
        );
      }
      to += usize(depth) << 6;
      continue;
    }
    let source = b + ((usize(from) * usize(n) + usize(column)) << 2);
    for (let i = 0; i < depth; i++, to += 64, source += usize(n) << 2) {
      v128.store(to, v128.load(source));
      v128.store(to, v128.load(source, 16), 16);
      v128.store(to, v128.load(source, 32), 32);
      v128.store(to, v128.load(source, 48), 48);
    }
  }
}

/** Four rows of `depth` numbers as four columns of a panel. The last block may read and write past the end. */
function packFour(row0: usize, row1: usize, row2: usize, row3: usize, to: usize, depth: i32): void {
  for (let i = 0; i < depth; i += 4) {
    const r0 = v128.load(row0);
    const r1 = v128.load(row1);
    const r2 = v128.load(row2);
    const r3 = v128.load(row3);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f64>(low01, low23, 0, 2));
    if (i + 1 < depth) v128.store(to, v128.shuffle<f64>(low01, low23, 1, 3), 64);
    if (i + 2 < depth) v128.store(to, v128.shuffle<f64>(high01, high23, 0, 2), 128);
    if (i + 3 < depth) v128.store(to, v128.shuffle<f64>(high01, high23, 1, 3), 192);
    row0 += 16;
    row1 += 16;
    row2 += 16;
    row3 += 16;
    to += 256;
  }
}

/** Rows `top … top + rows` of a transposed left-hand side, in pairs: `[rows / 2][depth][2]`. */
export function packPairs(a: usize, to: usize, from: i32, depth: i32, top: i32, rows: i32, m: i32): void {
  for (let i = 0; i < depth; i++) {
    let source = a + ((usize(from + i) * usize(m) + usize(top)) << 2);
    let target = to + (usize(i) << 3);
    for (let row = 0; row < rows; row += 2, source += 8, target += usize(depth) << 3) {
      store<u64>(target, load<u64>(source));
    }
  }
}
